"""What each kind of output item becomes: text, thinking, a call, or a block of the provider's own.

An item is opened when it is announced and closed by its final form, which is the
truth: text and arguments that streamed otherwise are replaced by it
(wire/openai-responses, section 5). An item of a kind nobody knows is kept as it
came, so that it can go back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from headwater import Assembly, DecodeError, loads

from ._compat import ResponsesCompat
from ._fields import fields, objects, text
from ._free_text import FreeText
from ._responses_calls import CUSTOM, FUNCTION, TOOLS, is_call, tool_arguments, tool_name, unified_id

_PICTURES = {"jpg": "image/jpeg", "svg": "image/svg+xml"}


class Item:
    """One output item while it comes. `key` is its block's; text and refusals have one for each part."""

    __slots__ = ("done", "free", "id", "key", "kinds", "opened", "section", "streamed", "type")

    def __init__(self, key: int, id: str | None) -> None:
        self.key = key
        self.id = id
        self.type = ""
        self.opened = False
        self.done = False
        self.streamed = False
        self.free: FreeText | None = None
        self.section: tuple[str, int] | None = None
        self.kinds: set[str] = set()

    @property
    def is_call(self) -> bool:
        """Whether the caller has to run it."""
        return self.opened and self.type == "call"


class ItemWriter:
    """Writes items with the pen."""

    def __init__(self, compat: ResponsesCompat, out: Assembly) -> None:
        self._compat = compat
        self._out = out

    def open(self, item: Item, raw: Mapping[str, Any]) -> None:
        """The item is announced: as much as is known of it."""
        kind = text(raw, "type") or "unknown"
        item.opened = True
        item.id = item.id or text(raw, "id")
        if kind in ("message", "reasoning"):
            item.type = kind
            if kind == "reasoning":
                self._out.thinking("", item.key)
        elif is_call(raw) and not self._runs_there(raw):
            item.type = "call"
            self._open_call(item, raw, kind)
        else:
            item.type = "block"
            self._out.block(kind, raw, item.key, text(raw, "id"))
            if kind == "image_generation_call":
                self._out.image("start", item.key)

    def close(self, item: Item, raw: Mapping[str, Any]) -> None:
        """The item is finished; `raw` is its final form."""
        if not item.opened:
            self.open(item, raw)
        item.done = True
        if item.type == "message":
            self._close_message(item, raw)
        elif item.type == "reasoning":
            self._close_reasoning(item, raw)
        elif item.type == "call":
            self._close_call(item, raw)
        else:
            tell = _TELLERS.get(text(raw, "type") or "")
            if tell is not None:
                tell(self._out, item, raw)
            self._out.close(item.key, raw=raw)

    def cite(self, annotation: Mapping[str, Any]) -> None:
        """A citation in the text: a page or a file the answer rests on."""
        cite(self._out, annotation)

    # -- messages and reasoning

    def _close_message(self, item: Item, raw: Mapping[str, Any]) -> None:
        plain = text(raw, "content")
        parts = objects(raw, "content") if plain is None else [{"type": "output_text", "text": plain}]
        for position, part in enumerate(parts):
            key = (item.key, position)
            said, refusal = text(part, "text"), text(part, "refusal")
            if refusal is not None:
                self._out.refusal("", key)
                self._out.close(key, refusal)
            elif said is not None:
                self._out.text("" if item.streamed else said, key)
                self._mark_text(key, raw, part)
                self._out.close(key, said)

    def _mark_text(self, key: tuple[int, int], raw: Mapping[str, Any], part: Mapping[str, Any]) -> None:
        """What goes back with the text: its item's id as its signature, the phase; and where it comes from."""
        own = text(raw, "id")
        if own is not None:
            self._out.signature(own, key)
        beside = {"phase": text(raw, "phase"), **{name: objects(part, name) for name in ("annotations", "logprobs")}}
        for name, value in beside.items():
            if value:
                self._out.extra(name, value, key)
        for annotation in objects(part, "annotations"):
            self.cite(annotation)

    def _close_reasoning(self, item: Item, raw: Mapping[str, Any]) -> None:
        """The text of the parts that streamed (summary, or the reasoning itself); the item is kept for replay."""
        said = {"summary": _texts(raw, "summary"), "text": _texts(raw, "content")}
        kinds = item.kinds or ({"summary"} if said["summary"] else {"text"})
        thought = "\n\n".join(part for kind in ("summary", "text") if kind in kinds for part in said[kind])
        if not item.streamed:
            self._out.thinking(thought, item.key)
        self._keep_reasoning(item, raw)
        self._out.close(item.key, thought or None)

    def _keep_reasoning(self, item: Item, raw: Mapping[str, Any]) -> None:
        kept = {name: value for name, value in raw.items() if name not in ("type", "encrypted_content")}
        self._out.extra("item", kept, item.key)
        self.encrypted(item, raw)

    def encrypted(self, item: Item, raw: Mapping[str, Any]) -> None:
        """The encrypted form of reasoning, which some deployments send with the last event only."""
        encrypted = text(raw, "encrypted_content")
        if encrypted is not None:
            self._out.signature(encrypted, item.key)

    # -- calls

    def _runs_there(self, raw: Mapping[str, Any]) -> bool:
        return text(raw, "type") == CUSTOM and str(raw.get("name")).startswith(tuple(self._compat.server_calls))

    def _open_call(self, item: Item, raw: Mapping[str, Any], kind: str) -> None:
        out, key = self._out, item.key
        out.tool_call(key, unified_id(raw), tool_name(raw), tool_arguments(raw) if kind == FUNCTION else None)
        if kind == CUSTOM:
            item.free = FreeText()
            begun = text(raw, "input")
            if begun:
                out.arguments(item.free.piece(begun), key)
        if kind != FUNCTION:
            out.extra("type", kind, key)
        if text(raw, "namespace"):
            out.extra("namespace", raw["namespace"], key)

    def _close_call(self, item: Item, raw: Mapping[str, Any]) -> None:
        if text(raw, "type") in TOOLS:
            self._out.extra("item", dict(raw), item.key)
        if item.free is not None and raw.get("status") == "incomplete":
            return  # it was cut, which free text does not show
        self._out.close(item.key, tool_arguments(raw))


