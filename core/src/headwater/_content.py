"""Content blocks: what a message is made of.

Frozen data, compared by value. `type` is the block's name in JSON
(`founding` names: text, thinking, image, toolCall; ours: refusal, document,
audio, source, codeExecution, providerBlock). `extra` holds what a provider
sent beside a block and wants back on replay; it is kept and never read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from attrs import field, frozen

Extra = Mapping[str, Any]


def _no_extra() -> Extra:
    return {}


@frozen
class Text:
    """Text; `signature` is the provider's opaque mark for replay."""

    type: ClassVar[Literal["text"]] = "text"
    text: str
    signature: str | None = None
    extra: Extra = field(factory=_no_extra)


@frozen
class Thinking:
    """What the model thought aloud.

    With `redacted`, `text` is empty or a summary and `signature` holds the
    encrypted form. A block without text but with a signature is valid.
    """

    type: ClassVar[Literal["thinking"]] = "thinking"
    text: str
    signature: str | None = None
    redacted: bool = False
    extra: Extra = field(factory=_no_extra)


@frozen
class Refusal:
    """The model's own words for why it does not answer."""

    type: ClassVar[Literal["refusal"]] = "refusal"
    text: str


@frozen
class Image:
    """An image: base64 `data` with its `mime_type`, or a `url`."""

    type: ClassVar[Literal["image"]] = "image"
    data: str | None = None
    mime_type: str | None = None
    url: str | None = None
    extra: Extra = field(factory=_no_extra)


@frozen
class Document:
    """A document (PDF, plain text): base64 `data` with its `mime_type`, or a `url`."""

    type: ClassVar[Literal["document"]] = "document"
    data: str | None = None
    mime_type: str = "application/pdf"
    url: str | None = None
    name: str | None = None


@frozen
class Audio:
    """Sound: base64 `data` with its `mime_type`; `transcript` where the provider gives one."""

    type: ClassVar[Literal["audio"]] = "audio"
    data: str
    mime_type: str = "audio/wav"
    transcript: str | None = None


@frozen
class ToolCall:
    """A call the caller has to run.

    `incomplete` marks a call that was cut off or whose arguments are no JSON
    object: not to be run. Then `arguments` is a best guess and
    `raw_arguments` the text as it came.
    """

    type: ClassVar[Literal["toolCall"]] = "toolCall"
    id: str
    name: str
    arguments: Mapping[str, Any] = field(factory=dict[str, Any])
    signature: str | None = None
    incomplete: bool = False
    raw_arguments: str | None = None
    extra: Extra = field(factory=_no_extra)


@frozen
class Source:
    """Where an answer comes from: a page, a document, a search result."""

    type: ClassVar[Literal["source"]] = "source"
    uri: str
    title: str | None = None
    snippet: str | None = None
    kind: str = "web"
    extra: Extra = field(factory=_no_extra)


@frozen
class CodeExecution:
    """Code the provider ran, and what came of it; `success` is None while unknown."""

    type: ClassVar[Literal["codeExecution"]] = "codeExecution"
    code: str
    language: str = "python"
    output: str | None = None
    success: bool | None = None
    error: str | None = None
    id: str | None = None
    extra: Extra = field(factory=_no_extra)


@frozen
class ProviderBlock:
    """A provider's own block, kept verbatim in `raw` so that it can be replayed there.

    `name` is the provider's name for its kind (`server_tool_use`, ...).
    """

    type: ClassVar[Literal["providerBlock"]] = "providerBlock"
    name: str
    raw: Mapping[str, Any]
    id: str | None = None


UserBlock = Text | Image | Document | Audio
ResultBlock = Text | Image | Document
AssistantBlock = Text | Thinking | Refusal | ToolCall | Image | Audio | Source | CodeExecution | ProviderBlock
Block = Text | Thinking | Refusal | ToolCall | Image | Document | Audio | Source | CodeExecution | ProviderBlock

BLOCKS: Mapping[str, type[Block]] = {
    block.type: block
    for block in (
        Text,
        Thinking,
        Refusal,
        Image,
        Document,
        Audio,
        ToolCall,
        Source,
        CodeExecution,
        ProviderBlock,
    )
}
