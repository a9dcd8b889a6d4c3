"""The pen for text with think tags, and marks that are said twice."""

from __future__ import annotations

import pytest
from core_fake import fake_model
from core_pen import make_pen

from headwater import Text, TextEnd, Thinking
from headwater._simulated import SimulatedTaggedAssembly
from headwater._tagged import TaggedAssembly

FINAL = "<think>ab</think>cd"


@pytest.mark.parametrize("pen_class", [TaggedAssembly, SimulatedTaggedAssembly])
@pytest.mark.parametrize("streamed", [*(FINAL[:length] for length in range(len(FINAL) + 1))])
def test_a_final_word_that_goes_on_is_split_as_the_deltas_were(pen_class: type[TaggedAssembly], streamed: str) -> None:
    """Also where no delta came before it."""
    pen = pen_class(fake_model())
    pen.text(streamed, 0)
    pen.close(0, FINAL)
    pen.complete()
    pen.finish()
    assert pen.final is not None
    assert (pen.final.content, pen.final.stop_reason) == ((Thinking("ab"), Text("cd")), "stop")


def test_a_final_word_that_contradicts_the_deltas_changes_nothing() -> None:
    """What was thinking and what was text has been handed out."""
    pen = TaggedAssembly(fake_model())
    pen.text("<think>ab</think>cd", 0)
    pen.close(0, "<think>ab</think>ef")
    pen.complete()
    pen.finish()
    assert pen.final is not None
    assert pen.final.content == (Thinking("ab"), Text("cd"))


def test_a_signature_that_is_said_again_is_as_old_as_it_was() -> None:
    """The view of an event in between shows it, now as then."""
    pen = make_pen()
    pen.text("Hi", 0)
    pen.signature("sig", 0)
    pen.close(0)
    ended = next(event for event in pen.take() if isinstance(event, TextEnd))
    assert ended.partial is not None
    before = ended.partial.content
    pen.signature("sig", 0)
    assert (before, ended.partial.content) == ([Text("Hi", "sig")], [Text("Hi", "sig")])
