"""Reads the events of a Responses stream.

Items are told apart by their place in the output, for compatible servers change
ids between announcing and finishing one. `output_item.done` holds the truth of an
item, the last event the truth of the answer: what was never finished there is
taken from it. Events and items of unknown kinds are let pass; they lose nothing.

An answer made in the background is marked with a cursor after each event; the
same parser goes on when the stream is taken up again, and an answer that is asked
for from time to time comes as one object (wire/openai-responses, section 8).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from headwater import Assembly, Kind, RawEvent, StopReason, loads

from ._compat import ResponsesCompat
from ._fields import text
from ._responses_items import Item, ItemWriter, picture_type
from ._responses_wire import ResponseObject, StreamEvent, UsageObject, decode_event, decode_response
from ._usage_details import keep_usage_details

POLL_SECONDS = 2.0
"""How long to wait before asking again for an answer that is not there yet."""

INCOMPLETE: Mapping[str | None, StopReason | Kind] = {
    None: "length",
    "max_output_tokens": "length",
    "max_messages": "length",
    "content_filter": "content_filter",
}
"""Why an answer is incomplete (wire/openai-responses, section 6); other reasons are errors."""


class ResponsesParser:
    """The parser of one answer, over however many connections it comes."""

    def __init__(self, compat: ResponsesCompat, out: Assembly) -> None:
        self._out = out
        self._details = compat.usage_details
        self._writer = ItemWriter(compat, out)
        self._items: list[Item] = []
        self._by_index: dict[int, Item] = {}
        self._by_id: dict[str, Item] = {}
        self._response_id: str | None = None
        self._background = False
        self._latest = -1
        self._status: str | None = None

    def __call__(self, raw: RawEvent) -> None:
        """Takes one event."""
        event = decode_event(raw.data)
        if not event.type:
            event.type = raw.name
        if self._background and event.sequence_number is not None:
            if event.sequence_number <= self._latest:
                return
            self._latest = event.sequence_number
        handler = _HANDLERS.get(event.type)
        if handler is not None:
            handler(self, event)
        elif not event.type and event.object == "response":
            self._polled(decode_response(raw.data))
            self._keep_details(raw)
            return
        elif event.type == "error" or (not event.type and event.error):
            self._out.fail_with(loads(raw.data))
        elif event.type:
            self._other(event)
        if event.response is not None:
            self._keep_details(raw)
        if self._background:
            self._out.cursor({"response_id": self._response_id, "sequence_number": self._latest})

    def end(self) -> None:
        """End of the bytes: everything was written as it came."""

    # -- the answer as a whole

    def begun(self, event: StreamEvent) -> None:
        """The response exists: its id, its model, and where it can be found again."""
        response = event.response or ResponseObject()
        self._meet(response)
        if event.type != "response.created":
            self._tell(event.type.removeprefix("response."))

    def _meet(self, response: ResponseObject) -> None:
        self._out.start(response.id, response.model)
        self._response_id = self._response_id or response.id
        self._background = self._background or bool(response.background)

    def _tell(self, status: str) -> None:
        """The answer's status, when it is another than before."""
        if status != self._status:
            self._status = status
            self._out.status(status)

    def _polled(self, response: ResponseObject) -> None:
        """The answer as one object: finished, or still in the making."""
        self._meet(response)
        if response.status in ("queued", "in_progress"):
            self._tell(response.status)
            if response.id:
                self._out.cursor({"response_id": response.id, "polled": True}, again_in=POLL_SECONDS)
        else:
            self._finish(response, response.status)

    def ended(self, event: StreamEvent) -> None:
        """The terminal signal, with the whole response."""
        response = event.response or ResponseObject()
        self._meet(response)
        named = event.type.removeprefix("response.")
        if named == "done" and self._out.completed:
            return  # it was said in another word how the answer ended
        self._finish(response, response.status or "completed" if named == "done" else named)

    def _finish(self, response: ResponseObject, status: str | None) -> None:
        out = self._out
        self._complete_items(response.output or [])
        if response.usage is not None:
            self._count(response.usage)
        out.usage(service_tier=response.service_tier)
        for verdict in response.content_filters or ():
            if verdict.get("blocked"):
                out.status("content_filter", **verdict)
        self._stop(response, status)
        out.complete()

    def _stop(self, response: ResponseObject, status: str | None) -> None:
        out = self._out
        if status == "completed":
            if any(item.is_call and not item.done for item in self._items):
                out.fail("malformed", "finished its answer and left a tool call unfinished; ask again")
            out.stop("stop", status)
        elif status == "incomplete":
            reason = response.incomplete_details.reason if response.incomplete_details else None
            out.stop(INCOMPLETE.get(reason, "unknown"), reason or status)
        elif status == "cancelled":
            out.stop("aborted", status)
        elif response.error:
            out.fail_with({"error": response.error})
        else:
            out.stop("server", status)

    def _complete_items(self, output: list[dict[str, Any]]) -> None:
        """What the last event knows of items beyond what was told of them; all of them, where nothing was."""
        nothing_told = not self._items
        for index, raw in enumerate(output):
            item = self._by_id.get(text(raw, "id") or "") or self._by_index.get(index)
            if item is None and nothing_told:
                item = self._new(index, text(raw, "id"))
            if item is None:
                continue
            if not item.done:
                self._writer.close(item, raw)
            elif item.type == "reasoning" and text(raw, "type") == "reasoning":
                self._writer.encrypted(item, raw)

    def _count(self, usage: UsageObject) -> None:
        """Input excludes what was cached, unless the endpoint counts it apart (wire/openai-compatible, 3.1)."""
        given, details = usage.input_tokens, usage.input_tokens_details
        cached = (details.cached_tokens or 0) if details else 0
        written = (details.cache_write_tokens or 0) if details else 0
        inclusive = given is not None and cached + written <= given
        self._out.usage(
            input=given - cached - written if inclusive and given is not None else given,
            output=usage.output_tokens,
            cache_read=cached,
            cache_write=written,
            reasoning=usage.output_tokens_details.reasoning_tokens if usage.output_tokens_details else None,
            total_tokens=usage.total_tokens,
        )

    def _keep_details(self, raw: RawEvent) -> None:
        if self._details:
            keep_usage_details(self._out, self._details, raw.data)

    # -- items

    def _new(self, index: int | None, id: str | None) -> Item:
        item = Item(len(self._items), id)
        self._items.append(item)
        if index is not None:
            self._by_index[index] = item
        if id:
            self._by_id[id] = item
        return item

    def _at(self, event: StreamEvent) -> Item:
        """The item an event is about: by its place, else by its id, else the latest; a new one where there is none."""
        item = None
        if event.output_index is not None:
            item = self._by_index.get(event.output_index)
        elif event.item_id is not None:
            item = self._by_id.get(event.item_id)
        elif self._items:
            item = self._items[-1]
        if item is None or item.done:
            item = self._new(event.output_index, event.item_id)
        return item

    def item_added(self, event: StreamEvent) -> None:
        """An item opens."""
        if event.item is not None:
            self._writer.open(self._new(event.output_index, text(event.item, "id")), event.item)

    def item_done(self, event: StreamEvent) -> None:
        """An item is whole; what it says wins over its pieces."""
        raw = event.item
        if raw is None:
            return
        own = text(raw, "id") or ""
        item = (self._by_id.get(own) if event.output_index is None else None) or self._at(event)
        if own:
            self._by_id[own] = item
        self._writer.close(item, raw)

    # -- pieces of items

    def text(self, event: StreamEvent) -> None:
        """More text of a part."""
        if event.delta is not None:
            item = self._at(event)
            item.streamed = True
            self._out.text(event.delta, (item.key, event.content_index or 0))

    def refusal(self, event: StreamEvent) -> None:
        """More of a refusal."""
        if event.delta is not None:
            self._out.refusal(event.delta, (self._at(event).key, event.content_index or 0))

    def summary(self, event: StreamEvent) -> None:
        """More of a summary of the reasoning."""
        self._think(event, ("summary", event.summary_index or 0))

    def reasoning(self, event: StreamEvent) -> None:
        """More of the reasoning itself."""
        self._think(event, ("text", event.content_index or 0))

    def _think(self, event: StreamEvent, section: tuple[str, int]) -> None:
        """More thinking; a blank line stands between parts."""
        item = self._at(event)
        if item.section != section:
            if item.section is not None:
                self._out.thinking("\n\n", item.key)
            item.section = section
            item.kinds.add(section[0])
            item.streamed = True
        self._out.thinking(event.delta or "", item.key)

    def arguments(self, event: StreamEvent) -> None:
        """More of a call's arguments, or of a built-in tool's input; of an item nobody announced its end tells all."""
        item = self._at(event)
        if item.opened and event.delta:
            self._out.arguments(item.free.piece(event.delta) if item.free else event.delta, item.key)

    def code(self, event: StreamEvent) -> None:
        """More of the code that a built-in tool runs."""
        item = self._at(event)
        self._out.code_execution(item.key, code=event.code or "", id=item.id)

    def annotation(self, event: StreamEvent) -> None:
        """A source of what was said."""
        if event.annotation is not None:
            self._writer.cite(event.annotation)

    def picture(self, event: StreamEvent) -> None:
        """A preview of an image that is being made."""
        if event.partial_image_b64:
            kind = picture_type(event.output_format)
            self._out.image("progress", self._at(event).key, data=event.partial_image_b64, mime_type=kind)

    def _other(self, event: StreamEvent) -> None:
        """What a built-in tool is doing: `response.web_search_call.searching` is the status `web_search.searching`."""
        prefix, _, rest = event.type.partition(".")
        tool, _, state = rest.partition(".")
        if prefix == "response" and state in _STATES:
            self._out.status(f"{tool.removesuffix('_call')}.{state}", id=event.item_id)


