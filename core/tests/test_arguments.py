"""Tool arguments while they stream: what a look shows, what the end says, and what it costs."""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from partial_json_parser import loads as partial_loads

import headwater._arguments as module
from headwater._arguments import Arguments, Finished, could_end

untimed = settings(deadline=None)


def nested(leaves: st.SearchStrategy[Any], texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """The leaves, in lists and objects."""
    return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=10)


finite = st.floats(allow_nan=False, allow_infinity=False)
values = nested(st.none() | st.booleans() | st.integers() | finite | st.text(), st.text())
objects = st.dictionaries(st.text(), values, max_size=5)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """JSON objects as text, in the ways writers write them."""
    value = draw(objects)
    indent = draw(st.sampled_from([None, 1]))
    return json.dumps(value, ensure_ascii=draw(st.booleans()), indent=indent)


words = [*'{}[]:,"\\ \n-1.eEtu0é\x01', '"a"', "\\u", "d83d", "\\ude00", "true", "nul", "NaN", "1e999"]
json_like = st.lists(st.sampled_from(words), max_size=25).map("".join)


@st.composite
def cuts(draw: st.DrawFn, text: st.SearchStrategy[str]) -> list[str]:
    """A text, cut anywhere."""
    whole = draw(text)
    places = draw(st.lists(st.integers(0, len(whole)), max_size=30).map(sorted))
    return [whole[start:end] for start, end in zip([0, *places], [*places, len(whole)], strict=True)]


def pieces(text: str, size: int) -> Iterator[str]:
    """The text in deltas of `size` characters."""
    return (text[start : start + size] for start in range(0, len(text), size))


def streamed(deltas: Iterable[str]) -> Arguments:
    """Arguments that have received the deltas and were looked at after each."""
    arguments = Arguments()
    for delta in deltas:
        arguments.append(delta)
        arguments.look()
    return arguments


def grown(before: Any, after: Any) -> bool:
    """Whether nothing of `before` is lost: strings extend, lists and objects only gain, other leaves stay."""
    if isinstance(before, str) and isinstance(after, str):
        return after.startswith(before)
    if isinstance(before, dict) and isinstance(after, dict):
        return all(key in after and grown(value, after[key]) for key, value in before.items())
    if isinstance(before, list) and isinstance(after, list):
        return len(before) <= len(after) and all(map(grown, before, after))
    return type(before) is type(after) and before == after


def oracle(text: str) -> Any:
    """What `json` makes of the text, the numbers we refuse refused; ValueError if it is no JSON."""
    value = json.loads(text, strict=False)
    json.dumps(value, allow_nan=False)
    return value


