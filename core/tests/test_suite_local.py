"""The suite of a provider whose answer is made in this process: its function is really asked."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from core_fake import DONE, FakeApi, events, fake_hub

from headwater import Blocking
from headwater.testing import ConformanceFailure, Provider, provider_suite
from headwater.testing._local import Local, check_answers_here

FORMS = ["sync", "asyncio", "trio"]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module with a function that can be asked."""
    made = ModuleType("engine_of_the_tests")
    made.answer = lambda: "Hello"  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(sys.modules, made.__name__, made)
    return made


def look(answer: Callable[[], Any], form: str, function: str | None = "engine_of_the_tests:answer") -> str:
    """What the check finds of a provider that answers so; nothing where it finds nothing."""
    provider = Provider("fake", lambda: fake_hub(api=FakeApi(local=answer)), "m")
    try:
        check_answers_here(provider, Local("Hi", function), form)
    except ConformanceFailure as failure:
        return failure.difference
    return ""


def good(engine: Any) -> Iterator[Any]:
    """An answer as it should be."""
    said: Any = yield Blocking(engine.answer)
    yield events({"text": said}, done=False)
    yield DONE


def blocking(engine: Any) -> Iterator[Any]:
    """The function is called where the answer is made."""
    yield events({"text": engine.answer()})


def unfinished(engine: Any) -> Iterator[Any]:
    """The last line is missing."""
    said: Any = yield Blocking(engine.answer)
    yield events({"text": said}, done=False)


def silent(engine: Any) -> Iterator[Any]:
    """Nothing is said of what the function gave."""
    yield Blocking(engine.answer)
    yield events({"stop": "stop"})


def broken(engine: Any) -> Iterator[Any]:
    """A mistake before anything is said."""
    raise RuntimeError("a bug")
    yield b""


def swallowing(engine: Any) -> Iterator[Any]:
    """What the function raises is told as an answer."""
    try:
        said: Any = yield Blocking(engine.answer)
    except RuntimeError:
        said = "Sorry."
    yield events({"text": said})


def elsewhere(engine: Any) -> Iterator[Any]:
    """Another function is asked."""
    yield events({"text": "Hello"})


@pytest.mark.parametrize("form", FORMS)
def test_a_good_local_answer_passes(form: str, engine: ModuleType) -> None:
    """In every form, and with the function as it was afterwards."""
    before: Any = engine.answer
    assert (look(lambda: good(engine), form), engine.answer is before) == ("", True)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (unfinished, "ends in an error: fake/m sent an answer that ends before"),
        (silent, "ends well, but says nothing"),
        (broken, "RuntimeError: a bug"),
        (swallowing, "ends as stop, as if all were well"),
        (elsewhere, "engine_of_the_tests:answer is not called"),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_a_local_answer_with_a_fault_is_found(
    answer: Callable[[Any], Any], words: str, form: str, engine: ModuleType
) -> None:
    """By what came of really asking."""
    assert words in look(lambda: answer(engine), form)


@pytest.mark.parametrize(("form", "found"), [("sync", False), ("asyncio", True), ("trio", True)])
def test_a_function_that_blocks_the_loop_is_found(form: str, found: bool, engine: ModuleType) -> None:
    """By the thread it is called in, not by a clock; a plain program has no loop."""
    assert ("blocks the event loop" in look(lambda: blocking(engine), form)) is found


@pytest.mark.parametrize("name", ["engine_of_the_tests", "engine_of_the_tests:other", "no_such_module:answer"])
def test_a_function_that_is_not_there_is_said_so(name: str, engine: ModuleType) -> None:
    """With the form in which to name it."""
    assert "write package.module:function" in look(lambda: good(engine), "sync", name)


def test_without_a_function_only_the_answer_is_looked_at(engine: ModuleType) -> None:
    """Its grammar, its end, and that it says something."""
    assert [look(functools.partial(answer, engine), "sync", None) for answer in (good, blocking)] == ["", ""]


def test_the_forms_are_tests_by_name() -> None:
    """One for each, where a prompt is given; none without."""
    hub = lambda: fake_hub(api=FakeApi())  # noqa: E731
    made = provider_suite("fake", model="m", hub=hub, ask_locally="Hi")
    marks = made.test_answers_here.pytestmark
    assert [mark.args for mark in marks] == [("form", ("sync", "asyncio", "trio"))]
    assert not hasattr(provider_suite("fake", model="m", hub=hub), "test_answers_here")


def test_a_function_without_a_prompt_is_refused() -> None:
    """It would not be asked."""
    with pytest.raises(ValueError, match="give a prompt as ask_locally"):
        provider_suite("fake", model="m", local_function="engine:answer")
