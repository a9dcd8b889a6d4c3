"""Reads `GenerateContentResponse` chunks, of the Gemini API, of Vertex AI and of who speaks like them.

Parts have no start and no end: a block lasts until another kind comes, and a thought signature ends
the block it is on, for parts that carry one are never joined (wire/google-generative-ai, sections 3
to 5). A finish reason is the terminal signal; some servers repeat it on every chunk, so only one
that comes with the final count of tokens is believed at once, any other at the end of the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from headwater import Assembly, DecodeError, Kind, RawEvent, StopReason, decoder, dumps, loads

from ._chunks import Candidate, Chunk, FunctionCall, Part, PromptFeedback, UsageMetadata
from ._grounding import tell_citations, tell_grounding, tell_pages
from ._partial_arguments import ArgumentWriter

_decode = decoder(Chunk)

FINISH_REASONS: Mapping[str, StopReason | Kind] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    **dict.fromkeys(
        (
            "SAFETY",
            "RECITATION",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT",
            "IMAGE_RECITATION",
            "MODEL_ARMOR",
            "ESCALATION",
            "PUP_LIMITED_DISABLED",
        ),
        "content_filter",
    ),
    # What the model wrote cannot be read; the same request may well succeed.
    **dict.fromkeys(("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE"), "malformed"),
    **dict.fromkeys(("TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE", "LANGUAGE"), "invalid_request"),
    **dict.fromkeys(("NO_IMAGE", "IMAGE_OTHER", "OTHER"), "unknown"),
}
"""Finish reasons in use (wire/google-generative-ai, section 3); others are unknown."""

TRAFFIC: Mapping[str, str] = {
    "ON_DEMAND": "standard",
    "ON_DEMAND_PRIORITY": "priority",
    "ON_DEMAND_FLEX": "flex",
    "PROVISIONED_THROUGHPUT": "provisioned",
}
"""Vertex AI's names for the tier that served."""

_MODIFIERS = frozenset(
    {"thought", "thoughtSignature", "partMetadata", "videoMetadata", "mediaResolution", "mediaProcessing"}
)
"""Fields of a part that are no content."""


