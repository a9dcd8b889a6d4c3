"""Reads chat-completion chunks, of OpenAI and of everybody who imitates it.

Only the fields read here are decoded. What servers disagree on is taken as it
comes (wire/openai-compatible, section 2): calls without index or id, thinking
under several names, content in parts, usage in three places, errors inside a 200.
A finish reason or `[DONE]` is the terminal signal; usage and errors may follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from headwater import Assembly, Kind, RawEvent, StopReason, dumps, loads

from ._chat_wire import CallDelta, Choice, Chunk, Delta, UsageObject, decode_chunk
from ._compat import ChatCompat
from ._executed import ExecutedTools
from ._fields import fields, text
from ._free_text import FreeText
from ._sources import Sources
from ._usage_details import keep_usage_details

FINISH_REASONS: Mapping[str, StopReason | Kind] = {
    "stop": "stop",
    "end": "stop",
    "eos": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "tool_calls": "toolUse",
    "tool_use": "toolUse",
    "function_call": "toolUse",
    "content_filter": "content_filter",
    "sensitive": "content_filter",
    "insufficient_system_resource": "overloaded",
    "network_error": "server",
    "error": "server",
}
"""Finish reasons in use (wire/openai-chat section 5, wire/openai-compatible); others are unknown."""


class ChatParser:
    """The parser of one response."""

    def __init__(self, compat: ChatCompat, out: Assembly) -> None:
        self._compat = compat
        self._out = out
        self._choice: int | None = None
        self._finish: str | None = None
        self._done = False
        self._started = False
        self._tier: str | None = None
        self._details: list[dict[str, Any]] = []
        self._audio: dict[str, Any] = {}
        self._sounded: dict[str, list[str]] = {}
        self._customs: dict[int | None, FreeText] = {}
        self._executed: ExecutedTools | None = None
        self._counted: bytes | None = None
        self._sources = Sources(out)
        own = compat.finish_reasons
        self._reasons: dict[str, StopReason | Kind] = {**FINISH_REASONS, **own}

    def __call__(self, raw: RawEvent) -> None:
        """Takes one `data:` line."""
        if raw.data == b"[DONE]":
            self._done = True
            self._out.complete()
            return
        chunk = decode_chunk(raw.data)
        if not self._started and (chunk.id or chunk.model):
            self._started = bool(chunk.id and chunk.model)
            self._out.start(chunk.id, chunk.model)
            if chunk.provider:
                self._out.extra("served_by", chunk.provider)
        for choice in chunk.choices or ():
            if choice.index == self._choice:
                self._read(choice, raw.data)
            elif self._choice is None:
                self._choice = choice.index
                self._read(choice, raw.data)
        if chunk.usage is not None:
            self._count(chunk.usage)
            self._counted = raw.data
        if chunk.error or chunk.object == "error":
            self._out.fail_with(loads(raw.data))
        if (
            chunk.service_tier != self._tier
            or chunk.x_groq
            or chunk.citations
            or chunk.search_results
            or chunk.images
            or chunk.related_questions
            or chunk.prompt_filter_results
            or chunk.base_resp
        ):
            self._beside(chunk, raw.data)

    def end(self) -> None:
        """End of the bytes: the finish reason has its say, now that no error can follow it."""
        out = self._out
        if self._executed is not None:
            self._executed.end()
        if self._counted is not None and self._compat.usage_details:
            keep_usage_details(out, self._compat.usage_details, self._counted)
        if self._details:
            out.extra("reasoning_details", self._details)
        if self._audio or self._sounded:
            pieces = {name: "".join(pieces) for name, pieces in self._sounded.items()}
            out.extra("audio", {**self._audio, **pieces})
        if self._finish is not None:
            reason: StopReason | Kind | None = self._reasons.get(self._finish)
            out.stop(reason, self._finish)
            for index, free in self._customs.items() if reason != "length" else ():
                out.arguments(free.end(), index)
            if not self._done and not out.has_usage:
                out.usage(provenance="partial")

    # -- inside

    def _read(self, choice: Choice, data: bytes) -> None:
        delta = choice.delta
        if delta is None:
            delta = choice.message
        if delta is not None:
            self._read_delta(delta)
        elif choice.text:
            self._out.text(choice.text)
        if choice.usage is not None:
            self._count(choice.usage)
            self._counted = data
        if choice.content_filter_results:
            self._filtered(choice.content_filter_results)
        if choice.finish_reason:
            self._finish = choice.finish_reason
            if choice.native_finish_reason:
                self._out.extra("native_finish_reason", choice.native_finish_reason)
            self._out.complete()

    def _read_delta(self, delta: Delta) -> None:
        out = self._out
        thought = delta.reasoning_content or delta.reasoning or delta.reasoning_text
        if thought:
            if not delta.reasoning_content:
                out.extra("reasoning_field", "reasoning" if delta.reasoning else "reasoning_text")
            out.thinking(thought)
        if delta.reasoning_details:
            self._detail(delta.reasoning_details, thought)
        content = delta.content
        if content:
            if content.__class__ is str:
                out.text(content)
            else:
                self._parts(content)
        if delta.tool_calls:
            for call in delta.tool_calls:
                self._call(call)
        if delta.refusal:
            out.refusal(delta.refusal)
        if (
            delta.function_call
            or delta.annotations
            or delta.images
            or delta.audio
            or delta.executed_tools
            or delta.reasoning_steps
        ):
            self._rarely(delta)

    def _rarely(self, delta: Delta) -> None:
        """What few answers hold: a call of the old form, citations, images, sound."""
        called = delta.function_call
        if called is not None:
            self._out.tool_call("function_call", None, called.name, _arguments(called.arguments))
        for annotation in delta.annotations or ():
            self._sources.annotate(annotation)
        for image in delta.images or ():
            self._picture(text(fields(image, "image_url"), "url"))
        if delta.audio:
            self._sound(delta.audio)
        if delta.executed_tools:
            self._executed = self._executed or ExecutedTools(self._out)
            self._executed.feed(delta.executed_tools)
        if delta.reasoning_steps:
            self._sources.follow(delta.reasoning_steps)

    def _call(self, call: CallDelta) -> None:
        name, arguments = None, None
        if call.function is not None:
            name, arguments = call.function.name, _arguments(call.function.arguments)
        elif call.custom is not None:
            free = self._customs.setdefault(call.index, FreeText())
            name, arguments = call.custom.name, free.piece(call.custom.input or "")
        id = None if call.id in (None, "", "null") else call.id
        self._out.tool_call(call.index, id, name, arguments)
        signature = text(fields(call.extra_content or {}, "google"), "thought_signature")
        if signature is not None:
            self._out.signature(signature, call.index)

    def _parts(self, content: Any) -> None:
        """Content in parts, or of a type nobody expects: what can be read of it is text or thinking."""
        if not isinstance(content, list | dict):
            self._out.text(_words(content))
            return
        for part in _listed(content):
            if isinstance(part, str):
                self._out.text(part)
            elif isinstance(part, dict):
                self._part(cast("dict[str, Any]", part))

    def _part(self, part: Mapping[str, Any]) -> None:
        kind = part.get("type")
        if kind == "thinking":
            self._thought(part)
        elif kind in ("reference", "tool_reference"):
            self._out.close()  # what follows is another text, so that the sources keep their place
            self._refer(part, replayed=True)
        else:
            self._out.text(_words(part.get("text")))

    def _thought(self, part: Mapping[str, Any]) -> None:
        """Thinking in parts of its own, sources among them, and its mark for replay."""
        for piece in _listed(part.get("thinking")):
            if isinstance(piece, dict):
                said = cast("dict[str, Any]", piece)
                self._out.thinking(_words(said.get("text")))
                self._refer(said, replayed=False)
            else:
                self._out.thinking(_words(piece))
        signature = text(part, "signature")
        if signature:
            self._out.signature(signature)

    def _refer(self, part: Mapping[str, Any], *, replayed: bool) -> None:
        """Sources: by the ids the caller gave them, or what a tool found (wire/cohere-mistral, section B2)."""
        for one in _listed(part.get("reference_ids")):
            if one is not None:
                self._out.source(_words(one), kind="reference", **({"reference_id": one} if replayed else {}))
        url = text(part, "url")
        if url:
            self._out.source(url, text(part, "title"), text(part, "description"))

    def _detail(self, details: list[dict[str, Any]], thought: str | None) -> None:
        """Reasoning in the form routers keep for replay; fragments of one detail are joined."""
        for detail in details:
            if not thought and isinstance(detail.get("text") or detail.get("summary"), str):
                self._out.thinking(detail.get("text") or detail["summary"])
            known = self._details[-1] if self._details else None
            if known is not None and _goes_on(known, detail):
                _join_detail(known, detail)
            else:
                self._details.append(dict(detail))

    def _beside(self, chunk: Chunk, data: bytes) -> None:
        """What stands beside the choices: usage, errors, sources, the filter's verdict on the prompt."""
        if chunk.service_tier != self._tier:
            self._tier = chunk.service_tier
            self._out.usage(service_tier=chunk.service_tier)
        if fields({"it": chunk.base_resp}, "it").get("status_code"):
            self._out.fail_with({"base_resp": chunk.base_resp})
        if chunk.x_groq is not None:
            if chunk.x_groq.usage is not None and chunk.usage is None:
                self._count(chunk.x_groq.usage)
                self._counted = data
            if chunk.x_groq.usage_breakdown:
                self._out.extra("usage_breakdown", chunk.x_groq.usage_breakdown)
            if chunk.x_groq.error:
                self._out.fail_with({"error": chunk.x_groq.error})
        self._sources.beside(chunk)
        for result in chunk.prompt_filter_results or ():
            self._filtered(result.get("content_filter_results"))

    def _picture(self, url: str | None) -> None:
        """An image that was made: a data URL, or where it lies."""
        head, comma, data = (url or "").partition(",")
        if comma and head.startswith("data:"):
            self._out.image("complete", mime_type=head[5:].removesuffix(";base64"), data=data)
        elif url:
            self._out.image("complete", url=url)

    def _filtered(self, results: Any) -> None:
        """Tells of a content filter that struck."""
        if isinstance(results, dict):
            verdicts = cast("dict[str, Any]", results)
            struck = [name for name, verdict in verdicts.items() if _struck(verdict)]
            if struck:
                self._out.status("content_filter", categories=struck)

    def _sound(self, audio: Mapping[str, Any]) -> None:
        for name, value in audio.items():
            if isinstance(value, str) and name != "id":
                self._sounded.setdefault(name, []).append(value)
            else:
                self._audio[name] = value

    def _count(self, usage: UsageObject) -> None:
        """Input excludes what was cached; output includes reasoning (wire/openai-chat, section 6)."""
        prompt, details = usage.prompt_tokens, usage.prompt_tokens_details or usage.prompt_token_details
        cached = usage.cached_tokens or usage.prompt_cache_hit_tokens or usage.num_cached_tokens
        written = usage.cache_creation_input_tokens or 0
        if details is not None:
            cached = details.cached_tokens or cached
            written = details.cache_write_tokens or written
        cached = cached or 0
        reasoning = usage.completion_tokens_details.reasoning_tokens if usage.completion_tokens_details else None
        reasoning = (usage.reasoning_tokens or None) if reasoning is None else reasoning
        output, total = usage.completion_tokens, usage.total_tokens
        outside = self._compat.reasoning_outside_output and reasoning and output is not None
        if outside and total == (prompt or 0) + (output or 0) + (reasoning or 0):
            output = (output or 0) + (reasoning or 0)
        elif self._compat.reasoning_uncounted and output is not None:
            output, total = output + (reasoning or 0), None
        inclusive = prompt is not None and cached + written <= prompt
        self._out.usage(
            input=prompt - cached - written if inclusive and prompt is not None else prompt,
            output=output,
            cache_read=cached,
            cache_write=written,
            reasoning=reasoning,
            total_tokens=total,
            service_tier=usage.service_tier,
        )


