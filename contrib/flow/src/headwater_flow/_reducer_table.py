"""What the reducer does with each event, as data: for the Python one here and for its twin in a browser.

`python -m headwater_flow._reducer_table` writes `reducer_table.mjs`, from which `reducer.mjs` works; a test holds
the two against each other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from attrs import NOTHING, asdict, fields, frozen

from headwater import BLOCK_GRAMMAR, EVENTS, STREAM_GRAMMAR

Status = Literal["idle", "connecting", "streaming", "paused", "error", "complete"]
Phase = Literal[
    "idle",
    "connecting",
    "streaming",
    "tool-execution",
    "image-generation",
    "finalizing",
    "complete",
    "error",
]
Does = Literal["begin", "open", "grow", "close", "put", "tell", "count", "finish"]


@frozen
class Effect:
    """What an event makes of the state: where it stands, what is going on, and what becomes of the block."""

    status: Status
    phase: Phase
    activity: str | None
    does: Does
    block: str | None = None
    """The state of the block in the grammar of blocks, while it is open."""


@frozen
class StatusEffect:
    """What a status event of some name does, beside being shown as `processing_status`."""

    status: Status
    phase: Phase
    retries: int = 0
    drops: bool = False
    """Whether all content so far is void."""


def _block(name: str, event: str, phase: Phase) -> dict[str, Effect]:
    """The three events of a block that grows."""
    return {
        f"{event}_start": Effect("streaming", phase, name, "open", event),
        f"{event}_delta": Effect("streaming", phase, name, "grow", event),
        f"{event}_end": Effect("streaming", "streaming", None, "close", event),
    }


EFFECTS: Mapping[str, Effect] = {
    "start": Effect("connecting", "connecting", None, "begin"),
    **_block("text", "text", "streaming"),
    **_block("thinking", "thinking", "streaming"),
    **_block("refusal", "refusal", "streaming"),
    **_block("tool_call", "toolcall", "tool-execution"),
    **_block("block", "block", "tool-execution"),
    "source": Effect("streaming", "streaming", "source", "put", "source"),
    "code_execution": Effect("streaming", "tool-execution", "code_execution", "put", "code_execution"),
    "image": Effect("streaming", "image-generation", "image", "put", "image"),
    "status": Effect("streaming", "streaming", None, "tell"),
    "usage": Effect("streaming", "finalizing", None, "count"),
    "done": Effect("complete", "complete", None, "finish"),
    "error": Effect("error", "error", None, "finish"),
}
"""Event: what it does."""

STATUS_EFFECTS: Mapping[str, StatusEffect] = {
    "retrying": StatusEffect("connecting", "connecting", retries=1),
    "failing_over": StatusEffect("connecting", "connecting", retries=1),
    "recovering": StatusEffect("connecting", "connecting", retries=1),
    "reset": StatusEffect("connecting", "connecting", drops=True),
    "queued": StatusEffect("paused", "connecting"),
    "paused": StatusEffect("paused", "streaming"),
    "resumed": StatusEffect("streaming", "streaming"),
}
"""Name of a status event: what it does; others are shown only."""

RETRIEVED = "retrieved"
"""The status whose data, `{"notes": [...]}`, are notes an application found for the model."""


def describe() -> dict[str, Any]:
    """The tables as JSON data: those of here, and core's grammar."""
    return {
        "version": 1,
        "events": {name: {**asdict(effect), "needs": _needs(name)} for name, effect in EFFECTS.items()},
        "statusEvents": {name: asdict(effect) for name, effect in STATUS_EFFECTS.items()},
        "retrieved": RETRIEVED,
        "stream": {state: dict(row) for state, row in STREAM_GRAMMAR.items()},
        "blocks": {state: dict(row) for state, row in BLOCK_GRAMMAR.items()},
    }


def _needs(name: str) -> list[str]:
    """The fields an event cannot do without, as JSON calls them."""
    needed = [part.name for part in fields(EVENTS[name]) if part.default is NOTHING]
    renamed = {"message": "error"} if name == "error" else {}  # as core's JSON has it
    return [renamed.get(one, camel(one)) for one in needed]


def camel(name: str) -> str:
    """`content_index` as `contentIndex`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def module() -> str:
    """The text of `reducer_table.mjs`."""
    head = "// Written by `python -m headwater_flow._reducer_table`; change the tables there.\n"
    return f"{head}export default {json.dumps(describe(), indent=2)};\n"


if __name__ == "__main__":
    Path(__file__).with_name("reducer_table.mjs").write_text(module(), encoding="utf-8")
