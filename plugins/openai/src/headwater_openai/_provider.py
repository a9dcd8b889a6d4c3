"""Which of its two protocols OpenAI is asked over.

Responses for OpenAI's own models, as wire/openai-chat section 3 advises; chat
completions where `base_url` leads elsewhere, for that is what nearly every
compatible server speaks. `api=` decides otherwise.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from attrs import evolve

from headwater import Capabilities, CompatibleProvider, Model, ModelConfig, hookimpl

CHAT = "openai-completions"
RESPONSES = "openai-responses"
HOME = "api.openai.com"

BUILTIN_TOOLS = (
    "web_search",
    "file_search",
    "code_interpreter",
    "image_generation",
    "mcp",
    "computer",
    "shell",
    "apply_patch",
    "custom",
    "tool_search",
)
"""Types of tools that go in the option `builtin_tools` (wire/openai-responses, section 4)."""


class OpenAI(CompatibleProvider):
    """OpenAI: a model's api depends on where it is."""

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        """The model of that id, described as it is over the api it will be asked over."""
        model = super().create_model(model_id, config)
        elsewhere = config.base_url is not None and not is_home(config.base_url)
        api = config.api or (CHAT if elsewhere else model.api)
        if api == RESPONSES:
            return evolve(model, api=api, input=[kind for kind in model.input if kind != "audio"])
        levels = {level: word for level, word in model.levels.items() if level != "max"}
        return evolve(model, api=api, levels=levels)

    @hookimpl
    def capabilities(self, model: Model) -> Capabilities:
        """Tools that run at OpenAI and answers in the background are had over Responses only."""
        found = evolve(super().capabilities(model), structured_output=True, prompt_caching=True)
        if model.price is None:  # the catalogue knows better which tiers there are
            modes = ("standard", "flex", "priority") if model.reasoning else ("standard", "priority")
            found = evolve(found, response_modes=modes)
        return evolve(found, background=True, builtin_tools=BUILTIN_TOOLS) if model.api == RESPONSES else found


def is_home(url: str) -> bool:
    """Whether a base URL is OpenAI's own, one of its regions included (`eu.api.openai.com`)."""
    host = urlsplit(url).hostname or ""
    return host == HOME or host.endswith(f".{HOME}")
