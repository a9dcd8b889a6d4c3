"""Mistakes that authors make, planted one by one into the sample plugin; the suite has to find them."""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
from core_sample import body_of

from headwater import Hub, Registry
from headwater.hookspecs import APIS
from headwater.testing import CHECKS, PROVIDER_CHECKS, Cassette, ConformanceFailure, Provider

SAMPLE = Path(__file__).parent / "sample"
SOURCE = (SAMPLE / "sample_wire.py").read_text(encoding="utf-8")

CALLS: list[dict[str, Any]] = [
    {"type": "start", "id": "r1", "model": "sample-1", "usage": {"input_tokens": 11}},
    {"type": "block", "index": 0, "kind": "thinking"},
    {"type": "delta", "index": 0, "text": "Let me "},
    {"type": "delta", "index": 0, "text": "see."},
    {"type": "mark", "index": 0, "signature": "c2lnbmVk"},
    {"type": "end", "index": 0},
    {"type": "block", "index": 1, "kind": "text"},
    {"type": "delta", "index": 1, "text": "Hello "},
    {"type": "delta", "index": 1, "text": "wörld."},
    {"type": "end", "index": 1},
    {"type": "block", "index": 2, "kind": "panel", "raw": {"panel": "one"}},
    {"type": "end", "index": 2},
    {"type": "block", "index": 3, "kind": "call", "id": "c1", "name": "look_up"},
    {"type": "block", "index": 4, "kind": "call", "id": "c2", "name": "look_up"},
    {"type": "delta", "index": 3, "text": '{"about": '},
    {"type": "delta", "index": 4, "text": '{"about": "Bern"'},
    {"type": "delta", "index": 3, "text": '"Zürich"}'},
    {"type": "delta", "index": 4, "text": "}"},
    {"type": "end", "index": 3},
    {"type": "end", "index": 4},
    {"type": "stop", "reason": "calls", "usage": {"output_tokens": 7}},
    {"type": "bye"},
]

TEXT = [
    CALLS[0],
    *CALLS[6:10],
    {"type": "stop", "reason": "limit", "usage": {"output_tokens": 3}},
    {"type": "bye"},
]

ODD = [CALLS[0], *CALLS[6:10], {"type": "stop", "reason": "tired", "usage": {"output_tokens": 3}}, {"type": "bye"}]

EXPECTED: Mapping[str, Any] = {
    "text": "Hello wörld.",
    "thinking": "Let me see.",
    "message": {
        "stopReason": "toolUse",
        "usage": {"input": 11, "output": 7},
        "content": [
            {"type": "thinking", "thinkingSignature": "c2lnbmVk"},
            {"type": "text"},
            {"type": "providerBlock", "name": "panel", "raw": {"panel": "one"}},
            {"type": "toolCall", "id": "c1", "arguments": {"about": "Zürich"}},
            {"type": "toolCall", "id": "c2", "arguments": {"about": "Bern"}},
        ],
    },
}

TIRED: Mapping[str, Any] = {"message": {"rawStopReason": "tired"}}
BYE = '{"type": "bye"}'
CASSETTES = [
    Cassette("calls", body_of(CALLS), model="one", signal=BYE, expected=EXPECTED),
    Cassette("cut short by its limit", body_of(TEXT), model="one", signal=BYE),
    Cassette(
        "an unknown reason", body_of(ODD), model="one", signal=BYE, expected={"message": {"rawStopReason": "tired"}}
    ),
]


@attrs.frozen
class Mutation:
    """One mistake: what stands in the sample, and what stands there instead."""

    name: str
    old: str
    new: str


MUTATIONS = [
    Mutation(**one) for one in tomllib.loads((SAMPLE / "mutations.toml").read_text(encoding="utf-8"))["mutation"]
]

CAUGHT: dict[str, str | None] = {}
"""What each mutation that was tried was caught by; None: by nothing."""


def table() -> list[str]:
    """The mutations that were tried and the check that found each, for the end of a run."""
    found = sum(words is not None for words in CAUGHT.values())
    lines = [f"mutations of the sample plugin: {found} of {len(CAUGHT)} found"] if CAUGHT else []
    return [*lines, *(f"  {name:<40} {(words or 'NOT FOUND').split(': ')[0]}" for name, words in CAUGHT.items())]


ORDER = ["registered", "pure", "options", "capabilities", "handoff"]
LAST = ["imports"]


def make_hub(module: Any) -> Callable[[], Hub]:
    """Makes hubs with the plugin of a module and nothing else."""

    def hub() -> Hub:
        made = Hub(registry=Registry(find=lambda group: ()), environ={})
        made.registry.register("sample", module.provider)
        made.registry.register("sample-wire", module.api, APIS)
        return made

    return hub


def write_module(folder: Path, name: str, source: str) -> Any:
    """The module of that source, written to a folder that can be imported from."""
    extra = "import itertools\n\nNUMBERS = itertools.count()\nKINDS: dict = {}\n\nSTOPS: Mapping"
    (folder / f"{name}.py").write_text(source.replace("STOPS: Mapping", extra, 1), encoding="utf-8")
    importlib.invalidate_caches()
    return importlib.import_module(name)


def first_failure(folder: Path, name: str, source: str) -> str | None:
    """The name of the first check that fails, what differs; None when all hold."""
    try:
        module = write_module(folder, name, source)
        return _checked(make_hub(module), folder)
    except ConformanceFailure as failure:
        return f"{failure.check}: {failure.difference}"
    finally:
        sys.modules.pop(name, None)


def _checked(hub: Callable[[], Hub], folder: Path) -> None:
    from headwater import ProviderBroken

    provider = Provider("sample", hub, "one")
    try:
        for check in ORDER:
            PROVIDER_CHECKS[check](provider)
    except ProviderBroken as error:
        raise ConformanceFailure("sample", "registered", str(error)) from error
    made = hub()
    for check in CHECKS:
        for cassette in CASSETTES:
            if check == "no_secret":
                from headwater.testing import check_no_secret

                check_no_secret(cassette.as_case("sample", effort="quick"), made, folders=[Path.cwd()])
            else:
                CHECKS[check](cassette.as_case("sample", effort="quick"), made)
    for check in LAST:
        PROVIDER_CHECKS[check](provider)
