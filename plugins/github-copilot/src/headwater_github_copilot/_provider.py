"""Copilot as a provider: its data, its tokens, and what it wants to be told of a conversation."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from attrs import define, evolve, field, fields_dict, frozen

from headwater import (
    Auth,
    Capabilities,
    CompatibleProvider,
    Context,
    Credential,
    Flow,
    Image,
    Model,
    ModelConfig,
    RequestError,
    UserMessage,
    WireRequest,
    hookimpl,
)
from headwater_anthropic import with_claude

from ._models import HOME
from ._tokens import Session, exchange

GITHUB = "https://api.github.com"
SETTINGS = ("exchange", "github_api", "integration_id", "token_env")
"""Copilot's own keywords."""


@frozen
class CopilotModel(Model):
    """A model of Copilot's. `github_api` is where tokens are exchanged; None: the token is shown as it is."""

    github_api: str | None = GITHUB


@define(eq=False, slots=False)
class Copilot(CompatibleProvider):
    """A `CompatibleProvider` whose requests go where a short-lived token says.

    `sessions` are kept per account until they end; `clock` is the time in seconds since the epoch.
    """

    clock: Callable[[], float] = time.time
    sessions: dict[str, Session] = field(factory=dict[str, Session], repr=False)

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        """The model of that id; raises `RequestError` for settings that there are none of."""
        unknown = sorted(set(config.settings) - set(SETTINGS))
        if unknown:
            raise RequestError(f"github-copilot knows no setting {unknown[0]!r}; it has {', '.join(SETTINGS)}")
        plain = super().create_model(model_id, config)
        said = config.settings.get
        integration = said("integration_id") or config.variables.get("GITHUB_COPILOT_INTEGRATION_ID")
        named = said("token_env")
        kept = {name: getattr(plain, name) for name in fields_dict(Model)}
        model = CopilotModel(
            **kept, github_api=str(said("github_api") or GITHUB).rstrip("/") if said("exchange", True) else None
        )
        return evolve(
            model,
            # Never a catalogue's: lists of these models carry the names of other vendors' editors.
            headers={**self.headers, **({"copilot-integration-id": str(integration)} if integration else {})},
            # A general GitHub token goes to Copilot only for who says so (wire section 1).
            auth=Auth((Credential(env=str(named)),)) if named else plain.auth,
        )

    def place(self, model_id: str, api: str) -> Mapping[str, Any] | None:
        """Over Messages, a Claude thinks in the words of its generation."""
        place = super().place(model_id, api)
        if place is None or api != "anthropic-messages":
            return place
        return with_claude(place, model_id)

    @hookimpl
    def capabilities(self, model: Model) -> Capabilities:
        """What the catalogue says; over chat completions nobody can say how much to think (wire/github-copilot)."""
        said = super().capabilities(model)
        return evolve(said, thinking=False) if model.compat.get("thinking_format") == "none" else said

    @hookimpl
    def prepare(self, model: Model, wire: WireRequest, secrets: Mapping[str, str], context: Context) -> Flow | None:
        """The request at the host of the account, with what Copilot wants to know of the conversation."""
        return self._prepared(model, wire.with_headers(told_of(context)), secrets)

    @hookimpl
    def sign(self, model: Model, wire: WireRequest, secrets: Mapping[str, str]) -> Flow | None:
        """The short-lived token, in place of the one it was exchanged for."""
        token = token_in(model, secrets)
        return None if token is None else self._signed(model, token)

    def _prepared(self, model: Model, wire: WireRequest, secrets: Mapping[str, str]) -> Flow:
        token = token_in(model, secrets)
        if token is None or model.base_url != HOME:
            return wire  # who says where to ask is asked there
        session = yield from self._session(model, token)
        return evolve(wire, url=session.base_url + wire.url.removeprefix(HOME)) if session.base_url else wire

    def _signed(self, model: Model, token: str) -> Flow:
        session = yield from self._session(model, token)
        return {"authorization": f"Bearer {session.token}"}

    def _session(self, model: Model, token: str) -> Flow:
        """What a token was exchanged for; exchanged anew shortly before its end."""
        where = model.github_api if isinstance(model, CopilotModel) else None
        if model.base_url != HOME and where == GITHUB:
            where = None  # a token for another place is not GitHub's to see, unless the caller says where it is
        return (yield from exchange(self.sessions, where, token, model, self.clock))


def token_in(model: Model, secrets: Mapping[str, str]) -> str | None:
    """The token a request is made with: the caller's, else the first of the environment; None: there is none."""
    names = ["key", *(one.env for one in model.auth.credentials if one.env)]
    return next((secrets[name].strip() for name in names if secrets.get(name, "").strip()), None)


def told_of(context: Context) -> dict[str, str]:
    """Headers that say who speaks last and whether there are images (wire section 3)."""
    if not context.messages:
        return {}
    asked = isinstance(context.messages[-1], UserMessage)
    contents = (getattr(message, "content", ()) for message in context.messages)
    seen = any(isinstance(block, Image) for content in contents if not isinstance(content, str) for block in content)
    return {"x-initiator": "user" if asked else "agent", **({"copilot-vision-request": "true"} if seen else {})}
