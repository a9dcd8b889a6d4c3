"""The api `openai-responses`: OpenAI's Responses, and the servers that speak it as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

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

from ._codes import CODES
from ._compat import read_responses_compat
from ._responses_options import ResponsesOptions
from ._responses_parser import ResponsesParser
from ._responses_request import responses_request, resume_request


class Responses:
    """The hooks of the api."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """Responses has options of its own."""
        return ResponsesOptions

    @hookimpl
    def handoff_rules(self, model: Model, options: Options) -> HandoffRules:
        """Ids are `call_id|item_id`, each part at most 64 characters long (wire/openai-responses, section 3).

        Reasoning holds for the model that made it; results may answer calls that are stored over there.
        Media that were answered already and have no place here are told of.
        """
        compat = read_responses_compat(model)
        stored = getattr(options, "previous_response_id", None) or getattr(options, "conversation", None)
        return HandoffRules(
            id_characters="A-Za-z0-9_|-",
            id_length=129,
            portable_thinking=False,
            media={"audio": (), **({} if compat.documents else {"document": ()})},
            by_data=frozenset({"image", "document"} if compat.file_data else {"image"}),
            history_is_kept=bool(stored),
        )

    @hookimpl
    def error_codes(self, model: Model) -> Mapping[str, Kind]:
        """The codes of answers that failed."""
        return CODES

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/responses`."""
        if not isinstance(options, ResponsesOptions):
            raise RequestError(f"{model.api} takes ResponsesOptions, not {type(options).__name__}")
        return responses_request(model, context, options)

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """Reads `response.*` events."""
        return ResponsesParser(read_responses_compat(model), out)

    @hookimpl
    def resume(
        self, model: Model, cursor: Mapping[str, Any], purpose: Literal["rest", "whole", "cancel"]
    ) -> WireRequest | None:
        """`GET {base}/responses/{id}`, or its cancellation."""
        return resume_request(model, cursor, purpose)


api = Responses()