class GenerateParser:
    """The parser of one response."""

    def __init__(self, out: Assembly) -> None:
        self._out = out
        self._candidate: int | None = None
        self._named = False
        self._kind: str | None = None
        self._blocks = 0
        self._ids: set[str] = set()
        self._call: tuple[int, str | None, ArgumentWriter] | None = None
        self._code: int | None = None
        self._code_parts: list[dict[str, Any]] = []
        self._output: list[str] = []
        self._counted = UsageMetadata()
        self._finish: str | None = None
        self._finish_words = ""

    def __call__(self, raw: RawEvent) -> None:
        """Takes one `data:` line, or one element of an array."""
        if raw.data[:1] == b"[" and raw.data != b"[DONE]":
            # Vertex AI wraps an error in an array of one.
            for element in loads(raw.data):
                self.read(_decode(dumps(element)), element)
            return
        self.read(_decode(raw.data), raw.data)

    def read(self, chunk: Chunk, source: Any) -> None:
        """Takes one chunk; `source` is what it was decoded from, for parts that are kept verbatim."""
        if not self._named and (chunk.response_id or chunk.model_version):
            self._out.start(chunk.response_id, chunk.model_version)
            self._named = bool(chunk.response_id and chunk.model_version)
        for position, candidate in enumerate(chunk.candidates or ()):
            if self._candidate is None:
                self._candidate = candidate.index
            if candidate.index == self._candidate:
                self._read(candidate, source, position)
        usage = chunk.usage_metadata
        if usage is not None:
            self._count(usage)
            if self._finish is not None and usage.total_token_count is not None:
                self._out.complete()
        if chunk.error:
            self._out.fail_with({"error": chunk.error})
        elif chunk.prompt_feedback is not None:
            self._judge(chunk.prompt_feedback)

    def end(self) -> None:
        """End of the bytes: the finish reason has its say, now that nothing can follow it."""
        out = self._out
        if self._finish is None:
            if out.has_usage:
                out.usage(provenance="partial")
            return
        reason = FINISH_REASONS.get(self._finish)
        if reason == "stop":
            # Some streams forget the chunk that ends streamed arguments.
            self._end_call()
        out.complete()
        if reason is not None and reason not in ("stop", "length", "toolUse"):
            out.fail(cast("Kind", reason), f"ended the answer with {self._finish}{self._finish_words}")
        out.stop(reason, self._finish)

    # -- candidates and parts

    def _read(self, candidate: Candidate, source: Any, position: int) -> None:
        content = candidate.content
        if content is not None and content.parts:
            for place, part in enumerate(content.parts):
                if part.text is not None:
                    self._words(part)
                elif not self._made(part):
                    self._verbatim(source, position, place)
        if candidate.finish_reason and candidate.finish_reason != "FINISH_REASON_UNSPECIFIED":
            self._finished(candidate, source, position)
        if candidate.url_context_metadata is not None:
            tell_pages(self._out, candidate.url_context_metadata)
        if candidate.grounding_metadata is not None:
            tell_grounding(self._out, candidate.grounding_metadata)
        if candidate.citation_metadata is not None:
            tell_citations(self._out, candidate.citation_metadata)

    def _words(self, part: Part) -> None:
        """More text, or more of a summary of the thinking."""
        out = self._out
        kind = "thinking" if part.thought else "text"
        if part.text:
            if self._call is not None:
                self._end_call()
            self._kind = kind
            if part.thought:
                out.thinking(part.text)
            else:
                out.text(part.text)
        if part.thought_signature:
            self._sign(kind, part.thought_signature)

    def _sign(self, kind: str, signature: str) -> None:
        """A signature on text or thinking: ends the block it belongs to, which may be an empty one of its own."""
        out = self._out
        if self._kind == kind:
            out.signature(signature)
            out.close()
            self._kind = None
            return
        key = self._next()
        (out.thinking if kind == "thinking" else out.text)("", key)
        out.signature(signature, key)
        out.close(key)

    def _made(self, part: Part) -> bool:
        """Writes a part that is no text; False for one that is to be kept verbatim."""
        if part.function_call is not None:
            self._function_call(part.function_call, part.thought_signature)
        elif part.executable_code is not None:
            self._ran(part.executable_code, part.thought_signature)
        elif part.code_execution_result is not None:
            self._came_out(part.code_execution_result, part.thought_signature)
        elif part.inline_data is not None and str(part.inline_data.get("mimeType", "")).startswith("image/"):
            self._picture(part.inline_data, part)
        else:
            return False
        return True

    def _verbatim(self, source: Any, position: int, place: int) -> None:
        """A part nobody reads here (sound, a server's own tool, something new), kept for replay."""
        whole = loads(source) if isinstance(source, bytes) else source
        part = whole["candidates"][position]["content"]["parts"][place]
        name = next((field for field in part if field not in _MODIFIERS), None)
        if name is None:
            return
        held = part[name]
        self._settle()
        self._out.block(name, part, id=held.get("id") if isinstance(held, dict) else None)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]

    def _settle(self) -> None:
        """What came before is over."""
        if self._call is not None:
            self._end_call()
        if self._kind is not None:
            self._out.close()
            self._kind = None

    def _next(self) -> int:
        self._blocks += 1
        return self._blocks

    # -- calls

    def _function_call(self, call: FunctionCall, signature: str | None) -> None:
        if self._call is not None and (not call.name or (call.id and call.id == self._call[1])):
            self._more(call)
            return
        self._settle()
        if not call.name and not call.args and not call.partial_args:
            return
        key = self._next()
        # Ids are not unique; one that comes again is as good as none.
        id = None if call.id in self._ids else call.id
        self._ids.add(id or "")
        self._out.tool_call(key, id, call.name)
        if signature:
            self._out.signature(signature, key)
        if call.will_continue or call.partial_args:
            self._call = (key, call.id, ArgumentWriter())
            self._more(call)
        else:
            self._out.arguments(call.args or {}, key)
            self._out.close(key)

    def _more(self, call: FunctionCall) -> None:
        """More of the call whose arguments stream."""
        assert self._call is not None
        key, _, writer = self._call
        for entry in call.partial_args or ():
            written = writer.add(entry)
            if written:
                self._out.arguments(written, key)
        if call.args:
            self._call = None
            self._out.close(key, call.args)
        elif not call.will_continue:
            self._end_call()

    def _end_call(self) -> None:
        """The streamed arguments are whole."""
        if self._call is None:
            return
        (key, _, writer), self._call = self._call, None
        if writer.in_order:
            self._out.arguments(writer.close(), key)
            self._out.close(key)
        else:
            self._out.close(key, writer.value)

    # -- what the provider ran and made

    def _ran(self, code: dict[str, Any], signature: str | None) -> None:
        self._settle()
        self._code, self._output = self._next(), []
        self._code_parts = [_signed({"executableCode": code}, signature)]
        language = str(code.get("language") or "PYTHON").lower()
        known = {"code": str(code.get("code") or ""), "language": language, "id": code.get("id")}
        self._out.code_execution(self._code, **known, extra={"parts": self._code_parts})

    def _came_out(self, result: dict[str, Any], signature: str | None) -> None:
        """The result of the code that came last; there may be several, of which a failure counts."""
        self._settle()
        if self._code is None:
            self._code, self._output, self._code_parts = self._next(), [], []
        self._code_parts = [*self._code_parts, _signed({"codeExecutionResult": result}, signature)]
        self._output.append(str(result.get("output") or ""))
        outcome = str(result.get("outcome", ""))
        well = outcome == "OUTCOME_OK"
        failed = {} if well else {"error": self._output[-1] or outcome}
        self._out.code_execution(
            self._code, output="".join(self._output), success=well, **failed, extra={"parts": self._code_parts}
        )

    def _picture(self, data: dict[str, Any], part: Part) -> None:
        """An image; a draft that belongs to the thinking is not shown."""
        if part.thought:
            return
        self._settle()
        extra = {"thoughtSignature": part.thought_signature} if part.thought_signature else {}
        known = {"data": data.get("data"), "mime_type": data.get("mimeType"), "extra": extra}
        self._out.image("complete", self._next(), **known)

    # -- endings and counts

    def _finished(self, candidate: Candidate, source: Any, position: int) -> None:
        reason = self._finish = candidate.finish_reason or ""
        if candidate.continuation_token:
            self._out.extra("continuationToken", candidate.continuation_token)
        details = [candidate.finish_message] if candidate.finish_message else []
        if FINISH_REASONS.get(reason) == "content_filter":
            whole = loads(source) if isinstance(source, bytes) else source
            details += _blocked(whole["candidates"][position].get("safetyRatings"))
        self._finish_words = f": {', '.join(details)}" if details else ""

    def _judge(self, feedback: PromptFeedback) -> None:
        if feedback.block_reason and feedback.block_reason != "BLOCKED_REASON_UNSPECIFIED":
            more = f" ({feedback.block_reason_message})" if feedback.block_reason_message else ""
            words = f"blocked the prompt: {feedback.block_reason}{more}"
            self._out.fail("content_filter", words, code=feedback.block_reason)

    def _count(self, usage: UsageMetadata) -> None:
        """Counts are cumulative and may be missing later: the last one said stays."""
        last = self._counted
        if usage.prompt_token_count is not None:
            last.prompt_token_count = usage.prompt_token_count
        if usage.cached_content_token_count is not None:
            last.cached_content_token_count = usage.cached_content_token_count
        if usage.candidates_token_count is not None:
            last.candidates_token_count = usage.candidates_token_count
        if usage.thoughts_token_count is not None:
            last.thoughts_token_count = usage.thoughts_token_count
        if usage.tool_use_prompt_token_count is not None:
            last.tool_use_prompt_token_count = usage.tool_use_prompt_token_count
        prompt, cached = last.prompt_token_count, last.cached_content_token_count or 0
        if prompt is None and last.candidates_token_count is None and usage.total_token_count is None:
            return
        self._out.usage(
            input=max((prompt or 0) - cached, 0) + (last.tool_use_prompt_token_count or 0),
            output=(last.candidates_token_count or 0) + (last.thoughts_token_count or 0),
            cache_read=cached,
            reasoning=last.thoughts_token_count,
            total_tokens=usage.total_token_count,
            service_tier=usage.service_tier or TRAFFIC.get(usage.traffic_type or ""),
        )


def _signed(part: dict[str, Any], signature: str | None) -> dict[str, Any]:
    return {**part, "thoughtSignature": signature} if signature else part


def _blocked(ratings: Any) -> list[str]:
    """The categories that struck."""
    if not isinstance(ratings, list):
        return []
    struck = (cast("dict[str, Any]", rating) for rating in cast("list[Any]", ratings) if isinstance(rating, dict))
    return [str(rating.get("category")) for rating in struck if rating.get("blocked")]


__all__ = ["FINISH_REASONS", "DecodeError", "GenerateParser"]
