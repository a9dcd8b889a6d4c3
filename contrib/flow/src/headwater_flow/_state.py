"""What a reader of a stream wants to show, as one frozen value that is JSON at any time.

Text is kept as the pieces it came in and joined when it is looked at: an event costs the same however much came
before it, a look costs what there is. States share their pieces, so that keeping every state of a stream is cheap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self, cast

from attrs import field, fields, frozen

from ._reducer_table import Phase, Status, camel


class Written:
    """Texts of blocks as far as they came: a value, though values that follow each other share one list."""

    __slots__ = ("_count", "_log", "_texts")

    def __init__(self, texts: Mapping[int, str] | None = None) -> None:
        self._log: list[tuple[int, str, bool]] = [(index, text, True) for index, text in (texts or {}).items()]
        self._count = len(self._log)
        self._texts: dict[int, str] | None = None

    def add(self, index: int, text: str, replaces: bool = False) -> Written:
        """With more text of a block, or other text for it."""
        log, count = self._log, self._count
        if len(log) != count:  # another state went on from here
            log = log[:count]
        log.append((index, text, replaces))
        made = object.__new__(Written)
        made._log, made._count, made._texts = log, count + 1, None
        return made

    @property
    def texts(self) -> Mapping[int, str]:
        """The text of each block, in the order of the message."""
        if self._texts is None:
            pieces: dict[int, list[str]] = {}
            for index, text, replaces in self._log[: self._count]:
                if replaces:
                    pieces[index] = [text]
                else:
                    pieces.setdefault(index, []).append(text)
            self._texts = {index: "".join(pieces[index]) for index in sorted(pieces)}
        return self._texts

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.texts.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Written) and self.texts == other.texts

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Written({dict(self.texts)!r:.200})"


@frozen(slots=False)
class ToolProgress:
    """A tool call: `active` while its arguments come, then `complete`, or `cut` when the answer ended before it did."""

    content_index: int
    id: str
    name: str
    state: str = "active"
    arguments: Mapping[str, Any] | None = None
    """The arguments, once they are whole."""
    written: Written = field(factory=Written, repr=False)

    @property
    def arguments_text(self) -> str:
        """The arguments as the text that came so far."""
        return self.written.text


@frozen(slots=False, eq=True)
class StreamState:
    """A stream as it stands; `StreamState()` is one that has not begun. Times are seconds, by the `now` of `reduce`.

    Blocks of the message (sources, images, code) are plain data, as `to_dict` writes them.
    """

    status: Status = "idle"
    phase: Phase = "idle"
    activity: str | None = None
    """What came last: text, thinking, refusal, tool_call, block (a provider's own), source, code_execution, image."""
    thinking_complete: bool = False
    active_tools: Sequence[ToolProgress] = ()
    completed_tools: Sequence[ToolProgress] = ()
    sources: Sequence[Mapping[str, Any]] = ()
    """What the answer rests on; `kind` tells pages that were searched from other grounds."""
    image: Mapping[str, Any] | None = None
    """The image that is being made, or was made last: contentIndex, inProgress, stage, progress, error."""
    images: Sequence[Mapping[str, Any]] = ()
    """The images that came whole."""
    code_executions: Sequence[Mapping[str, Any]] = ()
    """Code the provider ran: contentIndex and execution."""
    retrieved_notes: Sequence[Any] = ()
    """What an application found for the model, told by a status `retrieved` with `notes`."""
    notes: Sequence[Mapping[str, Any]] = ()
    """What was changed or dropped to fit the model; known at the end."""
    processing_status: Mapping[str, Any] | None = None
    """The last status event: status, data."""
    input_tokens: int = 0
    """All the model read, with what came from or went to a cache."""
    output_tokens: int = 0
    usage_provenance: str = "absent"
    start_time: float | None = None
    duration: float = 0.0
    """From the start to the last event."""
    provider: str | None = None
    model: str | None = None
    log_id: str | None = None
    """The provider's id of the answer."""
    reason: str | None = None
    """Why it ended: stop, length, toolUse, error, aborted."""
    error: Mapping[str, Any] | None = None
    """kind, message, recoverable (whether asking again may help), retryAfter."""
    retry_count: int = 0
    events: int = 0
    problems: int = 0
    """Events that must not come where they came; `problem` tells of the last one."""
    problem: str | None = None
    course: str = "new"
    """State of the stream in `STREAM_GRAMMAR`."""
    blocks: Mapping[int, str] = field(factory=dict[int, str])
    """State of each block in `BLOCK_GRAMMAR`."""
    texts: Written = field(factory=Written, repr=False)
    thoughts: Written = field(factory=Written, repr=False)
    refusals: Written = field(factory=Written, repr=False)

    @property
    def text(self) -> str:
        """All text so far, in the order of the message."""
        return self.texts.text

    @property
    def thinking(self) -> str:
        """All thinking so far."""
        return self.thoughts.text

    @property
    def refusal(self) -> str:
        """The model's words for why it does not answer, so far."""
        return self.refusals.text

    @property
    def thinking_steps(self) -> Sequence[str]:
        """The thinking, block by block."""
        return tuple(self.thoughts.texts.values())

    def to_dict(self) -> dict[str, Any]:
        """The state as plain JSON data."""
        made = {camel: _plain(getattr(self, name)) for name, camel in _NAMES.items()}
        return {**made, "text": self.text, "thinking": self.thinking, "refusal": self.refusal}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The state in plain data; fields that are not known are ignored, missing ones take their default."""
        given: dict[str, Any] = {name: data[camel] for name, camel in _NAMES.items() if camel in data}
        for name, value in given.items():
            if name in ("active_tools", "completed_tools"):
                given[name] = tuple(_tool(one) for one in value)
            elif name in ("texts", "thoughts", "refusals"):
                given[name] = Written({int(index): text for index, text in value.items()})
            elif name == "blocks":
                given[name] = {int(index): state for index, state in value.items()}
            elif isinstance(value, list):
                given[name] = tuple(cast("list[Any]", value))
        return cls(**given)


_NAMES: Mapping[str, str] = {part.name: camel(part.name) for part in fields(StreamState)}
"""The fields of a state, and their names in JSON."""


def _plain(value: Any) -> Any:
    if isinstance(value, Written):
        return {str(index): text for index, text in value.texts.items()}
    if isinstance(value, ToolProgress):
        return {
            "contentIndex": value.content_index,
            "id": value.id,
            "name": value.name,
            "state": value.state,
            "arguments": _plain(value.arguments),
            "argumentsText": value.arguments_text,
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in cast("Sequence[Any]", value)]
    return value


def _tool(data: Mapping[str, Any]) -> ToolProgress:
    index = data["contentIndex"]
    written = Written({index: data["argumentsText"]} if data.get("argumentsText") else None)
    return ToolProgress(index, data["id"], data["name"], data["state"], data.get("arguments"), written)
