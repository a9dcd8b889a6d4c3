"""What becomes of each block on the way to another model.

A block of the very model stays as it is. Of others, what only their maker can read is
dropped, thinking and executed code are told as text, and media the target cannot take
become a note in their place. Every change is noted; what is only written in another form is noted as kept.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal

from attrs import evolve, frozen

from ._content import (
    Audio,
    CodeExecution,
    Document,
    Image,
    ProviderBlock,
    Refusal,
    Source,
    Text,
    Thinking,
    ToolCall,
)
from ._handoff_names import CallIds, ToolNames
from ._handoff_rules import HandoffRules
from ._messages import AssistantMessage, Note
from ._model import Model
from .errors import RequestError

Action = Literal["kept", "changed", "dropped", "added"]
Place = tuple[int, ...]
"""Number of a message, or of a message and a block in it."""

Media = Image | Document | Audio

# As tuples, since a union is made anew each time it is written in a function.
MEDIA = (Image, Document, Audio)
OWN = (CodeExecution, ProviderBlock, Source)

_DATA_URL = re.compile(r"data:(?P<type>[^;,]+)[^,]*;base64,", re.IGNORECASE)


@frozen
class Kinship:
    """How near the maker of an answer is to the model that is asked."""

    name: str
    same_api: bool
    same_model: bool
    thinking: bool


OpenCall = tuple[ToolCall, ToolCall, Place]
"""A call that waits for its result: as it was stored, as it is sent, and where it is. A plain tuple, as one is made
for every call."""


class BlockFitter:
    """Fits the blocks of one conversation; `notes` is the report so far."""

    def __init__(self, model: Model, rules: HandoffRules, tools: Iterable[str] = ()) -> None:
        self.model = model
        self.rules = rules
        self.notes: list[Note] = []
        self.ids = CallIds(rules)
        self.names = ToolNames(rules, tools)
        self._kin: dict[tuple[str, str, str], Kinship] = {}

    def note(self, action: Action, place: Place, reason: str, part: str = "") -> None:
        """Adds to the report."""
        path = f"messages.{place[0]}{part}" if len(place) == 1 else f"messages.{place[0]}.content.{place[1]}{part}"
        self.notes.append(Note(action, path, reason))

    def kinship(self, message: AssistantMessage) -> Kinship:
        """How near the answer's maker is."""
        key = (message.provider, message.api, message.model)
        known = self._kin.get(key)
        if known is None:
            known = self._kin[key] = _kinship(key, self.model, self.rules)
        return known

    # -- what was answered

    def answer(
        self, blocks: Sequence[Any], message: int, kin: Kinship, calls: list[OpenCall]
    ) -> tuple[Sequence[Any], Sequence[int] | None]:
        """The blocks of an answer as the model may see them, and the numbers they had (None: all are there).

        They are the very same sequence where nothing was changed. Calls are added to `calls`.
        """
        content: list[Any] = []
        told: list[int] = []
        dropped: list[int] = []
        changed = False
        for number, block in enumerate(blocks):
            here = (message, number)
            if isinstance(block, Text):
                fitted = self._text(block, here, kin)
            elif isinstance(block, ToolCall):
                fitted = self._call(block, here, kin, calls)
            else:
                fitted = self._block(block, here, kin)
            if fitted is not block:
                changed = True
                if fitted is None:
                    dropped.append(number)
                    continue
                if isinstance(fitted, str):
                    told.append(len(content))
            content.append(fitted)
        if told:
            _tell(content, told)
        return content if changed else blocks, _others(len(blocks), dropped) if dropped else None

    def _block(self, block: Any, here: Place, kin: Kinship) -> Any:
        """The block, another in its place, the words in which it is told, or None."""
        if isinstance(block, Thinking):
            return self._thinking(block, here, kin)
        if isinstance(block, Refusal):
            self.note("changed", here, "a refusal, as text")
            return None if _is_blank(block.text) else Text(block.text)
        if isinstance(block, OWN):
            return self._own(block, here, kin)
        if isinstance(block, MEDIA):
            return self._made(block, here, kin)
        raise RequestError(f"{_path(here)}: {type(block).__name__} is no content block; see headwater.Text and others")

    def _text(self, block: Text, here: Place, kin: Kinship) -> Text | None:
        text, marked = block.text, block.signature or block.extra
        if (text.isspace() or not text) and not (kin.same_api and kin.thinking and block.signature):
            if text or marked:
                self.note("dropped", here, "an empty text")
            return None
        if kin.same_api or not marked:
            return block
        self.note("dropped", here, f"marks of a text that only {kin.name} can read", ".signature")
        return Text(block.text)

    def _thinking(self, block: Thinking, here: Place, kin: Kinship) -> Thinking | str | None:
        readable = not _is_blank(block.text)
        if kin.same_model or (kin.thinking and not block.redacted):
            if "thinking" in self.rules.takes_back:
                if not kin.same_model and block.signature:
                    self.note("kept", here, f"thinking of {kin.name}, whose signature holds here")
                return block if readable or block.signature else None
            self.note("dropped", here, f"thinking, which {self.model} does not take back")
            return None
        if readable and self.rules.tells_thinking:
            self.note("changed", here, f"thinking of {kin.name}, as text without its signature")
            return block.text
        if readable or block.signature:
            what = "thinking, which is not told here" if readable else f"thinking that only {kin.name} can read"
            self.note("dropped", here, what)
        return None

    def _own(self, block: CodeExecution | ProviderBlock | Source, here: Place, kin: Kinship) -> Any:
        """What a provider did of its own: it goes back there, elsewhere executed code is told as text."""
        holds = kin.same_model or (kin.same_api and self.rules.portable_blocks)
        if (holds and block.type in self.rules.takes_back) or block.type in self.rules.adopts:
            return block
        if isinstance(block, CodeExecution) and block.code:
            self.note("changed", here, f"code that {kin.name} ran, as text")
            return _code_as_text(block)
        what = f"a {block.name}" if isinstance(block, ProviderBlock) else f"a {block.type}"
        self.note("dropped", here, f"{what} that only {kin.name} can read")
        return None

    def _made(self, block: Media, here: Place, kin: Kinship) -> Any:
        """An image or sound the model itself made."""
        if block.type in self.rules.takes_back and (kin.same_api or block.type in self.model.output):
            return block
        words = _words_of(block)
        if words is not None:
            self.note("changed", here, f"{block.type} of an answer, as its words")
            return Text(words)
        self.note("changed", here, f"{self.model} cannot be given {_a(block)} of an answer; a note in its place")
        return Text(f"[{block.type} left out]")

    def _call(self, block: ToolCall, here: Place, kin: Kinship, calls: list[OpenCall]) -> ToolCall | None:
        if block.incomplete:
            self.note("dropped", here, f"a call of {block.name[:80]!r} that was cut off")
            return None
        id, name = self.ids.give(block.id), self.names.give(block.name)
        if id != block.id:
            self.note("changed", here, f"the id of a call, to {id!r}", ".id")
        if name != block.name:
            self.note("changed", here, f"the name of a tool, to {name!r}", ".name")
        sent = block
        if (block.signature or block.extra) and not kin.same_api:
            self.note("dropped", here, f"marks of a call that only {kin.name} can read", ".signature")
            sent = ToolCall(id, name, block.arguments, None, False, block.raw_arguments)
        elif id != block.id or name != block.name:
            sent = ToolCall(id, name, block.arguments, block.signature, False, block.raw_arguments, block.extra)
        calls.append((block, sent, here))
        return sent

    # -- what was given

    def given(self, blocks: Sequence[Any], message: int, *, past: bool) -> tuple[Sequence[Any], Sequence[int] | None]:
        """The blocks of a turn or result as the model may see them, and the numbers they had, as in `answer`.

        `past`: it is not what is asked now.
        """
        content: list[Any] = []
        dropped: list[int] = []
        changed = False
        for number, block in enumerate(blocks):
            fitted: Any = block
            if isinstance(block, Text):
                if _is_blank(block.text):
                    self.note("dropped", (message, number), "an empty text")
                    dropped.append(number)
                    changed = True
                    continue
            elif isinstance(block, MEDIA):
                fitted = self._media(block, (message, number), past=past)
                changed = changed or fitted is not block
            else:
                path = _path((message, number))
                raise RequestError(f"{path}: {type(block).__name__} cannot stand here; see headwater.Text")
            content.append(fitted)
        return content if changed else blocks, _others(len(blocks), dropped) if dropped else None

    def _media(self, block: Media, here: Place, *, past: bool) -> Any:
        block = _with_data(block, here)
        reason = self._refusal(block, past=past)
        if reason is None:
            return block
        words = _words_of(block)
        if words is not None:
            self.note("changed", here, f"{reason}; its words in its place")
            return Text(words)
        self.note("changed", here, f"{reason}; a note in its place")
        return Text(f"[{block.type} left out: this model cannot read it]")

    def _refusal(self, block: Media, *, past: bool) -> str | None:
        """Why the model cannot be given it; None when it can, or when its api has to say so."""
        if block.type not in self.model.input:
            return f"{self.model} takes no {block.type}"
        if not past:
            return None
        by_url = not isinstance(block, Audio) and block.data is None
        url = "" if isinstance(block, Audio) else block.url or ""
        if by_url and any(url.startswith(start) for start in self.rules.own_urls):
            return None
        if block.type not in (self.rules.by_url if by_url else self.rules.by_data):
            return f"{self.model} takes no {block.type} {'by URL' if by_url else 'as data'}"
        limits = self.rules.media.get(block.type)
        kind = block.mime_type or "image/png"
        if limits is None or any(fnmatchcase(kind.lower(), one) for one in limits):
            return None
        return None if by_url and limits else f"{self.model} takes no {kind}"


