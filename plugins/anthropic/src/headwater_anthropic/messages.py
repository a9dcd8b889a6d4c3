"""The api `anthropic-messages`: Messages, of Anthropic and of everything that imitates it.

`messages_body` and `MessagesParser` serve hosts that put the same body and the same events
into an envelope of their own.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from attrs import evolve

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

from ._body import MessagesBody
from ._compat import MessagesCompat, read_compat
from ._messages import IMAGES
from ._options import MessagesOptions
from ._parser import STOP_REASONS, MessagesParser
from ._request import messages_body, messages_request

RULES = HandoffRules(
    name_pattern="[A-Za-z0-9_-]{1,128}",
    media={"image": tuple(sorted(IMAGES)), "document": ("application/pdf", "text/*")},
    begins_with_user=True,
)
"""What a history must look like here (wire/anthropic-messages, sections 5 and 13)."""


CLAUDES = ("amazon-bedrock/*claude-*", "anthropic/anthropic-messages/claude-*", "google-vertex/*/claude-*")
"""Claudes whose signatures hold for each other, wherever they were made. Of other hosts nobody says so: what another
host's Claude signed is not sent here, nor there what was signed elsewhere."""


class Messages:
    """The hooks of the api."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """Messages has options of its own."""
        return MessagesOptions

    @hookimpl
    def handoff_rules(self, model: Model) -> HandoffRules:
        """Ids of calls are at most 64 of `A-Za-z0-9_-`; a signature of one Claude may go to another.

        So may one of the same Claude at another host that is known to sign alike. The user speaks first; media
        that were answered already and have no place here are told of.
        """
        spelled = f"{model.provider}/{model.api}/{model.id}"
        alike = any(fnmatchcase(spelled, pattern) for pattern in CLAUDES)
        return evolve(RULES, thinking_from=CLAUDES) if alike else RULES

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/v1/messages`."""
        if not isinstance(options, MessagesOptions):
            raise RequestError(f"{model.api} takes MessagesOptions, not {type(options).__name__}")
        return messages_request(model, context, options)

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """Reads the events of one message."""
        return MessagesParser(out, read_compat(model).stop_reasons)


api = Messages()

__all__ = [
    "RULES",
    "STOP_REASONS",
    "MessagesBody",
    "MessagesCompat",
    "MessagesOptions",
    "MessagesParser",
    "api",
    "messages_body",
    "messages_request",
    "read_compat",
]
