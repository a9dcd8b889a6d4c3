"""A hostile provider against the pen: floods, repetitions and contradictions cost in proportion to their bytes."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from core_fake import fake_model
from core_pen import end, make_pen, told

from headwater import Price, ServerFailed, classify, make_error
from headwater._arguments import Arguments
from headwater._classify import MAX_CODE, READ_WORDS, scrub

MANY = 1000


class CountedId(str):
    """An id that counts how often ids are compared."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        CountedId.compared += 1
        return str.__eq__(self, other)  # pyright: ignore[reportArgumentType]

    __hash__ = str.__hash__


def test_a_call_is_found_by_its_id_without_looking_at_all_others() -> None:
    """A thousand calls compare a few thousand ids, not half a million."""
    pen = make_pen()
    CountedId.compared = 0
    for number in range(MANY):
        pen.tool_call(id=CountedId(f"id-{number}"), name="f", arguments="{}")
        pen.tool_call(id=CountedId(f"id-{number}"), arguments=" ")
    compared = CountedId.compared
    _, message = end(pen)
    assert (len(message.tool_calls), compared < 10 * MANY) == (MANY, True)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of all argument texts that are decoded."""
    import headwater._arguments as arguments

    lengths: list[int] = []
    decode = arguments._decode

    def counted(text: str) -> Any:
        lengths.append(len(text))
        return decode(text)

    monkeypatch.setattr(arguments, "_decode", counted)
    return lengths


@pytest.mark.parametrize("last", ["]}", "]", "]]"], ids=["whole", "cut", "invalid"])
@pytest.mark.parametrize("again", ["closed", "named"])
def test_arguments_are_not_decoded_again_at_every_delta(decoded: list[int], again: str, last: str) -> None:
    """Whoever closes a call, or says its name, after each of a thousand deltas has it decoded a few times."""
    pen = make_pen()
    pen.tool_call(key=0, name="f", arguments='{"a":[{}')
    for _ in range(MANY):
        if again == "closed":
            pen.close(0)
            pen.arguments(",{}", key=0)
        else:
            pen.tool_call(key=0, name="f", arguments=",{}")
    pen.arguments(last, key=0)
    for _ in range(MANY):
        pen.close(0)
        pen.arguments(" ", key=0)
    _, message = end(pen)
    whole = [call.arguments for call in message.tool_calls] == [{"a": [{}] * (MANY + 1)}]
    assert (whole, len(decoded) < 20) == (last == "]}", True)


def test_asking_whether_arguments_are_whole_agrees_with_their_end() -> None:
    """Also when it is asked after every delta, and for arguments that are encoded twice."""
    for text in ('{"a": {"b": [1, "}"]}}', '"{\\"a\\": 1}"', "[1]", '{"a": 1}x', "5", "null"):
        arguments = Arguments()
        for delta in text:
            arguments.append(delta)
            assert arguments.is_whole == (arguments.finish().state == "whole")
        assert arguments.is_whole == (arguments.finish().state == "whole")


def test_an_id_that_comes_again_with_a_name_means_the_new_call() -> None:
    """Some servers give all their calls one id; what comes under it without a name is the latest call's."""
    pen = make_pen()
    for key, delta in enumerate(["1", "2"]):
        pen.tool_call(key=key, id="same", name="f", arguments="{")
        pen.tool_call(key=key, id="same", arguments=f'"a": {delta}}}')
        pen.close(key)
    _, message = end(pen)
    assert [call.arguments for call in message.tool_calls] == [{"a": 1}, {"a": 2}]


def test_arguments_replaced_twice_stand_at_each_event_as_they_were() -> None:
    """A final word that is contradicted by another changes nothing of what an earlier event shows."""
    pen = make_pen()
    pen.tool_call(key=0, name="f", arguments='{"a": "x"')
    pen.close(0, content='{"b": "y"')
    pen.status("between")
    pen.close(0, content='{"c": 3}')
    written = pen.take()
    shown = [event.partial.content[0].arguments for event in written if event.partial is not None]
    assert [shown[1], shown[2], shown[-1]] == [{"a": "x"}, {"b": "y"}, {"c": 3}]
    _, message = end(pen)
    assert message.tool_calls[0].extra["streamedArguments"] == '{"a": "x"'


