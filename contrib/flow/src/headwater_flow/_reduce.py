"""The reducer: a pure function from a state and an event to the next state.

It raises for nothing an event can hold. An event that must not come where it comes (by core's grammar) is counted
in `problems`, told of in `problem`, and used as far as its content has a place:

- content before `start` begins the stream; a second `start` is ignored;
- a delta of a block that did not open opens it; the end of one gives its content;
- what belongs to a block that is closed, or of another kind, is ignored, as is all that follows `done` or `error`;
- content after the usage is taken.

`reducer.mjs` says the same in JavaScript, for events as JSON.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from attrs import evolve

from headwater import BLOCK_GRAMMAR, STREAM_GRAMMAR, Event, Usage, from_dict, to_dict

from ._reducer_table import EFFECTS, RETRIEVED, STATUS_EFFECTS, Effect
from ._state import StreamState, ToolProgress, Written

Changes = dict[str, Any]

_TEXTS: Mapping[str, str] = {"text": "texts", "thinking": "thoughts", "refusal": "refusals"}
"""Block, and the field its text is written to."""


def reduce(state: StreamState, event: Event | Mapping[str, Any], *, now: float | None = None) -> StreamState:
    """The state after an event, given as such or as its JSON data.

    `now` is the time in seconds; without it the system's clock is read, which is all that is not pure.
    """
    moment = time.time() if now is None else now
    changes: Changes = {"events": state.events + 1}
    if state.start_time is not None and state.course != "over":
        changes["duration"] = moment - state.start_time
    try:
        found = cast("Event", from_dict(event)) if isinstance(event, Mapping) else event
        effect = EFFECTS[found.type]
    except Exception:  # noqa: BLE001 - whatever was given: a reducer reports, and does not raise
        return _changed(state, _problem(state, changes, "something came that is no event"))
    try:
        return _changed(state, _reduced(state, found, effect, moment, changes))
    except Exception as error:  # noqa: BLE001 - fields of other types than they are declared
        plain: Changes = {"events": state.events + 1}
        return _changed(state, _problem(state, plain, f"{found.type} could not be used: {type(error).__name__}"))


def _changed(state: StreamState, changes: Changes) -> StreamState:
    """`evolve`, at a tenth of its cost: a frozen copy with these fields changed."""
    made = object.__new__(StreamState)
    made.__dict__.update(state.__dict__)
    made.__dict__.update(changes)
    return made


def _problem(state: StreamState, changes: Changes, words: str) -> Changes:
    changes["problems"] = state.problems + 1
    changes.setdefault("problem", words)  # the first of an event's, as the grammar has it
    return changes


def _reduced(state: StreamState, event: Any, effect: Effect, moment: float, changes: Changes) -> Changes:
    kind: str = event.type
    course = state.course
    following = STREAM_GRAMMAR[course].get(kind)
    if following is None:
        _problem(state, changes, f"{kind} in a stream that is {course}")
        if course == "over" or kind == "start":
            return changes
        following = STREAM_GRAMMAR["open"][kind] if course == "new" else course
    if course == "new":
        changes.update(start_time=moment, duration=0.0)
    if following != course:
        changes["course"] = following
    if effect.block is not None and not _take_block(state, event, effect, changes):
        return changes
    return _DOES[effect.does](state, event, effect, changes)


def _take_block(state: StreamState, event: Any, effect: Effect, changes: Changes) -> bool:
    """Moves the block on; says whether its content is used."""
    index: int = event.content_index
    stands = state.blocks.get(index, "absent")
    moves_to = BLOCK_GRAMMAR[stands].get(event.type)
    if moves_to is None:
        _problem(state, changes, f"{event.type} at content index {index}, where the block is {stands}")
        if stands != "absent":
            return False
        moves_to = "closed" if effect.does == "close" else effect.block
    if moves_to != stands:
        changes["blocks"] = {**state.blocks, index: moves_to}
    return True


def _stand(effect: Effect, changes: Changes) -> Changes:
    changes.update(status=effect.status, phase=effect.phase, activity=effect.activity)
    return changes


# -- what the table calls for


def _begin(state: StreamState, event: Any, effect: Effect, changes: Changes) -> Changes:
    return _stand(effect, changes)


def _open(state: StreamState, event: Any, effect: Effect, changes: Changes) -> Changes:
    if effect.block == "toolcall":
        changes["active_tools"] = (*state.active_tools, ToolProgress(event.content_index, event.id, event.name))
    elif effect.block == "thinking":
        changes["thinking_complete"] = False
    return _stand(effect, changes)


def _grow(state: StreamState, event: Any, effect: Effect, changes: Changes) -> Changes:
    index: int = event.content_index
    name = _TEXTS.get(cast("str", effect.block))
    if name is not None:
        changes[name] = getattr(state, name).add(index, _text(event.delta))
    elif effect.block == "toolcall":
        tools = state.active_tools
        if "blocks" in changes:  # it did not open
            tools = (*tools, ToolProgress(index, "", ""))
        changes["active_tools"] = tuple(
            _grown(tool, event.delta) if tool.content_index == index else tool for tool in tools
        )
    return _stand(effect, changes)


def _grown(tool: ToolProgress, delta: Any) -> ToolProgress:
    written = tool.written.add(tool.content_index, _text(delta))
    return ToolProgress(tool.content_index, tool.id, tool.name, tool.state, tool.arguments, written)


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError("no text")
    return given


def _close(state: StreamState, event: Any, effect: Effect, changes: Changes) -> Changes:
    index: int = event.content_index
    block = cast("str", effect.block)
    _stand(effect, changes)
    name = _TEXTS.get(block)
    if name is not None:
        written: Written = getattr(state, name)
        if event.replaced or state.blocks.get(index) is None:
            changes[name] = written.add(index, _text(event.content), replaces=True)
        if block == "thinking":
            changes["thinking_complete"] = "thinking" not in changes["blocks"].values()
    elif block == "toolcall":
        call = event.tool_call
        tool = ToolProgress(index, call.id, call.name, "complete", to_dict(call)["arguments"])
        changes["active_tools"] = tuple(one for one in state.active_tools if one.content_index != index)
        changes["completed_tools"] = (*state.completed_tools, tool)
        if changes["active_tools"]:
            changes["phase"] = "tool-execution"
    return changes


def _put(state: StreamState, event: Any, effect: Effect, changes: Changes) -> Changes:
    index: int = event.content_index
    _stand(effect, changes)
    if effect.block == "source":
        changes["sources"] = (*state.sources, to_dict(event.source))
    elif effect.block == "code_execution":
        execution = {"contentIndex": index, "execution": to_dict(event.execution)}
        others = [one for one in state.code_executions if one["contentIndex"] != index]
        changes["code_executions"] = (*others, execution)
        if event.execution.success is not None:
            changes["phase"] = "streaming"
    else:
        over = event.stage in ("complete", "error")
        changes["image"] = {
            "contentIndex": index,
            "inProgress": not over,
            "stage": event.stage,
            "progress": event.progress,
            "error": event.message if event.stage == "error" else None,
        }
        if over:
            changes["phase"] = "streaming"
        if event.stage == "complete" and event.image is not None:
            changes["images"] = (*state.images, to_dict(event.image))
    return changes


_DROPPED = frozenset(
    ("thinking_complete", "active_tools", "completed_tools", "sources", "image", "images", "code_executions")
) | {"blocks", "texts", "thoughts", "refusals", "activity"}
"""What a reset makes void."""


def _tell(state: StreamState, event: Any, effect: Effect, changes: Changes) -> Changes:
    data = dict(event.data)
    changes["processing_status"] = {"status": event.status, "data": data}
    if event.status == RETRIEVED and isinstance(data.get("notes"), Sequence):
        changes["retrieved_notes"] = (*state.retrieved_notes, *data["notes"])
    told = STATUS_EFFECTS.get(event.status)
    if told is not None:
        changes.update(status=told.status, phase=told.phase, retry_count=state.retry_count + told.retries)
        if told.drops:
            fresh = StreamState()
            changes.update({name: getattr(fresh, name) for name in _DROPPED})
    return changes


def _count(state: StreamState, event: Any, effect: Effect, changes: Changes) -> Changes:
    return _counted(event.usage, _stand(effect, changes))


def _counted(usage: Usage, changes: Changes) -> Changes:
    if usage.provenance != "absent":
        changes["input_tokens"] = usage.input + usage.cache_read + usage.cache_write
        changes["output_tokens"] = usage.output
        changes["usage_provenance"] = usage.provenance
    return changes


def _finish(state: StreamState, event: Any, effect: Effect, changes: Changes) -> Changes:
    message = event.message
    still_open = any(stands in _TEXTS for stands in state.blocks.values())
    if still_open and event.type == "done":
        _problem(state, changes, "done while a block is open")
    _counted(message.usage, _stand(effect, changes))
    cut = [evolve(tool, state="cut") for tool in state.active_tools]
    changes.update(
        active_tools=(),
        completed_tools=(*state.completed_tools, *cut),
        provider=message.provider or None,
        model=message.model or None,
        log_id=message.response_id,
        reason=event.reason,
        notes=tuple(to_dict(note) for note in message.notes),
    )
    if state.image is not None and state.image["inProgress"]:
        changes["image"] = {**state.image, "inProgress": False}
    if event.type == "error":
        info = message.error
        changes["error"] = {
            "kind": info.kind if info else "unknown",
            "message": info.message if info else "the stream ended in an error that is not told",
            "recoverable": info.retryable if info else False,
            "retryAfter": info.retry_after if info else None,
        }
    return changes


_DOES: Mapping[str, Callable[[StreamState, Any, Effect, Changes], Changes]] = {
    "begin": _begin,
    "open": _open,
    "grow": _grow,
    "close": _close,
    "put": _put,
    "tell": _tell,
    "count": _count,
    "finish": _finish,
}
