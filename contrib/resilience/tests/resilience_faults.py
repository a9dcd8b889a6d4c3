"""Everything that goes wrong on a wire, every way to survive it, and what has to come of each.

`python contrib/resilience/tests/resilience_faults.py` prints the table of what came of it.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Literal

import attrs
from resilience_fake import COUNT, FORMS, HELLO, ONCE, Outcome, bound, fake_hub, play, says

from headwater import Deadlines, Hub, Retry
from headwater.testing import Chunking, Fault, LoopbackServer, Reply
from headwater_resilience import Breaker, Continue, Restart, chain, hedge, recover

FIRST = says({"start": "r1"}, {"text": "Hel"}, done=False)
REST = says({"text": "lo"}, COUNT, {"stop": "stop"})
WHOLE = FIRST + REST
PIECES = [FIRST, REST]
SHORT = Deadlines(first_event=0.5, silence=0.5, close=0.5)
"""For a server that stalls; no other fault waits for a deadline."""
SOON = Retry(attempts=2, first_delay=0.0, rate_limit_delay=0.0)

Phase = Literal["whole", "before", "refused", "after"]
"""When it strikes: not at all for the consumer; before content, in a way that may pass or not; after content."""


@attrs.frozen
class Case:
    """A fault: the reply that shows it, when it strikes, and the kind of error it is."""

    reply: Reply
    phase: Phase
    kind: str | None = None
    deadlines: Deadlines = attrs.field(factory=Deadlines)
    prompt: str = "Hi"
    slow: bool = False
    """Whether somebody has to wait for it."""


def refused(status: int, **headers: str) -> Reply:
    """A refusal with these headers."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    body = b'{"error": {"message": "full"}}'
    return Reply(body, status=status, headers={"content-type": "application/json", **names})


ERROR = b'data: {"fail": ["overloaded", "is full"]}\n\n'
HTML = b"<!doctype html><html><title>Bad Gateway</title></html>"
RETRY_INFO = (
    b'{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "slow down",'
    b' "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.001s"}]}}'
)

_ZIPPER = zlib.compressobj(wbits=31)
_SQUEEZED = len(_ZIPPER.compress(FIRST) + _ZIPPER.flush(zlib.Z_SYNC_FLUSH)) + 2
"""Bytes of the compressed body that hold the first piece, and the beginning of the second."""

CASES: Mapping[str, Case] = {
    # nothing is lost
    "all at once": Case(Reply(WHOLE), "whole"),
    "byte by byte": Case(Reply(WHOLE, chunking=Chunking.bytewise()), "whole"),
    "slow drip": Case(Reply(WHOLE, fault=Fault.drip()), "whole"),
    "gzip": Case(Reply(PIECES, encoding="gzip"), "whole"),
    "missing last chunk": Case(Reply(WHOLE, fault=Fault.missing_last_chunk()), "whole"),
    "reset after the end": Case(Reply(WHOLE, fault=Fault.reset(None)), "whole"),
    "hang on close": Case(Reply(WHOLE, fault=Fault.hang_on_close()), "whole", slow=True),
    "no length, no chunks": Case(Reply(PIECES, framing="close"), "whole"),
    # before content
    "early close": Case(Reply(b"", fault=Fault.early_close_before_headers()), "before", "network"),
    "no status line": Case(Reply(b"", fault=Fault.garbage_status_line()), "before", "malformed"),
    "reset before content": Case(Reply(WHOLE, fault=Fault.reset(0)), "before", "network"),
    "half-close before content": Case(Reply(WHOLE, fault=Fault.half_close(0)), "before", "truncated"),
    "stall before the head": Case(Reply(WHOLE, fault=Fault.stall(-1)), "before", "timeout", SHORT, slow=True),
    "stall before content": Case(Reply(WHOLE, fault=Fault.stall(0)), "before", "timeout", SHORT, slow=True),
    "bad chunk size first": Case(Reply(WHOLE, fault=Fault.bad_chunk_size(0)), "before", "malformed"),
    "empty body": Case(Reply(b""), "before", "truncated"),
    "brotli": Case(Reply(PIECES, encoding="br"), "before", "malformed"),
    "error in the first frame": Case(Reply(ERROR), "before", "overloaded"),
    "503": Case(refused(503), "before", "overloaded"),
    "503, HTML": Case(Reply(HTML, status=503, headers={"content-type": "text/html"}), "before", "overloaded"),
    "529, retry-after": Case(refused(529, retry_after="0"), "before", "overloaded"),
    "429, retry-after-ms": Case(refused(429, retry_after_ms="1"), "before", "rate_limit"),
    "429, HTTP date": Case(refused(429, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), "before", "rate_limit"),
    "429, reset of the limit": Case(
        refused(429, x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="1ms"),
        "before",
        "rate_limit",
    ),
    "429, RetryInfo": Case(Reply(RETRY_INFO, status=429), "before", "rate_limit"),
    # before content, and asking again does not help
    "HTML with 200": Case(Reply(HTML, headers={"content-type": "text/html"}), "refused", "malformed"),
    "early 413": Case(attrs.evolve(refused(413), early=True), "refused", "context_overflow", prompt="x" * 4_000_000),
    # after content
    "reset": Case(Reply(PIECES, fault=Fault.reset(len(FIRST))), "after", "network"),
    "half-close": Case(Reply(PIECES, fault=Fault.half_close(len(FIRST))), "after", "truncated"),
    "stall": Case(Reply(PIECES, fault=Fault.stall(len(FIRST))), "after", "timeout", SHORT, slow=True),
    "bad chunk size": Case(Reply(PIECES, fault=Fault.bad_chunk_size(len(FIRST))), "after", "malformed"),
    "error in a later frame": Case(Reply([FIRST, ERROR]), "after", "overloaded"),
    "no terminal signal": Case(Reply(FIRST), "after", "truncated"),
    "cut gzip": Case(Reply(PIECES, encoding="gzip", fault=Fault.cut_gzip(_SQUEEZED)), "after", "truncated"),
}


