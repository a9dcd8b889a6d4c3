"""Where the backend is, and which project an account has there (wire/google-gemini-cli, sections 2 to 4)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from attrs import define, evolve, field

from headwater import (
    Answer,
    Auth,
    CompatibleProvider,
    Credential,
    DecodeError,
    Flow,
    Model,
    ModelConfig,
    RequestError,
    WireRequest,
    classify,
    dumps,
    hookimpl,
    loads,
)

from ._compat import read_code_assist, read_project

TOKEN = "GOOGLE_CLOUD_ACCESS_TOKEN"
AUTH = Auth((Credential(env=TOKEN),))

WHO_ASKS = {"ideType": "IDE_UNSPECIFIED", "platform": "PLATFORM_UNSPECIFIED"}
"""What the backend is told of the program: nothing."""


@define(eq=False, slots=False)
class CodeAssistProvider(CompatibleProvider):
    """A `CompatibleProvider` whose accounts have a project of their own; `endpoint_env` names another host."""

    endpoint_env: str | None = None
    projects: dict[str, str] = field(factory=dict[str, str], repr=False)

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        """The model of that id; raises `RequestError` for a project that is none."""
        project = read_project(config)
        model = super().create_model(model_id, config)
        endpoint = config.variables.get(self.endpoint_env) if self.endpoint_env else None
        home = endpoint.rstrip("/") if endpoint else model.base_url
        version = config.variables.get("CODE_ASSIST_API_VERSION") if self.endpoint_env else None
        compat = {**model.compat, "project": project, **({"version": version} if version else {})}
        return evolve(model, base_url=home, auth=AUTH, compat=compat)

    @hookimpl
    def prepare(self, model: Model, wire: WireRequest, secrets: Mapping[str, str]) -> Flow | None:
        """The request with the account's own project, where none was named."""
        compat, _ = read_code_assist(model)
        token = secrets.get("key") or secrets.get(TOKEN)
        return None if compat.project or not token else self._with_project(model, wire, token)

    def _with_project(self, model: Model, wire: WireRequest, token: str) -> Flow:
        account = hashlib.sha256(f"{model.base_url} {token}".encode()).hexdigest()
        if account not in self.projects:
            self.projects[account] = yield from _discover(model, token)
        body: dict[str, Any] = loads(wire.body)
        return evolve(wire, body=dumps({**body, "project": self.projects[account]}))


def _discover(model: Model, token: str) -> Flow:
    """A flow that gives the project the backend keeps for an account; raises why there is none."""
    compat, _ = read_code_assist(model)
    parts = urlsplit(model.base_url)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise RequestError(f"a token would cross the network unencrypted to {parts.netloc}; set GOOGLE_CLOUD_PROJECT")
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    answer: Answer = yield WireRequest(
        f"{model.base_url}/{compat.version}:loadCodeAssist", dumps({"metadata": WHO_ASKS}), headers=headers
    )
    if not 200 <= answer.status < 300:
        raise classify(
            answer.status, answer.body, answer.headers, secrets=(token,), provider=model.provider, model=model.id
        ).to_exception()
    try:
        told = cast("dict[str, Any]", loads(answer.body))
        project = told.get("cloudaicompanionProject") if told.get("currentTier") else None
        refused = cast("list[dict[str, Any]]", told.get("ineligibleTiers") or [])
        why = next((str(tier["reasonMessage"]) for tier in refused if tier.get("reasonMessage")), "")
    except (DecodeError, AttributeError, TypeError) as error:
        raise RequestError(f"{model.provider} did not tell the account's project ({error}); set it") from None
    if not isinstance(project, str) or not project:
        raise RequestError(
            f"the account has no project at {model.provider}{f' ({why[:200]})' if why else ''};"
            " set GOOGLE_CLOUD_PROJECT, or set the account up with the vendor's own program"
        )
    return project