_STATES = frozenset(
    {
        "in_progress",
        "searching",
        "interpreting",
        "executing",
        "generating",
        "compacting",
        "completed",
        "failed",
    }
)

_HANDLERS: Mapping[str, Callable[[ResponsesParser, StreamEvent], None]] = {
    "response.created": ResponsesParser.begun,
    "response.queued": ResponsesParser.begun,
    "response.in_progress": ResponsesParser.begun,
    "response.completed": ResponsesParser.ended,
    "response.incomplete": ResponsesParser.ended,
    "response.failed": ResponsesParser.ended,
    "response.cancelled": ResponsesParser.ended,
    "response.done": ResponsesParser.ended,
    "response.output_item.added": ResponsesParser.item_added,
    "response.output_item.done": ResponsesParser.item_done,
    "response.output_text.delta": ResponsesParser.text,
    "response.output_text.annotation.added": ResponsesParser.annotation,
    "response.refusal.delta": ResponsesParser.refusal,
    "response.reasoning_summary_text.delta": ResponsesParser.summary,
    "response.reasoning_text.delta": ResponsesParser.reasoning,
    "response.function_call_arguments.delta": ResponsesParser.arguments,
    "response.custom_tool_call_input.delta": ResponsesParser.arguments,
    "response.mcp_call_arguments.delta": ResponsesParser.arguments,
    "response.code_interpreter_call_code.delta": ResponsesParser.arguments,
    "response.code_interpreter_call_code.done": ResponsesParser.code,
    "response.image_generation_call.partial_image": ResponsesParser.picture,
}
