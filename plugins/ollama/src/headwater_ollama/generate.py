"""The api `ollama-generate`: one prompt over `/api/generate`, for text to complete and gaps to fill."""

from __future__ import annotations

from headwater import (
    Assembly,
    Context,
    HandoffRules,
    Model,
    Options,
    Parser,
    RequestError,
    UserMessage,
    WireRequest,
    hookimpl,
)

from ._messages import read_content
from ._options import GenerateOptions
from ._parser import OllamaParser
from ._request import Draft, write_settings
from .chat import RULES


class Generate:
    """The hooks of the api."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """Those of chat, and a suffix."""
        return GenerateOptions

    @hookimpl
    def handoff_rules(self, model: Model) -> HandoffRules:
        """Those of chat."""
        return RULES

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/api/generate`; raises `RequestError` for more than one turn, and for tools."""
        if not isinstance(options, GenerateOptions):
            raise RequestError(f"{model.api} takes GenerateOptions, not {type(options).__name__}")
        if len(context.messages) != 1 or not isinstance(context.messages[0], UserMessage) or context.tools:
            raise RequestError(f"{model} takes one prompt and no tools over {model.api}; use ollama-chat")
        content = context.messages[0].content
        text, images = (content, []) if isinstance(content, str) else read_content(model, content)
        draft = Draft(model, context, options)
        draft.body.update(model=model.id, prompt=text, stream=not options.simulate_streaming)
        given = {
            "system": context.system_prompt,
            "images": images or None,
            "suffix": options.suffix,
            "raw": options.raw,
        }
        draft.body.update({name: value for name, value in given.items() if value is not None})
        write_settings(draft)
        return draft.finish("/api/generate")

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """Reads the lines of one answer."""
        return OllamaParser(out)


api = Generate()
