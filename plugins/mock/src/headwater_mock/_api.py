"""The api `mock`: requests that carry their own answer, and the parser of the mock's wire.

A provider and its api are addressed separately and share nothing. So the provider
writes the script of the answer into the request (its `prepare` hook), and the api
plays what it finds there (`answer_locally`): no registry of scripts, no global state,
any number of mocks side by side. A request without a script goes over HTTP, to a
server that speaks the mock's wire.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import asdict, field, fields, frozen

from headwater import (
    Assembly,
    Context,
    LocalAnswer,
    Model,
    Options,
    Parser,
    RequestError,
    WireRequest,
    dumps,
    hookimpl,
    options,
    to_dict,
)

from ._reply import Step, check_pace
from ._wire import MockParser

_UNWRITTEN = ("on_request", "extra_headers", "extra_body")


@options
class MockOptions(Options):
    """What a request may say to the mock; over what its reply and its provider say.

    `chunk_size` is the characters of a piece, `delay` the seconds before each. All
    other options are taken and obeyed by none: they stand in the log of calls.
    """

    chunk_size: int | None = None
    delay: float | None = None


@frozen
class MockRequest(WireRequest):
    """A request to the mock: what was asked, and the script of the answer once its provider has written it."""

    context: Context = field(factory=lambda: Context(()), repr=False)
    options: MockOptions = field(factory=MockOptions, repr=False)
    script: Iterable[Step] | None = field(default=None, repr=False)


class MockApi:
    """The hooks of the api."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """The mock has options of its own."""
        return MockOptions

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/reply` with the conversation in headwater's own JSON."""
        if not isinstance(options, MockOptions):
            raise RequestError(f"{model.api} takes MockOptions, not {type(options).__name__}")
        check_pace(options.chunk_size, options.delay)
        body = {"model": model.id, "context": to_dict(context), "options": _given(options)}
        return MockRequest(
            url=f"{model.base_url}/reply",
            body=dumps(body),
            headers=dict(model.headers),
            framing="ndjson",
            context=context,
            options=options,
        )

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """Reads the lines of the mock's wire."""
        return MockParser(out)

    @hookimpl
    def answer_locally(self, model: Model, wire: WireRequest) -> LocalAnswer | None:
        """The script that came with the request; None asks over HTTP."""
        return wire.script if isinstance(wire, MockRequest) else None


def _given(options: MockOptions) -> Mapping[str, Any]:
    """The options that were given, as far as they are data."""
    values = asdict(options, recurse=False)
    defaults = MockOptions()
    names = [one.name for one in fields(MockOptions) if one.name not in _UNWRITTEN]
    return {name: values[name] for name in names if values[name] != getattr(defaults, name)}


api = MockApi()
