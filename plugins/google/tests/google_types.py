"""The vendor's own types of requests as a judge of ours, closed to fields they do not name.

`generateContent`: the models of the vendor's library forbid further fields themselves; here they
also refuse names in snake case, which the library takes for its callers. Interactions: the library
has `TypedDict`s, of which pydantic makes a schema that is then closed.
"""

from __future__ import annotations

import json
import warnings
from functools import cache
from typing import Any

import pytest

_CONTENT = (
    "text",
    "inlineData",
    "fileData",
    "functionCall",
    "functionResponse",
    "executableCode",
    "codeExecutionResult",
    "toolCall",
    "toolResponse",
)


def problems(body: dict[str, Any]) -> str:
    """What the vendor's types find wrong with the body of a generateContent request; empty when nothing is."""
    pydantic = pytest.importorskip("pydantic")
    with warnings.catch_warnings():
        # It only warns of a word that is none of an enumeration's.
        warnings.simplefilter("error")
        try:
            _generate().validate_json(json.dumps(body), by_alias=True, by_name=False)
        except (pydantic.ValidationError, UserWarning) as error:
            return str(error)
    return _of_parts(body)


def _of_parts(body: dict[str, Any]) -> str:
    """Every part holds exactly one kind of content, and a content has parts and a role that exists."""
    contents = body["contents"]
    odd = [part for content in contents for part in content["parts"] if sum(name in part for name in _CONTENT) != 1]
    roles = [content["role"] for content in contents if content["role"] not in ("user", "model")]
    empty = [content for content in contents if not content["parts"]]
    found = odd or roles or empty
    return f"not one kind of content in each part, or no role: {found}" if found else ""


@cache
def _generate() -> Any:
    pydantic = pytest.importorskip("pydantic")
    pytest.importorskip("google.genai")
    from google.genai import _common, types

    class Generation(types.GenerationConfig):
        """The vendor's type lacks the one field that its requests carry besides."""

        image_config: types.ImageConfig | None = None

    class Body(_common.BaseModel):
        contents: list[types.Content]
        system_instruction: types.Content | None = None
        tools: list[types.Tool] | None = None
        tool_config: types.ToolConfig | None = None
        generation_config: Generation | None = None
        safety_settings: list[types.SafetySetting] | None = None
        cached_content: str | None = None
        labels: dict[str, str] | None = None
        service_tier: types.ServiceTier | None = None
        store: bool | None = None
        continuation_token: str | None = None

    Body.model_rebuild(_types_namespace={"types": types, "Generation": Generation})
    return pydantic.TypeAdapter(Body)


def step_problems(body: dict[str, Any]) -> str:
    """What the vendor's types find wrong with the body of an interaction; empty when nothing is."""
    pydantic = pytest.importorskip("pydantic_core")
    try:
        _interaction().validate_python([body])
    except pydantic.ValidationError as error:
        return str(error)
    return ""


@cache
def _interaction() -> Any:
    pydantic = pytest.importorskip("pydantic")
    pytest.importorskip("google.genai")
    from google.genai._gaos.types.interactions.createmodelinteraction import CreateModelInteractionParam
    from pydantic_core import SchemaValidator

    # Data may be a file that is open, for which there is no schema. Only a list of the type takes a setting.
    config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    adapter: Any = pydantic.TypeAdapter(list[CreateModelInteractionParam], config=config)
    return SchemaValidator(_closed(adapter.core_schema))


def _closed(schema: Any) -> Any:
    """The schema with no further keys."""
    if isinstance(schema, list | tuple):
        return type(schema)(_closed(part) for part in schema)
    if not isinstance(schema, dict):
        return schema
    made = {name: part if name in ("metadata", "serialization") else _closed(part) for name, part in schema.items()}
    if made.get("type") == "typed-dict":
        made["extra_behavior"] = "forbid"
    return made
