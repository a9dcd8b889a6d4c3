"""Messages as Ollama has them (wire/ollama-chat, section 2).

Content is always one text; images stand beside it, arguments of calls are objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headwater import (
    AssistantMessage,
    Context,
    Image,
    Model,
    RequestError,
    Text,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)


def chat_messages(model: Model, context: Context) -> list[dict[str, Any]]:
    """The conversation; raises `RequestError` for content the model cannot be given."""
    writing = _Writing(model)
    if context.system_prompt:
        writing.messages.append({"role": "system", "content": context.system_prompt})
    for message in context.messages:
        if isinstance(message, UserMessage):
            writing.user(message)
        elif isinstance(message, AssistantMessage):
            writing.assistant(message)
        else:
            writing.result(message)
    writing.attach()
    return writing.messages


class _Writing:
    """The messages written so far, and images of results that wait for their place."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.messages: list[dict[str, Any]] = []
        self.images: list[str] = []

    def user(self, message: UserMessage) -> None:
        self.attach()
        content = message.content
        text, images = (content, []) if isinstance(content, str) else read_content(self.model, content)
        self.messages.append({"role": "user", "content": text, **({"images": images} if images else {})})

    def assistant(self, message: AssistantMessage) -> None:
        self.attach()
        made: dict[str, Any] = {"role": "assistant", "content": message.text}
        if message.thinking:
            made["thinking"] = message.thinking
        calls = [_call(block) for block in message.content if isinstance(block, ToolCall)]
        if calls:
            made["tool_calls"] = calls
        self.messages.append(made)

    def result(self, message: ToolResultMessage) -> None:
        content = message.content
        text, images = (content, []) if isinstance(content, str) else read_content(self.model, content)
        text = text or ("(see the images)" if images else "")
        if message.is_error:
            text = f"Error: {text}"
        self.images += images
        made = {"role": "tool", "content": text, "tool_name": message.tool_name, "tool_call_id": message.tool_call_id}
        self.messages.append(made)

    def attach(self) -> None:
        """Images of results follow the run of them: few templates show those of a tool."""
        if self.images:
            self.messages.append({"role": "user", "content": "Images of the results above:", "images": self.images})
            self.images = []


def read_content(model: Model, blocks: Sequence[Any]) -> tuple[str, list[str]]:
    """The text of some blocks, and their images as base64; raises `RequestError` for anything else."""
    texts: list[str] = []
    images: list[str] = []
    for block in blocks:
        if isinstance(block, Text):
            texts.append(block.text)
        elif isinstance(block, Image) and block.data:
            images.append(block.data)
        elif isinstance(block, Image):
            raise RequestError(f"{model} takes images as base64 data only, not by URL; fetch it yourself")
        else:
            raise RequestError(f"{model} cannot be given a {type(block).__name__}; give its text")
    return "\n\n".join(texts), images


def _call(block: ToolCall) -> dict[str, Any]:
    return {"id": block.id, "function": {"name": block.name, "arguments": dict(block.arguments)}}