class TestLook:
    """What can be read while the arguments stream."""

    @untimed
    @given(cuts(documents()), st.data())
    def test_last_look_is_the_whole_object_wherever_it_was_cut_and_looked_at(
        self, deltas: list[str], data: st.DataObject
    ) -> None:
        """After the last delta a look shows what `json` reads."""
        arguments = Arguments()
        for delta in deltas:
            arguments.append(delta)
            if data.draw(st.booleans()):
                arguments.look()
        assert arguments.look() == json.loads("".join(deltas))

    @untimed
    @given(cuts(documents()))
    def test_looks_only_grow(self, deltas: list[str]) -> None:
        """No look takes back what an earlier one showed."""
        arguments, before = Arguments(), {}
        for delta in deltas:
            arguments.append(delta)
            after = arguments.look()
            assert grown(before, after)
            before = after

    @untimed
    @given(cuts(json_like))
    def test_how_the_text_was_cut_does_not_show(self, deltas: list[str]) -> None:
        """A look after many deltas is a look after one, for broken texts too."""
        once = Arguments()
        once.append("".join(deltas))
        assert streamed(deltas).look() == once.look()

    @untimed
    @given(cuts(documents()))
    def test_earlier_looks_stay_as_they_were(self, deltas: list[str]) -> None:
        """A look that is kept does not show the future."""
        arguments = Arguments()
        kept: list[dict[str, Any]] = []
        copies: list[dict[str, Any]] = []
        for delta in deltas:
            arguments.append(delta)
            kept.append(arguments.look())
            copies.append(copy.deepcopy(kept[-1]))
        assert kept == copies

    @untimed
    @given(cuts(documents()))
    def test_look_at_is_the_look_of_that_moment(self, deltas: list[str]) -> None:
        """`look_at(n)` gives afterwards what `look()` gave after `n` deltas."""
        arguments = Arguments()
        looks = [arguments.look()]
        for delta in deltas:
            arguments.append(delta)
            looks.append(arguments.look())
        assert [arguments.look_at(parts) for parts in range(arguments.parts + 1)] == looks

    def test_damaged_look_harms_neither_parsing_nor_the_end(self) -> None:
        """A reader who clears what a look gave changes only what looks share."""
        text = '{"a": [1, {"b": "cd"}, [2]], "e": {"f": [3]}}'
        arguments = Arguments()
        for delta in pieces(text, 1):
            arguments.append(delta)
            for value in arguments.look().values():
                value.clear()
            arguments.look().clear()
        assert arguments.finish().value == json.loads(text)

    @untimed
    @given(nested(st.text("abc", max_size=5), st.text("abc", max_size=3)))
    def test_partial_json_parser_sees_the_same_in_simple_prefixes(self, value: Any) -> None:
        """Where its rules are ours (no numbers, words, escapes or blanks) the two agree on every prefix."""
        text = json.dumps({"value": value}, separators=(",", ":"))
        for end in range(1, len(text) + 1):
            arguments = Arguments()
            arguments.append(text[:end])
            assert arguments.look() == partial_loads(text[:end])

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("", {}),
            (" \n", {}),
            ("{", {}),
            ('{"a', {}),
            ('{"a"', {}),
            ('{"a":', {}),
            ('{"a": "', {"a": ""}),
            ('{"a": "b ', {"a": "b "}),
            ('{"a": "b\\', {"a": "b"}),
            ('{"a": "b\\u00', {"a": "b"}),
            ('{"a": "b\\u00e9', {"a": "bé"}),
            ('{"a": "\\ud83d', {"a": ""}),
            ('{"a": "\\ud83d\\ude00', {"a": "😀"}),
            ('{"a": "\\ud83d"', {"a": "\ufffd"}),
            ('{"a": "\\ud83dx', {"a": "\ufffdx"}),
            ('{"a": "\\ude00x', {"a": "\ufffdx"}),
            ('{"a": "\\\\ud83d"', {"a": "\\ud83d"}),
            ('{"a": 12', {}),
            ('{"a": 12 ', {"a": 12}),
            ('{"a": 1e', {}),
            ('{"a": 1e5,', {"a": 1e5}),
            ('{"a": tru', {}),
            ('{"a": true', {"a": True}),
            ('{"a": [', {"a": []}),
            ('{"a": [null, {"b": [1,2', {"a": [None, {"b": [1]}]}),
            ('{"a": 1, "a": 2}', {"a": 2}),
            ('{"a": 1, "a": "', {"a": ""}),
            ("[1, 2]", {}),
            ('"text"', {}),
            # What cannot be JSON ends the reading; what came before is kept.
            ('{"a": 1, "b": NaN, "c": 2}', {"a": 1}),
            ('{"a": 1, "b": -Infinity, "c": 2}', {"a": 1}),
            ('{"a": 1, "b": 1e999, "c": 2}', {"a": 1}),
            ('{"a": 1, "b": 01, "c": 2}', {"a": 1}),
            ('{"a": "b\\x41", "c": 2}', {"a": "b"}),
            ('{"a": [}', {"a": []}),
            ('{"a": 1}}', {"a": 1}),
            ('{"a": 1} {"b": 2}', {"a": 1}),
            ('{"a": 1,}', {"a": 1}),
            ("{'a': 1}", {}),
            ("}", {}),
        ],
    )
    def test_shows_what_is_known(self, text: str, shown: dict[str, Any]) -> None:
        """A look shows what no later text can change, and no more."""
        assert streamed(text).look() == shown

    def test_surrogates_in_separate_deltas_become_one_character(self) -> None:
        """Halves that a server sent apart, as escapes or as they are, are joined."""
        arguments = streamed(['{"a": "\\ud83d', '\\ude00", "b": "\ud83d', '\ude00"}'])
        assert arguments.look() == {"a": "😀", "b": "😀"}

    @pytest.mark.parametrize("deltas", [['{"a":"', *["xyz\n"] * 60_000], ['{"a":[', *["1234,"] * 60_000]])
    def test_long_looks_lag_a_little_and_catch_up(self, deltas: list[str]) -> None:
        """A look is never more than 1/16 of the entries, or 1/250 of the characters, behind."""
        arguments = Arguments()
        for count, delta in enumerate(deltas):
            arguments.append(delta)
            shown = arguments.look().get("a", "")
            arrived = count * 4 if isinstance(shown, str) else count
            assert arrived - len(shown) <= arrived // (250 if isinstance(shown, str) else 16)
        arguments.append('"}' if isinstance(arguments.look()["a"], str) else "1]}")
        assert arguments.look() == arguments.finish().value


