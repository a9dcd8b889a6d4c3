"""The api `google-generative-ai`: `streamGenerateContent` as the Gemini API has it.

Plugins for other surfaces of the same protocol make an instance of `GenerateContent`, or a
subclass that says where a request goes.
"""

from __future__ import annotations

from collections.abc import Mapping

from headwater import (
    Assembly,
    Context,
    HandoffRules,
    Kind,
    Model,
    Options,
    Parser,
    RequestError,
    WireRequest,
    hookimpl,
)

from ._compat import GoogleCompat, read_compat
from ._errors import ERROR_CODES
from ._generate_parser import GenerateParser
from ._generate_request import generate_body, generate_request, model_path
from ._options import GoogleOptions
from ._tools import NAME


class GenerateContent:
    """The hooks of the api."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """`generateContent` has options of its own."""
        return GoogleOptions

    @hookimpl
    def handoff_rules(self, model: Model, options: Options) -> HandoffRules:
        """Signatures hold for one model on one surface, and the user comes first (wire section 5)."""
        return HandoffRules(portable_thinking=False, begins_with_user=True, name_pattern=NAME)

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/models/{id}:streamGenerateContent`."""
        return self.request(model, context, check_options(model, options))

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """Reads `GenerateContentResponse` chunks."""
        return GenerateParser(out)

    @hookimpl
    def error_codes(self, model: Model) -> Mapping[str, Kind]:
        """The names of google.rpc.Code."""
        return ERROR_CODES

    def request(self, model: Model, context: Context, options: GoogleOptions) -> WireRequest:
        """The request for a conversation; raises `RequestError` for what the model cannot be asked."""
        return generate_request(model, read_compat(model), context, options, model_path(model))


def check_options(model: Model, options: Options) -> GoogleOptions:
    """The options as this api's own; raises `RequestError` for those of another."""
    if not isinstance(options, GoogleOptions):
        raise RequestError(f"{model.api} takes GoogleOptions, not {type(options).__name__}")
    return options


api = GenerateContent()

__all__ = [
    "GenerateContent",
    "GenerateParser",
    "GoogleCompat",
    "GoogleOptions",
    "api",
    "check_options",
    "generate_body",
    "generate_request",
    "read_compat",
]
