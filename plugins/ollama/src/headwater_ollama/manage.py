"""The models of a server: what there is, and how it gets there.

Each function gives a flow, to be run by a hub where a model of that server is:

    model = hub.model("ollama/qwen3")
    await hub.run(manage.pull(model, progress=print), model)      # or hub.run_sync

`model` says which server is asked, and which of its models is meant. A flow raises `StreamError`
(`ModelNotFound`, ...) for what the server refuses, in the middle of a pull too; asked again, a pull
goes on where it stopped. Source: wire/ollama-chat section 1 and the vendor's client (November 2026).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, cast

from attrs import field, frozen

from headwater import (
    Answer,
    DecodeError,
    Following,
    Model,
    RawEvent,
    WireRequest,
    classify,
    dumps,
    loads,
    make_error,
)

Steps = Generator[Any, Any, Any]


@frozen
class Installed:
    """A model that a server has. `size` is in bytes; `details` say format, family, parameters, quantization."""

    name: str
    size: int = 0
    digest: str = ""
    modified_at: str = ""
    details: Mapping[str, Any] = field(factory=dict[str, Any])


@frozen
class Running:
    """A model that is loaded. `size` and `size_vram` are in bytes, `context_length` in tokens."""

    name: str
    size: int = 0
    size_vram: int = 0
    context_length: int | None = None
    expires_at: str = ""


@frozen
class Description:
    """What a server says of a model. `capabilities`: `completion`, `tools`, `thinking`, `vision`, ...

    `context_length` is the most tokens it was made for, not those a server gives it (`num_ctx`).
    `raw` is all that was said.
    """

    capabilities: Sequence[str] = ()
    context_length: int | None = None
    details: Mapping[str, Any] = field(factory=dict[str, Any])
    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)


@frozen
class Progress:
    """How far a pull, a push or the making of a model is; `completed` and `total` in bytes of one layer."""

    status: str
    digest: str | None = None
    completed: int | None = None
    total: int | None = None


Tell = Callable[[Progress], Any]
"""What is called with each step; it should be quick, and may not be async."""


def list_models(model: Model) -> Generator[Any, Any, list[Installed]]:
    """A flow that gives the models of the server."""
    told = yield from _ask(model, "/api/tags", method="GET")
    return [
        Installed(
            name=str(one.get("name") or one.get("model") or ""),
            size=int(one.get("size") or 0),
            digest=str(one.get("digest") or ""),
            modified_at=str(one.get("modified_at") or ""),
            details=one.get("details") or {},
        )
        for one in _objects(told.get("models"))
    ]


def running(model: Model) -> Generator[Any, Any, list[Running]]:
    """A flow that gives the models that are loaded."""
    told = yield from _ask(model, "/api/ps", method="GET")
    return [
        Running(
            name=str(one.get("name") or one.get("model") or ""),
            size=int(one.get("size") or 0),
            size_vram=int(one.get("size_vram") or 0),
            context_length=one.get("context_length"),
            expires_at=str(one.get("expires_at") or ""),
        )
        for one in _objects(told.get("models"))
    ]


def show(model: Model) -> Generator[Any, Any, Description]:
    """A flow that gives what the server says of the model."""
    told = yield from _ask(model, "/api/show", {"model": model.id})
    facts: dict[str, Any] = told.get("model_info") or {}
    architecture = facts.get("general.architecture")
    return Description(
        capabilities=tuple(told.get("capabilities") or ()),
        context_length=facts.get(f"{architecture}.context_length"),
        details=told.get("details") or {},
        raw=told,
    )


def version(model: Model) -> Generator[Any, Any, str]:
    """A flow that gives the server's version."""
    told = yield from _ask(model, "/api/version", method="GET")
    return str(told.get("version") or "")


def copy(model: Model, to: str) -> Generator[Any, Any, None]:
    """A flow that gives the model a second name."""
    yield from _ask(model, "/api/copy", {"source": model.id, "destination": to})


def delete(model: Model) -> Generator[Any, Any, None]:
    """A flow that removes the model from the server."""
    yield from _ask(model, "/api/delete", {"model": model.id}, method="DELETE")


