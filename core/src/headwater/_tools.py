"""Tools from annotated Python: a function, or a class whose fields are the arguments.

    @tool_from
    def weather(city: str, days: Annotated[int, "between 1 and 7"] = 1) -> str:
        "The forecast for a city."

    message = hub.complete_sync(model, "Zurich tomorrow?", tools=[weather])
    results = [make_result(call, weather.call(call)) for call in message.tool_calls]

The name is the function's, descriptions come from its docstring and from `Annotated`, the
schema from the annotations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from attrs import field, frozen

from ._content import Document, Image, Text, ToolCall
from ._docstrings import read_docstring
from ._json import dumps_text
from ._kind_schemas import object_schema, schema_of
from ._kind_values import Reader
from ._kinds import docstring_of, is_record, is_self_describing, name_of, parameters_of
from ._messages import Tool, ToolResultMessage
from ._schemas import strict_schema
from .errors import InvalidOutput


@frozen
class FunctionTool(Tool):
    """A tool that can be run: its function (or class), which may be called as before.

    Not stored: a conversation keeps name, description and parameters only.
    """

    function: Callable[..., Any] = field(kw_only=True, repr=False, eq=False)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """The function itself, unchecked."""
        return self.function(*arguments, **named)

    def validate(self, arguments: Mapping[str, Any]) -> Any:
        """The arguments as their annotations want them: a dictionary, or for a class its instance.

        Raises `InvalidOutput` that lists everything that is wrong with them.
        """
        reader = Reader()
        if _is_class(self.function):
            found = reader.read(self.function, dict(arguments))
        else:
            parts, further = parameters_of(self.function)
            found = reader.fields(parts, arguments, "", further)
        if reader.problems:
            raise InvalidOutput(f"the arguments of {self.name}", reader.problems)
        return found

    def call(self, arguments: Mapping[str, Any] | ToolCall) -> Any:
        """What the function gives back (for a coroutine function: what is to be awaited); a class's instance.

        Raises `InvalidOutput` for arguments that do not fit, and for a call that was cut off.
        """
        if isinstance(arguments, ToolCall):
            if arguments.incomplete:
                raise InvalidOutput(f"the arguments of {self.name}", ["they were cut off"])
            arguments = arguments.arguments
        found = self.validate(arguments)
        return found if _is_class(self.function) else self.function(**found)


def tool_from(
    function: Callable[..., Any] | type[Any],
    *,
    name: str | None = None,
    description: str | None = None,
    strict: bool = False,
) -> FunctionTool:
    """The tool made of an annotated function or class; also a decorator of functions.

    `strict` writes the schema so that a provider can hold the model to it: every field is
    required, and null where it may be left out. Raises `TypeError` for annotations that have no
    counterpart in JSON, and, with `strict`, for those that cannot be written so.
    """
    chosen = name or name_of(function)
    if isinstance(function, type) and not _is_class(function):
        raise TypeError(f"{chosen} is no tool: a class has to have fields, as those of attrs and data classes have")
    said = read_docstring(docstring_of(function)).description
    parameters = schema_of(function) if _is_class(function) else _parameters(function)
    parameters = {key: value for key, value in parameters.items() if key not in ("title", "description")}
    if strict:
        narrowed = strict_schema(parameters)
        if narrowed is None:
            raise TypeError(f"the schema of {chosen} cannot be strict: it leaves open which fields there are")
        parameters = narrowed
    return FunctionTool(chosen, said if description is None else description, parameters, function=function)


def make_result(call: ToolCall, value: Any, *, is_error: bool = False) -> ToolResultMessage:
    """The message that tells the model what a call gave.

    Text and blocks go as they are, an exception as its words and an error, everything else
    as JSON. Raises `TypeError` for what is no JSON.
    """
    if isinstance(value, Exception):
        return ToolResultMessage(call.id, call.name, str(value) or type(value).__name__, is_error=True)
    content: str | Sequence[Any]
    if isinstance(value, str):
        content = value
    elif isinstance(value, Text | Image | Document):
        content = (value,)
    elif _are_blocks(value):
        content = tuple(cast("Sequence[Any]", value))
    else:
        content = dumps_text(value)
    return ToolResultMessage(call.id, call.name, content, is_error=is_error)


def _parameters(function: Callable[..., Any]) -> dict[str, Any]:
    parts, further = parameters_of(function)
    return object_schema(parts, further)


def _is_class(function: Any) -> bool:
    return is_record(function) or is_self_describing(function)


def _are_blocks(value: Any) -> bool:
    if not isinstance(value, list | tuple) or not value:
        return False
    return all(isinstance(one, Text | Image | Document) for one in cast("Sequence[Any]", value))
