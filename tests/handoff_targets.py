"""The models that conversations are handed to: those with a line here, and some of every other installed provider.

CI sends every recorded conversation to the models of `TARGETS`, and to those of other providers every fourth (another
fourth for each model, so that together they get all). With `HEADWATER_SOAK=1` everybody gets everything, a model
of every kind that a provider lists is tried, and random histories are many times as many.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import attrs
import corpus
import vendor_rules
import vendor_types

from headwater import HeadwaterError, Hub, Model
from headwater.hookspecs import APIS

HUB = corpus.make_hub()

LONG = bool(os.environ.get("HEADWATER_SOAK"))

CHAT = "openai-completions"

HERE = "tests/handoff_targets.py"


@attrs.frozen
class Target:
    """A model that conversations are sent to. `ids`: what it asks of ids beyond its protocol.

    `share`: which conversations it gets, as their number modulo another; all without.
    """

    model: str
    api: str | None = None
    ids: str | None = None
    settings: Mapping[str, Any] = attrs.field(factory=dict)
    share: tuple[int, int] = (0, 1)

    @property
    def provider(self) -> str:
        """The provider's name."""
        return self.model.partition("/")[0]

    def find(self, hub: Hub = HUB) -> Model:
        """The model itself."""
        return hub.model(self.model, api=self.api, **self.settings)

    def some_of(self, conversations: Sequence[Any]) -> Sequence[Any]:
        """The conversations that it gets."""
        first, every = self.share
        return conversations[:] if LONG else conversations[first::every]


TARGETS = (
    Target("amazon-bedrock/us.anthropic.claude-opus-4-6-v1"),
    Target("amazon-bedrock/us.anthropic.claude-opus-4-6-v1", "bedrock-invoke"),
    Target("amazon-bedrock/us.amazon.nova-2-lite-v1:0"),
    Target("amazon-bedrock/mistral.mistral-large-2402-v1:0", ids="[A-Za-z0-9]{9}"),
    Target("anthropic/claude-haiku-4-5"),
    Target("anthropic/claude-opus-4-8"),
    Target("azure-openai/deployed", settings={"base_url": "https://mine.openai.azure.com/openai/v1"}),
    Target("azure-openai/deployed", CHAT, settings={"base_url": "https://mine.openai.azure.com/openai/v1"}),
    Target("cerebras/zai-glm-4.7"),
    Target("cohere/command-a-plus"),
    Target("deepseek/deepseek-flash"),
    Target("fireworks/accounts/fireworks/models/kimi-k3"),
    Target("google/gemini-2.5-flash"),
    Target("google/gemini-3-flash"),
    Target("google/gemini-3-flash", "google-interactions"),
    Target("google-vertex/gemini-3-flash", settings={"project": "p", "location": "global"}),
    Target("groq/qwen/qwen3.8-27b"),
    Target("llamacpp/model.gguf"),
    Target("llamacpp/model.gguf", "anthropic-messages"),
    Target("mistral/mistral-large-latest"),
    Target("mock/tour"),
    Target("moonshot/kimi-k3"),
    Target("ollama/qwen3"),
    Target("openai/gpt-4o", CHAT),
    Target("openai/gpt-5.4", CHAT),
    Target("openai/gpt-5"),
    Target("openai-codex/gpt-5.3-codex"),
    Target("openrouter/google/gemini-3-flash"),
    Target("perplexity/sonar-deep-research"),
    Target("together/moonshotai/Kimi-K3"),
    Target("xai/grok-4.3"),
    Target("zai/glm-5.3-flash"),
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

SENDS_NOTHING = frozenset({"replay"})
"""Providers that answer from what was recorded."""

KINDS = 3
"""How many kinds of a provider's models are tried where it has no line of its own."""


@cache
def targets() -> tuple[Target, ...]:
    """Those with a line whose plugin is installed, and models of every other provider."""
    installed = HUB.providers()
    written = [target for target in TARGETS if target.provider in installed]
    known = {target.provider for target in written}
    others = [target for provider in installed if LONG or provider not in known for target in _listed(provider)]
    shared = (attrs.evolve(target, share=(number % 4, 4)) for number, target in enumerate(others))
    return (*written, *shared)


def _listed(provider: str) -> Iterator[Target]:
    """One model of every kind that the provider lists; any where it lists none, none where it cannot be found."""
    kinds: set[str] = set()
    try:
        for model_id in HUB.models(provider) or ["any"]:
            target = Target(f"{provider}/{model_id}")
            model = target.find()
            kind = repr((model.api, sorted(model.compat.items()), "image" in model.input))
            if kind not in kinds and (LONG or len(kinds) < KINDS):
                kinds.add(kind)
                yield target
    except HeadwaterError:
        return


def missing() -> Iterator[str]:
    """A sentence for every provider and api that nothing is sent to, or whose requests nobody judges."""
    tried = targets()
    for provider in HUB.providers():
        if provider not in {target.provider for target in tried} | SENDS_NOTHING:
            yield f"{provider} wants to be told where it is: give it a line in TARGETS of {HERE}, with its settings"
    apis = {target.find().api for target in tried}
    for api in HUB.registry.names(APIS):
        if api not in apis | ONE_TURN:
            yield f"no model speaks {api}: give one a line in TARGETS of {HERE}"
        if api not in {*vendor_types.JUDGES, *ONE_TURN}:
            yield f"nobody judges the bodies of {api}: give it a line in JUDGES of tests/vendor_types.py"
        if api not in {*vendor_rules.PROTOCOLS, *ONE_TURN}:
            yield f"nothing is known of what servers of {api} refuse: see PROTOCOLS of tests/vendor_rules.py"