def cite(out: Assembly, annotation: Mapping[str, Any]) -> None:
    """Tells of a citation: a page, or a file by its id."""
    place = {name: annotation[name] for name in ("start_index", "end_index", "index") if name in annotation}
    url, file = text(annotation, "url"), text(annotation, "file_id")
    if url is not None:
        out.source(url, text(annotation, "title"), **place)
    elif file is not None:
        out.source(file, text(annotation, "filename"), kind="file", **place)


def picture_type(output_format: Any) -> str:
    """The media type of a generated image."""
    return _PICTURES.get(str(output_format), f"image/{output_format or 'png'}")


# -- what built-in tools did, beside the item itself


def _web_search(out: Assembly, item: Item, raw: Mapping[str, Any]) -> None:
    for source in objects(fields(raw, "action"), "sources"):
        url = text(source, "url")
        if url is not None:
            out.source(url, text(source, "title"))


def _file_search(out: Assembly, item: Item, raw: Mapping[str, Any]) -> None:
    for found in objects(raw, "results"):
        file = text(found, "file_id")
        if file is not None:
            out.source(file, text(found, "filename"), text(found, "text"), "file", score=found.get("score"))


def _code_interpreter(out: Assembly, item: Item, raw: Mapping[str, Any]) -> None:
    outputs = objects(raw, "outputs")
    logs = [logged for one in outputs if (logged := text(one, "logs")) is not None]
    out.code_execution(
        item.key,
        code=_code(raw),
        output="\n".join(logs) if logs else None,
        success=_SUCCESS.get(text(raw, "status") or ""),
        id=item.id,
    )
    for position, one in enumerate(outputs):
        if text(one, "url"):
            out.image("complete", (item.key, position), url=one["url"])


def _code(raw: Mapping[str, Any]) -> str:
    """The code that ran: a field, or what xAI writes as the arguments of a call."""
    code = text(raw, "code")
    if code is not None:
        return code
    try:
        said = loads(text(raw, "arguments") or "{}")
    except DecodeError:
        return ""
    return (text(cast("dict[str, Any]", said), "code") or "") if isinstance(said, dict) else ""


def _shell(out: Assembly, item: Item, raw: Mapping[str, Any]) -> None:
    """Commands in the provider's container; their output comes as an item of its own with the same call id."""
    commands: Any = fields(raw, "action").get("commands")
    code = "\n".join(map(str, cast("list[Any]", commands))) if isinstance(commands, list) else ""
    out.code_execution(("shell", text(raw, "call_id")), code=code, language="bash", id=item.id)


def _shell_output(out: Assembly, item: Item, raw: Mapping[str, Any]) -> None:
    outputs = objects(raw, "output")
    exits = [fields(one, "outcome").get("exit_code") for one in outputs]
    out.code_execution(
        ("shell", text(raw, "call_id")),
        output="".join(text(one, "stdout") or "" for one in outputs),
        error="".join(text(one, "stderr") or "" for one in outputs) or None,
        success=all(code == 0 for code in exits) if exits else None,
    )


def _image(out: Assembly, item: Item, raw: Mapping[str, Any]) -> None:
    result = text(raw, "result")
    if result:
        out.image("complete", item.key, data=result, mime_type=picture_type(raw.get("output_format")))
    else:
        words = text(fields(raw, "error"), "message") or f"no image came ({raw.get('status')})"
        out.image("error", item.key, message=words)


_SUCCESS = {"completed": True, "failed": False, "incomplete": False}

_TELLERS: Mapping[str, Callable[[Assembly, Item, Mapping[str, Any]], None]] = {
    "web_search_call": _web_search,
    "x_search_call": _web_search,
    "file_search_call": _file_search,
    "code_interpreter_call": _code_interpreter,
    "code_execution_call": _code_interpreter,
    "shell_call": _shell,
    "shell_call_output": _shell_output,
    "image_generation_call": _image,
}
"""Kind of item and how what it did is told in events that all providers share."""


def _texts(raw: Mapping[str, Any], name: str) -> list[str]:
    return [said for part in objects(raw, name) if (said := text(part, "text")) is not None]
