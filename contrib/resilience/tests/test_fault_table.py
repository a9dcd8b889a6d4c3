"""Every policy against every fault, over real sockets, on asyncio, trio and in plain programs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from resilience_faults import CASES, POLICIES, attempt

FULL = os.environ.get("HEADWATER_SOAK") == "1"
"""Faults somebody has to wait for are tried in one form each, unless time is given."""


def combinations() -> Iterator[Any]:
    """Every fault, policy and form; the forms take turns at slow faults."""
    for fault, case in CASES.items():
        for number, (policy, way) in enumerate(POLICIES.items()):
            turn = [way.forms[number % len(way.forms)]]
            for form in turn if case.slow and not FULL else way.forms:
                yield pytest.param(fault, policy, form, id=f"{fault}-{policy}-{form}")


ALL = list(combinations())


@pytest.mark.parametrize(("fault", "policy", "form"), ALL)
def test_what_comes_of_a_fault(fault: str, policy: str, form: str) -> None:
    """The model's text or what came of it, one ending, no connection left, the attempts and costs right.

    The grammar (one start, one ending, no block twice) is checked as the answer is read.
    """
    case, way = CASES[fault], POLICIES[policy]
    result = attempt(case, way, form)
    outcome, summary = result.outcome, getattr(result.outcome.stream, "summary", None)
    survived = case.phase in way.survives
    broken = "Hel" if case.phase == "after" else ""
    tried = 1 if case.phase == "whole" or not survived else 2
    assert (outcome.text, outcome.kind) == (("Hello", None) if survived else (broken, case.kind))
    assert outcome.message.text == outcome.text
    assert (result.closed, result.requests) == (True, tried)
    errors = [one.error.kind if one.error else None for one in outcome.stream.attempts]
    assert errors == [case.kind] * (case.phase != "whole") + [None] * survived
    if summary is not None and case.phase != "whole":
        assert summary.cost.unknown == (0 if summary.attempts[0].free else 1)