class AnswerParser(ChatParser):
    """The parser where an answer was asked for that calls nothing: a call after its text repeats an earlier one."""

    def _read_delta(self, delta: Delta) -> None:
        if delta.content:
            self._reasons["tool_calls"] = "stop"
        if self._reasons["tool_calls"] == "stop":
            delta.tool_calls = None
        super()._read_delta(delta)


def _arguments(given: Any) -> str | Mapping[str, Any] | None:
    if given is None or isinstance(given, str):
        return given
    return cast("dict[str, Any]", given) if isinstance(given, dict) else dumps(given).decode()


def _words(said: Any) -> str:
    """A string as it is; nothing for nothing; JSON of anything else."""
    return said if isinstance(said, str) else "" if said is None else dumps(said).decode()


def _listed(said: Any) -> list[Any]:
    """A list as it is; one of anything else."""
    return cast("list[Any]", said) if isinstance(said, list) else [said]


def _struck(verdict: Any) -> bool:
    return isinstance(verdict, dict) and cast("dict[str, Any]", verdict).get("filtered") is True


def _goes_on(known: Mapping[str, Any], detail: Mapping[str, Any]) -> bool:
    """Whether a detail is more of the one before: encrypted ones come whole, and another id is another one."""
    if detail.get("type") == "reasoning.encrypted" or (known.get("id") and detail.get("id") not in (None, known["id"])):
        return False
    return all(known.get(name) == detail.get(name) for name in ("index", "type"))


def _join_detail(known: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        if name in ("text", "summary") and isinstance(known.get(name), str) and isinstance(value, str):
            known[name] += value
        elif value is not None:
            known[name] = value
