"""What the mock is told to say, and the lines it becomes. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, cast

from attrs import asdict, frozen

from headwater import (
    AssistantMessage,
    CodeExecution,
    ErrorInfo,
    Image,
    Kind,
    ProviderBlock,
    Refusal,
    RequestError,
    Source,
    StreamError,
    Text,
    Thinking,
    ToolCall,
    Usage,
    dumps,
    make_error,
)

from ._wire import KINDS, error_line, line

Sayable = Text | Thinking | Refusal | ToolCall | Source | CodeExecution | Image | ProviderBlock
"""The content blocks the mock can say."""

Failure = ErrorInfo | BaseException | Kind
"""An error: what is known of it, an exception, or just its kind."""

CHARACTERS_PER_TOKEN = 4
"""How the mock counts tokens where a reply brings no usage: a usual rule of thumb."""

CHUNK_SIZE = 10
"""Characters of a piece where nobody says otherwise."""

Step = bytes | float
"""One line of the wire, or a pause in seconds."""


@frozen
class Reply:
    """One answer of the mock.

    `content` is text, a block, or a sequence of them. `usage`: None counts four
    characters as a token, `Usage()` reports nothing. `stop` is a stop reason (default:
    what follows from the content). `error` comes after `error_after` pieces of content
    (0: before the first event; more than there are: at the end). After `abort_after`
    pieces the bytes just end, as from a server that died. `chunk_size` is the characters
    of a piece and `delay` the seconds before each, None: as the provider has it.
    """

    content: str | Sayable | Sequence[str | Sayable] = ()
    usage: Usage | None = None
    stop: str | None = None
    error: Failure | None = None
    error_after: int = 0
    abort_after: int | None = None
    chunk_size: int | None = None
    delay: float | None = None
    response_id: str | None = None
    response_model: str | None = None


Said = str | Sayable | Sequence[str | Sayable] | Reply | AssistantMessage | ErrorInfo | BaseException
"""What may be given as a response."""


def check_pace(chunk_size: int | None, delay: float | None) -> None:
    """Raises `RequestError` for a pace that nothing can keep."""
    if chunk_size is not None and chunk_size < 1:
        raise RequestError(f"the mock cannot speak in pieces of {chunk_size} characters; use 1 or more")
    if delay is not None and delay < 0:
        raise RequestError(f"the mock cannot wait {delay} seconds; use 0 or more")


def make_reply(said: Said) -> Reply:
    """The `Reply` for anything that may be given as a response.

    Raises `TypeError` for what may not, and `RequestError` for a pace that nothing can keep.
    """
    if isinstance(said, AssistantMessage):
        return _replayed(said)
    if isinstance(said, ErrorInfo | BaseException):
        return Reply(error=said)
    reply = said if isinstance(said, Reply) else Reply(said)
    blocks(reply.content)
    check_pace(reply.chunk_size, reply.delay)
    if reply.error is not None:
        make_info(reply.error)
    return reply


def blocks(content: str | Sayable | Sequence[str | Sayable]) -> list[Sayable]:
    """The blocks of a content; raises `TypeError` for one that the mock cannot say."""
    alone = isinstance(content, str) or not isinstance(content, Sequence)
    made: list[Sayable] = []
    for part in cast("Sequence[Any]", (content,) if alone else content):
        if not isinstance(part, str | Sayable):
            raise TypeError(f"the mock cannot say {part!r}; give it text or content blocks")
        made.append(Text(part) if isinstance(part, str) else part)
    return made


def make_info(failure: Failure) -> ErrorInfo:
    """What is known of a failure; an exception of Python's own gets the kind it means."""
    if isinstance(failure, ErrorInfo):
        return failure
    if isinstance(failure, StreamError):
        return failure.info
    if isinstance(failure, str):
        if failure not in KINDS:
            raise TypeError(f"{failure!r} is no kind of error; there are {', '.join(KINDS)}")
        return make_error(failure, f"failed as its script says: {failure}")
    name = type(failure).__name__
    if isinstance(failure, OSError):  # a TimeoutError is one
        return make_error("timeout" if isinstance(failure, TimeoutError) else "network", str(failure) or name)
    return make_error("unknown", f"failed with {name}: {failure}")


