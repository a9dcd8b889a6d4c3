"""Whether an answer is read as its author says it must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from headwater import Hub, to_dict
from headwater.testing._cases import Case, Probe, final_message, shown


def check_expected(case: Case, hub: Hub) -> None:
    """The answer is what the cassette's `.expected.json` says; passes where there is none."""
    expected = case.expected
    if not expected:
        return
    probe = Probe("expected", case, hub)
    events = probe.play(case.body)
    message = final_message(events)
    got: dict[str, Any] = {
        "message": to_dict(message),
        "events": [to_dict(event) for event in events],
        "text": message.text,
        "thinking": message.thinking,
    }
    words = _lacks(expected, got, "")
    if words is not None:
        probe.fail("the whole body", words)


def _lacks(expected: Any, got: Any, path: str) -> str | None:
    """What of `expected` is not in `got`: an object may have more keys, a list has as many items."""
    wanted, found = _parts(expected), _parts(got)
    if wanted is None or found is None:
        same = expected == got and type(expected) is type(got)
        return None if same else f"{path} is {shown(got)} instead of {shown(expected)}"
    if not isinstance(expected, Mapping) and len(wanted) != len(found):
        return f"{path} has {len(found)} items instead of {len(wanted)}: {shown(got)}"
    steps = (_lacks(wanted[key], found.get(key), f"{path}.{key}".lstrip(".")) for key in wanted)
    return next((words for words in steps if words is not None), None)


def _parts(value: Any) -> dict[Any, Any] | None:
    """What a value is made of, by key or place; None for one that has no parts."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[Any, Any]", value))
    return dict(enumerate(cast("list[Any]", value))) if isinstance(value, list | tuple) else None
