"""Where a model is on Vertex AI: host, project, location.

Source: wire/google-generative-ai, section 1 (November 2026).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from headwater import Model, ModelConfig, RequestError, read_flags
from headwater_google import GoogleCompat

VERSION = "v1beta1"
EXPRESS_HOST = "https://aiplatform.googleapis.com"
"""Where everything is that has no region: the location `global`, and requests with an API key."""

_SETTINGS = ("project", "location", "credentials_file")
_LOCATION = re.compile(r"[a-z][a-z0-9-]{0,62}")
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,127}")


@frozen(kw_only=True)
class VertexCompat(GoogleCompat):
    """The flags of Gemini's protocol, and where a model is.

    Without a project an API key says whose request it is, or the credentials do.
    """

    project: str | None = None
    location: str = "global"
    credentials_file: str | None = None


def read_vertex_compat(model: Model) -> VertexCompat:
    """The flags of a model; raises `RequestError` for what is no flag, or no value of one."""
    return read_flags(model, VertexCompat)


def read_place(config: ModelConfig) -> dict[str, Any]:
    """Project, location and file of credentials from settings and variables, in the terms of `VertexCompat`.

    Raises `RequestError` for settings that do not exist, and for names that are none.
    """
    for name in config.settings:
        if name not in _SETTINGS:
            near = difflib.get_close_matches(name, _SETTINGS)
            hint = f"did you mean {near[0]!r}?" if near else f"it knows {', '.join(_SETTINGS)}"
            raise RequestError(f"google-vertex has no setting {name!r}; {hint}")
    said, variables = config.settings, config.variables
    place = {
        "project": said.get("project") or variables.get("GOOGLE_CLOUD_PROJECT") or None,
        "location": said.get("location") or variables.get("GOOGLE_CLOUD_LOCATION") or "global",
        "credentials_file": said.get("credentials_file") or variables.get("GOOGLE_APPLICATION_CREDENTIALS") or None,
    }
    _check(place, "location", _LOCATION)
    if place["project"] is not None:
        _check(place, "project", _PROJECT)
    return place


def _check(place: Mapping[str, Any], name: str, form: re.Pattern[str]) -> None:
    if not form.fullmatch(str(place[name])):
        raise RequestError(f"{str(place[name])[:80]!r} is no {name} of Google Cloud; check {name}=... and its variable")


def host_of(location: str) -> str:
    """The origin at which a location is reached."""
    if location == "global":
        return EXPRESS_HOST
    if location in ("us", "eu"):
        return f"https://aiplatform.{location}.rep.googleapis.com"
    return f"https://{location}-aiplatform.googleapis.com"


def parent_of(project: str | None, location: str) -> str:
    """The path under which models of a project are; empty where there is no project."""
    return f"projects/{project}/locations/{location}/" if project else ""


def model_path(model_id: str, parent: str) -> str:
    """The path of a model: Google's own by its id, another publisher's or a tuned one by more of its path."""
    if model_id.startswith("projects/"):
        return model_id
    if model_id.startswith(("publishers/", "endpoints/")):
        return f"{parent}{model_id}"
    return f"{parent}publishers/google/models/{model_id.removeprefix('models/')}"
