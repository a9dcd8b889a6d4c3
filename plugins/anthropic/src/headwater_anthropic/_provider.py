"""Anthropic as a provider: its data, and what follows from a model's flags."""

from __future__ import annotations

from attrs import evolve

from headwater import Capabilities, CompatibleProvider, Model, hookimpl

from ._compat import read_compat

BUILTIN_TOOLS = (
    "web_search",
    "web_fetch",
    "code_execution",
    "bash",
    "text_editor",
    "computer",
    "memory",
    "browser",
    "tool_search",
)
"""Tools that go in the option `builtin_tools`, without how their types end (wire/anthropic-messages, section 6)."""


class Anthropic(CompatibleProvider):
    """A `CompatibleProvider` whose models say what they can in their flags."""

    @hookimpl
    def capabilities(self, model: Model) -> Capabilities:
        """What follows from the model's description and its flags."""
        compat = read_compat(model)
        return evolve(
            super().capabilities(model),
            structured_output=compat.json_schema,
            prompt_caching=compat.cache_control,
            parallel_tools=True,
            prefill="continue" if compat.prefill else None,
            builtin_tools=BUILTIN_TOOLS if compat.server_tools else (),
            # Which of the two serves a request is settled by contract, not by the request (section 3).
            response_modes=("standard", "priority") if compat.service_tiers else ("standard",),
        )
