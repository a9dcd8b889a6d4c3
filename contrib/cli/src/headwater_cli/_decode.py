"""`headwater decode`: a captured response body as events."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, TextIO

from attrs import frozen

from headwater import Done, Error, Event, Hub, Model, RequestError, to_json
from headwater.hookspecs import APIS

from ._asking import find_model
from ._failures import FAILED
from ._output import complain, remark, say
from ._pairs import read_headers, read_options

PIECE = 65_536
"""Bytes read at a time."""

UNKNOWN = "unknown"
"""The id of a model that was not named."""

NOWHERE = "http://localhost"
"""The base URL of a provider that is not installed; nothing is sent there."""


@frozen
class Recording:
    """What the command line said of a captured body. `chunk`: bytes per piece, None: as they come."""

    model: str
    file: str
    api: str | None = None
    status: int = 200
    headers: Sequence[str] = ()
    chunk: int | None = None
    pairs: Sequence[str] = ()


def run_decode(recording: Recording, *, message: bool, partial: bool) -> int:
    """Prints the events, or only the final message; gives back the exit code."""
    hub = Hub()
    last: Event | None = None
    for last in decode(hub, recording):
        if not message:
            say(to_json(last, partial=partial))
    if not isinstance(last, Done | Error):
        raise AssertionError("a stream without an end")  # pragma: no cover
    if message:
        say(to_json(last.message))
    if isinstance(last, Done):
        return 0
    complain(last.message.error_message)
    if recording.api is None and recording.status < 400 and not last.message.content:
        remark(f"if it is another protocol, name it with --api: {', '.join(hub.registry.names(APIS))}")
    return FAILED


def decode(hub: Hub, recording: Recording) -> Iterator[Event]:
    """The events of a recording, as its bytes come.

    Raises `ProviderError` and `RequestError` for a provider, file, header or option that is none.
    """
    options = read_options(recording.pairs)
    headers = read_headers(recording.headers)
    model = _find(hub, recording.model, recording.api)
    with _opened(recording.file) as file:
        yield from hub.decode(model, _pieces(file, recording), status=recording.status, headers=headers, **options)


def _find(hub: Hub, name: str, api: str | None) -> Model:
    """The model of `provider/model`; for a provider alone one that no catalogue knows, so that no price is made up."""
    provider, slash, _ = name.partition("/")
    name = name if slash else f"{provider}/{UNKNOWN}"
    installed = provider in hub.providers() or not api
    return find_model(hub, name, None if installed else NOWHERE, api)


@contextmanager
def _opened(file: str) -> Generator[BinaryIO, None, None]:
    """The file, or standard input for `-`; raises `RequestError` for one that cannot be opened."""
    if file == "-":
        stdin: TextIO | None = sys.stdin
        if stdin is None:
            raise RequestError("there is no standard input to read")
        yield stdin.buffer
        return
    try:
        opened = open(file, "rb")  # noqa: SIM115 - closed below; only the opening is the caller's mistake
    except OSError as error:
        raise RequestError(f"{file} cannot be read: {error.strerror or error}") from error
    with opened:
        yield opened


def _pieces(file: BinaryIO, recording: Recording) -> Iterator[bytes]:
    """The bytes in pieces, each as soon as it is there."""
    read = file.read if recording.chunk else getattr(file, "read1", file.read)
    while True:
        try:
            piece = read(recording.chunk or PIECE)
        except OSError as error:
            raise RequestError(f"{recording.file} cannot be read: {error.strerror or error}") from error
        if not piece:
            return
        yield piece
