"""A provider's description of itself: frozen data, picklable, without client or secret.

A `Model` says where to send a request and what may be asked; a `WireRequest`
is the request itself, before credentials are added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from attrs import evolve, field, frozen

from ._messages import Note
from ._prices import Price

Level = Literal["off", "minimal", "low", "medium", "high", "xhigh", "max"]
"""How much a model is asked to think."""

LEVELS: tuple[Level, ...] = ("off", "minimal", "low", "medium", "high", "xhigh", "max")
"""All levels of thinking, from none to the most."""


@frozen
class Credential:
    """One way to present a key.

    `env` is the variable it is read from. The key is sent as `header: prefix + key`,
    with `headers` beside it (a header that the request has already is joined with
    a comma). `key_prefix` tells keys of this kind from others by how they begin.
    """

    env: str | None = None
    header: str = "authorization"
    prefix: str = "Bearer "
    headers: Mapping[str, str] = field(factory=dict[str, str])
    key_prefix: str = ""


@frozen
class Auth:
    """How a provider wants to be shown who asks; data only, the secret lives elsewhere.

    `credentials` in order of preference. A key from the environment is sent
    only to `origins` (scheme://host[:port]; empty: the origin of the model's own
    base URL as its provider gives it). `required`: whether a request without
    a key makes sense.
    """

    credentials: Sequence[Credential] = ()
    required: bool = True
    origins: Sequence[str] = ()

    def __attrs_post_init__(self) -> None:
        for name, wanted in (("credentials", Credential), ("origins", str)):
            given: Any = getattr(self, name)
            if isinstance(given, Credential | str) or not all(isinstance(one, wanted) for one in given):
                kind = type(given).__name__
                raise TypeError(f"{name} of Auth is {kind}; write a sequence, such as Auth((Credential(...),))")


NO_AUTH = Auth(required=False)


def _names(headers: Mapping[str, str]) -> str:
    """What is shown of headers: a signature or token may be among their values."""
    return repr(sorted(headers))


@frozen
class Model:
    """What is known of one model at one provider, and where to reach it.

    `input` and `output` name kinds of content (`text`, `image`, `document`,
    `audio`). `context_window` and `max_tokens` are tokens, None where unknown.
    `levels` maps thinking levels to the word (or tokens) the wire uses; a level that is missing or None is refused,
    and the nearest is asked in its place; `""` is a level that is asked by saying nothing. Empty when nothing
    is known. `compat` holds a protocol's flags for this endpoint; the
    api's owner reads them. `known` is False for an id that is in no catalogue.
    """

    id: str
    provider: str
    api: str
    base_url: str
    name: str = ""
    auth: Auth = field(default=NO_AUTH, repr=False)
    reasoning: bool = False
    input: Sequence[str] = ("text",)
    output: Sequence[str] = ("text",)
    price: Price | None = None
    context_window: int | None = None
    max_tokens: int | None = None
    levels: Mapping[str, str | int | None] = field(factory=dict[str, str | int | None])
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=_names)
    compat: Mapping[str, Any] = field(factory=dict[str, Any])
    known: bool = True
    retires: str | None = None

    def __str__(self) -> str:
        return f"{self.provider}/{self.id}"

    def supports(self, level: Level) -> bool:
        """Whether the model can be asked for that thinking level as it stands."""
        return self.levels.get(level) is not None if self.levels else self.reasoning or level == "off"


@frozen
class Capabilities:
    """What can be asked of a model, and how long it may take.

    `reasoning`: it thinks; `thinking`: it does so on request, with at most `max_thinking_tokens` (None: no
    number is known). `typical_latency_ms` is None where nobody measured it: no catalogue does.
    `first_event_timeout` is the seconds to wait for the first event unless the
    request says otherwise; `silence_timeout` the seconds without any event. `prefill` says
    what comes of a conversation that ends with the beginning of an answer: `continue`, the answer
    is what follows it; `repeat`, the answer begins with it again; None, it is not gone on with.
    """

    reasoning: bool = False
    thinking: bool = False
    max_thinking_tokens: int | None = None
    response_modes: Sequence[str] = ("standard",)
    background: bool = False
    tools: bool = True
    parallel_tools: bool = True
    builtin_tools: Sequence[str] = ()
    structured_output: bool = False
    prompt_caching: bool = False
    input: Sequence[str] = ("text",)
    output: Sequence[str] = ("text",)
    typical_latency_ms: int | None = None
    first_event_timeout: float = 30.0
    silence_timeout: float = 300.0
    prefill: Literal["continue", "repeat"] | None = None


SPEAKING, REASONING, THINKING, BACKGROUND = 30.0, 60.0, 120.0, 600.0
"""Seconds to wait for the first event: of a model that does not think, one that does, one that is asked to, and of
an answer made in the background. The slowest models have a number of their own in the catalogue."""


def default_capabilities(model: Model) -> Capabilities:
    """What follows from the model's own description, for providers that say no more."""
    words = [word for level, word in model.levels.items() if level != "off" and word is not None]
    thinking = model.reasoning and (bool(words) or not model.levels)
    patience = THINKING if thinking else REASONING if model.reasoning else SPEAKING
    price = model.price
    return Capabilities(
        reasoning=model.reasoning,
        thinking=thinking,
        max_thinking_tokens=max((word for word in words if isinstance(word, int)), default=None),
        response_modes=("standard", *(mode for mode in ("flex", "priority") if price and mode in price.service_tiers)),
        prompt_caching=price is not None and price.cache_read is not None,
        input=model.input,
        output=model.output,
        first_event_timeout=patience,
        silence_timeout=600.0 if model.reasoning else 300.0,
    )


@frozen
class WireRequest:
    """One HTTP request as a provider wants it, without credentials.

    `framing` names how the answer is cut into events (`sse`, `ndjson`,
    `json-array`, `aws-event-stream`). `needs_signal` is False for a server that
    sends no terminal signal: then a clean end of the body is the end. `notes`
    report what was changed to fit the model.
    """

    url: str
    body: bytes = b""
    method: str = "POST"
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=_names)
    framing: str = "sse"
    needs_signal: bool = True
    notes: Sequence[Note] = ()

    def with_headers(self, headers: Mapping[str, str]) -> WireRequest:
        """The same request with `headers` set over its own (names in any case)."""
        merged = {name.lower(): value for name, value in self.headers.items()}
        merged.update({name.lower(): value for name, value in headers.items()})
        return evolve(self, headers=merged)


def as_wire(given: Any, whose: str) -> WireRequest:
    """The request that somebody gave; raises `TypeError` for what is none."""
    if not isinstance(given, WireRequest):
        raise TypeError(f"{whose} gave {type(given).__name__} instead of a WireRequest")
    return given
