"""What the Cloud Code Assist backend wants around a request (wire/google-gemini-cli, sections 2 and 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import fields, frozen

from headwater import Model, ModelConfig, RequestError, read_flags
from headwater_google import FAMILIES, GENERALLY, GoogleCompat


@frozen(kw_only=True)
class CodeAssistCompat(GoogleCompat):
    """The flags of Gemini's protocol, and of the envelope around it."""

    version: str = "v1internal"
    """Of the backend's interface; methods follow it behind a colon."""
    project: str | None = None
    """The project that is charged; None: the backend is asked for the account's own."""
    names: Literal["snake", "camel"] = "snake"
    """Whether the envelope's own fields are `user_prompt_id` and `session_id`, or `requestId` and `sessionId`."""


# Models of others behind this backend: calls have ids, schemas are of the older form (wire section 5).
_OTHERS: Mapping[str, Any] = {
    "reasoning": False,
    "compat": {"call_ids": True, "json_schema": False, "signed_calls": False},
}

BACKEND: Mapping[str, Any] = {"thoughts_as_text": True}
"""Compat flags of the backend."""

BEHIND: Mapping[str, Mapping[str, Any]] = {**FAMILIES, "claude-": _OTHERS, "gpt-oss-": _OTHERS}
"""Families of models behind the backend."""

EVERYWHERE = GENERALLY
"""What is known of every model."""


def read_code_assist(model: Model) -> tuple[CodeAssistCompat, Model]:
    """The flags of a model, and the model as generateContent knows it; raises `RequestError` for odd flags."""
    from attrs import evolve

    known = {one.name for one in fields(GoogleCompat)}
    plain = {name: value for name, value in model.compat.items() if name in known}
    return read_flags(model, CodeAssistCompat), evolve(model, compat=plain)


def read_project(config: ModelConfig) -> str | None:
    """The project that was named; raises `RequestError` for settings that do not exist, and for a number."""
    unknown = sorted(set(config.settings) - {"project"})
    if unknown:
        raise RequestError(f"this backend has no setting {unknown[0]!r}; it knows project")
    variables = config.variables
    named = variables.get("GOOGLE_CLOUD_PROJECT") or variables.get("GOOGLE_CLOUD_PROJECT_ID")
    project = config.settings.get("project") or named
    if project is not None and str(project).isdigit():
        raise RequestError(f"{project} is the number of a project; give its id")
    return project or None
