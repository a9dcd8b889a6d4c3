"""Every recorded error answer, served over real HTTP, is called what a reader of it calls it."""

from __future__ import annotations

from typing import Any

import corpus
import pytest

from headwater import NO_RETRY, Error
from headwater.testing import LoopbackServer, Reply

LABELS: dict[str, Any] = corpus.load_json(corpus.ROOT / "tests" / "labels" / "errors.json")


@pytest.mark.parametrize("refused", corpus.parameters(corpus.refusals()))
def test_an_error_answer_is_called_what_it_is(refused: corpus.Refused) -> None:
    """Kind and whether a retry may help are those of the label; the status comes along."""
    recorded, label = refused.recorded, LABELS[refused.id]
    hub = corpus.make_hub()
    model = corpus.PROTOCOLS[refused.protocol].find_model(hub)
    with LoopbackServer() as server:
        body = recorded["body_text"].encode()
        server.reply(Reply(body, status=recorded["status"], headers=corpus.without_connection(recorded["headers"])))
        with hub.stream_sync(model, "(refused)", key="loopback", base_url=server.url, retry=NO_RETRY) as stream:
            events = list(stream)
        hub.close()
    last = events[-1]
    assert isinstance(last, Error)
    error = last.message.error
    assert error is not None
    expected = (label["kind"], label["retryable"], recorded["status"])
    assert (error.kind, error.retryable, error.status) == expected, error.message


def test_every_error_answer_has_a_label() -> None:
    """Labels and recorded error answers are the same set."""
    if not corpus.refusals():
        pytest.skip("there are no recordings here")
    assert set(LABELS) == {refused.id for refused in corpus.refusals()}
