"""Messages of Mistral's chat, where chat completions has them otherwise (wire/cohere-mistral, section B2)."""

from __future__ import annotations

from typing import Any

from headwater import AssistantMessage, Audio, Context, Document, Source, Text, Thinking
from headwater_openai.chat import ChatWriter


class MistralWriter(ChatWriter):
    """Writes one conversation."""

    def write(self, context: Context) -> list[dict[str, Any]]:
        """The whole conversation; an answer at its end is one to go on with."""
        messages = super().write(context)
        if messages and messages[-1]["role"] == "assistant":
            messages[-1]["prefix"] = True
        return messages

    def answer(self, message: AssistantMessage) -> Any:
        """Text alone as a string; with thinking or references, chunks in their order."""
        beside_text = [block for block in message.content if isinstance(block, (Thinking, Source))]
        if self.compat.requires_thinking_as_text or not beside_text:
            return message.text
        chunks = [chunk for block in message.content if (chunk := _said(block)) is not None]
        if all(chunk["type"] == "text" for chunk in chunks):
            return "".join(chunk["text"] for chunk in chunks)
        return chunks

    def part(self, block: Any) -> dict[str, Any]:
        """Sound is plain base64, a document a URL (of data, too); the rest as in chat completions."""
        if isinstance(block, Audio):
            return {"type": "input_audio", "input_audio": block.data}
        if isinstance(block, Document):
            url = block.url or f"data:{block.mime_type};base64,{block.data}"
            named = {} if block.name is None else {"document_name": block.name}
            return {"type": "document_url", "document_url": url, **named}
        return super().part(block)


def _said(block: Any) -> dict[str, Any] | None:
    """A block of an answer as a chunk; None for calls, and for what has no place in an answer."""
    if isinstance(block, Text):
        return {"type": "text", "text": block.text}
    if isinstance(block, Thinking):
        marked = {} if block.signature is None else {"signature": block.signature}
        thought = [{"type": "text", "text": block.text}] if block.text else []
        return {"type": "thinking", "thinking": thought, **marked} if thought or marked else None
    if isinstance(block, Source) and "reference_id" in block.extra:
        return {"type": "reference", "reference_ids": [block.extra["reference_id"]]}
    return None