def _kinship(maker: tuple[str, str, str], model: Model, rules: HandoffRules) -> Kinship:
    provider, api, model_id = maker
    same_api = (provider, api) == (model.provider, model.api)
    same_model = same_api and model_id == model.id
    spelled = f"{provider}/{api}/{model_id}"
    kindred = any(fnmatchcase(spelled, pattern) for pattern in rules.thinking_from)
    thinking = same_model or (same_api and rules.portable_thinking) or kindred
    return Kinship(provider or "its maker", same_api, same_model, thinking)


def _path(here: Place) -> str:
    return f"messages.{here[0]}.content.{here[1]}"


def _a(block: Media) -> str:
    return f"an {block.type}" if block.type[0] in "ai" else f"a {block.type}"


def _tell(content: list[Any], told: Sequence[int]) -> None:
    """Makes texts of the words at these places, with a blank line before a text: apis join the texts of an answer."""
    for number in told:
        words: str = content[number]
        before_text = number + 1 < len(content) and isinstance(content[number + 1], (Text, str))
        content[number] = Text(words.rstrip() + "\n\n" if before_text else words)


def _others(count: int, dropped: Sequence[int]) -> Sequence[int]:
    """The numbers of so many blocks without those that were left out."""
    left = frozenset(dropped)
    return [number for number in range(count) if number not in left]


