"""Tools from annotated functions and classes: the schema, the words, arguments that are checked, the call."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import decimal
import enum
import functools
import pathlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, NewType, NotRequired, Optional, TypedDict, TypeVar

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater import (
    Context,
    Image,
    InvalidOutput,
    Text,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    from_json,
    make_result,
    schema_of,
    to_json,
    tool_from,
)


class Color(enum.Enum):
    """A color."""

    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    """A level."""

    LOW = 1
    HIGH = 2


@attrs.frozen
class Place:
    """Where something is.

    Attributes:
        lat: degrees north
        lon: degrees east
    """

    lat: float
    lon: Annotated[float, {"minimum": -180}] = 0.0


@dataclasses.dataclass
class Node:
    """Something with something in it."""

    name: str
    inside: list[Node] = dataclasses.field(default_factory=list)


class Options(TypedDict):
    """Keys, one of which may be missing."""

    unit: Literal["C", "F"]
    days: NotRequired[int]


class Pair(NamedTuple):
    """Two of them."""

    one: int
    two: str = "b"


def is_even(instance: Any, attribute: Any, value: int) -> None:
    """Refuses what is odd."""
    if value % 2:
        raise ValueError(f"{value} is odd")


@attrs.frozen
class Checked:
    """A number that is even."""

    number: int = attrs.field(validator=is_even)


UserId = NewType("UserId", int)
Item = TypeVar("Item", bound=str)


def parameters(function: Any) -> dict[str, Any]:
    """The schemas of a tool's parameters."""
    return dict(tool_from(function).parameters["properties"])


def problems(function: Any, **arguments: Any) -> list[str]:
    """What is wrong with arguments."""
    with pytest.raises(InvalidOutput) as caught:
        tool_from(function).validate(arguments)
    return list(caught.value.problems)


