"""A conversation as Responses has it: a flat list of items (wire/openai-responses, section 3).

What this very model said goes back as it was: reasoning with its encrypted form,
followed by the item it led to, ids included. The server checks ids in pairs, so they
are left out as soon as the reasoning cannot go back: for another model, or where its
encrypted form is missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from headwater import (
    AssistantMessage,
    Audio,
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
    dumps,
)

from ._compat import ResponsesCompat
from ._fields import fields
from ._responses_calls import CUSTOM, FUNCTION, image_url, result_item

ID_LENGTH = 64
"""Characters of an id at most."""


def input_items(
    model: Model, compat: ResponsesCompat, context: Context, notes: list[Note], *, after: str | None = None
) -> list[dict[str, Any]]:
    """The items of a conversation; with `after`, of what follows the answer of that response id."""
    written = _Written(model, compat, notes)
    if context.system_prompt and not compat.instructions:
        role = "developer" if compat.developer_role else "system"
        written.message(role, context.system_prompt)
    begin = len(written.items)
    for position, message in enumerate(context.messages):
        if isinstance(message, UserMessage):
            written.user(message)
        elif isinstance(message, AssistantMessage):
            stored = after is not None and message.response_id == after
            if stored:  # its calls are known there by the ids they came with
                written.taken.clear()
            written.assistant(message, position)
            if stored:
                del written.items[begin:]
        else:
            written.result(message)
    if written.images:
        written.images_of_results()
    return written.items


class _Written:
    """The items written so far, the ids of calls in them, and images of results that wait for their place."""

    def __init__(self, model: Model, compat: ResponsesCompat, notes: list[Note]) -> None:
        self.model = model
        self.compat = compat
        self.notes = notes
        self.items: list[dict[str, Any]] = []
        self.images: list[dict[str, Any]] = []
        self.calls: dict[str, tuple[str, str]] = {}
        self.taken: set[str] = set()
        self.goes_on = False

    def message(self, role: str, content: str | list[dict[str, Any]], **more: Any) -> None:
        made: dict[str, Any] = {"type": "message"} if self.compat.typed_messages else {}
        made |= {"role": role, "content": content}
        if more:
            made |= more
        self.items.append(made)

    def drop(self, reason: str, message: int, block: int | None = None) -> None:
        path = f"messages.{message}" if block is None else f"messages.{message}.content.{block}"
        self.notes.append(Note("dropped", path, reason))

    # -- users and results

    def user(self, message: UserMessage) -> None:
        if self.images:
            self.images_of_results()
        content = message.content
        self.message("user", content if isinstance(content, str) else self.parts(content))

    def result(self, message: ToolResultMessage) -> None:
        call = self.calls.get(message.tool_call_id)
        call_id, kind = call or (message.tool_call_id.partition("|")[0], FUNCTION)
        content = message.content
        if isinstance(content, str):
            self.items.append(result_item(kind, call_id, message, content, content))
            return
        text = "\n".join([block.text for block in content if isinstance(block, Text)])
        parts: str | list[dict[str, Any]] = text
        others = [block for block in content if not isinstance(block, Text)]
        if others and self.compat.result_parts:
            parts = self.parts(content)
        elif others and kind != "computer_call":
            parts = text or "(see the attachment)"
            self.images += self.parts(others)
        self.items.append(result_item(kind, call_id, message, text, parts))

    def images_of_results(self) -> None:
        """What results cannot hold follows the run of them in a message of the user."""
        note = {"type": "input_text", "text": "Attached to the tool results above:"}
        self.message("user", [note, *self.images])
        self.images = []

    def parts(self, blocks: Sequence[Any]) -> list[dict[str, Any]]:
        return [self.part(block) for block in blocks]

    def part(self, block: Any) -> dict[str, Any]:
        if isinstance(block, Text):
            return {"type": "input_text", "text": block.text}
        if isinstance(block, Image):
            return {"type": "input_image", "detail": "auto", "image_url": image_url(block)}
        if isinstance(block, Document):
            return self.document(block)
        if isinstance(block, Audio):
            raise RequestError(f"{self.model} takes no sound over {self.model.api}; ask with api='openai-completions'")
        raise RequestError(f"{self.model} cannot be given a {type(block).__name__}")

    def document(self, block: Document) -> dict[str, Any]:
        if not self.compat.documents:
            raise RequestError(f"{self.model} takes no documents; give their text")
        if block.url is not None:
            return {"type": "input_file", "file_url": block.url}
        if not self.compat.file_data:
            raise RequestError(f"{self.model} takes documents by URL only; give Document(url=...)")
        data = f"data:{block.mime_type};base64,{block.data}"
        return {"type": "input_file", "filename": block.name or "document.pdf", "file_data": data}

    # -- answers

    def assistant(self, message: AssistantMessage, position: int) -> None:
        if self.images:
            self.images_of_results()
        model = self.model
        mine = (message.provider, message.api, message.model) == (model.provider, model.api, model.id)
        whole = mine and all(self.can_go_back(block) for block in message.content if isinstance(block, Thinking))
        begin = len(self.items)
        for number, block in enumerate(message.content):
            here = (position, number)
            if isinstance(block, Text):
                self.text(block, here, mine=mine, keep=whole)
                self.goes_on = True
                continue
            if isinstance(block, ToolCall):
                self.call(block, keep=whole)
            elif isinstance(block, Thinking):
                self.reasoning(block, here, keep=mine)
            elif isinstance(block, ProviderBlock):
                self.provider_block(block, here, keep=whole)
            self.goes_on = False
        self.goes_on = False
        while len(self.items) > begin and self.items[-1].get("type") == "reasoning":
            self.items.pop()
            self.drop("reasoning that led to nothing", position)

    def can_go_back(self, block: Thinking) -> bool:
        """Whether reasoning can be replayed: encrypted, or as text to a server that knows no encryption."""
        return bool(fields(block.extra, "item")) and bool(block.signature or not self.compat.encrypted_reasoning)

    def reasoning(self, block: Thinking, here: tuple[int, int], *, keep: bool) -> None:
        if not keep or not self.can_go_back(block):
            self.drop("reasoning that only its maker can read", *here)
            return
        item = {name: value for name, value in block.extra["item"].items() if value is not None}
        encrypted = {"encrypted_content": block.signature} if block.signature else {}
        self.items.append({"type": "reasoning", "summary": [], **item, **encrypted})

    def text(self, block: Text, here: tuple[int, int], *, mine: bool, keep: bool) -> None:
        """Text goes back as the item it was, else as a plain message; texts of one item stay together."""
        phase: dict[str, Any] = {}
        if block.extra.get("phase"):
            if mine:
                phase["phase"] = block.extra["phase"]
            else:
                self.drop("the phase of a text, which is for the model that said it", *here)
        if not keep or not block.signature:
            if block.text:
                self.plain_text(block.text, phase)
            return
        part: dict[str, Any] = {"type": "output_text", "text": block.text, "annotations": []}
        own = short_id(block.signature, "msg_")
        last = self.items[-1] if self.items else {}
        if last.get("type") == "message" and last.get("id") == own:
            last["content"].append(part)
            return
        item = {"type": "message", "id": own, "role": "assistant", "status": "completed", "content": [part]}
        self.items.append({**item, **phase})

    def plain_text(self, text: str, phase: dict[str, Any]) -> None:
        """Text without its item; texts of one answer that follow each other are one message."""
        last = self.items[-1] if self.goes_on else {}
        if isinstance(last.get("content"), str) and last.get("phase") == phase.get("phase"):
            last["content"] += text
        else:
            self.message("assistant", text, **phase)

    def call(self, block: ToolCall, *, keep: bool) -> None:
        call_id, kind = self.call_id(block.id), str(block.extra.get("type", FUNCTION))
        self.calls[block.id] = call_id, kind
        item: dict[str, Any] = {"type": kind, "call_id": call_id}
        if kind == FUNCTION:
            item["name"] = block.name
            item["arguments"] = dumps(block.arguments).decode()
        elif kind == CUSTOM:
            item |= {"name": block.name, "input": str(block.arguments.get("input", ""))}
        else:
            item |= {name: value for name, value in fields(block.extra, "item").items() if name != "call_id"}
        self.items.append(item)
        if not keep:
            return
        own = block.id.partition("|")[2]
        if own.startswith(("fc_", "ctc_")) and len(own) <= ID_LENGTH:
            item["id"] = own
        if block.extra.get("namespace"):
            item["namespace"] = block.extra["namespace"]

    def call_id(self, unified: str) -> str:
        """The call's own id where no other call has it, else one made of the whole."""
        plain = short_id(unified.partition("|")[0], "call_")
        if not plain or plain in self.taken:
            plain = f"call_{_digest(unified)}"
        self.taken.add(plain)
        return plain

    def provider_block(self, block: ProviderBlock, here: tuple[int, int], *, keep: bool) -> None:
        """Items of the provider's own go back as they came; compacted history also to another of its models."""
        if keep or block.name == "compaction":
            self.items.append(dict(block.raw))
        else:
            self.drop(f"a {block.name} that cannot go back without its reasoning", *here)


def short_id(own: str, prefix: str) -> str:
    """An id as it is, or a short one made of it where it is too long."""
    return own if len(own) <= ID_LENGTH else prefix + _digest(own)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
