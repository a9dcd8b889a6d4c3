"""Answers that are not what the protocol says: garbage, wrong types, things nobody has heard of."""

from __future__ import annotations

import random
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from headwater import Error, Hub
from headwater.testing._cases import Case, Probe, final_message, shown
from headwater.testing._wire import add_unknown_fields, edited, is_closed, paths, pieces, with_value

HTML = b"<!doctype html>\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\n"

GARBAGE: Mapping[str, bytes] = MappingProxyType(
    {
        "an HTML page": HTML,
        "every byte there is": bytes(range(256)) * 2,
        "random bytes": random.Random(7).randbytes(2000) + b"\n\n",
        "invalid UTF-8": b'data: {"text": "\xff\xfe\xc3("}\n\n',
        "a cut character": b'data: {"text": "\xe2\x82\n\n',
        "a lone surrogate": b'data: {"id": "\\ud83d", "text": "\\udc00"}\n\n',
        "an object that does not end": b'data: {"type": "message", "choices": [{"delta": {"content": "\n\n',
        "an object of nobody's": b'data: {"headwater": [1, {"a": null}]}\n\n',
        "an object of odd values": b'data: {"type": 7, "choices": 3, "candidates": "x", "message": [], "delta": 1}\n\n',
        "null": b"data: null\n\n",
        "a number": b"data: 17\n\n",
        "an empty list": b"data: []\n\n",
        "a string": b'data: "text"\n\n',
        "100,000 brackets": b"data: " + b"[" * 100_000 + b"\n\n",
        "a number of 100,000 digits": b'data: {"index": ' + b"9" * 100_000 + b"}\n\n",
        "a line of 200 kB": b"data: " + b"x" * 200_000 + b"\n\n",
        "an event without data": b"event: error\ndata:\n\nevent:\n\n",
        "a JSON text outside the framing": b'{"detail": "no such route"}\n',
    }
)

REFUSALS: Mapping[str, bytes] = MappingProxyType(
    {
        "nothing": b"",
        "an HTML page": HTML,
        "every byte there is": bytes(range(256)),
        "null": b"null",
        "a number": b"17",
        "an empty list": b"[]",
        "words": b'"no"',
        "an object of nobody's": b'{"headwater": [1, {"a": null}]}',
        "an error of odd values": b'{"error": {"code": {}, "type": [], "message": 7, "status": null}}',
    }
)
"""Bodies of refusals that say nothing, or nothing that a plugin expects."""

ODD: tuple[Any, ...] = (None, True, -1, 1.5, "odd", [], ["odd", None, {}], {}, {"odd": {"odd": []}})
"""Values that are put where a provider sends something else."""

ODD_PLAYS = 400
"""Bodies with one odd value that are played for one case."""

ODD_BYTES = 16_384
"""Bytes of a body whose values are replaced."""


def check_garbage(case: Case, hub: Hub) -> None:
    """Garbage in place of the answer, in the middle of it or after it: a terminal event, never an exception.

    What came before is kept, and garbage never makes an answer that was cut end in `done`.
    """
    probe = Probe("garbage", case, hub)
    trace = probe.trace()
    boundaries = [0, *trace.boundaries]
    for name, garbage in GARBAGE.items():
        for place in {0, len(boundaries) // 3, len(boundaries) - 1}:
            offset = boundaries[place]
            after = case.body[offset:]
            without_one = case.body[boundaries[place + 1] :] if place + 1 < len(boundaries) else b""
            where = f"{name} after {offset} bytes"
            for rest in (after, without_one):
                events = probe.play(case.body[:offset] + garbage + rest, where=where)
                probe.begins(trace.events[: trace.after(offset)], events, where)
            cut = probe.play(case.body[:offset], where=where)
            events = probe.play(case.body[:offset] + garbage, where=f"{where}, then the end")
            if isinstance(cut[-1], Error) and not isinstance(events[-1], Error):
                probe.fail(where, f"ends in {events[-1].type}, as {shown(final_message(events))}")
    for status in (204, 302, 400, 404, 429, 500, 529):
        for name, body in REFUSALS.items():
            _check_refusal(probe, status, body, f"status {status} with {name}")


def _check_refusal(probe: Probe, status: int, body: bytes, where: str) -> None:
    events = probe.play(body, status=status, where=where)
    error = final_message(events).error
    if error is None:
        probe.fail(where, f"ends in {events[-1].type}")
    if status >= 300 and error.status != status:
        probe.fail(where, f"its error does not say so: {shown(error)}")


def check_types(case: Case, hub: Hub) -> None:
    """A field of an unexpected type never makes the parser raise, and the grammar holds."""
    probe = Probe("types", case, hub)
    framing = probe.framing if case.status < 400 else "json-array"  # a refusal is one JSON text
    parts = pieces(case.body[:ODD_BYTES], framing)
    places = [(index, path) for index, piece in enumerate(parts) for path in paths(piece, framing)]
    dice = random.Random(len(places))
    dice.shuffle(places)
    for place, (index, path) in enumerate(places[:ODD_PLAYS]):
        odd = ODD[place % len(ODD)]
        changed = edited(parts[index], framing, lambda value: with_value(value, path, odd))  # noqa: B023
        where = f"wire event {index} with {'.'.join(map(str, path))} = {odd!r}"
        probe.play([*parts[:index], changed, *parts[index + 1 :]], where=where)


def check_unknown(case: Case, hub: Hub) -> None:
    """Fields and events that nobody has heard of change nothing, nor do comments that keep a connection alive."""
    probe = Probe("unknown", case, hub)
    expected = probe.play(case.body)
    parts = pieces(case.body, probe.framing)
    if len(parts) > 1:
        for unknown in (*_UNKNOWN.get(probe.framing, ()), *case.unknown_events):
            body = unknown + unknown.join(parts) + (unknown if is_closed(parts[-1], probe.framing) else b"")
            where = f"{shown(unknown)} between all events"
            probe.same(expected, probe.play(body, where=where), where)
    add = case.add_unknown
    body = add_unknown_fields(case.body, probe.framing) if add is None else add(case.body)
    where = "unknown fields in every event"
    probe.same(expected, probe.play(body, where=where), where)


_UNKNOWN: Mapping[str, tuple[bytes, ...]] = {
    "sse": (
        b": keep-alive\n\n",
        b":\n",
        b"retry: 3000\n\n",
        b"event: ping\n\n",
        b"\n\n",
        b'event: headwater.unknown\ndata: {"type": "headwater.unknown", "unknown": [1, {"a": null}]}\n\n',
    ),
    "ndjson": (b"\n", b" \r\n", b'{"headwater_unknown": [1, {"a": null}]}\n'),
}
"""What may come between the events of a framing and means nothing."""
