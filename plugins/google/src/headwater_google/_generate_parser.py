"""Reads `GenerateContentResponse` chunks, of the Gemini API, of Vertex AI and of who speaks like them.

Parts have no start and no end: a block lasts until another kind comes, and a thought signature ends
the block it is on, for parts that carry one are never joined (wire/google-generative-ai, sections 3
to 5). A finish reason is the terminal signal; some servers repeat it on every chunk, so only one
that comes with the final count of tokens is believed at once, any other at the end of the bytes.
"""

from __future__ import annotations

from typing import Any, NoReturn, cast

from headwater import Assembly, DecodeError, Kind, RawEvent, decoder, dumps, loads

from ._calls import CallReader
from ._chunks import Candidate, Chunk, Part
from ._grounding import tell_citations, tell_grounding, tell_pages
from ._loose import mapping, objects, word
from ._reasons import FINISH_REASONS, NO_REASON, struck_categories
from ._usage import UsageReader

_decode = decoder(Chunk)

_MODIFIERS = frozenset(
    {"thought", "thoughtSignature", "partMetadata", "videoMetadata", "mediaResolution", "mediaProcessing"}
)
"""Fields of a part that are no content."""


class GenerateParser:
    """The parser of one response."""

    def __init__(self, out: Assembly) -> None:
        self._out = out
        self._calls = CallReader(out, self._next_key)
        self._usage = UsageReader(out)
        self._candidate: int | None = None
        self._named = False
        self._kind: str | None = None
        self._keys = 0
        self._code = 0
        self._code_parts: list[dict[str, Any]] = []
        self._output = ""
        self._finish: str | None = None
        self._why = ""

    def __call__(self, raw: RawEvent) -> None:
        """Takes one `data:` line, or one element of an array."""
        data = raw.data
        try:
            chunk = _decode(data)
        except DecodeError:
            # Vertex AI wraps an error in an array of one.
            for element in objects(loads(data)) or _unreadable(data):
                self.read(_decode(dumps(element)), dumps(element))
            return
        self.read(chunk, data)

    def read(self, chunk: Chunk, data: bytes) -> None:
        """Takes one chunk and the bytes it was decoded from, for parts that are kept verbatim."""
        if not self._named:
            self._out.start(chunk.response_id, chunk.model_version)
            self._named = bool(chunk.response_id and chunk.model_version)
        usage = chunk.usage_metadata
        if usage is not None:
            self._usage(usage)
        if chunk.candidates:
            for position, candidate in enumerate(chunk.candidates):
                if self._candidate is None:
                    self._candidate = candidate.index
                if candidate.index == self._candidate:
                    self._read(candidate, data, position)
        if self._finish is not None and usage is not None and usage.total_token_count is not None:
            self._out.complete()
        if chunk.error is not None or chunk.prompt_feedback is not None:
            self._judge(chunk)

    def end(self) -> None:
        """End of the bytes: the finish reason has its say, now that nothing can follow it."""
        out = self._out
        self._usage.tell()
        if self._finish is None:
            if out.has_usage:
                out.usage(provenance="partial")
            return
        reason = FINISH_REASONS.get(self._finish)
        if reason == "stop":
            # Some streams forget the piece that ends streamed arguments.
            self._calls.finish()
        out.complete()
        if reason is not None and reason not in ("stop", "length", "toolUse"):
            out.fail(cast("Kind", reason), f"ended the answer with {self._finish}{self._why}")
        out.stop(reason, self._finish)

    # -- candidates and parts

    def _read(self, candidate: Candidate, data: bytes, position: int) -> None:
        content = candidate.content
        found: list[dict[str, Any]] | None = None  # the parts as they came, once one is to be kept so
        if content is not None and content.parts:
            for place, part in enumerate(content.parts):
                if part.text is not None:
                    self._words(part)
                elif not self._made(part):
                    found = _find_parts(data, position) if found is None else found
                    self._verbatim(found[place])
        if candidate.finish_reason is not None and candidate.finish_reason not in NO_REASON:
            self._finished(candidate, data, position)
        if candidate.url_context_metadata is not None:
            tell_pages(self._out, candidate.url_context_metadata)
        if candidate.grounding_metadata is not None:
            tell_grounding(self._out, candidate.grounding_metadata)
        if candidate.citation_metadata is not None:
            tell_citations(self._out, candidate.citation_metadata)

    def _words(self, part: Part) -> None:
        """More text, or more of a summary of the thinking."""
        if part.text:
            if self._kind is None:
                self._calls.finish()
            if part.thought:
                self._kind = "thinking"
                self._out.thinking(part.text)
            else:
                self._kind = "text"
                self._out.text(part.text)
        if part.thought_signature:
            self._sign("thinking" if part.thought else "text", part.thought_signature)

    def _sign(self, kind: str, signature: str) -> None:
        """A signature on text or thinking: ends the block it belongs to, which may be an empty one of its own."""
        out = self._out
        if self._kind == kind:
            self._kind = None
            out.signature(signature)
            out.close()
            return
        key = self._next_key()
        (out.thinking if kind == "thinking" else out.text)("", key)
        out.signature(signature, key)
        out.close(key)

    def _made(self, part: Part) -> bool:
        """Writes a part that is no text; False for one that is to be kept verbatim."""
        if part.function_call is not None:
            if self._calls.continues(part.function_call):
                self._calls.go_on(part.function_call)
            else:
                self._settle()
                self._calls.begin(part.function_call, part.thought_signature)
        elif part.executable_code is not None:
            self._ran(part.executable_code, part.thought_signature)
        elif part.code_execution_result is not None:
            self._came_out(part.code_execution_result, part.thought_signature)
        elif part.inline_data is not None and str(part.inline_data.get("mimeType", "")).startswith("image/"):
            self._picture(part.inline_data, part)
        else:
            return False
        return True

    def _verbatim(self, part: dict[str, Any]) -> None:
        """A part nobody reads here (sound, a server's own tool, something new), kept for replay."""
        name = next((field for field in part if field not in _MODIFIERS), None)
        if name is None:
            return
        self._settle()
        self._out.block(name, part, id=word(mapping(part[name]).get("id")))

    def _settle(self) -> None:
        """What came before is over."""
        self._calls.finish()
        if self._kind is not None:
            self._kind = None
            self._out.close()

    def _next_key(self) -> int:
        self._keys += 1
        return self._keys

    # -- what the provider ran and made

    def _ran(self, code: dict[str, Any], signature: str | None) -> None:
        self._settle()
        self._code, self._output = self._next_key(), ""
        self._code_parts = [_signed({"executableCode": code}, signature)]
        self._out.code_execution(
            self._code,
            code=str(code.get("code") or ""),
            language=str(code.get("language") or "python").lower(),
            id=word(code.get("id")),
            extra={"parts": self._code_parts},
        )

    def _came_out(self, result: dict[str, Any], signature: str | None) -> None:
        """A result of the code that came last; of several, a failure is the last."""
        self._settle()
        if not self._code_parts:
            self._code = self._next_key()
        self._code_parts = [*self._code_parts, _signed({"codeExecutionResult": result}, signature)]
        said, outcome = str(result.get("output") or ""), str(result.get("outcome", ""))
        self._output += said
        well = outcome == "OUTCOME_OK"
        self._out.code_execution(
            self._code,
            output=self._output,
            success=well,
            error=None if well else said or outcome,
            extra={"parts": self._code_parts},
        )

    def _picture(self, data: dict[str, Any], part: Part) -> None:
        """An image; a draft that belongs to the thinking is not shown."""
        if part.thought:
            return
        self._settle()
        extra = {"thoughtSignature": part.thought_signature} if part.thought_signature else {}
        key, kind = self._next_key(), word(data.get("mimeType"))
        self._out.image("complete", key, data=word(data.get("data")), mime_type=kind, extra=extra)

    # -- endings

    def _finished(self, candidate: Candidate, data: bytes, position: int) -> None:
        self._finish = candidate.finish_reason or ""
        if candidate.continuation_token:
            self._out.extra("continuationToken", candidate.continuation_token)
        details = [candidate.finish_message] if candidate.finish_message else []
        if FINISH_REASONS.get(self._finish) == "content_filter":
            details += struck_categories(_find_candidate(data, position).get("safetyRatings"))
        self._why = f": {', '.join(details)}" if details else ""

    def _judge(self, chunk: Chunk) -> None:
        """An error in place of an answer, or a prompt that was blocked."""
        feedback = chunk.prompt_feedback
        reason = feedback.block_reason if feedback is not None else None
        if chunk.error:
            self._out.fail_with({"error": chunk.error})
        elif feedback is not None and reason is not None and reason not in NO_REASON:
            more = f" ({feedback.block_reason_message})" if feedback.block_reason_message else ""
            self._out.fail("content_filter", f"blocked the prompt: {reason}{more}", code=reason)


def _signed(part: dict[str, Any], signature: str | None) -> dict[str, Any]:
    return {**part, "thoughtSignature": signature} if signature else part


def _find_candidate(data: bytes, position: int) -> dict[str, Any]:
    """A candidate as it came. What is no object was passed over when the chunk was read."""
    return objects(mapping(loads(data)).get("candidates"))[position]


def _find_parts(data: bytes, position: int) -> list[dict[str, Any]]:
    """The parts of a candidate as they came."""
    content = mapping(_find_candidate(data, position).get("content"))
    return objects(content.get("parts"))


def _unreadable(data: bytes) -> NoReturn:
    raise DecodeError(data, "neither an object nor a list of them")
