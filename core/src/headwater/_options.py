"""Options that all apis share, and what helps an api to honour them.

An api's own options are a subclass: `@options class ChatOptions(Options): verbosity: ...`.
A keyword that the class does not know is a `RequestError`.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar, dataclass_transform

from attrs import evolve, field, fields_dict, frozen

from ._model import LEVELS, Level, Model, WireRequest
from .errors import RequestError

CacheRetention = Literal["off", "short", "long"]

BUDGETS: Mapping[str, int] = {
    "minimal": 1024,
    "low": 2048,
    "medium": 8192,
    "high": 16384,
    "xhigh": 16384,
    "max": 16384,
}
"""Thinking tokens of each level, for models that take a budget."""

ANSWER_ROOM = 1024
"""Tokens that a thinking budget always leaves for the answer."""

DEFAULT_MAX_TOKENS = 32_000

Class = TypeVar("Class")


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
def options(kind: type[Class]) -> type[Class]:
    """The decorator for a class of options: frozen, keywords only."""
    return frozen(kw_only=True)(kind)


@options
class Options:
    """What can be asked of any model.

    `tool_choice`: `auto`, `none`, `required` or the name of a tool as `tool:NAME`.
    `response_format`: a JSON Schema (with `title` as its name), or `{"type": "object"}` for any object; a
    class or other annotated type may be given in its place (see `headwater.parse`).
    `thinking`: a level, clamped to what the model has; `thinking_budget` in tokens wins over it;
    0 is `off`, and -1 leaves it to a model that knows what that means.
    `cache`: prompt caching off, short (minutes) or long (an hour or more).
    `session_id` groups requests for caching. `think_tags`: inline think tags in the
    text become thinking. `simulate_streaming`: the answer is asked for in one piece and handed
    out in pieces, for what cannot stream. `extra_body` is merged into the request's body, `extra_headers`
    into its headers, untouched. `on_request` sees the request just before it is sent,
    and may give back another; what it raises is raised where the stream is read.
    """

    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: Sequence[str] = ()
    seed: int | None = None
    tool_choice: str | None = None
    parallel_tool_calls: bool | None = None
    response_format: Mapping[str, Any] | None = None
    thinking: Level | None = None
    thinking_budget: int | None = None
    cache: CacheRetention = "short"
    session_id: str | None = None
    service_tier: str | None = None
    metadata: Mapping[str, str] = field(factory=dict[str, str])
    think_tags: bool = False
    simulate_streaming: bool = False
    extra_body: Mapping[str, Any] = field(factory=dict[str, Any])
    extra_headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    on_request: Callable[[WireRequest], WireRequest | None] | None = None


SomeOptions = TypeVar("SomeOptions", bound=Options)


def make_options(kind: type[SomeOptions], given: Mapping[str, Any], whose: str) -> SomeOptions:
    """The options of class `kind` from keywords, of which None says nothing; raises `RequestError` for unknown ones."""
    known = fields_dict(kind)
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"it knows {', '.join(sorted(known))}"
            raise RequestError(f"{whose} has no option {name!r}; {hint}")
    made = kind(**{name: value for name, value in given.items() if value is not None})
    check_options(made, whose)
    return evolve(made, thinking="off", thinking_budget=None) if made.thinking_budget == 0 else made


_TYPES: Mapping[str, tuple[type, ...]] = {
    "max_tokens": (int,),
    "temperature": (int, float),
    "top_p": (int, float),
    "seed": (int,),
    "thinking_budget": (int,),
    "session_id": (str,),
    "metadata": (Mapping,),
    "extra_body": (Mapping,),
    "extra_headers": (Mapping,),
}
"""Options that would otherwise fail far from where they were given, and what they are made of."""


def check_options(given: Options, whose: str) -> None:
    """Raises `RequestError` for values that no api can take."""
    for name, kinds in _TYPES.items():
        value = getattr(given, name)
        if value is not None and not isinstance(value, kinds):
            wanted = " or ".join(kind.__name__ for kind in kinds)
            raise RequestError(f"{whose}: {name} is of type {type(value).__name__}; give {wanted}")
        if isinstance(value, float) and not math.isfinite(value):
            raise RequestError(f"{whose}: {name}={value} is no number JSON knows")
    if given.on_request is not None and not callable(given.on_request):
        raise RequestError(f"{whose}: on_request is of type {type(given.on_request).__name__}; give a function")
    if given.thinking is not None and given.thinking not in LEVELS:
        raise RequestError(f"{whose}: thinking={given.thinking!r} is no level; use one of {', '.join(LEVELS)}")
    if given.max_tokens is not None and given.max_tokens < 1:
        raise RequestError(f"{whose}: max_tokens={given.max_tokens} leaves no room for an answer; use 1 or more")
    if given.thinking_budget is not None and given.thinking_budget < -1:
        raise RequestError(f"{whose}: thinking_budget={given.thinking_budget} is no number of tokens; use 0 or more")
    if given.cache not in ("off", "short", "long"):
        raise RequestError(f"{whose}: cache={given.cache!r} is none of off, short, long")
    if isinstance(given.stop, str):
        raise RequestError(f"{whose}: stop is a sequence of strings; write stop=[{given.stop!r}]")
    choice = given.tool_choice
    if choice not in (None, "auto", "none", "required") and not str(choice).startswith("tool:"):
        raise RequestError(f"{whose}: tool_choice={choice!r} is none of auto, none, required, tool:NAME")


def clamp_level(model: Model, level: Level) -> Level | None:
    """The nearest thinking level the model takes: the next higher, then lower ones.

    None when the model takes no level at all. `level` itself where the model's levels are unknown.
    """
    if not model.levels:
        return level
    wanted = LEVELS.index(level)
    for candidate in (*LEVELS[wanted:], *reversed(LEVELS[:wanted])):
        if model.levels.get(candidate) is not None:
            return candidate
    return None


def default_max_tokens(model: Model, asked: int | None) -> int:
    """Tokens to allow: what was asked, else the smaller of the model's maximum and 32,000."""
    return asked if asked is not None else min(model.max_tokens or DEFAULT_MAX_TOKENS, DEFAULT_MAX_TOKENS)


def fit_budget(model: Model, max_tokens: int, budget: int) -> tuple[int, int]:
    """Maximum tokens and thinking budget so that thinking and answer both have room.

    The maximum grows by the budget up to the model's own; where that leaves less
    for the answer than 1,024 tokens (or what was asked, if less), the budget shrinks.
    """
    total = min(max_tokens + budget, model.max_tokens or max_tokens + budget)
    room = min(max_tokens, ANSWER_ROOM)
    return total, min(budget, max(total - room, 0))
