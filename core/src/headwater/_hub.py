"""The hub: plugins, clients and defaults in one object that can be made and thrown away.

Nothing here is global. The module-level functions of `headwater` use one hub,
made at first need.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ._assembly import Assembly
from ._auth import Credentials, Key, check_key, credentials_for, may_use_environment, origin_of
from ._events import Event
from ._handoff import HandoffRules, fit
from ._json import dumps, loads
from ._messages import AssistantMessage, Context, Message, Note, Tool, make_context
from ._model import Capabilities, Model, WireRequest, default_capabilities
from ._options import Options, make_options
from ._plan import Deadlines, Limits, Plan, Retry
from ._registry import Registry
from .errors import Kind, ProviderNotFound, RequestError, UnknownModel
from .hookspecs import APIS, PROVIDERS, Flow, LocalAnswer, ModelConfig, Parser

if TYPE_CHECKING:
    from ._stream import Stream
    from ._sync import SyncStream

Prompt = str | Message | Sequence[Message] | Context

CUSTOM = "custom"
"""The provider of an endpoint given by URL."""


class Hub:
    """Everything needed to ask models: make one, configure it, throw it away (`aclose` or `close`).

    `client` and `sync_client` are clients of httpx, httpx2 or the like; without them
    the hub makes its own (one per event loop, one for all threads). `environ` is where
    keys are looked for. `fast` puts aiohttp under the async client (extra `fast`).
    """

    def __init__(
        self,
        *,
        registry: Registry | None = None,
        client: Any = None,
        sync_client: Any = None,
        environ: Mapping[str, str] | None = None,
        retry: Retry | None = None,
        deadlines: Deadlines | None = None,
        limits: Limits | None = None,
        allow_plain_http: bool = False,
        fast: bool = False,
    ) -> None:
        self.registry = registry or Registry()
        self.retry = retry or Retry()
        self.deadlines = deadlines or Deadlines()
        self.limits = limits or Limits()
        self._environ = environ
        self._allow_plain_http = allow_plain_http
        self._fast = fast
        self._given_client = client
        self._given_sync_client = sync_client
        self._sync_client: Any = None
        self._keepers: Any = None
        self._lock = Lock()

    # -- models

    def providers(self) -> list[str]:
        """Names of the providers that can be had; reads metadata only."""
        return self.registry.names(PROVIDERS)

    def models(self, provider: str) -> list[str]:
        """Ids of the models the provider's plugin knows of."""
        return list(self.registry.call(PROVIDERS, provider, "catalogue") or ())

    def load(self, provider: str) -> None:
        """Imports a provider's plugin and its api's ahead of time."""
        self.registry.load(provider, PROVIDERS)
        if provider in self.registry.names(APIS):
            self.registry.load(provider, APIS)

    def register(self, name: str, plugin: Any) -> None:
        """Adds a provider made in this process, such as a `CompatibleProvider`."""
        self.registry.register(name, plugin, PROVIDERS)

    def use(self, wrapper: Any) -> None:
        """Adds a plugin that wraps hooks of others."""
        self.registry.use(wrapper)

    def model(
        self, name: str | Model, *, base_url: str | None = None, api: str | None = None, **settings: Any
    ) -> Model:
        """The model of a name `provider/model-id`; `base_url` points it elsewhere.

        `settings` are fields of `Model` to set over the catalogue's, or the provider's own
        keywords. Raises `UnknownModel`, `ProviderNotFound`, `ProviderBroken`, `RequestError`.
        """
        if isinstance(name, Model):
            model = name
        else:
            provider, model_id = self._split(name)
            own = {key: value for key, value in settings.items() if key not in _MODEL_FIELDS}
            settings = {key: value for key, value in settings.items() if key in _MODEL_FIELDS}
            config = ModelConfig(base_url, api, self._variables(), own)
            model = self.registry.call(PROVIDERS, provider, "create_model", model_id=model_id, config=config)
            if not isinstance(model, Model):
                raise UnknownModel(f"{provider} made {type(model).__name__} of {model_id!r} instead of a Model")
            if not model.auth.origins:
                model = evolve(model, auth=evolve(model.auth, origins=(origin_of(model.base_url),)))
        if base_url is not None:
            model = evolve(model, base_url=check_base_url(base_url))
        return evolve(model, **({"api": api} if api else {}), **settings)

    def endpoint(self, base_url: str, model: str, *, api: str, provider: str = CUSTOM, **settings: Any) -> Model:
        """A model at an endpoint given by URL that speaks a known api, without a plugin of its own.

        No key from the environment goes there; give `key=` with the request where one is needed.
        """
        reasoning = settings.pop("reasoning", True)
        known = dict.fromkeys(("input", "output"), ("text", "image"))
        return Model(
            **{
                **known,
                "id": model,
                "provider": provider,
                "api": api,
                "base_url": check_base_url(base_url),
                "name": model,
                "reasoning": reasoning,
                "known": False,
                **settings,
            }
        )

    def capabilities(self, model: str | Model) -> Capabilities:
        """What can be asked of a model."""
        model = self.model(model)
        if model.provider not in self.registry.names(PROVIDERS):
            return default_capabilities(model)
        found = self.registry.call(PROVIDERS, model.provider, "capabilities", model=model)
        return found if isinstance(found, Capabilities) else default_capabilities(model)

    # -- asking

    def stream(
        self,
        model: str | Model,
        prompt: Prompt,
        *,
        system: str | None = None,
        tools: Sequence[Tool] = (),
        key: Key | None = None,
        base_url: str | None = None,
        retry: Retry | None = None,
        deadlines: Deadlines | None = None,
        raw: bool = False,
        strict: bool = False,
        **options: Any,
    ) -> Stream:
        """The model's answer as a stream of events; nothing is sent before the stream is read.

        `options` are those of the model's api. `raw` puts the wire event on each event.
        `strict` refuses what would have to be changed to fit the model. `key=""` asks
        without a key. Raises `RequestError` and `ProviderError` for what cannot be asked.
        """
        from ._drive import Drive
        from ._stream import Stream

        plan = self._plan(model, prompt, system, tools, key, base_url, retry, deadlines, raw, strict, options)
        return Stream(Drive(plan), self._async_client)

    def stream_sync(
        self,
        model: str | Model,
        prompt: Prompt,
        *,
        system: str | None = None,
        tools: Sequence[Tool] = (),
        key: Key | None = None,
        base_url: str | None = None,
        retry: Retry | None = None,
        deadlines: Deadlines | None = None,
        raw: bool = False,
        strict: bool = False,
        **options: Any,
    ) -> SyncStream:
        """`stream` for plain programs."""
        from ._drive import Drive
        from ._sync import SyncStream

        plan = self._plan(model, prompt, system, tools, key, base_url, retry, deadlines, raw, strict, options)
        return SyncStream(Drive(plan), self._client)

    async def complete(self, model: str | Model, prompt: Prompt, **arguments: Any) -> AssistantMessage:
        """The whole answer; takes what `stream` takes. Raises `StreamError` (with `.partial`) when it ends badly."""
        async with self.stream(model, prompt, **arguments) as stream:
            return (await stream.result()).raise_for_error()

    def complete_sync(self, model: str | Model, prompt: Prompt, **arguments: Any) -> AssistantMessage:
        """`complete` for plain programs."""
        with self.stream_sync(model, prompt, **arguments) as stream:
            return stream.result().raise_for_error()

    def request(self, model: str | Model, prompt: Prompt, **arguments: Any) -> WireRequest:
        """The request that would be sent, without credentials; takes what `stream` takes."""
        return self._plan_with(model, prompt, {"key": "", **arguments}).wire

    def decode(
        self,
        model: str | Model,
        body: bytes | Iterable[bytes],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **arguments: Any,
    ) -> Iterator[Event]:
        """The events of a recorded response body, whole or in chunks; takes what `stream` takes. No network."""
        from ._recorded import decode_recorded

        plan = self._plan_with(model, "(recorded)", {"key": "", **arguments})
        chunks = (body,) if isinstance(body, bytes) else body
        return decode_recorded(plan, chunks, status=status, headers=headers)

    # -- end

    async def aclose(self) -> None:
        """Closes the clients this hub made on the running event loop, and the sync one."""
        self.close()
        if self._keepers is not None:
            keeper: tuple[AsyncGenerator[Any, None], Any] | None = self._keepers.get(None)
            if keeper is not None:
                self._keepers.set(None)
                await keeper[0].aclose()

    def close(self) -> None:
        """Closes the sync client this hub made."""
        with self._lock:
            client, self._sync_client = self._sync_client, None
        if client is not None:
            client.close()

    # -- inside

    def _split(self, name: str) -> tuple[str, str]:
        provider, slash, model_id = name.partition("/")
        if not slash or not provider or not model_id:
            near = f"{self.providers()[0]}/{name}" if self.providers() else f"provider/{name}"
            raise UnknownModel(f"{name!r} names no provider; write provider/model-id, such as {near!r}")
        return provider, model_id

    def _variables(self) -> Mapping[str, str]:
        return os.environ if self._environ is None else self._environ

    def _plan_with(self, model: str | Model, prompt: Prompt, arguments: Mapping[str, Any]) -> Plan:
        """The plan of what `stream` would be given as keywords."""
        options = {name: value for name, value in arguments.items() if name not in _ASKING}
        known: list[Any] = [arguments.get(name, default) for name, default in _ASKING.items()]
        return self._plan(model, prompt, *known, options)

    def _plan(
        self,
        name: str | Model,
        prompt: Prompt,
        system: str | None,
        tools: Sequence[Tool],
        key: Key | None,
        base_url: str | None,
        retry: Retry | None,
        deadlines: Deadlines | None,
        raw: bool,
        strict: bool,
        given: Mapping[str, Any],
    ) -> Plan:
        model = self.model(name, base_url=base_url)
        call = self.registry.call
        api = model.api
        kind: type[Options] = call(APIS, api, "options_type") or Options
        options = make_options(kind, given, f"{model} ({api})")
        environ = self._variables()
        check_key(model, key, environ)
        context = make_context(prompt, system=system, tools=tools)
        rules: HandoffRules | None = call(APIS, api, "handoff_rules", model=model)
        fitted, notes = fit(context, model, rules)
        wire = call(APIS, api, "transform_messages", model=model, context=fitted, options=options)
        if not isinstance(wire, WireRequest):
            raise RequestError(f"the api {api} made {type(wire).__name__} of the request instead of a WireRequest")
        wire = _with_extras(wire, options)
        notes = (*notes, *wire.notes)
        if strict:
            _refuse_losses(model, notes)
        known_provider = model.provider in self.registry.names(PROVIDERS)
        codes: Mapping[str, Kind] = (
            (call(PROVIDERS, model.provider, "error_codes", model=model) or {}) if known_provider else {}
        )

        def make_parser(pen: Assembly) -> Parser:
            parser: Parser = call(APIS, api, "parse_event", model=model, options=options, out=pen)
            return parser

        def prepare(wire: WireRequest) -> Flow | None:
            if not known_provider:
                return None
            flow: Flow | None = call(
                PROVIDERS, model.provider, "prepare", model=model, wire=wire, secrets=self._secrets(model, key)
            )
            return flow

        def answer_locally(wire: WireRequest) -> LocalAnswer | None:
            answer: LocalAnswer | None = call(APIS, api, "answer_locally", model=model, wire=wire)
            return answer

        def credentials(wire: WireRequest, key: Any) -> Credentials:
            return credentials_for(model, key, environ, wire, allow_plain_http=self._allow_plain_http)

        def make_pen() -> Assembly:
            if options.think_tags:
                from ._tagged import TaggedAssembly

                return TaggedAssembly(model, codes=codes)
            return Assembly(model, codes=codes)

        return Plan(
            model=model,
            wire=wire,
            capabilities=self.capabilities(model),
            make_parser=make_parser,
            make_pen=make_pen,
            key=key,
            credentials=credentials,
            prepare=prepare,
            answer_locally=answer_locally,
            on_request=options.on_request,
            codes=codes,
            deadlines=deadlines or self.deadlines,
            retry=retry or self.retry,
            limits=self.limits,
            notes=notes,
            raw=raw,
        )

    def _secrets(self, model: Model, key: Key | None) -> Mapping[str, str]:
        """The secrets a provider's own preparation may use."""
        environ = self._variables()
        names = [credential.env for credential in model.auth.credentials if credential.env]
        found = {name: environ[name] for name in names if environ.get(name)} if may_use_environment(model) else {}
        return {**found, **({"key": key} if isinstance(key, str) and key else {})}

    async def _async_client(self) -> Any:
        if self._given_client is not None:
            return self._given_client
        from anyio.lowlevel import RunVar

        from ._transport import keep_async_client

        if self._keepers is None:
            self._keepers = RunVar(f"headwater client of hub {id(self)}")
        kept = self._keepers.get(None)
        if kept is None:
            keeper = keep_async_client(fast=self._fast)
            kept = (keeper, await keeper.__anext__())
            self._keepers.set(kept)
        return kept[1]

    def _client(self) -> Any:
        if self._given_sync_client is not None:
            return self._given_sync_client
        from ._transport import make_sync_client

        with self._lock:
            if self._sync_client is None:
                self._sync_client = make_sync_client()
            return self._sync_client


