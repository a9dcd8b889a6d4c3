"""Messages as chat completions has them (wire/openai-chat, section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headwater import (
    AssistantMessage,
    Audio,
    Context,
    Document,
    HandoffRules,
    Image,
    Model,
    RequestError,
    Text,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    dumps,
)

from ._compat import ChatCompat

_SOUNDS = {"audio/wav": "wav", "audio/x-wav": "wav", "audio/mpeg": "mp3", "audio/mp3": "mp3"}


def chat_rules(compat: ChatCompat) -> HandoffRules:
    """What a history must look like for an endpoint: short ids, no media of the model's own, thinking where it goes."""
    thinks = compat.reasoning_field is not None or compat.requires_reasoning_field or compat.requires_thinking_as_text
    thinks = thinks or compat.thinking_tags
    thinks = thinks or compat.reasoning_details
    return HandoffRules(
        id_length=40,
        # Details are read by the model that made them only.
        portable_thinking=not compat.reasoning_details,
        takes_back=frozenset(
            {
                *("text", "toolCall", "source"),
                *(("thinking",) if thinks else ()),
                *(("image",) if compat.answer_images else ()),
            }
        ),
        media={"audio": tuple(_SOUNDS), **({} if compat.documents else {"document": ()})},
        by_url=frozenset(
            {
                *(("image",) if "" in compat.image_urls else ()),
                *(("document",) if compat.document_urls else ()),
            }
        ),
        own_urls=() if "" in compat.image_urls else compat.image_urls,
    )


def chat_messages(model: Model, compat: ChatCompat, context: Context) -> list[dict[str, Any]]:
    """The conversation, in the order the endpoint wants it."""
    return ChatWriter(model, compat).write(context)


