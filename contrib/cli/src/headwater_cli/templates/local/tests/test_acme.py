"""The plugin keeps what headwater promises, and the acme says what it should."""

import pytest

from headwater import ContextOverflow, Hub, UnknownModel
from headwater.testing import provider_suite

TestAcme = provider_suite("acme", model="grey", ask_locally="Hello.", local_function="headwater_acme:answer")


def test_it_repeats_what_it_is_told() -> None:
    """The answer, and what is known of it."""
    message = Hub().complete_sync("acme/grey", "Hello  there.", system="Be brief.")
    assert (message.text, message.stop_reason, message.notes) == ("Hello  there. Squawk!", "stop", ())
    assert (message.usage.input, message.usage.output, message.usage.provenance) == (6, 3, "estimated")
    assert message.usage.cost is not None
    assert message.usage.cost.total == 0


def test_it_stops_where_it_is_told_to() -> None:
    """That is no end of its own."""
    message = Hub().complete_sync("acme/grey", "one two three", max_tokens=2)
    assert (message.text, message.stop_reason) == ("one two", "length")


def test_what_it_cannot_do_is_an_error() -> None:
    """Of the kind that callers know."""
    with pytest.raises(ContextOverflow, match="takes 200 words"):
        Hub().complete_sync("acme/grey", "word " * 300)
    with pytest.raises(UnknownModel, match="ask acme/grey"):
        Hub().complete_sync("acme/green", "Hello.")
