"""Where the ChatGPT backend is, and whose account a token is for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, cast

from attrs import evolve

from headwater import (
    Auth,
    Capabilities,
    Catalogue,
    CatalogueInfo,
    Credential,
    DecodeError,
    Flow,
    Model,
    ModelConfig,
    RequestError,
    WireRequest,
    default_capabilities,
    hookimpl,
    loads,
    read_catalogue,
)
from headwater_openai import provider as openai

TOKEN = "OPENAI_CODEX_TOKEN"
CLAIM = "https://api.openai.com/auth"
HOME = "https://chatgpt.com/backend-api/codex"
CONTEXT_WINDOW = 272_000


class Codex:
    """The hooks of the provider: OpenAI's models, at another address, to its limits, paid by subscription."""

    @cached_property
    def entries(self) -> Catalogue:
        """The backend's catalogue."""
        return read_catalogue("headwater_openai_codex:models.json")

    @hookimpl
    def catalogue(self) -> Sequence[str]:
        """Ids of the models in the catalogue that are not retired yet."""
        return self.entries.current(date.today())  # noqa: DTZ011 - a day, wherever one is

    @hookimpl
    def catalogue_info(self) -> CatalogueInfo:
        """How old the catalogue is, what it was made from, and what is wrong with it."""
        return self.entries.info

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        """OpenAI's model of that id, at the backend."""
        known = openai.create_model(model_id, ModelConfig(api="openai-responses"))
        own = self.entries.get(model_id, {})
        compat = {**known.compat, "stateful": False, "background": False, "metadata": False, "long_cache": "no"}
        return evolve(
            known,
            provider="openai-codex",
            api=config.api or "openai-codex-responses",
            base_url=HOME,  # also where a caller asks elsewhere: the environment's token is for this host alone
            auth=Auth((Credential(env=TOKEN),)),
            name=own.get("name") or known.name,
            levels=own.get("levels", known.levels),
            context_window=own.get("context_window", CONTEXT_WINDOW),
            max_tokens=own.get("max_tokens", known.max_tokens),
            price=None,
            compat=compat,
            known=bool(own),
            retires=None,
        )

    @hookimpl
    def capabilities(self, model: Model) -> Capabilities:
        """What follows from the model's description."""
        return evolve(default_capabilities(model), structured_output=True, prompt_caching=True)

    @hookimpl
    def prepare(self, model: Model, wire: WireRequest, secrets: Mapping[str, str]) -> Flow | None:
        """Names the account that the token is for."""
        token = secrets.get("key") or secrets.get(TOKEN)
        return None if not token else _with_account(wire, token)


def _with_account(wire: WireRequest, token: str) -> Flow:
    return wire.with_headers({"chatgpt-account-id": account_of(token)})
    yield  # a flow that asks for nothing


def account_of(token: str) -> str:
    """The ChatGPT account in an access token's claims (which are read, not verified); raises `RequestError`."""
    parts = token.split(".")
    try:
        claims: Any = loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        account: Any = cast("dict[str, Any]", claims)[CLAIM]["chatgpt_account_id"]
    except (IndexError, KeyError, TypeError, DecodeError, binascii.Error, ValueError):
        account = None
    if not isinstance(account, str) or not account:
        raise RequestError(f"the token for openai-codex names no ChatGPT account; {TOKEN} is an OAuth access token")
    return account
