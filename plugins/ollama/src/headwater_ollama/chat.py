"""The api `ollama-chat`: conversations over `/api/chat`."""

from __future__ import annotations

from headwater import (
    Assembly,
    Context,
    HandoffRules,
    Model,
    Options,
    Parser,
    RequestError,
    WireRequest,
    hookimpl,
)

from ._messages import chat_messages
from ._options import OllamaOptions
from ._parser import OllamaParser
from ._request import Draft, write_settings, write_tools

RULES = HandoffRules(
    takes_back={"text", "thinking", "toolCall"},
    # A template that does not know thinking leaves it out; there is nothing to sign.
    portable_thinking=True,
    by_url=frozenset(),
)
"""What a history must look like: of its own answers Ollama takes text, thinking and calls."""


class Chat:
    """The hooks of the api."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """Ollama has options of its own."""
        return OllamaOptions

    @hookimpl
    def handoff_rules(self, model: Model) -> HandoffRules:
        """Images by data only, no blocks of anybody's own."""
        return RULES

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/api/chat`."""
        if not isinstance(options, OllamaOptions):
            raise RequestError(f"{model.api} takes OllamaOptions, not {type(options).__name__}")
        draft = Draft(model, context, options)
        draft.body.update(model=model.id, messages=chat_messages(model, context), stream=not options.simulate_streaming)
        write_tools(draft)
        write_settings(draft)
        return draft.finish("/api/chat")

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """Reads the lines of one answer."""
        return OllamaParser(out)


api = Chat()