def count_tokens(text: str) -> int:
    """Tokens of a text by the mock's own rule."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


def script(reply: Reply, prompt_tokens: int) -> tuple[Step, ...]:
    """The steps of an answer: its lines in order, with the pauses between them."""
    said = blocks(reply.content)
    pause = reply.delay or 0.0
    if reply.error is not None and reply.error_after <= 0:
        return (error_line(make_info(reply.error)),)
    steps: list[Step] = [line(start={"id": reply.response_id, "model": reply.response_model})]
    written = 0
    for step, is_piece in _lines(said, reply.chunk_size or CHUNK_SIZE):
        if is_piece and _is_over(reply, written):
            break
        if is_piece and pause > 0:
            steps.append(pause)
        steps.append(step)
        written += is_piece
    if reply.abort_after is not None and (reply.error is None or reply.abort_after <= reply.error_after):
        return tuple(steps)
    if reply.error is not None:
        return (*steps, error_line(make_info(reply.error)))
    return (*steps, *_ending(reply, said, prompt_tokens))


def _is_over(reply: Reply, written: int) -> bool:
    """Whether the reply ends before its next piece."""
    failed = reply.error is not None and written >= reply.error_after
    return failed or (reply.abort_after is not None and written >= reply.abort_after)


def _lines(said: Sequence[Sayable], size: int) -> Iterator[tuple[bytes, bool]]:
    """The lines of the blocks; with each, whether it is a piece of content."""
    for number, block in enumerate(said):
        if isinstance(block, Text | Thinking | Refusal):
            yield from _words(block, number, size)
        elif isinstance(block, ToolCall):
            yield from _call(block, number, size)
        else:
            yield _whole(block, number), True


def _words(block: Text | Thinking | Refusal, number: int, size: int) -> Iterator[tuple[bytes, bool]]:
    signature = None if isinstance(block, Refusal) else block.signature
    redacted = isinstance(block, Thinking) and block.redacted
    if not redacted or block.text:
        for piece in _pieces(block.text, size) or [""]:
            yield line(**{block.type: piece}, block=number), True
    if signature is not None or redacted:
        yield line(signature=signature or "", redacted=redacted or None, block=number), not block.text
    if not isinstance(block, Refusal) and block.extra:
        yield line(extra=dict(block.extra), block=number), False
    yield line(end=True, block=number), False


def _call(block: ToolCall, number: int, size: int) -> Iterator[tuple[bytes, bool]]:
    """A call, its arguments in pieces; one that is incomplete never ends."""
    arguments = block.raw_arguments if block.incomplete else None
    if arguments is None:
        arguments = dumps(block.arguments).decode()
    yield line(tool_call={"id": block.id, "name": block.name}, block=number), True
    for piece in _pieces(arguments, size):
        yield line(tool_call={"arguments": piece}, block=number), True
    if block.signature is not None:
        yield line(signature=block.signature, block=number), False
    if block.extra:
        yield line(extra=dict(block.extra), block=number), False
    if not block.incomplete:
        yield line(end=True, block=number), False


def _whole(block: Source | CodeExecution | Image | ProviderBlock, number: int) -> bytes:
    fields = {name: value for name, value in asdict(block, recurse=False).items() if value is not None}
    fields.pop("extra", None)
    if isinstance(block, Source):
        return line(source=fields)
    if isinstance(block, CodeExecution):
        return line(code_execution=fields, block=number)
    if isinstance(block, Image):
        return line(image={"stage": "complete", **fields}, block=number)
    return line(provider_block=fields)


def _pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def _ending(reply: Reply, said: Sequence[Sayable], prompt_tokens: int) -> Iterator[bytes]:
    usage = _counted(said, prompt_tokens) if reply.usage is None else reply.usage
    if usage != Usage():
        counts = asdict(usage, recurse=False)
        counts = {name: count for name, count in counts.items() if name not in ("cost", "provenance")}
        yield line(usage={name: count for name, count in counts.items() if count})
    calls = any(isinstance(block, ToolCall) and not block.incomplete for block in said)
    yield line(stop=reply.stop or ("toolUse" if calls else "stop"))


def _counted(said: Sequence[Sayable], prompt_tokens: int) -> Usage:
    """Usage by the mock's own count of tokens; thinking counts as output too."""
    thought = sum(count_tokens(block.text) for block in said if isinstance(block, Thinking))
    spoken = sum(count_tokens(block.text) for block in said if isinstance(block, Text | Refusal))
    called = sum(count_tokens(dumps(block.arguments).decode()) for block in said if isinstance(block, ToolCall))
    output = thought + spoken + called
    total = prompt_tokens + output
    return Usage(prompt_tokens, output, total_tokens=total, reasoning=thought or None, provenance="reported")


def _replayed(message: AssistantMessage) -> Reply:
    """A message that was received once, said again as it was."""
    sayable: list[Any] = list(message.content)
    failed = message.error is not None
    return Reply(
        blocks(sayable),
        usage=message.usage,
        stop=None if failed else message.stop_reason,
        error=message.error,
        error_after=2**31 if failed and sayable else 0,
        response_id=message.response_id,
        response_model=message.response_model,
    )
