"""Compat flags: read into an api's own class, each refused that is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pytest
from attrs import field, frozen
from core_fake import fake_model

from headwater import Kind, RequestError, StopReason, read_flags


@frozen
class Flags:
    """The flags of one api."""

    developer_role: bool = False
    thinking: Literal["none", "budget"] = "none"
    choices: tuple[str, ...] = ("auto",)
    betas: Sequence[str] = ()
    field_name: str | None = "seed"
    extra: Mapping[str, Any] = field(factory=dict[str, Any])
    stops: Mapping[str, StopReason | Kind] = field(factory=dict[str, StopReason | Kind])


@frozen
class Others:
    """The flags of another api of the same plugin."""

    stateful: bool = False


def test_flags_are_read_over_their_defaults() -> None:
    """What is not said keeps its default."""
    said = {
        "thinking": "budget",
        "choices": ("auto", "none"),
        "betas": ["a"],
        "field_name": None,
        "extra": {"a": 1},
        "stops": {"f": "quota", "e": "length"},
    }
    assert read_flags(fake_model(compat=said), Flags) == Flags(
        False, "budget", ("auto", "none"), ["a"], None, {"a": 1}, said["stops"]
    )


def test_flags_of_a_further_api_are_left_out() -> None:
    """The same model is asked over both."""
    assert read_flags(fake_model(compat={"stateful": True, "developer_role": True}), Flags, Others) == Flags(True)


@pytest.mark.parametrize(
    ("compat", "words"),
    [
        ({"developper_role": True}, "'developper_role' that fake does not know; did you mean 'developer_role'"),
        ({"stateful": True}, "does not know; see "),
        ({"stops": {"f": "filterd"}}, "'filterd' of 'f' is none of its values; there are"),
        (
            {"stops": {"f": "content_filtre"}},
            "'content_filtre' of 'f' is none of its values; did you mean content_filter",
        ),
        ({"stops": {"f": []}}, "of 'f' is none of its values"),
        ({"stops": "length"}, "it is a mapping"),
        ({"developer_role": "no"}, "developer_role='no'; it is True or False"),
        ({"thinking": "high"}, "thinking='high'; it is one of none, budget"),
        ({"thinking": []}, "it is one of none, budget"),
        ({"choices": "auto"}, "choices='auto'; it is a sequence of strings"),
        ({"betas": "auto"}, "betas='auto'; it is a sequence of strings"),
    ],
)
def test_what_is_no_flag_or_no_value_of_one_is_refused(compat: Mapping[str, Any], words: str) -> None:
    """A mistake in a table of flags must not be a flag without effect, nor break later."""
    with pytest.raises(RequestError, match=words):
        read_flags(fake_model(compat=compat), Flags)
