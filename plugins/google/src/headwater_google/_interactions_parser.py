"""Reads the events of an interaction.

Steps come by index and may interleave; what a step is made of is told by its deltas. The provider's
own steps (searches and their results) are kept whole for replay. `interaction.completed` is the
terminal signal; its status is why the answer ended (wire/google-generative-ai, section 10).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import Assembly, Kind, RawEvent, StopReason, dumps, loads

from ._interactions_events import Delta, Event, Interaction, Usage, decode_delta, decode_event, decode_interaction
from ._loose import mapping, objects, word

STATUSES: Mapping[str, StopReason | Kind] = {
    "completed": "stop",
    "requires_action": "toolUse",
    "incomplete": "length",
    "requires_continuation": "length",
    "budget_exceeded": "length",
    "failed": "server",
    "cancelled": "aborted",
}
"""How an interaction ends; others are states on the way, or unknown."""

_ON_THE_WAY = frozenset({"in_progress", "queued"})

_PLACES = ("url", "document_uri", "source", "file_name", "name")


class _Step:
    """A step that is open: what it said of itself, and what its deltas add."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.kind = str(raw.get("type", ""))
        self.raw = raw
        self.segment = 0
        self.argued = False


class InteractionsParser:
    """The parser of one response."""

    def __init__(self, out: Assembly) -> None:
        self._out = out
        self._steps: dict[int, _Step] = {}
        self._code: dict[str, list[dict[str, Any]]] = {}
        self._status: str | None = None

    def __call__(self, raw: RawEvent) -> None:
        """Takes one event."""
        event = decode_event(raw.data)
        kind = event.event_type
        if kind == "step.delta":
            self._grow(event, raw)
        elif kind == "step.start":
            self._steps[event.index] = self._open(event.index, event.step or {})
        elif kind == "step.stop":
            self._close(event.index)
        elif event.error:
            self._out.fail_with({"error": event.error})
        elif not kind and event.steps is not None:
            self._read_whole(decode_interaction(raw.data))
        else:
            self._tell(event)
        if event.metadata is not None:
            self._count(event.metadata.total_usage or event.metadata.usage)

    def end(self) -> None:
        """End of the bytes: the status has its say."""
        out = self._out
        for index in list(self._steps):
            if self._status is not None:
                self._close(index)
        if self._status is None:
            if out.has_usage:
                out.usage(provenance="partial")
            return
        out.complete()
        out.stop(STATUSES.get(self._status), self._status)

    # -- the interaction

    def _read_whole(self, interaction: Interaction) -> None:
        """An interaction that comes as one object; it may begin with what the user said."""
        for index, step in enumerate(interaction.steps or ()):
            if step.get("type") != "user_input":
                self._steps[index] = self._open(index, step)
                self._close(index)
        self._tell(Event("interaction.completed", interaction=interaction))

    def _tell(self, event: Event) -> None:
        """What is said of the interaction as a whole."""
        told = event.interaction
        status = event.status
        token = event.continuation_token
        if told is not None:
            self._out.start(told.id, told.model)
            status, token = told.status, told.continuation_token
            self._count(told.usage)
            if told.service_tier:
                self._out.usage(service_tier=told.service_tier)
        self._count(event.usage)
        if token:
            self._out.extra("continuationToken", token)
        if status == "queued":
            self._out.status("queued")
        elif status is not None and status not in _ON_THE_WAY:
            self._status = status
        if event.event_type == "interaction.completed":
            self._status = self._status or "completed"
            self._out.complete()

    def _count(self, usage: Usage | None) -> None:
        """Input includes what was cached, output excludes thinking; tools of the provider come on top."""
        if usage is None:
            return
        cached = usage.total_cached_tokens or 0
        prompt = usage.total_input_tokens
        self._out.usage(
            input=None if prompt is None else max(prompt - cached, 0) + (usage.total_tool_use_tokens or 0),
            output=(usage.total_output_tokens or 0) + (usage.total_thought_tokens or 0),
            cache_read=cached,
            reasoning=usage.total_thought_tokens,
            total_tokens=usage.total_tokens,
        )

    # -- steps

    def _open(self, index: int, raw: dict[str, Any]) -> _Step:
        step = _Step(raw)
        out = self._out
        if step.kind == "function_call":
            out.tool_call(index, word(raw.get("id")), word(raw.get("name")))
        elif step.kind == "thought":
            out.thinking("", index)
            for content in objects(raw.get("summary")):
                out.thinking(word(content.get("text")) or "", index)
            signature = word(raw.get("signature"))
            if signature is not None:
                out.signature(signature, index)
        elif step.kind == "model_output":
            for content in objects(raw.get("content")):
                self._content(index, step, decode_delta(dumps(content)), content)
            if raw.get("error"):
                out.fail_with({"error": raw["error"]})
        elif step.kind.startswith("code_execution_"):
            self._coded(step)
        elif step.kind:
            out.block(step.kind, raw, index, id=word(raw.get("id")) or word(raw.get("call_id")))
        return step

    def _grow(self, event: Event, raw: RawEvent) -> None:
        """A delta: more of a text, or a whole object of the provider's own."""
        delta, index = event.delta or Delta(), event.index
        step = self._steps.get(index)
        if step is None:
            step = self._steps[index] = self._open(index, {"type": _step_of(delta.type)})
        if delta.type == "text":
            self._out.text(delta.text or "", (index, step.segment))
        elif delta.type == "arguments_delta":
            step.argued = True
            self._out.arguments(_arguments(delta.arguments), index)
        elif delta.type == "thought_summary":
            self._out.thinking(word((delta.content or {}).get("text")) or "", index)
        elif delta.type == "thought_signature":
            if delta.signature:
                self._out.signature(delta.signature, index)
        elif delta.type == "text_annotation_delta":
            for annotation in delta.annotations or ():
                self._cite(annotation)
        else:
            self._content(index, step, delta, mapping(mapping(loads(raw.data)).get("delta")))

    def _content(self, index: int, step: _Step, delta: Delta, whole: dict[str, Any]) -> None:
        """Content that comes in one piece, or an addition to one of the provider's own steps."""
        out = self._out
        if delta.type == "text":
            out.text(delta.text or "", (index, step.segment))
            for annotation in delta.annotations or ():
                self._cite(annotation)
        elif delta.type in ("image", "audio", "video", "document"):
            out.close((index, step.segment))
            step.segment += 1
            if delta.type == "image":
                key = (index, step.segment)
                out.image("complete", key, data=delta.data, mime_type=delta.mime_type, url=delta.uri)
            else:
                out.block(delta.type, whole)
        else:
            step.raw = {**step.raw, **{name: value for name, value in whole.items() if value not in (None, "")}}
            if step.kind.startswith("code_execution_"):
                self._coded(step)

    def _close(self, index: int) -> None:
        step = self._steps.pop(index, None)
        if step is None:
            return
        out = self._out
        if step.kind == "function_call":
            if not step.argued:
                out.arguments(mapping(step.raw.get("arguments")), index)
            out.close(index)
        elif step.kind in ("thought", "model_output"):
            out.close(index)
            out.close((index, step.segment))
        elif not step.kind.startswith("code_execution_"):
            out.close(index, raw=step.raw)

    def _coded(self, step: _Step) -> None:
        """Code the provider runs, and what came of it."""
        raw = step.raw
        key = str(raw.get("call_id") or raw.get("id") or "")
        kept = [*(one for one in self._code.get(key, []) if one.get("type") != step.kind), raw]
        self._code[key] = kept
        if step.kind == "code_execution_call":
            said = mapping(raw.get("arguments"))
            known = {"code": str(said.get("code") or ""), "language": str(said.get("language") or "python").lower()}
            self._out.code_execution(key, **known, id=key or None, extra={"steps": kept})
        elif "result" in raw:
            output = raw["result"] if isinstance(raw["result"], str) else None
            failed = bool(raw.get("is_error"))
            error = (output or "failed") if failed else None
            self._out.code_execution(key, output=output, success=not failed, error=error, extra={"steps": kept})

    def _cite(self, annotation: Mapping[str, Any]) -> None:
        kind = str(annotation.get("type", "")).removesuffix("_citation")
        where = next((place for name in _PLACES if (place := word(annotation.get(name)))), None)
        if where is not None and kind in ("url", "file", "place"):
            more = {name: annotation[name] for name in ("start_index", "end_index") if name in annotation}
            title = word(annotation.get("title")) or word(annotation.get("file_name")) or word(annotation.get("name"))
            self._out.source(where, title, kind={"url": "web", "file": "document"}.get(kind, kind), **more)


def _arguments(given: Any) -> str | dict[str, Any]:
    """A fragment of arguments: text, or all of them at once."""
    return given if isinstance(given, str) else mapping(given)


def _step_of(delta: str) -> str:
    """The kind of step a delta belongs to whose step did not say it began."""
    if delta.startswith("thought"):
        return "thought"
    if delta == "arguments_delta":
        return "function_call"
    return delta if delta.endswith(("_call", "_result")) else "model_output"