class TestFinish:
    """What the whole text amounts to."""

    @untimed
    @given(cuts(documents()))
    def test_whole_object_is_whole(self, deltas: list[str]) -> None:
        """A complete object is decoded, not repaired."""
        text = "".join(deltas)
        assert streamed(deltas).finish() == Finished(json.loads(text), text, "whole", repaired=False)

    @untimed
    @given(documents(), st.data())
    def test_beginning_of_an_object_is_cut(self, text: str, data: st.DataObject) -> None:
        """Every beginning of an object is cut, and its value is what a look showed."""
        arguments = Arguments()
        arguments.append(text[: data.draw(st.integers(1, len(text) - 1))])
        outcome = arguments.finish()
        assert (outcome.state, outcome.repaired, outcome.value) == ("cut", True, arguments.look())

    @untimed
    @given(json_like)
    def test_whole_is_what_json_takes(self, text: str) -> None:
        """Of texts that are nearly JSON, those are whole that `json` reads as an object, in two steps."""
        try:
            value = oracle(text)
            value = oracle(value) if isinstance(value, str) else value
        except ValueError:
            value = None
        arguments = Arguments()
        arguments.append(text)
        assert (arguments.finish().state == "whole") == isinstance(value, dict)

    @untimed
    @given(json_like, json_like)
    def test_what_is_invalid_stays_invalid(self, text: str, more: str) -> None:
        """Nothing that follows makes an invalid text whole."""
        arguments = Arguments()
        arguments.append(text)
        before = arguments.finish().state
        arguments.append(more)
        assert (before, arguments.finish().state) != ("invalid", "whole")

    @untimed
    @given(cuts(st.text(st.characters() | st.characters(categories=["Cs"])) | json_like))
    def test_nothing_raises_and_everything_is_encodable(self, deltas: list[str]) -> None:
        """Whatever comes, looks and the end can be written as UTF-8."""
        arguments = streamed(deltas)
        outcome = arguments.finish()
        msgspec.json.encode([arguments.look(), outcome.value, outcome.raw])

    @pytest.mark.parametrize(
        ("text", "state", "value"),
        [
            ("", "empty", {}),
            (" \n\t", "empty", {}),
            ("null", "empty", {}),
            (" null ", "empty", {}),
            ("{}", "whole", {}),
            ('{"a": 1, "a": 2}', "whole", {"a": 2}),
            ('{"a": 123456789012345678901234567890}', "whole", {"a": 123456789012345678901234567890}),
            ('{"a": "raw\nline\x01"}', "whole", {"a": "raw\nline\x01"}),
            ('{"a": "\\ud83d", "\\ude00b": "\\\\ud83d"}', "whole", {"a": "\ufffd", "\ufffdb": "\\ud83d"}),
            ('"{\\"a\\": 1}"', "whole", {"a": 1}),
            ('"{\\"a\\": 1, \\"b\\": \\"c', "cut", {"a": 1, "b": "c"}),
            ('"{\\"a\\": 1', "cut", {}),
            ('"{\\"a\\": 1,}', "invalid", {"a": 1}),
            ("nul", "cut", {}),
            ("tru", "invalid", {}),
            ("[]", "invalid", {}),
            ("[1, 2", "invalid", {}),
            ("17", "invalid", {}),
            ("-", "invalid", {}),
            ('"text"', "invalid", {}),
            ("text", "invalid", {}),
            ('{"a": 1', "cut", {}),
            ('{"a": -', "cut", {}),
            ('{"a": 01', "invalid", {}),
            ('{"a": 1.', "cut", {}),
            ('{"a": [1, 2', "cut", {"a": [1]}),
            ('{"a": "b\\u12', "cut", {"a": "b"}),
            ('{"a": "b\\q', "invalid", {"a": "b"}),
            ('{"a": NaN}', "invalid", {}),
            ('{"a": 1e999}', "invalid", {}),
            ('{"a": 1}}', "invalid", {"a": 1}),
            ('{"a": 1} and that is all', "invalid", {"a": 1}),
        ],
    )
    def test_says_what_it_found(self, text: str, state: str, value: dict[str, Any]) -> None:
        """The state tells whole, empty, cut and invalid apart, and the value is what could be saved."""
        outcome = streamed(text).finish()
        assert (outcome.state, outcome.value) == (state, value)

    def test_only_what_was_saved_from_a_broken_text_is_repaired(self) -> None:
        """A text that decodes, to whatever, was not repaired."""
        texts = ['{"a": 1}', "", "[]", '{"a": ', '{"a": 1}}']
        assert [streamed(text).finish().repaired for text in texts] == [False, False, False, True, True]

    def test_same_answer_until_another_delta(self) -> None:
        """The end may be asked for again, and asked for early."""
        arguments = streamed(['{"a": 1'])
        early = arguments.finish()
        again = arguments.finish()
        arguments.append("}")
        assert (early is again, early.state, arguments.finish().state) == (True, "cut", "whole")

    @pytest.mark.parametrize(
        ("text", "state"),
        [
            ("[" * 100_000, "invalid"),
            ('{"a":' * 100_000, "invalid"),
            ('{"a":' + "[" * 199, "cut"),
            ('{"a":' + "[" * 200, "invalid"),
            ('{"a":' + "[" * 199 + "]" * 199 + "}", "whole"),
            ('{"a": ' + "9" * 1_000_000, "invalid"),
            ('{"a": ' + "9" * 1_000_000 + "}", "invalid"),
            ('{"a": 0.' + "9" * 1_000_000 + "}", "whole"),
            ('{"a": "' + '\\"' * 200_000, "cut"),
            ('{"a": "' + "\\ud83d" * 100_000 + '"}', "whole"),
            ('{"a": "' + "\\x" * 100_000 + '"}', "invalid"),
            ('{"a": "' + "\x00" * 100_000 + '"}', "whole"),
            ('{"a": ' + "[]," * 100_000, "invalid"),
            ("\\" * 100_000, "invalid"),
            ("\ud83d" * 100_000, "invalid"),
        ],
    )
    def test_hostile_text_is_survived(self, text: str, state: str) -> None:
        """Depth, digits, escapes and control characters without end raise nothing."""
        assert streamed(pieces(text, 1000)).finish().state == state

    def test_too_deep_keeps_what_came_before(self) -> None:
        """Beyond 200 levels reading stops, and what was read stays."""
        assert streamed(['{"a": "kept", "b": ', "[" * 1000]).look()["a"] == "kept"

    def test_digits_are_limited_also_where_the_interpreter_does_not(self) -> None:
        """A program that lifts the interpreter's limit does not lift ours."""
        limit = sys.get_int_max_str_digits()
        sys.set_int_max_str_digits(0)
        try:
            shown = streamed(['{"a": 1, "b": ', "9" * 5000, "}"]).look()
        finally:
            sys.set_int_max_str_digits(limit)
        assert shown == {"a": 1}


