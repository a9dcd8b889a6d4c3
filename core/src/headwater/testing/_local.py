"""Whether an answer that is made in this process is made as it must: the function is really asked, beside the loop."""

from __future__ import annotations

import functools
import importlib
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from attrs import define, field, frozen

from headwater import NO_RETRY, AssistantMessage, Event, GrammarViolation, Hub, check_grammar
from headwater.testing._cases import final_message
from headwater.testing._provider import Provider

FORMS = ("sync", "asyncio", "trio")

LIMIT = 60.0
"""Seconds after which an answer counts as stuck."""

BUG = "planted by the suite"


@frozen
class Local:
    """What a provider's own function is asked, and where it is: `package.module:function`, as in an entry point."""

    prompt: Any
    function: str | None = None


@define
class _Looked:
    """A function that is looked at: who called it, and whether it fails."""

    function: Callable[..., Any]
    fails: bool = False
    threads: list[int] = field(factory=list[int])

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.threads.append(threading.get_ident())
        if self.fails:
            raise RuntimeError(BUG)
        return self.function(*arguments, **named)


def check_answers_here(provider: Provider, local: Local, form: str) -> None:
    """The function is really asked: its answer is whole, it runs beside the event loop, what it raises is an error."""
    fail = functools.partial(provider.fail, "answers_here")
    where = f"asked {local.prompt!r:.80}, {form}"
    with _looked_at(provider, local) as looked:
        events, thread = _ask(provider, local, form)
        message = _judged(provider, where, events)
        if message.error is not None:
            fail(where, f"ends in an error: {message.error_message}")
        if not message.content:
            fail(where, "ends well, but says nothing")
        if looked is None:
            return
        if not looked.threads:
            fail(where, f"{local.function} is not called; name the function that is, where it is looked up")
        if form != "sync" and thread in looked.threads:
            fail(where, f"{local.function} blocks the event loop; call it with: said = yield Blocking(lambda: ...)")
        looked.fails = True
        where = f"{where}, when {local.function} raises"
        failed = _judged(provider, where, _ask(provider, local, form)[0])
        if failed.error is None:
            fail(where, f"ends as {failed.stop_reason}, as if all were well")


def _judged(provider: Provider, where: str, events: list[Event]) -> AssistantMessage:
    try:
        check_grammar(events)
    except GrammarViolation as error:
        provider.fail("answers_here", where, str(error), error)
    return final_message(events)


@contextmanager
def _looked_at(provider: Provider, local: Local) -> Generator[_Looked | None]:
    """The function, looked at where the plugin finds it; None when none is named."""
    if local.function is None:
        yield None
        return
    module, _, name = local.function.partition(":")
    try:
        holder, _, last = name.rpartition(".")
        owner: Any = importlib.import_module(module)
        for part in filter(None, holder.split(".")):
            owner = getattr(owner, part)
        looked = _Looked(getattr(owner, last))
    except (ImportError, AttributeError, ValueError) as error:
        words = f"there is no such function ({error}); write package.module:function"
        provider.fail("answers_here", f"local_function={local.function!r}", words, error)
    setattr(owner, last, looked)
    try:
        yield looked
    finally:
        setattr(owner, last, looked.function)


def _ask(provider: Provider, local: Local, form: str) -> tuple[list[Event], int]:
    """The events of an answer, and the thread that read them."""
    hub = provider.make_hub()
    model = provider.model(hub)
    if form == "sync":
        try:
            with hub.stream_sync(model, local.prompt, key="", retry=NO_RETRY) as stream:
                return list(stream), threading.get_ident()
        finally:
            hub.close()
    import anyio  # here, so that what reads cassettes outside of tests loads no event loop

    async def ask(hub: Hub) -> list[Event]:
        try:
            with anyio.fail_after(LIMIT):
                async with hub.stream(model, local.prompt, key="", retry=NO_RETRY) as stream:
                    return [event async for event in stream]
        finally:
            await hub.aclose()

    return anyio.run(ask, hub, backend=form), threading.get_ident()