def load(model: Model, keep_alive: float | str | None = None) -> Generator[Any, Any, None]:
    """A flow that loads the model ahead of time; `keep_alive` as in `OllamaOptions`."""
    body: dict[str, Any] = {"model": model.id, "messages": [], "stream": False}
    yield from _ask(model, "/api/chat", body if keep_alive is None else {**body, "keep_alive": keep_alive})


def unload(model: Model) -> Generator[Any, Any, None]:
    """A flow that takes the model out of memory."""
    yield from load(model, 0)


def pull(model: Model, *, progress: Tell | None = None, insecure: bool = False) -> Generator[Any, Any, None]:
    """A flow that brings the model to the server; `insecure` allows a registry without TLS."""
    yield from _follow(model, "/api/pull", {"model": model.id, "insecure": insecure}, progress)


def push(model: Model, *, progress: Tell | None = None, insecure: bool = False) -> Generator[Any, Any, None]:
    """A flow that brings the model to the registry its name tells."""
    yield from _follow(model, "/api/push", {"model": model.id, "insecure": insecure}, progress)


def create(
    model: Model,
    *,
    source: str | None = None,
    files: Mapping[str, str] | None = None,
    adapters: Mapping[str, str] | None = None,
    system: str | None = None,
    template: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    messages: Sequence[Mapping[str, Any]] = (),
    license: str | Sequence[str] | None = None,
    quantize: str | None = None,
    progress: Tell | None = None,
) -> Generator[Any, Any, None]:
    """A flow that makes a model of this name: of another (`source`), or of files the server has.

    `files` and `adapters` map names to digests (`sha256:...`) of what was uploaded.
    """
    given: dict[str, Any] = {
        "from": source,
        "files": files,
        "adapters": adapters,
        "system": system,
        "template": template,
        "parameters": parameters,
        "messages": list(messages) or None,
        "license": license,
        "quantize": quantize,
    }
    body = {"model": model.id, **{name: value for name, value in given.items() if value is not None}}
    yield from _follow(model, "/api/create", body, progress)


# -- how a server is asked


def _ask(model: Model, path: str, body: Mapping[str, Any] | None = None, *, method: str = "POST") -> Steps:
    """The object a server answers with; empty where it answers with nothing."""
    wire = WireRequest(model.base_url + path, b"" if body is None else dumps(body), method, model.headers)
    answer: Answer = yield wire
    _check(model, answer)
    try:
        told = loads(answer.body)
    except DecodeError:
        return {}
    return cast("dict[str, Any]", told) if isinstance(told, dict) else {}


def _follow(model: Model, path: str, body: Mapping[str, Any], progress: Tell | None) -> Steps:
    """Tells the steps of something that takes long; it is done when the server says `success`."""
    seen: list[str] = []

    def tell(raw: RawEvent) -> None:
        told = loads(raw.data)
        said = cast("dict[str, Any]", told) if isinstance(told, dict) else {}
        if said.get("error"):
            raise classify(None, said, provider=model.provider, model=model.id).to_exception()
        seen[:] = [str(said.get("status") or "")]
        if progress is not None:
            progress(Progress(seen[0], said.get("digest"), said.get("completed"), said.get("total")))

    wire = WireRequest(model.base_url + path, dumps({**body, "stream": True}), "POST", model.headers, "ndjson")
    answer: Answer = yield Following(wire, tell)
    _check(model, answer)
    if seen != ["success"]:
        words = f"{model} stopped at {seen[0] if seen else 'nothing'!r} instead of success; ask again"
        raise make_error("truncated", words, provider=model.provider, model=model.id).to_exception()


def _check(model: Model, answer: Answer) -> None:
    """Raises the `StreamError` of a refusal."""
    if not 200 <= answer.status < 300:
        raise classify(
            answer.status, answer.body, answer.headers, provider=model.provider, model=model.id
        ).to_exception()


def _objects(value: Any) -> list[dict[str, Any]]:
    found = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", one) for one in found if isinstance(one, dict)]
