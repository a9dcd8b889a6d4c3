"""What each kind of output item becomes: text, thinking, a call, or a block of the provider's own.

An item is opened when it is announced and closed by its final form, which is the
truth: text and arguments that streamed otherwise are replaced by it
(wire/openai-responses, section 5). An item of a kind nobody knows is kept as it
came, so that it can go back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from headwater import Assembly

from ._compat import ResponsesCompat
from ._free_text import FreeText
from ._responses_calls import CUSTOM, FUNCTION, TOOLS, is_call, tool_arguments, tool_name, unified_id

_PICTURES = {"jpg": "image/jpeg", "svg": "image/svg+xml"}


class Item:
    """One output item while it comes. `key` is its block's; text and refusals have one for each part."""

    __slots__ = ("done", "free", "id", "key", "kinds", "opened", "section", "type")

    def __init__(self, key: int, id: str | None) -> None:
        self.key = key
        self.id = id
        self.type = ""
        self.opened = False
        self.done = False
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
        kind = str(raw.get("type"))
        item.opened = True
        item.id = item.id or raw.get("id")
        if kind in ("message", "reasoning"):
            item.type = kind
            if kind == "reasoning":
                self._out.thinking("", item.key)
        elif is_call(raw) and not self._runs_there(raw):
            item.type = "call"
            self._open_call(item, raw, kind)
        else:
            item.type = "block"
            self._out.block(kind, raw, item.key, raw.get("id"))
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
            tell = _TELLERS.get(str(raw.get("type")))
            if tell is not None:
                tell(self._out, item, raw)
            self._out.close(item.key, raw=raw)

    def cite(self, annotation: Mapping[str, Any]) -> None:
        """A citation in the text: a page or a file the answer rests on."""
        cite(self._out, annotation)

    # -- messages and reasoning

    def _close_message(self, item: Item, raw: Mapping[str, Any]) -> None:
        content: Any = raw.get("content")
        parts = [{"type": "output_text", "text": content}] if isinstance(content, str) else content
        for position, part in enumerate(_objects(parts)):
            key = (item.key, position)
            if isinstance(part.get("refusal"), str):
                self._out.refusal("", key)
                self._out.close(key, part["refusal"])
            elif isinstance(part.get("text"), str):
                self._out.text("", key)
                self._mark_text(key, raw, part)
                self._out.close(key, part["text"])

    def _mark_text(self, key: tuple[int, int], raw: Mapping[str, Any], part: Mapping[str, Any]) -> None:
        """What goes back with the text: its item's id as its signature, the phase; and where it comes from."""
        if isinstance(raw.get("id"), str):
            self._out.signature(raw["id"], key)
        for name, value in (("phase", raw.get("phase")), *((name, part.get(name)) for name in _BESIDE_TEXT)):
            if value:
                self._out.extra(name, value, key)
        for annotation in _objects(part.get("annotations")):
            self.cite(annotation)

    def _close_reasoning(self, item: Item, raw: Mapping[str, Any]) -> None:
        """The text of the parts that streamed (summary, or the reasoning itself); the item is kept for replay."""
        said = {"summary": _texts(raw.get("summary")), "text": _texts(raw.get("content"))}
        kinds = item.kinds or ({"summary"} if said["summary"] else {"text"})
        text = "\n\n".join(part for kind in ("summary", "text") if kind in kinds for part in said[kind])
        self._keep_reasoning(item, raw)
        self._out.close(item.key, text or None)

    def _keep_reasoning(self, item: Item, raw: Mapping[str, Any]) -> None:
        kept = {name: value for name, value in raw.items() if name not in ("type", "encrypted_content")}
        self._out.extra("item", kept, item.key)
        self.encrypted(item, raw)

    def encrypted(self, item: Item, raw: Mapping[str, Any]) -> None:
        """The encrypted form of reasoning, which some deployments send with the last event only."""
        if isinstance(raw.get("encrypted_content"), str):
            self._out.signature(raw["encrypted_content"], item.key)

    # -- calls

    def _runs_there(self, raw: Mapping[str, Any]) -> bool:
        return raw.get("type") == CUSTOM and str(raw.get("name")).startswith(tuple(self._compat.server_calls))

    def _open_call(self, item: Item, raw: Mapping[str, Any], kind: str) -> None:
        out, key = self._out, item.key
        begun: Any = raw.get("arguments") if kind == FUNCTION else None
        out.tool_call(key, unified_id(raw), tool_name(raw), begun or None)
        if kind == CUSTOM:
            item.free = FreeText()
            if raw.get("input"):
                out.arguments(item.free.piece(raw["input"]), key)
        if kind != FUNCTION:
            out.extra("type", kind, key)
        if raw.get("namespace"):
            out.extra("namespace", raw["namespace"], key)

    def _close_call(self, item: Item, raw: Mapping[str, Any]) -> None:
        if raw.get("type") in TOOLS:
            self._out.extra("item", dict(raw), item.key)
        if item.free is not None and raw.get("status") == "incomplete":
            return  # it was cut, which free text does not show
        arguments = tool_arguments(raw)
        self._out.close(item.key, arguments if isinstance(arguments, Mapping | str) else None)