class TestText:
    """The text as it came."""

    @untimed
    @given(cuts(st.text()))
    def test_text_is_what_came(self, deltas: list[str]) -> None:
        """The text may be read after every delta."""
        arguments = Arguments()
        texts: list[str] = []
        for delta in deltas:
            arguments.append(delta)
            texts.append(arguments.text)
        assert texts == ["".join(deltas[: count + 1]) for count in range(len(deltas))]


class TestCouldEnd:
    """Whether a call may be over."""

    @untimed
    @given(documents())
    def test_only_the_whole_object_could_end(self, text: str) -> None:
        """Of all beginnings of an object the last is complete."""
        assert [end for end in range(len(text) + 1) if could_end(text[:end])] == [len(text)]

    @pytest.mark.parametrize("text", ["", "null", "[]", '"{}"', '{"a": 1}}', '{"a": NaN}', "{'a': 1}", '{"a": "}'])
    def test_nothing_else_could_end(self, text: str) -> None:
        """What is no object, or broken, is not complete."""
        assert could_end(text) is False

    def test_arguments_are_asked_like_their_text(self) -> None:
        """White space may follow the object."""
        assert could_end(streamed(['{"a": ', '"\\ud83d"}', " \n"])) is True


class Meter:
    """A pattern that counts the characters it goes over."""

    def __init__(self, pattern: re.Pattern[str], work: list[int]) -> None:
        self._pattern = pattern
        self._work = work

    def match(self, text: str, at: int) -> re.Match[str] | None:
        """As of the pattern."""
        return self._counted(self._pattern.match(text, at), text, at)

    def search(self, text: str, at: int = 0) -> re.Match[str] | None:
        """As of the pattern."""
        return self._counted(self._pattern.search(text, at), text, at)

    def _counted(self, found: re.Match[str] | None, text: str, at: int) -> re.Match[str] | None:
        self._work.append((found.end() if found else len(text)) - at + 1)
        return found


