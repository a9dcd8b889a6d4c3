"""A made-up provider in twenty lines, by somebody else: built, installed, found and as good as ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import third_party

from headwater import NO_RETRY, Hub, MissingKey, RateLimited, StreamError, loads
from headwater.testing import CHECKS, Case, ConformanceFailure, LoopbackServer, Reply

SAID = b"".join(
    f"data: {json.dumps({'id': 'n1', 'model': 'nimbus-think-1', 'choices': [{'index': 0, **choice}]})}\n\n".encode()
    for choice in (
        {"delta": {"reasoning_content": "Rain is wet."}},
        {"delta": {"content": "Take"}},
        {"delta": {"content": " a coat."}},
        {"delta": {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "buy", "arguments": '{"coats": '}}]}},
        {"delta": {"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]}},
        {"delta": {}, "finish_reason": "tool_calls"},
    )
)
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":7,"total_tokens":16}}\n\ndata: [DONE]\n\n'
CASE = Case("a call after thinking", "nimbus/nimbus-think-1", SAID + USAGE)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub in a process that has the package installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(third_party.install(tmp_path_factory.mktemp("nimbus"))))
        made = Hub(environ={"NIMBUS_API_KEY": "k"})
        yield made
        made.close()


def test_twenty_lines_are_enough() -> None:
    """The module as it is written, blank lines and all."""
    assert len(third_party.MODULE.splitlines()) <= 20


def test_it_is_found_by_its_entry_point(hub: Hub) -> None:
    """With its distribution and version; nobody named it here."""
    assert "nimbus" in hub.providers()
    assert hub.registry.distributions("nimbus") == ["headwater-nimbus 1.2"]


@pytest.mark.parametrize("check", CHECKS)
def test_it_passes_the_conformance_suite(hub: Hub, check: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As every provider of ours does."""
    monkeypatch.chdir(tmp_path)
    found: ConformanceFailure | None = None
    try:
        CHECKS[check](CASE, hub)
    except ConformanceFailure as failure:
        found = failure
    assert found is None


def test_its_data_is_heeded(hub: Hub) -> None:
    """Quirks, families, levels, key and codes of errors."""
    sent = loads(hub.request("nimbus/nimbus-think-1", "Hi", thinking="low", max_tokens=5).body)
    assert (sent["thinking"], sent["reasoning_effort"], sent["max_completion_tokens"]) == (
        {"type": "enabled"},
        "high",
        5,
    )
    with pytest.raises(MissingKey, match="NIMBUS_API_KEY"):
        Hub(environ={}).stream_sync("nimbus/nimbus-think-1", "Hi")
    with LoopbackServer() as server:
        refusal = b'{"error": {"code": "out_of_rain", "message": "dry"}}'
        server.reply(Reply(refusal, status=429, headers={"content-type": "application/json"}))
        with pytest.raises(StreamError, match="quota") as caught:
            hub.complete_sync("nimbus/x", "Hi", key="k", base_url=server.url, retry=NO_RETRY)
    assert not isinstance(caught.value, RateLimited)