# -- schemas


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (Any, {}),
        (None, {"type": "null"}),
        (bool, {"type": "boolean"}),
        (int, {"type": "integer"}),
        (float, {"type": "number"}),
        (str, {"type": "string"}),
        (bytes, {"type": "string", "contentEncoding": "base64"}),
        (datetime.date, {"type": "string", "format": "date"}),
        (uuid.UUID, {"type": "string", "format": "uuid"}),
        (list, {"type": "array"}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (Sequence[str], {"type": "array", "items": {"type": "string"}}),
        (set[int], {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
        (
            tuple[int, str],
            {
                "type": "array",
                "prefixItems": [{"type": "integer"}, {"type": "string"}],
                "minItems": 2,
                "maxItems": 2,
            },
        ),
        (dict, {"type": "object"}),
        (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (Mapping[str, Any], {"type": "object"}),
        (int | None, {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        (Optional[int], {"anyOf": [{"type": "integer"}, {"type": "null"}]}),  # noqa: UP045 - what others write
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal["a", 1, None], {"enum": ["a", 1, None]}),
        (Color, {"type": "string", "enum": ["red", "blue"]}),
        (Level, {"type": "integer", "enum": [1, 2]}),
        (UserId, {"type": "integer"}),
        (Item, {"type": "string"}),
        (Annotated[int, "how many"], {"type": "integer", "description": "how many"}),
        (Annotated[list[int], {"minItems": 1}], {"type": "array", "items": {"type": "integer"}, "minItems": 1}),
    ],
    ids=str,
)
def test_a_type_has_its_schema(kind: Any, schema: dict[str, Any]) -> None:
    """As JSON Schema writes it."""
    assert schema_of(kind) == schema


def test_a_class_is_an_object_without_further_fields() -> None:
    """Described by its docstring; a field with a default need not be given."""
    assert schema_of(Place) == {
        "title": "Place",
        "description": "Where something is.",
        "type": "object",
        "properties": {
            "lat": {"type": "number", "description": "degrees north"},
            "lon": {"type": "number", "minimum": -180, "description": "degrees east", "default": 0.0},
        },
        "required": ["lat"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(("kind", "required"), [(Options, ["unit"]), (Pair, ["one"]), (Checked, ["number"])])
def test_every_kind_of_class_says_what_it_needs(kind: Any, required: list[str]) -> None:
    """Typed dictionaries, named tuples, attrs classes."""
    assert schema_of(kind)["required"] == required


def test_a_class_that_contains_itself_is_referred_to() -> None:
    """From inside; the schema as a whole stays an object."""
    schema = schema_of(Node)
    inside = schema["properties"]["inside"]
    assert (schema["type"], inside["items"], list(schema["$defs"])) == ("object", {"$ref": "#/$defs/Node"}, ["Node"])


class Limit:
    """What libraries of limits annotate with: attributes."""

    def __init__(self, **limits: Any) -> None:
        self.__dict__.update(limits)


@pytest.mark.parametrize(
    ("kind", "keywords"),
    [
        (Annotated[int, Limit(ge=1, le=5)], {"minimum": 1, "maximum": 5}),
        (Annotated[float, Limit(gt=0, lt=1, multiple_of=0.5)], None),
        (Annotated[str, Limit(min_length=1, max_length=3, pattern="^a")], None),
        (Annotated[list[int], Limit(min_length=1)], {"minItems": 1}),
        (Annotated[int, Limit(metadata=[Limit(ge=2)], description="words")], {"minimum": 2, "description": "words"}),
    ],
)
def test_limits_are_keywords(kind: Any, keywords: dict[str, Any] | None) -> None:
    """Whichever library they are from."""
    schema = schema_of(kind)
    said = {name: value for name, value in schema.items() if name not in ("type", "items")}
    assert said == keywords if keywords else len(said) == 3


@pytest.mark.parametrize("kind", [object(), range, Literal[b"a"]])
def test_what_has_no_counterpart_in_json_is_refused(kind: Any) -> None:
    """With advice."""
    with pytest.raises(TypeError):
        schema_of(kind)


# -- functions


def google_style(city: str, days: int = 1, *, unit: Literal["C", "F"] = "C") -> str:
    """The forecast for a city.

    It is only a forecast.

    Args:
        city (str): name of the city,
            with its country
        days: how many

    Returns:
        words: many of them
    """
    return f"{city} {days} {unit}"


def numpy_style(city: str, days: int = 1) -> str:
    """The forecast for a city.

    Parameters
    ----------
    city : str
        name of the city
    days
        how many

    Returns
    -------
    str
        words
    """
    return f"{city} {days}"


def field_style(city: str, days: int = 1) -> str:
    """The forecast for a city.

    :param city: name of the city,
        with its country
    :param int days: how many
    :returns: words
    """
    return f"{city} {days}"


@pytest.mark.parametrize("function", [google_style, numpy_style, field_style])
def test_docstrings_describe_the_tool_and_its_parameters(function: Any) -> None:
    """In the three forms in use; what is said of the result is not told."""
    tool = tool_from(function)
    said = [str(schema.get("description")).split(",")[0] for schema in parameters(function).values()]
    assert (tool.name, tool.description.splitlines()[0]) == (function.__name__, "The forecast for a city.")
    assert said[:2] == ["name of the city", "how many"]
    assert "words" not in tool.description


def test_a_function_becomes_an_object_of_its_parameters() -> None:
    """Those without a default are required."""
    tool = tool_from(google_style)
    assert tool.parameters == {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "name of the city, with its country"},
            "days": {"type": "integer", "description": "how many", "default": 1},
            "unit": {"type": "string", "enum": ["C", "F"], "default": "C"},
        },
        "required": ["city"],
        "additionalProperties": False,
    }


def test_a_tool_made_by_decorating_can_still_be_called() -> None:
    """And is a tool."""

    @tool_from
    def double(number: int) -> int:
        """Twice."""
        return number * 2

    assert (double(4), double.call({"number": 4}), isinstance(double, Tool)) == (8, 8, True)


def test_name_and_words_can_be_given() -> None:
    """Over those of the function."""
    tool = tool_from(google_style, name="forecast", description="Weather.")
    assert (tool.name, tool.description) == ("forecast", "Weather.")


def test_methods_partial_functions_and_callable_objects_are_functions() -> None:
    """What is bound already is not asked for."""

    class Station:
        def __init__(self, city: str) -> None:
            self.city = city

        def weather(self, days: int) -> str:
            return f"{self.city} {days}"

        def __call__(self, days: int) -> str:
            return self.weather(days)

    station = Station("Oslo")
    tools = [
        tool_from(station.weather),
        tool_from(station),
        tool_from(functools.partial(google_style, "Oslo", unit="C")),
    ]
    assert [tool.name for tool in tools] == ["weather", "Station", "google_style"]
    assert [tool.call({"days": 2}) for tool in tools] == ["Oslo 2", "Oslo 2", "Oslo 2 C"]


def test_further_arguments_by_name_are_taken_where_the_function_takes_them() -> None:
    """Checked like the others."""

    def free(a: int, **more: int) -> Any:
        return a, more

    assert tool_from(free).call({"a": 1, "b": 2}) == (1, {"b": 2})
    assert problems(free, a=1, b="x") == ["b: a whole number is asked for, not 'x'"]


def test_a_coroutine_function_gives_what_is_to_be_awaited() -> None:
    """Nothing runs before."""

    async def later(number: int) -> int:
        return number + 1

    assert asyncio.run(tool_from(later).call({"number": 1})) == 2


@pytest.mark.parametrize("function", [lambda *numbers: None, lambda number, /: None])
def test_arguments_without_names_are_refused(function: Any) -> None:
    """A model gives names."""
    with pytest.raises(TypeError, match="by position only"):
        tool_from(function)


def test_an_annotation_that_leads_nowhere_is_refused() -> None:
    """Saying which."""

    def lost(number: Nowhere) -> None:  # noqa: F821  # pyright: ignore[reportUndefinedVariable]
        """Nothing."""

    with pytest.raises(TypeError, match="Nowhere"):
        tool_from(lost)


# -- classes


def test_a_class_is_a_tool_whose_call_is_an_instance() -> None:
    """With its fields as arguments."""
    tool = tool_from(Place)
    assert (tool.name, tool.description, tool.call({"lat": 1})) == ("Place", "Where something is.", Place(1.0))


def test_a_type_that_is_no_object_is_no_tool() -> None:
    """A call has arguments by name."""
    with pytest.raises(TypeError):
        tool_from(int)


# -- arguments


def everything(
    *,
    number: int,
    ratio: float,
    word: str,
    flag: bool,
    color: Color,
    when: datetime.datetime,
    price: decimal.Decimal,
    path: pathlib.Path,
    place: Place,
    node: Node,
    options: Options,
    pair: Pair,
    both: tuple[int, str],
    labels: set[str],
    scores: dict[str, float],
    either: int | list[int] | None,
    data: bytes,
    span: datetime.timedelta,
) -> Any:
    """One of each."""
    return locals()


GIVEN: dict[str, Any] = {
    "number": 3,
    "ratio": 2,
    "word": "w",
    "flag": True,
    "color": "blue",
    "when": "2026-11-21T10:00:00+00:00",
    "price": "1.10",
    "path": "/tmp/x",
    "place": {"lat": 1.5},
    "node": {"name": "a", "inside": [{"name": "b"}]},
    "options": {"unit": "C"},
    "pair": {"one": 1},
    "both": [1, "x"],
    "labels": ["a", "a"],
    "scores": {"x": 1},
    "either": [1],
    "data": "aGk=",
    "span": "P1DT2H",
}


def test_arguments_are_made_into_what_their_annotations_say() -> None:
    """Nested as deep as they are."""
    assert tool_from(everything).call(GIVEN) == {
        "number": 3,
        "ratio": 2.0,
        "word": "w",
        "flag": True,
        "color": Color.BLUE,
        "when": datetime.datetime(2026, 11, 21, 10, tzinfo=datetime.UTC),
        "price": decimal.Decimal("1.10"),
        "path": pathlib.Path("/tmp/x"),
        "place": Place(1.5),
        "node": Node("a", [Node("b")]),
        "options": {"unit": "C"},
        "pair": Pair(1),
        "both": (1, "x"),
        "labels": {"a"},
        "scores": {"x": 1.0},
        "either": [1],
        "data": b"hi",
        "span": datetime.timedelta(days=1, hours=2),
    }


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        (int, 3.0, 3),
        (int, "3", 3),
        (float, "0.5", 0.5),
        (bool, "true", True),
        (str, 5, "5"),
        (list[int], "[1, 2]", [1, 2]),
        (Place, '{"lat": 1}', Place(1.0)),
        (Color, "RED ", Color.RED),
        (int | str, "3", "3"),
        (int | None, None, None),
        (Literal["a"], "A", "a"),
    ],
)
def test_what_models_write_instead_is_understood(kind: Any, written: Any, meant: Any) -> None:
    """As far as there is no doubt what is meant."""

    def takes(value: Any) -> Any:
        return value

    takes.__annotations__["value"] = kind
    assert tool_from(takes).call({"value": written}) == meant


def test_null_is_how_a_strict_schema_says_that_a_field_is_not_there() -> None:
    """Its default is taken, also in a class."""
    assert tool_from(google_style).call({"city": "Oslo", "days": None, "unit": None}) == "Oslo 1 C"
    assert tool_from(Place).call({"lat": 1, "lon": None}) == Place(1.0)


def test_everything_that_is_wrong_is_told_at_once_with_its_path() -> None:
    """So that a model can mend it in one go."""
    wrong = {
        **GIVEN,
        "number": "many",
        "color": "green",
        "node": {"name": "a", "inside": [{"name": "b", "extra": 1}, 3]},
        "both": [1],
        "place": {"lat": "x", "lon": -500},
        "flag": None,
        "either": ["x"],
        "surprise": 1,
    }
    del wrong["word"]
    assert problems(everything, **wrong) == [
        "number: a whole number is asked for, not 'many'",
        "word: is missing",
        "flag: true or false is asked for, not null",
        "color: one of 'red', 'blue' is asked for, not 'green'",
        "place.lat: a number is asked for, not 'x'",
        "place.lon: breaks minimum -180 with -500",
        "node.inside.0.extra: is not asked for",
        "node.inside.1: an object is asked for, not 3",
        "both: has 1 entries, not 2",
        "either.0: a whole number is asked for, not 'x'",
        "surprise: is not asked for",
    ]


def test_a_class_may_refuse_what_it_is_given() -> None:
    """Its own words are the problem's."""
    assert problems(Checked, number=3) == ["3 is odd"]


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        (Limit(ge=2), 1),
        (Limit(gt=2), 2),
        (Limit(le=2), 3),
        (Limit(lt=2), 2),
        (Limit(multiple_of=2), 3),
        (Limit(min_length=2), "a"),
        (Limit(max_length=2), "abc"),
        (Limit(pattern="^a"), "b"),
        (Limit(min_length=2), [1]),
        (Limit(max_length=1), [1, 2]),
    ],
)
def test_limits_are_kept(limit: Limit, value: Any) -> None:
    """What the schema says is checked."""

    def takes(value: Any) -> Any:
        return value

    takes.__annotations__["value"] = Annotated[type(value), limit]
    (told,) = problems(takes, value=value)
    assert told.startswith("value: breaks ")


