"""The conformance checks pass a sound plugin and name the fault of each unsound one."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import pytest
from core_sample import BODY, SAMPLE, SIGNAL, WIRE, SampleApi, SampleParser, Step, body_of, sample_hub

from headwater import CompatibleProvider, Hub, Model, WireRequest, hookimpl
from headwater.hookspecs import APIS
from headwater.testing import CHECKS, Case, ConformanceFailure, check_all, conformance_tests

SOUND = [
    Case("everything", "sample/one", BODY, terminal_offset=SIGNAL),
    Case("no signal known", "sample/one", BODY),
    Case("cut", "sample/one", BODY[: len(BODY) // 2]),
    Case(
        "think tags",
        "sample/one",
        body_of([{"say": "text", "text": "a<think>b</thi"}, *WIRE]),
        options={"think_tags": True},
    ),
    Case("a refusal", "sample/one", b'{"error": {"message": "no"}}', status=400),
    Case("nothing", "sample/one", b""),
    Case("carriage returns", "sample/one", BODY.replace(b"\n", b"\r\n"), terminal_offset=SIGNAL + 2 * len(WIRE) - 2),
]

test_a_sound_plugin_passes = conformance_tests(SOUND, sample_hub)

LINES = b"".join(json.dumps(event).encode() + b"\n" for event in WIRE)
ARRAY = json.dumps(WIRE).encode()


@pytest.mark.parametrize(("framing", "body"), [("ndjson", LINES), ("json-array", ARRAY)])
@pytest.mark.parametrize("check", CHECKS)
def test_a_sound_plugin_passes_in_other_framings(check: str, framing: str, body: bytes) -> None:
    """The checks know what JSON lines and a JSON array are made of."""
    hub = sample_hub(framing=framing)
    signal = body.rindex(b"}") + 1
    CHECKS[check](Case("everything", "sample/one", body, terminal_offset=signal), hub)
    hub.close()


def test_checks_need_no_pytest() -> None:
    """The checks can be imported and run where no test framework is."""
    code = "import sys; sys.modules['pytest'] = None; import headwater.testing"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


shared: list[dict[str, Any]] = []


def remember(parser: SampleParser, event: dict[str, Any]) -> None:
    """Keeps state outside the parser."""
    shared.append(event)
    parser.out.text(f"{len(shared)}", 1)


def complete_early(parser: SampleParser, event: dict[str, Any]) -> None:
    """Takes the first text for the end."""
    parser.read(event)
    parser.out.complete()


def make_up_the_end(parser: SampleParser, event: dict[str, Any]) -> None:
    """Calls every end of the bytes a success."""
    parser.out.complete()


def add_words(parser: SampleParser, event: dict[str, Any]) -> None:
    """Writes words of its own where the answer stops."""
    if event.get("say") != "stop":
        parser.out.text(" (cut)", 9)


def count_itself(parser: SampleParser, event: dict[str, Any]) -> None:
    """Makes up the usage before anything is counted."""
    parser.read(event)
    parser.out.usage(input=1, output=1)
    parser.out.complete()


def mint(parser: SampleParser, event: dict[str, Any]) -> None:
    """Makes an id of its own."""
    parser.read({"id": uuid.uuid4().hex, **event})


def trust(parser: SampleParser, event: dict[str, Any]) -> None:
    """Takes for granted what a field holds."""
    parser.out.text(event["text"] + "", event["key"])


def refuse_unknown(parser: SampleParser, event: dict[str, Any]) -> None:
    """Ends the answer at an event it does not know."""
    parser.out.fail("malformed", "said what nobody knows")


def show_unknown(parser: SampleParser, event: dict[str, Any]) -> None:
    """Shows fields that mean nothing."""
    parser.read(event)
    if event.get("say") == "text":
        parser.out.status("fields", names=sorted(event))


def forget_the_signal(parser: SampleParser, event: dict[str, Any]) -> None:
    """Reads over the terminal signal."""


def fail_late(parser: SampleParser, event: dict[str, Any]) -> None:
    """Raises at the end of the bytes when the answer was cut."""
    if event.get("say") != "stop":
        raise LookupError("no stop")


FAULTS: dict[str, tuple[str, Mapping[str, Step]]] = {
    "state outside the parser": ("two_at_once", {"text": remember}),
    "a success made up when text came": ("cuts", {"text": complete_early}),
    "a success made up at the end": ("cuts", {"end": make_up_the_end}),
    "a success made up for garbage": ("garbage", {"end": make_up_the_end}),
    "a terminal signal overlooked": ("cuts", {"stop": forget_the_signal}),
    "words made up when cut": ("cuts", {"end": add_words}),
    "usage made up": ("cuts", {"start": count_itself}),
    "ids of its own": ("splits", {"call": mint}),
    "a type taken for granted": ("types", {"text": trust}),
    "a field taken for granted": ("garbage", {"None": trust}),
    "unknown events refused": ("unknown", {"None": refuse_unknown}),
    "unknown fields shown": ("unknown", {"any": show_unknown}),
    "an exception at the end": ("cuts", {"end": fail_late}),
    "an exception when aborted": ("abort", {"end": fail_late}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_by_its_check(fault: str) -> None:
    """Each fault fails the check that looks for it, and the report names the case and the check."""
    check, faults = FAULTS[fault]
    with pytest.raises(ConformanceFailure) as caught:
        CHECKS[check](SOUND[0], sample_hub(faults))
    assert (caught.value.case, caught.value.check) == ("everything", check)


@attrs.frozen(eq=False)
class Leaky:
    """A provider whose preparation of a request leaks the key."""

    way: str
    plain: CompatibleProvider

    @hookimpl
    def create_model(self, model_id: str, config: Any) -> Model:
        return self.plain.create_model(model_id, config)

    @hookimpl
    def prepare(self, model: Model, wire: WireRequest, secrets: Mapping[str, str]) -> Iterator[Any]:
        return self.steps(wire, secrets.get("key", ""))

    def steps(self, wire: WireRequest, key: str) -> Any:
        if self.way == "log":
            logging.getLogger("sample").debug("asking with %s", key)
        elif self.way == "url":
            wire = attrs.evolve(wire, url=f"{wire.url}?key={key}")
        elif self.way == "body":
            wire = attrs.evolve(wire, body=json.dumps({"key": key}).encode())
        elif self.way == "file":
            with open("request.log", "a") as file:
                file.write(key)
        elif self.way == "error":
            raise_with(key)
        return wire
        yield


def raise_with(key: str) -> None:
    """Fails and says the key."""
    from headwater import RequestError

    raise RequestError(f"cannot use {key}")


@pytest.mark.parametrize("way", ["log", "url", "body", "file"])
def test_a_leaked_key_is_found(way: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is logged, or put into the URL, the body or a file, fails the check."""
    from headwater.testing import check_no_secret

    monkeypatch.chdir(tmp_path)
    hub = Hub(environ={})
    hub.register("sample", Leaky(way, SAMPLE))
    hub.registry.register("sample", SampleApi(), APIS)
    with pytest.raises(ConformanceFailure) as caught:
        check_no_secret(SOUND[0], hub, folders=(tmp_path,))
    assert "holds the key" in caught.value.difference


def test_a_key_in_an_error_of_the_preparation_is_taken_out() -> None:
    """A request that cannot be made ready ends the stream in an error, without the key that its words said."""
    hub = Hub(environ={})
    hub.register("sample", Leaky("error", SAMPLE))
    hub.registry.register("sample", SampleApi(), APIS)
    with hub.stream_sync("sample/one", "(asked)", key="canary-7c1f") as stream:
        events = list(stream)
    error = stream.message.error
    assert error is not None
    assert (events[-1].type, error.kind, "canary" in error.message) == ("error", "invalid_request", False)


def test_check_all_lists_what_every_check_found() -> None:
    """One report holds the findings of all checks."""
    with pytest.raises(ConformanceFailure) as caught:
        check_all(SOUND[0], sample_hub({"end": make_up_the_end, "text": trust}))
    assert {"cuts", "garbage", "types"} <= set(caught.value.check.split(", "))


def test_a_case_shows_no_body() -> None:
    """The repr of a case fits on a line."""
    assert len(repr(SOUND[0])) < 300
