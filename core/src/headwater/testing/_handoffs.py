"""Whether a conversation that began with any other provider goes on with this one."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any, cast

from headwater import AssistantMessage, Context, HeadwaterError, Hub, Model, Options, WireRequest, loads
from headwater._handoff_blocks import _kinship  # pyright: ignore[reportPrivateUsage]
from headwater._handoff_rules import HandoffRules
from headwater._json import DecodeError
from headwater.hookspecs import APIS
from headwater.testing._cases import shown
from headwater.testing._histories import ANSWER_WORDS, CALL_WORDS, RESULT_WORDS, UNKNOWN, USER_WORDS, histories, opaque
from headwater.testing._provider import Provider
from headwater.testing._wire import walk

_ID = re.compile(r"(.*[_-])?id|.*(Id|ID)", re.DOTALL)
"""Keys under which ids stand."""


def check_handoff(provider: Provider) -> None:
    """A conversation begun with any other provider goes on here: nothing unreported is lost, ids agree."""
    hub = provider.make_hub()
    model = provider.model(hub)
    for name, context in histories().items():
        where = f"the history {name!r}"
        before = copy.deepcopy(context)
        try:
            wire = hub.request(model, context)
        except HeadwaterError as error:
            provider.fail("handoff", where, f"is refused: {error}", error)
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises is its own mistake
            provider.fail("handoff", where, f"raises {type(error).__name__}: {error}", error)
        if context != before:
            provider.fail("handoff", where, "is changed by the request that was made of it")
        words = _lost(context, wire) or _foreign(hub, model, context, wire) or _unpaired(wire)
        if words is not None:
            provider.fail("handoff", where, words)


def text_of(wire: WireRequest) -> str:
    """All strings of a request's body, one on a line; the body itself where it is no JSON."""
    try:
        value = loads(wire.body)
    except DecodeError:
        return wire.body.decode(errors="replace")
    return "\n".join(inner for _, inner in walk(value) if isinstance(inner, str))


def _lost(context: Context, wire: WireRequest) -> str | None:
    """What was said and is neither in the request nor reported."""
    text = text_of(wire)
    if text.count(USER_WORDS) < sum(message.role == "user" for message in context.messages):
        return f"loses what the user said; it has {shown(text)}"
    said = repr(context.messages)
    for words in (ANSWER_WORDS, f"{RESULT_WORDS} 1.", f"{RESULT_WORDS} 2."):
        if words in said and words not in text:
            return f"loses {words!r}"
    for number in (1, 2):
        words = f"{CALL_WORDS} {number}."
        if words in said and words not in text and not _told(wire, "messages"):
            return f"loses what a tool was called with ({words!r}), and says so in no note"
    if context.system_prompt and context.system_prompt not in text and not _told(wire, "system", "dropped"):
        return "loses the system prompt, and says so in no note"
    if any(note.action not in ("kept", "changed", "dropped", "added") for note in wire.notes):
        return f"is reported in words of its own: {shown(wire.notes)}"
    return None


def _told(wire: WireRequest, place: str, *actions: str) -> bool:
    """Whether a note says that something there was left out or changed, or what `actions` say was done to it."""
    actions = actions or ("dropped", "changed")
    return any(note.action in actions and note.path.startswith(place) for note in wire.notes)


def _foreign(hub: Hub, model: Model, context: Context, wire: WireRequest) -> str | None:
    """An opaque mark that was sent to somebody who did not make it."""
    found = hub.registry.call(APIS, model.api, "handoff_rules", model=model, options=_options(hub, model))
    rules = found or HandoffRules()
    body = wire.body.decode(errors="replace")
    for message in context.messages:
        if isinstance(message, AssistantMessage):
            maker = (message.provider, message.api, message.model)
            mark = opaque(message.provider)
            known = message.provider != UNKNOWN and _kinship(maker, model, rules).thinking
            if mark in body and not known:
                return f"gives back a mark that only {message.provider} can read ({mark})"
    return None


def _options(hub: Hub, model: Model) -> Options:
    return (hub.registry.call(APIS, model.api, "options_type") or Options)()


def _unpaired(wire: WireRequest) -> str | None:
    """A result of a tool whose id is the id of no call."""
    try:
        body = loads(wire.body)
    except DecodeError:
        return None
    ids = [(path, value) for path, value in walk(body) if path and isinstance(value, str) and _is_id(path[-1])]
    everywhere = [value for _, value in ids]
    for result in _results(body):
        own = [value for key, value in result.items() if _is_id(key) and isinstance(value, str)]
        alone = [value for value in own if everywhere.count(value) < 2]
        if own and len(alone) == len(own):
            return f"gives a result the id {alone[0]!r}, which no call has"
    return None


def _is_id(key: object) -> bool:
    return isinstance(key, str) and bool(_ID.fullmatch(key))


def _results(value: Any) -> Iterator[dict[str, Any]]:
    """The innermost objects that have an id and hold the words of a result."""
    if isinstance(value, dict):
        known = cast("dict[str, Any]", value)
        inside = [found for inner in known.values() for found in _results(inner)]
        if inside:
            yield from inside
        elif any(_is_id(key) for key in known) and str(known).count(RESULT_WORDS) == 1 and USER_WORDS not in str(known):
            yield known
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _results(inner)