@attrs.frozen
class Policy:
    """A way to ask: what makes the source of a hub, whether it survives each phase, and in which forms it is had."""

    source: Callable[[Hub], Any]
    survives: frozenset[Phase]
    forms: tuple[str, ...] = FORMS
    model: str = "a"


def _a(hub: Hub, **said: Any) -> Any:
    return bound(hub, "a", **said)


def _two(hub: Hub) -> tuple[Any, Any]:
    return _a(hub), bound(hub, "b")


ALWAYS: frozenset[Phase] = frozenset({"whole"})
BEFORE: frozenset[Phase] = frozenset({"before"})
AFTER: frozenset[Phase] = frozenset({"after"})
ELSEWHERE: frozenset[Phase] = frozenset({"whole", "before", "refused"})

POLICIES: Mapping[str, Policy] = {
    "plain": Policy(_a, ALWAYS),
    "retry": Policy(lambda hub: _a(hub, retry=SOON), ALWAYS | BEFORE),
    "chain": Policy(lambda hub: chain(*_two(hub), also=["context_overflow"]), ELSEWHERE),
    "breaker": Policy(lambda hub: Breaker().guard(_a(hub)), ALWAYS),
    "hedge": Policy(
        lambda hub: hedge(*_two(hub), delay=30.0, also=["context_overflow"]), ELSEWHERE, ("asyncio", "trio")
    ),
    "continue": Policy(
        lambda hub: recover(bound(hub, "continue"), Continue(), retry=SOON), ALWAYS | AFTER, model="continue"
    ),
    "restart": Policy(lambda hub: recover(_a(hub), Restart(), retry=SOON), ALWAYS | AFTER),
    "all": Policy(
        lambda hub: recover(
            chain(Breaker().guard(_a(hub, retry=SOON)), bound(hub, "b"), also=["context_overflow"]),
            Restart(),
            retry=SOON,
        ),
        ELSEWHERE | AFTER,
    ),
}


@attrs.frozen
class Result:
    """What came of one case under one policy."""

    outcome: Outcome
    requests: int
    closed: bool


def attempt(case: Case, policy: Policy, form: str) -> Result:
    """Asks once: the first answer shows the fault, all further ones are well."""
    with LoopbackServer() as server:
        further = Reply(REST if policy.model == "continue" and case.phase == "after" else HELLO)
        server.route(f"/{policy.model}", case.reply, further)
        server.route("/b", Reply(HELLO))
        hub = fake_hub(server.url, deadlines=case.deadlines, retry=ONCE)
        outcome = play(form, hub, policy.source(hub), case.prompt)
        closed = server.connections.wait_closed()
        return Result(outcome, len(server.requests), closed)


def main() -> None:
    """Prints the table: a row for each fault, a column for each policy; what came in each form."""
    width = max(map(len, CASES)) + 1
    print(" " * width, *(f"{name:<22}" for name in POLICIES))
    for name, case in CASES.items():
        cells: list[str] = []
        for policy in POLICIES.values():
            seen = {_words(attempt(case, policy, form)) for form in policy.forms}
            cells.append(f"{' | '.join(sorted(seen)):<22}")
        print(f"{name:<{width}}", *cells)


def _words(result: Result) -> str:
    text, kind = result.outcome.text, result.outcome.kind
    return f"{text or '-'} {kind or 'done'} {result.requests}" + ("" if result.closed else " OPEN")


if __name__ == "__main__":
    sys.exit(main())