def test_a_call_that_was_cut_is_not_run() -> None:
    """Its arguments are a guess."""
    with pytest.raises(InvalidOutput, match="cut off"):
        tool_from(google_style).call(ToolCall("a", "google_style", {"city": "Oslo"}, incomplete=True))


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*GIVEN, "odd"]), junk, max_size=18))
def test_nothing_but_values_or_problems_comes_of_any_arguments(given: dict[str, Any]) -> None:
    """Whatever a model writes."""
    try:
        found = tool_from(everything).validate({**GIVEN, **given})
    except InvalidOutput as error:
        found = {"problems": error.problems}
    assert found.get("problems") or isinstance(found["number"], int)


# -- results and storage


@pytest.mark.parametrize(
    ("value", "content", "is_error"),
    [
        ("words", "words", False),
        ({"a": [1]}, '{"a":[1]}', False),
        (None, "null", False),
        (Text("a"), (Text("a"),), False),
        ([Text("a"), Image("aW1n", "image/png")], (Text("a"), Image("aW1n", "image/png")), False),
        ([], "[]", False),
        (ValueError("broke"), "broke", True),
        (KeyError(), "KeyError", True),
    ],
)
def test_a_result_tells_what_a_call_gave(value: Any, content: Any, is_error: bool) -> None:
    """Text and blocks as they are, the rest as JSON."""
    call = ToolCall("a", "f")
    assert make_result(call, value) == ToolResultMessage("a", "f", content, is_error=is_error)


