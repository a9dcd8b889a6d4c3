"""The api `bedrock-converse-stream`: Bedrock's one protocol for the models of everybody."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

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

from ._compat import ConverseCompat, read_compat
from ._converse_parser import ConverseParser
from ._converse_request import converse_request
from ._families import CLAUDES
from ._faults import EXCEPTIONS
from ._media import DOCUMENTS, IMAGES, SOUNDS
from ._options import ConverseOptions

MEDIA = {"image": tuple(IMAGES), "document": tuple(DOCUMENTS), "audio": tuple(SOUNDS)}


def rules_for(compat: ConverseCompat) -> HandoffRules:
    """What a model takes of a history: ids of nine letters and digits at Mistral's, thinking of Claudes at Claude's."""
    taken_back = {"text", "toolCall", "source", "codeExecution", "providerBlock"}
    if compat.replays_thinking != "no":
        taken_back.add("thinking")
    rules = HandoffRules(
        portable_thinking=False,
        thinking_from=CLAUDES if compat.claude is not None else (),
        takes_back=taken_back,
        media=MEDIA,
        begins_with_user=not compat.assistant_first,
    )
    return evolve(rules, id_characters="A-Za-z0-9", id_length=9, id_exact=True) if compat.exact_ids else rules


class Converse:
    """The hooks of the api."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """ConverseStream has options of its own."""
        return ConverseOptions

    @hookimpl
    def handoff_rules(self, model: Model) -> HandoffRules:
        """What the model behind Converse takes of a history."""
        return rules_for(read_compat(model))

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
