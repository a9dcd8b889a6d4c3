"""Options of Ollama's two apis beyond those every api has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field

from headwater import Options, options


@options
class OllamaOptions(Options):
    """Options of `/api/chat`; see Ollama's reference for what each does.

    `think` is sent as it stands and wins over `thinking`. `num_ctx` is the context in tokens: a server's
    own is small, and what does not fit is cut without a word unless `truncate=False`. `keep_alive` is
    seconds, or a text such as `5m`; 0 unloads the model after the answer, -1 keeps it. `shift=False` stops
    where the context ends. `runtime` holds further fields of the wire's `options` as they are.
    `logprobs` are kept in `message.extra`.
    """

    think: bool | str | None = None
    num_ctx: int | None = None
    top_k: int | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    keep_alive: float | str | None = None
    truncate: bool | None = None
    shift: bool | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    runtime: Mapping[str, Any] = field(factory=dict[str, Any])


@options
class GenerateOptions(OllamaOptions):
    """Options of `/api/generate`: `suffix` is what comes after the gap to fill, `raw` leaves the template out."""

    suffix: str | None = None
    raw: bool | None = None
