"""The api `perplexity-chat`: Perplexity's own variety of chat completions."""

from __future__ import annotations

from typing import Any

from attrs import evolve, fields_dict

from headwater import (
    Assembly,
    Context,
    Document,
    HandoffRules,
    Model,
    Note,
    Options,
    Parser,
    RequestError,
    WireRequest,
    hookimpl,
)
from headwater_openai.chat import ChatOptions, ChatParser, ChatWriter, chat_body, chat_rules, chat_wire, read_compat

from ._options import PerplexityOptions

OWN = tuple(name for name in fields_dict(PerplexityOptions) if name not in fields_dict(ChatOptions))
"""Options that go into the body by their own names."""


class PerplexityWriter(ChatWriter):
    """Writes one conversation, in which the user and the assistant speak by turns."""

    def add(self, message: dict[str, Any]) -> None:
        """One more message; two turns of one side in a row, between which an answer said nothing, are one."""
        last: dict[str, Any] = self.messages[-1] if self.messages else {"role": "system"}
        if message["role"] != last["role"] or last["role"] not in ("user", "assistant"):
            super().add(message)
            return
        said = [_parts(one["content"]) for one in (last, message)]
        last["content"] = [*said[0], *said[1]]
        if message.get("tool_calls"):
            last["tool_calls"] = [*last.get("tool_calls", ()), *message["tool_calls"]]

    def part(self, block: Any) -> dict[str, Any]:
        """A document is a URL, or base64 without anything before it; the rest as in chat completions."""
        if isinstance(block, Document):
            named = {} if block.name is None else {"file_name": block.name}
            return {"type": "file_url", "file_url": {"url": block.url or block.data}, **named}
        return super().part(block)


def _parts(content: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


class PerplexityChat:
    """The hooks of the api."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """Perplexity's chat has options of its own."""
        return PerplexityOptions

    @hookimpl
    def handoff_rules(self, model: Model) -> HandoffRules:
        """After the system prompt, the user and the assistant speak by turns; else it answers `invalid_message`."""
        return evolve(chat_rules(read_compat(model)), alternate=True, begins_with_user=True)

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/chat/completions`."""
        if not isinstance(options, PerplexityOptions):
            raise RequestError(f"{model.api} takes PerplexityOptions, not {type(options).__name__}")
        notes: list[Note] = []
        compat = read_compat(model)
        messages = PerplexityWriter(model, compat).write(context)
        body = chat_body(model, compat, context, options, messages=messages, notes=notes)
        given = {name: getattr(options, name) for name in OWN}
        body.update({name: value for name, value in given.items() if value is not None})
        return chat_wire(model, compat, options, body, notes)

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """Reads `chat.completion.chunk` events, with sources and usage in each."""
        return ChatParser(read_compat(model), out)


api = PerplexityChat()
