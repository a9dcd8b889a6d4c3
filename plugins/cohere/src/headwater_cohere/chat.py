"""The api `cohere-chat`: Cohere's v2 chat."""

from __future__ import annotations

from collections.abc import Mapping

from headwater import Assembly, Context, Kind, Model, Options, Parser, RequestError, WireRequest, hookimpl

from ._options import CohereOptions
from ._parser import CODES, CohereParser
from ._request import cohere_request


class CohereChat:
    """The hooks of the api."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """Cohere's chat has options of its own."""
        return CohereOptions

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/chat`."""
        if not isinstance(options, CohereOptions):
            raise RequestError(f"{model.api} takes CohereOptions, not {type(options).__name__}")
        return cohere_request(model, context, options)

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """Reads the events of a v2 chat stream."""
        return CohereParser(out)

    @hookimpl
    def error_codes(self, model: Model) -> Mapping[str, Kind]:
        """The protocol's own codes of errors."""
        return CODES


api = CohereChat()
