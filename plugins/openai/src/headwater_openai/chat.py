"""The api `openai-completions`: chat completions, and everything that imitates it.

A protocol that is nearly this one stands on the parts named here: `ChatOptions` and `ChatCompat`,
`ChatWriter` for the messages, `chat_body` and `chat_wire` for the request, `ChatParser` for the answer.
"""

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

from ._chat_messages import ChatWriter, chat_rules
from ._chat_options import ChatOptions
from ._chat_parser import AnswerParser, ChatParser
from ._chat_request import chat_body, chat_request, chat_wire
from ._compat import ChatCompat, read_compat

__all__ = [
    "ChatCompat",
    "ChatCompletions",
    "ChatOptions",
    "ChatParser",
    "ChatWriter",
    "api",
    "chat_body",
    "chat_rules",
    "chat_wire",
    "read_compat",
]


class ChatCompletions:
    """The hooks of the api."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """Chat completions has options of its own."""
        return ChatOptions

    @hookimpl
    def handoff_rules(self, model: Model) -> HandoffRules:
        """What a history must look like here (wire/openai-chat, section 4)."""
        return chat_rules(read_compat(model))

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/chat/completions`."""
        if not isinstance(options, ChatOptions):
            raise RequestError(f"{model.api} takes ChatOptions, not {type(options).__name__}")
        return chat_request(model, context, options)

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """Reads `chat.completion.chunk` events."""
        compat = read_compat(model)
        return (AnswerParser if compat.repeats_calls and options.response_format else ChatParser)(compat, out)


api = ChatCompletions()
