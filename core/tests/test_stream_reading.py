"""A stream over real sockets, when all goes well: the same in its three forms."""

from __future__ import annotations

import pytest
from core_fake import HELLO, fake_hub, play

from headwater import check_grammar
from headwater.testing import Chunking, LoopbackServer, Reply


@pytest.mark.parametrize("chunking", [Chunking.whole(), Chunking.bytewise(), Chunking.random(7, 9)])
def test_an_answer_arrives_whole_however_it_is_cut(loopback: LoopbackServer, form: str, chunking: Chunking) -> None:
    """Events obey the grammar and the message is the same in every form and chunking."""
    loopback.reply(Reply(HELLO, chunking=chunking))
    outcome = play(form, fake_hub(loopback.url))
    check_grammar(outcome.events)
    message = outcome.message
    assert (message.text, message.stop_reason, message.usage.input, message.usage.output, message.response_id) == (
        "Hello",
        "stop",
        3,
        2,
        "r1",
    )
