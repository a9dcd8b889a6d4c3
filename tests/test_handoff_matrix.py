"""Any conversation on any model: what is sent is what the vendor's types and its server's rules allow.

Every conversation that the recorded streams make goes to every api of every installed plugin, and random ones
after them. A table of what was sent and what was changed stands at the end of the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import corpus
import handoff_report
import pytest
import vendor_rules
import vendor_types
from handoff_histories import AS_IT_CAME, Conversation, answers, conversations, histories
from hypothesis import HealthCheck, given, settings

from headwater import AssistantMessage, Context, HeadwaterError, Hub, Model, WireRequest, from_json, to_json
from headwater.hookspecs import APIS

HUB = corpus.make_hub()


@attrs.frozen
class Target:
    """A model that conversations are sent to. `ids`: what it asks of ids beyond its protocol."""

    model: str
    api: str | None = None
    ids: str | None = None
    settings: Mapping[str, Any] = attrs.field(factory=dict)

    def find(self, hub: Hub) -> Model:
        """The model itself."""
        return hub.model(self.model, api=self.api, **self.settings)


CHAT = "openai-completions"

TARGETS = (
    Target("amazon-bedrock/us.anthropic.claude-opus-4-6-v1"),
    Target("amazon-bedrock/us.anthropic.claude-opus-4-6-v1", "bedrock-invoke"),
    Target("amazon-bedrock/us.amazon.nova-2-lite-v1:0"),
    Target("amazon-bedrock/mistral.mistral-large-2402-v1:0", ids="[A-Za-z0-9]{9}"),
    Target("anthropic/claude-haiku-4-5"),
    Target("anthropic/claude-opus-4-8"),
    Target("cohere/command-a-plus"),
    Target("google/gemini-2.5-flash"),
    Target("google/gemini-3-flash"),
    Target("google/gemini-3-flash", "google-interactions"),
    Target("google-vertex/gemini-3-flash", settings={"project": "p", "location": "global"}),
    Target("llamacpp/model.gguf"),
    Target("llamacpp/model.gguf", "anthropic-messages"),
    Target("mistral/mistral-large-latest"),
    Target("mock/tour"),
    Target("ollama/qwen3"),
    Target("openai/gpt-4o", CHAT),
    Target("openai/gpt-5.4", CHAT),
    Target("openai/gpt-5"),
    Target("openai-codex/gpt-5.3-codex"),
    Target("openrouter/google/gemini-3-flash"),
    Target("xai/grok-4.3"),
    # Endpoints that differ in what they want of a history.
    Target("openai/one", CHAT, settings={"compat": {"requires_reasoning_field": True}}),
    Target("openai/two", CHAT, settings={"compat": {"reasoning_field": "reasoning"}}),
    Target("openai/three", CHAT, settings={"compat": {"requires_thinking_as_text": True}}),
    Target("openai/four", CHAT, settings={"compat": {"requires_assistant_after_tool_result": True}}),
    Target("openai/five", CHAT, settings={"input": ("text",), "compat": {"requires_tool_result_name": True}}),
)
"""Models of every protocol, and of every kind within it that wants something of its own."""

ONE_TURN = frozenset({"ollama-generate"})
"""Apis that take a single turn, to which no conversation can be sent."""


def targets() -> Iterator[Target]:
    """Those whose plugin is installed, and one model of every other provider."""
    installed = HUB.providers()
    known = {target.model.partition("/")[0] for target in TARGETS}
    yield from (target for target in TARGETS if target.model.partition("/")[0] in installed)
    for provider in installed:
        if provider not in known:
            try:
                listed = HUB.models(provider)
                HUB.model(f"{provider}/{listed[0] if listed else 'any'}")
            except HeadwaterError:
                continue  # it wants to be told where it is
            yield Target(f"{provider}/{listed[0] if listed else 'any'}")


EVERY = [
    pytest.param(target, id=f"{target.model}-{target.find(HUB).api}")
    for target in targets()
    if target.find(HUB).api in vendor_types.JUDGES
]


def send(target: Target, context: Context) -> WireRequest:
    """The request for a conversation."""
    return HUB.request(target.find(HUB), context)


def wrong(target: Target, wire: WireRequest) -> list[str]:
    """What the vendor's types and the server's rules find wrong with a request."""
    model = target.find(HUB)
    api = model.api
    told = vendor_types.problems(api, wire, model.provider)
    return [*([told[:2000]] if told else []), *vendor_rules.broken(api, wire, ids=target.ids)]


def test_every_api_is_a_target() -> None:
    """A plugin that is installed is in the matrix, and somebody judges what is sent."""
    tried = {target.find(HUB).api for target in targets()}
    judged = set(vendor_types.JUDGES) & set(vendor_rules.PROTOCOLS)
    assert set(HUB.registry.names(APIS)) - ONE_TURN - (tried & judged) == set()


@pytest.mark.parametrize("target", EVERY)
def test_every_recorded_conversation_can_be_sent(target: Target) -> None:
    """Each answer of the corpus, its calls answered, and then the user again."""
    if not corpus.CORPUS.is_dir():
        pytest.skip("there are no recordings: set HEADWATER_CORPUS, or put them into ../shared/corpus")
    model = target.find(HUB)
    found: dict[str, list[str]] = {}
    for conversation in conversations():
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
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(context=histories())
def test_any_history_can_be_sent(target: Target, context: Context) -> None:
    """Interleaved tools, aborted turns, odd ids, media anywhere: and the stored conversation stays as it was."""
    before = repr(context)
    wire = send(target, context)
    assert wrong(target, wire) == []
    assert repr(context) == before


@pytest.mark.parametrize("target", EVERY)
def test_what_is_sent_can_be_stored_and_sent_again(target: Target) -> None:
    """A conversation that went through JSON gives the same request."""
    found = [
        conversation.name
        for conversation in conversations()[::7]
        if send(target, from_json(to_json(conversation.context))).body != send(target, conversation.context).body
    ]
    assert found == []


def test_every_recorded_answer_is_read_as_it_was_written() -> None:
    """Through JSON and back, every message of the corpus is equal."""
    changed = Counter(recording.id for recording, message in answers() if from_json(to_json(message)) != message)
    assert changed == {}