SHAPES = {
    "a long string": lambda size: '{"path": "a", "content": "' + "x = 1\\n" * (size // 7) + '"}',
    "escaped quotes": lambda size: '{"a": "' + '\\"' * (size // 2) + '"}',
    "characters of four bytes": lambda size: '{"a": "' + "😀é" * (size // 2) + '"}',
    "many objects": lambda size: '{"a": [' + ", ".join(['{"b": 1, "c": "d"}'] * (size // 20)) + "]}",
    "many numbers": lambda size: '{"a": [' + "1," * (size // 2) + "1]}",
    "one number": lambda size: '{"a": ' + "1" * size + "}",
    "depth": lambda size: '{"a": ' * (size // 6),
    "white space": lambda size: "{" + " " * size + "}",
}


class TestWork:
    """Work is counted (characters scanned, entries and characters copied), not timed."""

    @pytest.mark.parametrize("shape", SHAPES)
    def test_work_grows_as_the_text(self, shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """With a look at every delta of five characters, ten times the text is ten times the work."""
        work: list[int] = []
        for name in ("_SOLID", "_NUMERIC", "_STRING", "_HALF_ESCAPE", "_SURROGATE"):
            monkeypatch.setattr(module, name, Meter(getattr(module, name), work))
        view = module._Tree.view

        def counted_view(tree: module._Tree) -> Any:
            work.append(tree.weight())
            return view(tree)

        monkeypatch.setattr(module._Tree, "view", counted_view)

        def measure(size: int) -> int:
            work.clear()
            streamed(pieces(SHAPES[shape](size), 5))
            return sum(work)

        # Copies are free up to a bound, which only the larger ones of these sizes have reached.
        assert measure(400_000) <= 10.5 * measure(40_000)

    def test_arguments_nobody_looks_at_are_not_parsed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A stream that is only finished never meets the incremental reader."""
        fed: list[str] = []
        monkeypatch.setattr(module._Tree, "feed", lambda _tree, text: fed.append(text))
        arguments = Arguments()
        for delta in pieces('{"a": [1, 2, 3]}', 5):
            arguments.append(delta)
        assert (arguments.finish().value, "".join(fed)) == ({"a": [1, 2, 3]}, "")
