"""A recorded answer through the same driver as a live one: no network, no clock, no credentials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from ._drive import Drive
from ._events import Event
from ._model import WireRequest
from ._plan import NO_RETRY, Call, Called, Failed, Open, Opened, Plan, Read, no_resumption, no_signature


def _nothing(wire: WireRequest) -> None:
    """What a recording needs before it: nothing."""


def decode_recorded(
    plan: Plan,
    chunks: Iterable[bytes],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    broken: Failed | None = None,
) -> Iterator[Event]:
    """The events of a response body given in chunks; `broken` is how the connection ended, None: as it should."""
    plan = evolve(plan, retry=NO_RETRY, prepare=_nothing, answer_locally=_nothing, key="")
    plan = evolve(plan, sign=no_signature, resume=no_resumption)
    steps = Drive(plan).run()
    pieces = iter(chunks)
    named = {name.lower(): value for name, value in (headers or {}).items()}
    result: object = None
    while True:
        try:
            step = steps.send(result)
        except StopIteration:
            return
        result = None
        if isinstance(step, list):
            yield from step
        elif isinstance(step, Open):
            result = Opened(status, named)
        elif isinstance(step, Read):
            result = next(pieces, broken)
        elif isinstance(step, Call):
            result = Called(step.function())
