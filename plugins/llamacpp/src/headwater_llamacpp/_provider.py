"""The provider `llamacpp`: a model id is the path of a GGUF file, served at first use.

A model is described without looking at its file. Just before the first request
the file is loaded (in a worker thread) and the request sent to the server that
then runs; one server for each file and settings, kept until the process or `close` ends it.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from attrs import evolve, field, frozen

from headwater import (
    Blocking,
    Capabilities,
    Flow,
    Kind,
    Model,
    ModelConfig,
    WireRequest,
    default_capabilities,
    hookimpl,
)

from ._server import LlamaServer
from ._settings import Settings, make_settings

NAME = "llamacpp"

HOME = "http://127.0.0.1:0"
"""Base URL of a model whose server is not known yet; port 0 is nobody's. With another, no server is started."""

CHAT = "openai-completions"

COMPAT: Mapping[str, Mapping[str, Any]] = {
    CHAT: {
        "thinking_format": "chat-template",
        "reasoning_effort": False,
        "reasoning_field": "reasoning_content",
        # A tool that is named is not forced: the server takes it for `auto`.
        "tool_choices": ("auto", "none", "required"),
        "documents": False,
    },
    "anthropic-messages": {
        "unsigned_thinking": True,  # its signatures are empty
        "forced_tools": "no",
        "server_tools": False,
        "documents": False,
    },
}
"""Flags of llama.cpp's server for the protocols it speaks (wire/openai-compatible section 3.13, and tried)."""

FIRST_EVENT = 600.0
"""Seconds for the first event: a long prompt takes minutes without a graphics card. Loading does not count."""


@frozen
class LlamaModel(Model):
    """A model in a file, and how the file is to be served."""

    settings: Settings = field(factory=Settings)


class LlamaProvider:
    """The hooks of the provider, and the servers it has started.

    May be used from several threads.
    """

    def __init__(self) -> None:
        self._servers: dict[tuple[str, Settings], LlamaServer] = {}
        self._lock = Lock()
        self._end: weakref.finalize[Any, LlamaProvider] | None = None

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        """The model in the file of that path; `config.settings` are those of `Settings`."""
        settings = make_settings(config.settings)
        api = config.api or CHAT
        return LlamaModel(
            id=model_id,
            provider=NAME,
            api=api,
            base_url=HOME,
            name=Path(model_id).stem,
            reasoning=True,  # the file's template decides; a model that does not think ignores the question
            input=("text", "image") if settings.mmproj else ("text",),
            context_window=settings.n_ctx // settings.n_parallel or None,
            compat=COMPAT.get(api, {}),
            known=False,
            settings=settings,
        )

    @hookimpl
    def capabilities(self, model: Model) -> Capabilities:
        """What llama.cpp can do for any model, if slowly."""
        return evolve(default_capabilities(model), structured_output=True, first_event_timeout=FIRST_EVENT)

    @hookimpl
    def error_codes(self, model: Model) -> Mapping[str, Kind]:
        """The types of errors that the server names."""
        return {"exceed_context_size_error": "context_overflow", "unavailable_error": "overloaded"}

    @hookimpl
    def prepare(self, model: Model, wire: WireRequest, secrets: Mapping[str, str]) -> Flow | None:
        """The request at the server of the model's file, which is started if need be."""
        if not isinstance(model, LlamaModel) or not wire.url.startswith(HOME):
            return None
        return self._prepared(model, wire)

    def _prepared(self, model: LlamaModel, wire: WireRequest) -> Generator[Any, Any, WireRequest]:
        server = self._servers.get(_key(model.id, model.settings))
        if server is None:
            start: Callable[[], LlamaServer] = lambda: self._start(model.id, model.settings)  # noqa: E731
            server = yield Blocking(start)
        return evolve(wire, url=server.base_url + wire.url.removeprefix(HOME))

    def start(self, path: str | Path, **settings: Any) -> LlamaServer:
        """The server of a file with these settings, loaded ahead of time; it stays the provider's to end.

        Blocks while it loads. Raises `RequestError` for a file or settings that cannot be served.
        """
        return self._start(str(path), make_settings(settings))

    def _start(self, path: str, settings: Settings) -> LlamaServer:
        key = _key(path, settings)
        with self._lock:
            server = self._servers.get(key)
            if server is None:
                if self._end is None:
                    self._end = weakref.finalize(self, _close_all, self._servers)  # at the end of the process, too
                server = self._servers[key] = LlamaServer(path, settings)
            return server

    @property
    def running(self) -> int:
        """How many servers are running."""
        return len(self._servers)

    def close(self) -> None:
        """Ends all servers and the answers they are giving; the next request starts its server anew."""
        with self._lock:
            _close_all(self._servers)


def _key(path: str, settings: Settings) -> tuple[str, Settings]:
    return os.path.abspath(os.path.expanduser(path)), settings


def _close_all(servers: dict[tuple[str, Settings], LlamaServer]) -> None:
    while servers:
        _, server = servers.popitem()
        server.close()


provider = LlamaProvider()
