"""The api `mistral-chat`: Mistral's own variety of chat completions."""

from __future__ import annotations

from headwater import Assembly, Context, HandoffRules, Model, Options, Parser, RequestError, WireRequest, hookimpl
from headwater_openai.chat import ChatParser, read_compat

from ._options import MistralOptions
from ._request import mistral_request

RULES = HandoffRules(
    # Checked by some models and by servers of one's own (wire/cohere-mistral, section B2).
    id_characters="A-Za-z0-9",
    id_length=9,
    id_exact=True,
    portable_thinking=False,
    takes_back=frozenset({"text", "thinking", "toolCall", "source"}),
)
"""Ids of calls are nine letters and digits. Thinking goes back to the model that thought it, to others as text."""


class MistralChat:
    """The hooks of the api."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """Mistral's chat has options of its own."""
        return MistralOptions

    @hookimpl
    def handoff_rules(self, model: Model) -> HandoffRules:
        """What Mistral wants of ids, and takes back."""
        return RULES

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/chat/completions`."""
        if not isinstance(options, MistralOptions):
            raise RequestError(f"{model.api} takes MistralOptions, not {type(options).__name__}")
        return mistral_request(model, context, options)

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """Reads `chat.completion.chunk` events, and their content in chunks."""
        return ChatParser(read_compat(model), out)


api = MistralChat()