def test_problems_can_be_told_to_the_model() -> None:
    """As the result of the call."""
    try:
        tool_from(google_style).call({})
    except InvalidOutput as error:
        result = make_result(ToolCall("a", "google_style"), error)
    assert (result.content, result.is_error) == ("the arguments of google_style do not fit: city: is missing", True)


def test_a_tool_that_can_be_run_is_stored_as_what_a_model_is_told() -> None:
    """The function stays here."""
    tool = tool_from(google_style)
    (stored,) = from_json(to_json(Context((UserMessage("Hi"),), tools=(tool,)))).tools
    assert stored == Tool(tool.name, tool.description, tool.parameters)


def test_a_class_with_a_schema_of_its_own_writes_and_checks_it() -> None:
    """As those of a well-known library do; it is not needed for anything else."""
    pydantic = pytest.importorskip("pydantic")

    class Person(pydantic.BaseModel):
        """A person."""

        name: str
        age: int = 3
        home: Node | None = None

    tool = tool_from(Person)
    assert (tool.description, tool.parameters["required"]) == ("A person.", ["name"])
    assert tool.call({"name": "a", "age": None, "home": None}) == Person(name="a")
    with pytest.raises(InvalidOutput, match="age: Input should be a valid integer"):
        tool.call({"name": "a", "age": "x"})
