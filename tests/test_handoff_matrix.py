"""Any conversation on any model: what is sent is what the vendor's types and its server's rules allow.

Every conversation that the recorded streams make goes to every api of every installed plugin, and random ones
after them. A table of what was sent and what was changed stands at the end of the run. `handoff_targets` says how
much of it runs in CI.
"""

from __future__ import annotations

from collections import Counter

import corpus
import handoff_report
import pytest
import vendor_rules
import vendor_types
from handoff_histories import AS_IT_CAME, Conversation, answers, conversations, histories
from handoff_targets import HUB, LONG, Target, missing, targets
from hypothesis import HealthCheck, given, settings

from headwater import AssistantMessage, Context, Model, WireRequest, from_json, to_json

EVERY = [
    pytest.param(target, id=f"{target.model}-{target.find().api}")
    for target in targets()
    if target.find().api in vendor_types.JUDGES
]


def send(target: Target, context: Context) -> WireRequest:
    """The request for a conversation."""
    return HUB.request(target.find(), context)


def wrong(target: Target, wire: WireRequest) -> list[str]:
    """What the vendor's types and the server's rules find wrong with a request."""
    model = target.find()
    told = vendor_types.problems(model.api, wire, model.provider)
    return [*([told[:2000]] if told else []), *vendor_rules.broken(model.api, wire, ids=target.ids)]


def test_every_provider_and_every_api_is_in_the_matrix() -> None:
    """What is installed is sent to, and somebody judges what is sent."""
    assert list(missing()) == []


@pytest.mark.parametrize("target", EVERY)
def test_every_recorded_conversation_can_be_sent(target: Target) -> None:
    """Each answer of the corpus, its calls answered, and then the user again."""
    if not corpus.CORPUS.is_dir():
        pytest.skip("there are no recordings: set HEADWATER_CORPUS, or put them into ../shared/corpus")
    model = target.find()
    found: dict[str, list[str]] = {}
    for conversation in target.some_of(conversations()):
        wire = send(target, conversation.context)
        handoff_report.count(target.model, model.api, wire)
        problems = wrong(target, wire)
        if bool(problems) != _came_so(conversation, model):
            found[conversation.name] = problems
    assert found == {}


def _came_so(conversation: Conversation, model: Model) -> bool:
    """Whether an answer goes back to its maker as it came, in blocks that the vendor's types do not know."""
    makers = {(one.provider, one.api) for one in conversation.context.messages if isinstance(one, AssistantMessage)}
    return conversation.name in AS_IT_CAME and makers == {(model.provider, model.api)}


@pytest.mark.parametrize("target", EVERY)
def test_any_history_can_be_sent(target: Target) -> None:
    """Interleaved tools, aborted turns, odd ids, media anywhere: and the stored conversation stays as it was."""
    examples = 600 if LONG else 60 // target.share[1]
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]

    @settings(max_examples=examples, deadline=None, suppress_health_check=quiet)
    @given(context=histories())
    def check(context: Context) -> None:
        before = repr(context)
        wire = send(target, context)
        assert wrong(target, wire) == []
        assert repr(context) == before

    assert check() is None


@pytest.mark.parametrize("target", EVERY)
def test_what_is_sent_can_be_stored_and_sent_again(target: Target) -> None:
    """A conversation that went through JSON gives the same request."""
    found = [
        conversation.name
        for conversation in target.some_of(conversations())[::7]
        if send(target, from_json(to_json(conversation.context))).body != send(target, conversation.context).body
    ]
    assert found == []


def test_every_recorded_answer_is_read_as_it_was_written() -> None:
    """Through JSON and back, every message of the corpus is equal."""
    changed = Counter(recording.id for recording, message in answers() if from_json(to_json(message)) != message)
    assert changed == {}