_MODEL_FIELDS = frozenset(
    ("name", "auth", "reasoning", "input", "output", "price", "context_window", "max_tokens", "levels", "headers")
) | {"compat", "retires"}
"""Fields of `Model` that a caller may set over the catalogue's."""

_ASKING: Mapping[str, Any] = {
    "system": None,
    "tools": (),
    "key": None,
    "base_url": None,
    "retry": None,
    "deadlines": None,
    "raw": False,
    "strict": False,
}
"""Keywords of `stream` that are no options of an api, and their defaults."""


def check_base_url(url: str) -> str:
    """The base URL without a slash at its end; raises `RequestError` for what is none, or carries a secret."""
    try:
        parts = origin_of(url)
    except ValueError as error:
        raise RequestError(f"{url[:100]!r} is no URL: {error}") from None
    if not parts.startswith(("http://", "https://")) or parts.endswith("://"):
        raise RequestError(f"{url[:100]!r} is no base URL; write https://host/path")
    if "@" in url.split("://", 1)[1].split("/", 1)[0]:
        raise RequestError("a base URL holds no user or password; give key=... instead")
    return url.rstrip("/")


def _with_extras(wire: WireRequest, options: Options) -> WireRequest:
    """The request with the caller's own headers and fields of the body, untouched."""
    if options.extra_headers:
        wire = wire.with_headers(options.extra_headers)
    if options.extra_body:
        wire = evolve(wire, body=dumps({**loads(wire.body), **options.extra_body}))
    return wire


def _refuse_losses(model: Model, notes: Sequence[Note]) -> None:
    lost = [note for note in notes if note.action in ("dropped", "changed")]
    if lost:
        listed = "; ".join(f"{note.path}: {note.reason}" for note in lost[:5])
        raise RequestError(f"{model} cannot take this conversation unchanged ({len(lost)} changes): {listed}")


__all__ = ["CUSTOM", "Hub", "ProviderNotFound", "check_base_url"]