def _is_blank(text: str) -> bool:
    """Whether there is nothing but white space; unlike `strip`, it looks no further than the first letter."""
    return text.isspace() or not text


def _code_as_text(block: CodeExecution) -> str:
    """Executed code and what came of it, in words."""
    outcome = block.error if block.success is False and block.error else block.output
    parts = [f"Code that was run ({block.language}):\n{block.code}"]
    if outcome:
        parts.append(f"It {'failed' if block.success is False else 'gave'}:\n{outcome}")
    return "\n\n".join(parts)


def _with_data(block: Media, here: Place) -> Media:
    """The same with a data URL taken apart; raises `RequestError` for one with neither data nor URL, or with bytes."""
    if block.data is not None and not isinstance(block.data, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        kind = type(block.data).__name__
        raise RequestError(f"{_path(here)}.data is {kind}, where base64 text has to stand; see base64.b64encode")
    if isinstance(block, Audio) or block.data is not None:
        return block
    if not block.url:
        if isinstance(block, Image) and block.extra:
            return block
        raise RequestError(f"{_path(here)}: {_a(block)} without data; give data=... or url=...")
    found = _DATA_URL.match(block.url)
    if found is None:
        return block
    return evolve(block, data=block.url[found.end() :], mime_type=found["type"], url=None)


def _words_of(block: Media) -> str | None:
    """What is said in a text document or a transcript; None for what cannot be told in words."""
    if isinstance(block, Audio):
        return block.transcript or None
    if not isinstance(block, Document) or not block.mime_type.startswith("text/") or block.data is None:
        return None
    try:
        words = base64.b64decode(block.data, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return (f"{block.name}:\n{words}" if block.name else words) if words.strip() else None
