"""The vendor's own types of requests as a judge of ours, closed to fields they do not name.

Three fields of the wire are not in those types but in the server's (wire/ollama-chat section 2): `id` of a
call, `tool_call_id` of a result, `truncate` and `shift` of a request. The schemas of tools, of which the
types know a part only, are not looked into.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import pytest

OF_THE_SERVER = {"truncate", "shift"}


def problems(body: dict[str, Any], kind: str = "ChatRequest") -> str:
    """What is wrong with a body; empty when nothing is."""
    pydantic = pytest.importorskip("pydantic")
    judge = _types()
    given = {name: value for name, value in body.items() if name not in OF_THE_SERVER}
    messages, tools, runtime = given.pop("messages", []), given.pop("tools", []), given.pop("options", {})
    try:
        judge[kind].model_validate(given, extra="forbid")
        judge["Options"].model_validate(_known(runtime), extra="forbid")
        for message in messages:
            judge["Message"].model_validate(_without_ids(message), extra="forbid")
        for tool in tools:
            parameters = tool["function"]["parameters"]
            bare = {**tool, "function": {**tool["function"], "parameters": {"type": parameters["type"]}}}
            judge["Tool"].model_validate(bare, extra="forbid")
    except (pydantic.ValidationError, KeyError, TypeError, AttributeError) as error:
        return str(error) or repr(error)
    return ""


@cache
def _types() -> dict[str, Any]:
    pytest.importorskip("ollama")
    module = importlib.import_module("ollama._types")
    names = ("ChatRequest", "GenerateRequest", "CreateRequest", "PullRequest", "PushRequest", "CopyRequest")
    return {name: getattr(module, name) for name in (*names, "DeleteRequest", "Options", "Message", "Tool")}


def _known(runtime: dict[str, Any]) -> dict[str, Any]:
    """Without `min_p`, which the server has and the client's types have not."""
    return {name: value for name, value in runtime.items() if name != "min_p"}


def _without_ids(message: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in message.items() if name != "tool_call_id"}
    if "tool_calls" in kept:
        kept["tool_calls"] = [{"function": call["function"]} for call in kept["tool_calls"]]
    if "images" in kept:
        kept["images"] = [{"value": image} for image in kept["images"]]
    return kept
