"""Messages as steps of an interaction (wire/google-generative-ai, section 10).

The whole conversation is sent as steps; those the provider ran itself go back as they came.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from headwater import (
    AssistantMessage,
    Audio,
    CodeExecution,
    Context,
    Document,
    Image,
    Model,
    Note,
    ProviderBlock,
    RequestError,
    Text,
    Thinking,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)

from ._media import is_signature, mime_type

Step = dict[str, Any]


def make_steps(model: Model, context: Context, notes: list[Note]) -> list[Step]:
    """The conversation without its system prompt; what was changed is added to `notes`."""
    steps: list[Step] = []
    for position, message in enumerate(context.messages):
        if isinstance(message, UserMessage):
            content = message.content
            shown = [_text(content)] if isinstance(content, str) else [_content(model, block) for block in content]
            steps.append({"type": "user_input", "content": shown})
        elif isinstance(message, ToolResultMessage):
            steps.append(_result(model, message))
        else:
            steps += _answer(model, message, f"messages.{position}", notes)
    return steps


def _answer(model: Model, message: AssistantMessage, path: str, notes: list[Note]) -> Iterator[Step]:
    """The steps of one answer. Text and images that follow each other are one step."""
    own = (message.provider, message.api, message.model) == (model.provider, model.api, model.id)
    shown: list[Step] = []
    for position, block in enumerate(message.content):
        if isinstance(block, Text | Image):
            if not isinstance(block, Text) or block.text:
                shown.append(_content(model, block))
            continue
        steps = list(_steps(block, own, f"{path}.content.{position}", notes))
        if steps and shown:
            yield {"type": "model_output", "content": shown}
            shown = []
        yield from steps
    if shown:
        yield {"type": "model_output", "content": shown}


def _steps(block: Any, own: bool, path: str, notes: list[Note]) -> Iterator[Step]:
    """The steps of a block that is no text; none for what is not sent back."""
    if isinstance(block, ToolCall):
        yield {"type": "function_call", "id": block.id, "name": block.name, "arguments": dict(block.arguments)}
    elif isinstance(block, Thinking):
        signed = {"signature": block.signature} if own and is_signature(block.signature) else {}
        summary = {"summary": [_text(block.text)]} if block.text else {}
        if signed or summary:
            yield {"type": "thought", **signed, **summary}
    elif isinstance(block, CodeExecution):
        kept = block.extra.get("steps")
        if own and isinstance(kept, list):
            yield from kept  # pyright: ignore[reportUnknownVariableType]
        else:
            notes.append(Note("dropped", path, "code that only its own model can read"))
    elif isinstance(block, ProviderBlock):
        if own and block.raw.get("type") == block.name:
            yield dict(block.raw)
        else:
            notes.append(Note("dropped", path, f"a {block.name} that only its own model can read"))


def _result(model: Model, message: ToolResultMessage) -> Step:
    content = message.content
    result = content if isinstance(content, str) else [_content(model, block) for block in content]
    failed = {"is_error": True} if message.is_error else {}
    return {
        "type": "function_result",
        "call_id": message.tool_call_id,
        "name": message.tool_name,
        "result": result,
        **failed,
    }


def _text(text: str) -> Step:
    return {"type": "text", "text": text}


def _content(model: Model, block: Text | Image | Document | Audio) -> Step:
    """A piece of content; raises `RequestError` for one without data and URL."""
    if isinstance(block, Text):
        return _text(block.text)
    kind = mime_type(block)
    family = kind.partition("/")[0]
    made: Step = {"type": family if family in ("image", "audio", "video") else "document", "mime_type": kind}
    if block.data is not None:
        return {**made, "data": block.data}
    if isinstance(block, Audio) or block.url is None:
        raise RequestError(f"{model} was given {block.type} without data; give data=... or url=...")
    return {**made, "uri": block.url}
