"""Items that ask the caller to run something: which they are, and what they look like as tool calls.

A function call is one already. The others (a custom tool, a patch to apply, a
command, a click) become calls of a tool named after what is to be done, keep
their item for replay, and want a result of their own kind
(wire/openai-responses, section 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headwater import Image, ToolResultMessage

from ._fields import fields, text

FUNCTION = "function_call"
CUSTOM = "custom_tool_call"

TOOLS: Mapping[str, str] = {
    "apply_patch_call": "apply_patch",
    "computer_call": "computer",
    "local_shell_call": "local_shell",
    "shell_call": "shell",
}
"""Type of item and the name of the tool that is called by it."""

_ARGUMENTS: Mapping[str, str] = {
    "apply_patch_call": "operation",
    "local_shell_call": "action",
    "shell_call": "action",
}
"""Type of item and the field that holds the arguments."""

_PLAIN_RESULTS: Mapping[str, str] = {FUNCTION: "function_call_output", CUSTOM: "custom_tool_call_output"}
"""Type of item and that of its result, where the result is what the tool gave back and nothing else."""


def is_call(item: Mapping[str, Any]) -> bool:
    """Whether the caller has to run what the item asks for. A shell in the provider's container runs there."""
    kind = text(item, "type")
    if kind == "shell_call":
        return fields(item, "environment").get("type", "local") == "local"
    return kind in (FUNCTION, CUSTOM) or kind in TOOLS


def tool_name(item: Mapping[str, Any]) -> str | None:
    """The name of the tool that is called."""
    return TOOLS.get(str(text(item, "type"))) or text(item, "name")


def tool_arguments(item: Mapping[str, Any]) -> Mapping[str, Any] | str | None:
    """The arguments of a finished item: an object, or its JSON."""
    kind = text(item, "type") or ""
    if kind == CUSTOM:
        return {"input": item.get("input") or ""}
    if kind == "computer_call":
        return {name: item[name] for name in ("action", "actions", "pending_safety_checks") if item.get(name)}
    if kind in _ARGUMENTS:
        return fields(item, _ARGUMENTS[kind])
    return text(item, "arguments") or fields(item, "arguments") or None


def unified_id(item: Mapping[str, Any]) -> str | None:
    """`call_id|item_id`, which keeps apart calls that were given the same call id; None where there is neither."""
    own = text(item, "id")
    call = text(item, "call_id") or own
    return f"{call}|{own}" if own and own != call else call


def result_item(
    kind: str, call_id: str, message: ToolResultMessage, text: str, parts: Sequence[Mapping[str, Any]] | str
) -> dict[str, Any]:
    """The result of a call as its kind wants it; `text` is all text of the result, `parts` all of it."""
    if kind in _PLAIN_RESULTS:
        return {"type": _PLAIN_RESULTS[kind], "call_id": call_id, "output": parts}
    if kind == "apply_patch_call":
        status = "failed" if message.is_error else "completed"
        return {"type": "apply_patch_call_output", "call_id": call_id, "status": status, "output": text}
    if kind == "local_shell_call":
        return {"type": "local_shell_call_output", "id": call_id, "output": text}
    if kind == "shell_call":
        outcome = {"type": "exit", "exit_code": int(message.is_error)}
        output = [{"stdout": text, "stderr": "", "outcome": outcome}]
        return {"type": "shell_call_output", "call_id": call_id, "output": output}
    if kind == "computer_call":
        return {"type": "computer_call_output", "call_id": call_id, "output": _screenshot(message)}
    return {"type": _PLAIN_RESULTS[FUNCTION], "call_id": call_id, "output": parts}


def _screenshot(message: ToolResultMessage) -> dict[str, Any]:
    shot: dict[str, Any] = {"type": "computer_screenshot"}
    for block in message.content:
        if isinstance(block, Image):
            shot["image_url"] = image_url(block)
    return shot


def image_url(image: Image) -> str:
    """An image as a URL: its own, or one that holds its data."""
    return image.url or f"data:{image.mime_type};base64,{image.data}"
