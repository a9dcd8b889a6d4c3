"""A llama.cpp server inside this process: started, waited for, ended.

It listens on a free port of 127.0.0.1 and has threads of its own; Python is not
needed to answer. While it loads a file it holds the interpreter (so does the wheel
it comes in), so everything else waits: load before you need it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from headwater import RequestError

from ._settings import Settings, apply_settings, make_settings

MAGIC = b"GGUF"
"""How every GGUF file begins."""

READY_LIMIT = 30.0
"""Seconds a server that has loaded may take until it answers."""


class LlamaServer:
    """One running server: `base_url` is where it listens, without a slash at the end.

    Ended by `close`. Raises `RequestError` for a file or settings that cannot be served.
    """

    def __init__(self, path: str | Path, settings: Settings) -> None:
        self.path = check_file(path)
        if settings.mmproj is not None:
            check_file(settings.mmproj)
        self._server: Any = _start(self.path, settings)
        self.base_url: str = self._server.listening_address
        try:
            _await_loop(self.base_url)
        except (OSError, HTTPException) as error:
            raise RequestError(
                f"llama.cpp loaded {self.path.name} and does not answer at {self.base_url}: {error}"
            ) from error

    def close(self) -> None:
        """Ends the server and the answers it is giving, and frees the model; may be called again."""
        self._server = None  # its last reference: the wheel has no other way to end it

    def __repr__(self) -> str:
        state = "closed" if self._server is None else "running"
        return f"<LlamaServer of {self.path.name} at {self.base_url}, {state}>"


@contextlib.contextmanager
def serve(path: str | Path, **settings: Any) -> Generator[LlamaServer]:
    """A server of a model file for as long as the block lasts; see `Settings` for the keywords.

        with serve("model.gguf", n_ctx=4096) as server:
            model = hub.endpoint(server.base_url, "any", api="openai-completions")

    Raises `RequestError` for a file or settings that cannot be served.
    """
    server = LlamaServer(path, make_settings(settings))
    try:
        yield server
    finally:
        server.close()


def check_file(path: str | Path) -> Path:
    """The absolute path of a GGUF file; raises `RequestError` for what is none, before llama.cpp sees it."""
    file = Path(path).expanduser().absolute()
    try:
        with file.open("rb") as opened:
            begins = opened.read(len(MAGIC))
    except FileNotFoundError:
        raise RequestError(
            f"there is no file {file}; a model is named llamacpp/PATH, such as llamacpp//models/m.gguf"
        ) from None
    except OSError as error:
        raise RequestError(f"the file {file} cannot be read: {error.strerror or error}") from error
    if begins != MAGIC:
        raise RequestError(f"{file} is no GGUF file (it begins with {begins!r}); llama.cpp reads GGUF only")
    return file


def _start(file: Path, settings: Settings) -> Any:
    """The wheel's own server object, its model loaded."""
    try:
        import xllamacpp  # pyright: ignore[reportMissingTypeStubs]
    except ImportError as error:
        raise RequestError(f"xllamacpp cannot be imported ({error}); reinstall it for this Python") from error
    library: Any = xllamacpp
    parameters = library.CommonParams()
    parameters.model.path = str(file)
    parameters.port = 0  # any free one; the default host is 127.0.0.1
    parameters.ui = False
    # Pages of other origins that a browser shows on this machine have no business here.
    parameters.cors_origins = "http://127.0.0.1"
    apply_settings(settings, parameters)
    try:
        return library.Server(parameters)
    except RuntimeError as error:
        raise RequestError(
            f"llama.cpp cannot serve {file}: {error} The file may be cut off or newer than xllamacpp, or"
            f" n_ctx={settings.n_ctx} may need more memory than there is; verbosity=1 shows llama.cpp's own words"
        ) from error


def _await_loop(base_url: str) -> None:
    """Comes back once the server works on its queue.

    A server that is ended before its loop runs never ends (seen with xllamacpp 2026.10): the list of
    slots is answered from within the loop.
    """
    connection = HTTPConnection(urlsplit(base_url).netloc, timeout=READY_LIMIT)
    try:
        connection.request("GET", "/slots")
        connection.getresponse().read()
    finally:
        connection.close()