_BESIDE_TEXT = ("annotations", "logprobs")


def cite(out: Assembly, annotation: Mapping[str, Any]) -> None:
    """Tells of a citation: a page, or a file by its id."""
    place = {name: annotation[name] for name in ("start_index", "end_index", "index") if name in annotation}
    if isinstance(annotation.get("url"), str):
        out.source(annotation["url"], annotation.get("title"), **place)
    elif isinstance(annotation.get("file_id"), str):
        out.source(annotation["file_id"], annotation.get("filename"), kind="file", **place)


def picture_type(output_format: Any) -> str:
    """The media type of a generated image."""
    return _PICTURES.get(str(output_format), f"image/{output_format or 'png'}")


# -- what built-in tools did, beside the item itself


def _web_search(out: Assembly, item: Item, raw: Mapping[str, Any]) -> None:
    action: Any = raw.get("action")
    for source in _objects(action.get("sources") if isinstance(action, dict) else None):  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        if isinstance(source.get("url"), str):
            out.source(source["url"], source.get("title"))


def _file_search(out: Assembly, item: Item, raw: Mapping[str, Any]) -> None:
    for found in _objects(raw.get("results")):
        if isinstance(found.get("file_id"), str):
            out.source(found["file_id"], found.get("filename"), found.get("text"), "file", score=found.get("score"))


def _code_interpreter(out: Assembly, item: Item, raw: Mapping[str, Any]) -> None:
    outputs = _objects(raw.get("outputs"))
    logs = [one["logs"] for one in outputs if isinstance(one.get("logs"), str)]
    out.code_execution(
        item.key,
        code=raw.get("code") or "",
        output="\n".join(logs) if logs else None,
        success=_SUCCESS.get(str(raw.get("status"))),
        id=item.id,
    )
    for position, one in enumerate(outputs):
        if isinstance(one.get("url"), str):
            out.image("complete", (item.key, position), url=one["url"])


def _shell(out: Assembly, item: Item, raw: Mapping[str, Any]) -> None:
    """Commands in the provider's container; their output comes as an item of its own with the same call id."""
    action: Any = raw.get("action") or {}
    commands: list[Any] = action.get("commands") or []
    out.code_execution(("shell", raw.get("call_id")), code="\n".join(map(str, commands)), language="bash", id=item.id)


def _shell_output(out: Assembly, item: Item, raw: Mapping[str, Any]) -> None:
    outputs = _objects(raw.get("output"))
    outcomes = [cast("dict[str, Any]", one.get("outcome") or {}) for one in outputs]
    out.code_execution(
        ("shell", raw.get("call_id")),
        output="".join(str(one.get("stdout") or "") for one in outputs),
        error="".join(str(one.get("stderr") or "") for one in outputs) or None,
        success=all(outcome.get("exit_code") == 0 for outcome in outcomes) if outcomes else None,
    )


def _image(out: Assembly, item: Item, raw: Mapping[str, Any]) -> None:
    result = raw.get("result")
    if isinstance(result, str) and result:
        out.image("complete", item.key, data=result, mime_type=picture_type(raw.get("output_format")))
    else:
        error: Any = raw.get("error") or {}
        out.image("error", item.key, message=str(error.get("message") or f"no image came ({raw.get('status')})"))


_SUCCESS = {"completed": True, "failed": False, "incomplete": False}

_TELLERS: Mapping[str, Callable[[Assembly, Item, Mapping[str, Any]], None]] = {
    "web_search_call": _web_search,
    "file_search_call": _file_search,
    "code_interpreter_call": _code_interpreter,
    "shell_call": _shell,
    "shell_call_output": _shell_output,
    "image_generation_call": _image,
}
"""Kind of item and how what it did is told in events that all providers share."""


def _objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, whatever else came instead."""
    return [one for one in cast("list[Any]", value) if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(parts: Any) -> list[str]:
    return [part["text"] for part in _objects(parts) if isinstance(part.get("text"), str)]