@pytest.mark.parametrize("count", [-5, 2**63, 10**400], ids=["negative", "large", "endless"])
def test_a_count_that_cannot_be_one_is_not_believed(count: int) -> None:
    """What was counted before stays, and the cost can be computed."""
    pen = make_pen(model=fake_model(price=Price(1.0, 2.0)))
    pen.text("a")
    pen.usage(input=7, output=3)
    pen.usage(input=count)
    _, message = end(pen)
    assert (message.usage.input, message.usage.output, message.usage.total_tokens) == (7, 3, 10)


# -- words


def test_only_the_beginning_of_a_providers_words_is_looked_at() -> None:
    """Searching for keys in megabytes that look like the beginnings of keys would take days."""
    pen = make_pen()
    pen.fail("server", "x" * (READ_WORDS + 1) + "sk-" + "a" * 40)
    assert (len(scrub("eyJ-" * READ_WORDS)), len(pen.error.message if pen.error else "") < 600) == (READ_WORDS, True)


def test_codes_and_ids_of_an_error_are_short() -> None:
    """They are stored with every message."""
    error = classify(400, {"error": {"code": "c" * 5000, "message": "m"}, "request_id": "r" * 5000})
    assert (len(error.code or ""), len(error.request_id or "")) == (MAX_CODE, MAX_CODE)


def test_a_key_that_is_no_secret_is_not_taken_out_of_words() -> None:
    """Servers that want no key are given `x` or `none`; their words are to be read all the same."""
    assert scrub("an axe, none of it", ("x", "none", "secret-key")) == "an axe, none of it"


def test_what_a_plugin_says_of_a_failure_holds_no_secret() -> None:
    """It may have made the words of what the provider sent."""
    pen = make_pen()
    pen.secrets = ("s3cret-key",)
    pen.fail_as(make_error("server", "no use for s3cret-key"))
    pen.fail_as(make_error("quota", "a later failure"))
    assert (pen.error and pen.error.kind, "s3cret-key" in repr(pen.error)) == ("server", False)
    assert isinstance(end(pen)[1].error.to_exception(), ServerFailed)  # pyright: ignore[reportOptionalMemberAccess]


# -- views


class Growing(list[str]):
    """Deltas to which another thread adds one just when they are read."""

    def __init__(self, deltas: list[str], later: list[str]) -> None:
        super().__init__(deltas)
        self.later = later

    def __getitem__(self, index: Any) -> Any:
        read = super().__getitem__(index)
        if self.later:
            self.append(self.later.pop(0))
        return read


@pytest.mark.parametrize("way", ["look", "text"])
def test_a_delta_that_comes_while_others_are_read_is_not_lost(way: str) -> None:
    """One thread writes, another looks at the same time."""
    arguments = Arguments()
    arguments._parts = Growing(['{"a": "', "x"], ["y", '"}'])
    for _ in range(4):
        seen = arguments.look() if way == "look" else arguments.text
    assert (seen, arguments.finish().value) == ({"a": "xy"} if way == "look" else '{"a": "xy"}', {"a": "xy"})


def test_a_lagging_look_reads_each_delta_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks at event after event later on pays as if at the time, and does not see the future."""
    import headwater._arguments as arguments

    fed: list[str] = []
    feed = arguments._Tree.feed

    def counted(tree: Any, text: str) -> None:
        fed.append(text)
        feed(tree, text)

    monkeypatch.setattr(arguments._Tree, "feed", counted)
    pen = make_pen()
    pen.tool_call(key=0, name="f", arguments='{"a": "')
    for _ in range(50):
        pen.arguments("x", key=0)
    looks = [event.partial.content[0].arguments for event in pen.take() if event.type == "toolcall_delta"]  # pyright: ignore[reportOptionalMemberAccess]
    assert [len(look.get("a", "")) for look in looks] == list(range(51))
    assert "".join(fed) == '{"a": "' + "x" * 50


def test_a_view_is_not_pickled() -> None:
    """Behind it is the pen, which knows the key; its snapshot can be stored."""
    pen = make_pen()
    pen.secrets = ("s3cret-key",)
    pen.text("a")
    with pytest.raises(TypeError, match=r"snapshot\(\)"):
        pickle.dumps(pen.partial)
    assert told(pen.take()) == [("text_start", 0), ("text_delta", 0, "a")]
    assert b"s3cret-key" not in pickle.dumps(pen.partial.snapshot())
