"""The api `bedrock-converse-stream`: Bedrock's one protocol for the models of everybody."""

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

from ._compat import read_compat
from ._converse_parser import ConverseParser
from ._converse_request import converse_request
from ._faults import EXCEPTIONS
from ._options import ConverseOptions


class Converse:
    """The hooks of the api."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """ConverseStream has options of its own."""
        return ConverseOptions

    @hookimpl
    def handoff_rules(self, model: Model) -> HandoffRules:
        """Ids of calls are at most 64 of `A-Za-z0-9_-`, nine without marks at Mistral's; only Claudes share thinking."""
        compat = read_compat(model)
        if compat.exact_ids:
            return HandoffRules(id_characters="A-Za-z0-9", id_length=9, id_exact=True, portable_thinking=False)
        return HandoffRules(portable_thinking=compat.claude is not None)

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/model/{id}/converse-stream`."""
        if not isinstance(options, ConverseOptions):
            raise RequestError(f"{model.api} takes ConverseOptions, not {type(options).__name__}")
        return converse_request(model, context, options)

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """Reads the frames of one answer."""
        return ConverseParser(out)

    @hookimpl
    def error_codes(self, model: Model) -> Mapping[str, Kind]:
        """Names of exceptions."""
        return EXCEPTIONS


api = Converse()