class ChatWriter:
    """Writes one conversation: the messages so far, and images of tool results that wait for their place.

    A protocol that differs only in what messages are made of overrides `answer` and `part`.
    """

    def __init__(self, model: Model, compat: ChatCompat) -> None:
        self.model = model
        self.compat = compat
        self.messages: list[dict[str, Any]] = []
        self.images: list[dict[str, Any]] = []

    def write(self, context: Context) -> list[dict[str, Any]]:
        """The whole conversation; raises `RequestError` for content the endpoint cannot be given."""
        if context.system_prompt:
            role = "developer" if self.compat.developer_role and self.model.reasoning else "system"
            self.add({"role": role, "content": context.system_prompt})
        for message in context.messages:
            if isinstance(message, UserMessage):
                self.user(message)
            elif isinstance(message, AssistantMessage):
                self.assistant(message)
            else:
                self.result(message)
        self.images_of_results()
        last: dict[str, Any] = self.messages[-1] if self.messages else {}
        if self.compat.prefill_mark and last.get("role") == "assistant":
            last[self.compat.prefill_mark] = True
        return self.messages

    def answer(self, message: AssistantMessage) -> Any:
        """What an answer said, without its calls; falsy where it said nothing."""
        return message.text

    def add(self, message: dict[str, Any]) -> None:
        """One more message."""
        self.messages.append(message)

    def user(self, message: UserMessage) -> None:
        """What the user said, after images that still wait."""
        self.images_of_results()
        self._leave_results()
        content = message.content
        self.add({"role": "user", "content": content if isinstance(content, str) else self._parts(content)})

    def assistant(self, message: AssistantMessage) -> None:
        """What the model said, with its calls."""
        if self.images:
            self.images_of_results()
        made: dict[str, Any] = {"role": "assistant", "content": self.answer(message)}
        calls = [_call(block) for block in message.content if isinstance(block, ToolCall)]
        if calls:
            made["tool_calls"] = calls
        self._add_thinking(made, message)
        if self.compat.answer_images:
            pictures = [self.part(block) for block in message.content if isinstance(block, Image)]
            images = [{"image_url": picture["image_url"]} for picture in pictures]
            made.update({"images": images} if images else {})
        said: Any = made["content"]
        if calls or "images" in made or (said and not (isinstance(said, str) and said.isspace())):
            self.add(made)

    def result(self, message: ToolResultMessage) -> None:
        """What a tool gave back; its images wait for the end of the run."""
        made: dict[str, Any] = {"role": "tool", "tool_call_id": message.tool_call_id}
        if self.compat.requires_tool_result_name:
            made["name"] = message.tool_name
        content = message.content
        if isinstance(content, str):
            made["content"] = content
        elif self.compat.tool_result_images:
            made["content"] = self._parts(content)
        else:
            texts = [block.text for block in content if isinstance(block, Text)]
            others = [block for block in content if not isinstance(block, Text)]
            made["content"] = "\n".join(texts) or ("(see the attachment)" if others else "")
            self.images += self._parts(others)
        self.add(made)

    def images_of_results(self) -> None:
        """What tool messages cannot hold follows the run of them in a message of the user."""
        if self.images:
            self._leave_results()
            note = {"type": "text", "text": "Attached to the tool results above:"}
            self.add({"role": "user", "content": [note, *self.images]})
            self.images = []

    def _leave_results(self) -> None:
        """The words of the assistant that some endpoints want between a tool's result and the user."""
        wanted = self.compat.requires_assistant_after_tool_result
        if wanted and self.messages and self.messages[-1]["role"] == "tool":
            self.add({"role": "assistant", "content": "I have processed the tool results."})

    def _add_thinking(self, made: dict[str, Any], message: AssistantMessage) -> None:
        """Thinking of the same model goes back in the field it came in, or as text where the endpoint wants that."""
        compat = self.compat
        if compat.requires_thinking_as_text:
            thought = message.thinking
            made["content"] = (
                f"{thought}\n\n{made['content']}" if thought and made["content"] else thought or made["content"]
            )
            return
        if compat.thinking_tags:
            thought = message.thinking
            made["content"] = f"<think>{thought}</think>{made['content']}" if thought else made["content"]
            return
        if compat.reasoning_field is not None or compat.requires_reasoning_field:
            thought = message.thinking
            name = compat.reasoning_field or str(message.extra.get("reasoning_field", "reasoning_content"))
            if thought or compat.requires_reasoning_field:
                made[name] = thought
        if compat.reasoning_details and message.extra.get("reasoning_details"):
            made["reasoning_details"] = message.extra["reasoning_details"]

    def _parts(self, blocks: Sequence[Any]) -> list[dict[str, Any]]:
        return [self.part(block) for block in blocks]

    def part(self, block: Any) -> dict[str, Any]:
        """Content of the user or of a tool; raises `RequestError` for what the endpoint cannot be given."""
        if isinstance(block, Text):
            return {"type": "text", "text": block.text}
        if isinstance(block, Image):
            if not block.url and not block.mime_type:
                raise RequestError(f"{self.model} is not told what kind of image it is given; say Image(mime_type=...)")
            if block.url and not block.url.startswith(self.compat.image_urls):
                raise RequestError(f"{self.model} does not fetch images; give Image(data=...) in place of its address")
            return {
                "type": "image_url",
                "image_url": {"url": block.url or f"data:{block.mime_type};base64,{block.data}"},
            }
        if isinstance(block, Audio):
            sound = _SOUNDS.get(block.mime_type)
            if sound is None:
                raise RequestError(f"{self.model} takes sound as wav or mp3, not {block.mime_type}; convert it")
            return {"type": "input_audio", "input_audio": {"data": block.data, "format": sound}}
        if isinstance(block, Document):
            return self._document(block)
        raise RequestError(f"{self.model} cannot be given a {type(block).__name__}")

    def _document(self, block: Document) -> dict[str, Any]:
        """A document as data, or by URL where the endpoint fetches it."""
        by_url = self.compat.document_urls and block.url
        if not self.compat.documents or not (by_url or block.data is not None):
            raise RequestError(f"{self.model} takes documents as base64 data only, not by URL; give Document(data=...)")
        data = block.url if by_url else f"data:{block.mime_type};base64,{block.data}"
        return {"type": "file", "file": {"filename": block.name or "document.pdf", "file_data": data}}


def _call(block: ToolCall) -> dict[str, Any]:
    call: dict[str, Any] = {
        "id": block.id,
        "type": "function",
        "function": {"name": block.name, "arguments": dumps(block.arguments).decode()},
    }
    if block.signature:
        call["extra_content"] = {"google": {"thought_signature": block.signature}}
    return call
