"""The hub: plugins, clients and defaults in one object that can be made and thrown away.

Nothing here is global. The module-level functions of `headwater` use one hub,
made at first need.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from attrs import evolve

from ._asking import Ask, Prompt, make_ask, make_flow_plan, make_plan, make_resume_plan
from ._auth import Key, origin_of
from ._catalogue import CatalogueInfo
from ._comparison import differences, facts_of
from ._events import Event
from ._messages import AssistantMessage, Tool
from ._model import Capabilities, Model, WireRequest, default_capabilities
from ._plan import Deadlines, Limits, Retry, setting
from ._registry import Registry
from ._settings import Settings, near_names
from .errors import ProviderBroken, ProviderError, RequestError, UnknownModel
from .hookspecs import APIS, PROVIDERS, Flow, ModelConfig

if TYPE_CHECKING:
    from ._bound import BoundModel
    from ._drive import Drive
    from ._stream import Stream
    from ._sync import SyncStream

CUSTOM = "custom"
"""The provider of an endpoint given by URL."""


class Hub:
    """Everything needed to ask models: make one, configure it, throw it away (`aclose` or `close`).

    `client` and `sync_client` are clients of httpx, httpx2 or the like; without them
    the hub makes its own (one per event loop, one for all threads). `environ` is where
    keys are looked for. `fast` puts aiohttp under the async client (extra `fast`).
    `wrap_client` is given each client, async or sync, and gives back what is used in its
    place: an object of that shape that counts, records or delays.
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
        wrap_client: Callable[[Any], Any] | None = None,
    ) -> None:
        self.registry: Registry = registry or Registry.from_environment(os.environ if environ is None else environ)
        self.retry: Retry = setting("retry", retry, Retry())
        self.deadlines: Deadlines = setting("deadlines", deadlines, Deadlines())
        self.limits: Limits = setting("limits", limits, Limits())
        self._environ = environ
        self.allow_plain_http = allow_plain_http
        self._fast = fast
        self._wrap_client = wrap_client or _as_it_is
        self._given_client = None if client is None else self._wrap_client(client)
        self._given_sync_client = None if sync_client is None else self._wrap_client(sync_client)
        self._sync_client: Any = None
        self._client_of = 0
        self._sync_streams: WeakSet[SyncStream] = WeakSet()
        self._keepers: Any = None
        self._lock = Lock()

    # -- models

    def providers(self) -> list[str]:
        """Names of the providers that can be had; reads metadata only."""
        return self.registry.names(PROVIDERS)

    def models(self, provider: str) -> list[str]:
        """Ids of the models the provider's plugin knows of, without those that are retired."""
        return list(self.registry.call(PROVIDERS, provider, "catalogue") or ())

    def catalogue(self, provider: str) -> CatalogueInfo:
        """What the provider's catalogue is: how many models, how old, from what, and what is wrong with it."""
        found = self.registry.call(PROVIDERS, provider, "catalogue_info")
        return found if isinstance(found, CatalogueInfo) else CatalogueInfo(len(self.models(provider)))

    def find_models(self, *providers: str, where: Callable[[Model], bool] | None = None) -> list[Model]:
        """Descriptions of the models in the catalogues of `providers` (all that are installed), without the network.

        `where` picks: `hub.find_models(where=lambda model: model.supports("xhigh"))`. Of all installed
        providers those are left out that are broken, or must be told more before they describe a model;
        one that is named raises.
        """
        found: list[Model] = []
        for provider in providers or self.providers():
            try:
                found += [self.model(f"{provider}/{model_id}") for model_id in self.models(provider)]
            except (ProviderError, RequestError):
                if providers:
                    raise
        return [model for model in found if where is None or where(model)]

    def compare_models(self, *models: str | Model) -> dict[str, tuple[Any, ...]]:
        """The facts in which models differ, each with its value for every one of them, in order; without the network.

        Facts are limits, levels, kinds of content, the date of retirement, what `Capabilities` has, and
        the prices per million tokens as `price.input`, `price.output` and so on; None is not known.
        """
        found = [self.model(model) for model in models]
        return differences([facts_of(model, self.capabilities(model)) for model in found])

    def load(self, provider: str) -> None:
        """Imports a provider's plugin and its api's ahead of time."""
        self.registry.load(provider, PROVIDERS)
        if provider in self.registry.names(APIS):
            self.registry.load(provider, APIS)

    def register(self, name: str, plugin: Any) -> None:
        """Adds a provider made in this process, such as a `CompatibleProvider`: an object, not its class.

        In this hub it takes the place of an installed one of that name, whose keys it then gets (a way
        to test). Raises `ProviderConflict` for a name that was registered before,
        `ProviderBroken` for what is no provider.
        """
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
            read = Settings(own)
            config = ModelConfig(base_url, api, self.environ, read)
            model = self.registry.call(PROVIDERS, provider, "create_model", model_id=model_id, config=config)
            read.refuse_unread(provider, _MODEL_FIELDS)
            if model.provider != provider:
                offers = " and ".join(self.registry.distributions(provider)) or "this process"
                raise ProviderBroken(
                    f"provider {provider!r} of {offers} made a model of {model.provider!r};"
                    f" its entry point and its models need one name: write name={provider!r}, or provider= in the Model"
                )
            refuse_user(model.base_url)
            if not model.auth.origins:
                model = evolve(model, auth=evolve(model.auth, origins=(origin_of(model.base_url),)))
        if base_url is not None:
            model = evolve(model, base_url=check_base_url(base_url))
        return evolve(model, **({"api": api} if api else {}), **settings)

    def endpoint(self, base_url: str, model: str, *, api: str, provider: str = CUSTOM, **settings: Any) -> Model:
        """A model at an endpoint given by URL that speaks a known api, without a plugin of its own.

        No key from the environment goes there; give `key=` with the request where one is needed.
        """
        for name in settings:
            if name not in _MODEL_FIELDS:
                raise RequestError(f"a model has no {name!r}; {near_names(name, _MODEL_FIELDS)}")
        reasoning = settings.pop("reasoning", True)
        made = Model(
            id=model,
            provider=provider,
            api=api,
            base_url=check_base_url(base_url),
            name=model,
            reasoning=reasoning,
            input=("text", "image"),
            output=("text", "image"),
            known=False,
        )
        return evolve(made, **settings)

    def capabilities(self, model: str | Model) -> Capabilities:
        """What can be asked of a model."""
        model = self.model(model)
        if model.provider not in self.registry.names(PROVIDERS):
            return default_capabilities(model)
        found = self.registry.call(PROVIDERS, model.provider, "capabilities", model=model)
        return found if isinstance(found, Capabilities) else default_capabilities(model)

    # -- asking

    def bind(
        self, model: str | Model, *, base_url: str | None = None, api: str | None = None, **arguments: Any
    ) -> BoundModel:
        """A model that can be asked without naming it: an `Askable`, which chains, breakers and the like are made of.

        `arguments` are those of `stream`, said with every request. Raises what `model` raises.
        """
        from ._bound import BoundModel

        return BoundModel(self, self.model(model, base_url=base_url, api=api), arguments)

    def stream(
        self,
        model: str | Model,
        prompt: Prompt,
        *,
        system: str | None = None,
        tools: Sequence[Tool] = (),
        key: Key | None = None,
        base_url: str | None = None,
        api: str | None = None,
        retry: Retry | None = None,
        deadlines: Deadlines | None = None,
        raw: bool = False,
        strict: bool = False,
        **options: Any,
    ) -> Stream:
        """The model's answer as a stream of events; nothing is sent before the stream is read.

        `base_url` points the model elsewhere, `api` asks it over another protocol. `options`
        are those of the model's api. `raw` puts the wire event on each event.
        `strict` refuses what would have to be changed to fit the model. `key=""` asks
        without a key. Raises `RequestError` and `ProviderError` for what cannot be asked.
        """
        from ._drive import Drive
        from ._stream import Stream

        ask = Ask(system, tools, key, base_url, api, retry, deadlines, raw, strict, options)
        return Stream(Drive(make_plan(self, model, prompt, ask)), self._async_client)

    def stream_sync(
        self,
        model: str | Model,
        prompt: Prompt,
        *,
        system: str | None = None,
        tools: Sequence[Tool] = (),
        key: Key | None = None,
        base_url: str | None = None,
        api: str | None = None,
        retry: Retry | None = None,
        deadlines: Deadlines | None = None,
        raw: bool = False,
        strict: bool = False,
        **options: Any,
    ) -> SyncStream:
        """`stream` for plain programs."""
        from ._drive import Drive

        ask = Ask(system, tools, key, base_url, api, retry, deadlines, raw, strict, options)
        return self._sync_stream(Drive(make_plan(self, model, prompt, ask)))

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
        return make_plan(self, model, prompt, make_ask({"key": "", **arguments})).wire

    def resume(self, cursor: Mapping[str, Any], *, model: Model | None = None, **arguments: Any) -> Stream:
        """The answer a `Stream.cursor` belongs to, told from its beginning, also in another process.

        For answers made in the background, which go on when nobody listens. `model` where
        the cursor's name does not lead to it; further takes `key`, `retry`, `deadlines` and
        options. Raises `RequestError` for what is no cursor. A cursor says where the request
        goes, and a key given here goes along: give `model` for one that was in others' hands.
        """
        from ._drive import Drive
        from ._stream import Stream

        plan = make_resume_plan(self, cursor, make_ask(arguments), "whole", model)
        return Stream(Drive(plan), self._async_client)

    def resume_sync(self, cursor: Mapping[str, Any], *, model: Model | None = None, **arguments: Any) -> SyncStream:
        """`resume` for plain programs."""
        from ._drive import Drive

        plan = make_resume_plan(self, cursor, make_ask(arguments), "whole", model)
        return self._sync_stream(Drive(plan))

    async def cancel(
        self, cursor: Mapping[str, Any], *, model: Model | None = None, **arguments: Any
    ) -> AssistantMessage:
        """Ends an answer made in the background; gives what there is of it. Takes what `resume` takes."""
        from ._drive import Drive
        from ._stream import Stream

        plan = make_resume_plan(self, cursor, make_ask(arguments), "cancel", model)
        return await Stream(Drive(plan), self._async_client).result()

    def cancel_sync(
        self, cursor: Mapping[str, Any], *, model: Model | None = None, **arguments: Any
    ) -> AssistantMessage:
        """`cancel` for plain programs."""
        from ._drive import Drive

        plan = make_resume_plan(self, cursor, make_ask(arguments), "cancel", model)
        return self._sync_stream(Drive(plan)).result()

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

        plan = make_plan(self, model, "(recorded)", make_ask({"key": "", **arguments}))
        chunks = (bytes(body),) if isinstance(body, bytes | bytearray | memoryview) else body
        return decode_recorded(plan, chunks, status=status, headers=headers)

    async def run(self, flow: Flow, model: str | Model, **arguments: Any) -> Any:
        """What a flow returns: a generator that asks where a model is for what is no answer of it, such as a list.

        Its requests are prepared, carry credentials and are limited in time as those to `model` are.
        `arguments`: `key`, `base_url`, `deadlines`. Raises what the flow raises, and `StreamError`
        where a request comes to nothing; an answer of any status is given to the flow.
        """
        from ._flows import FlowDrive
        from ._stream import Stream

        drive = FlowDrive(make_flow_plan(self, model, make_ask(arguments)), flow)
        async with Stream(drive, self._async_client) as stream:
            async for _ in stream:
                pass
        return drive.outcome()

    def run_sync(self, flow: Flow, model: str | Model, **arguments: Any) -> Any:
        """`run` for plain programs."""
        from ._flows import FlowDrive

        drive = FlowDrive(make_flow_plan(self, model, make_ask(arguments)), flow)
        with self._sync_stream(drive) as stream:
            for _ in stream:
                pass
        return drive.outcome()

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
        """Closes the sync client this hub made, and aborts the streams that other threads read over it."""
        with self._lock:
            client, self._sync_client = self._sync_client, None
            streams = list(self._sync_streams)
        if client is not None:
            for stream in streams:
                stream.abort()  # a thread that reads from a socket does not notice that it is closed
            client.close()

    # -- inside

    @property
    def environ(self) -> Mapping[str, str]:
        """Where keys and other settings are looked for."""
        return os.environ if self._environ is None else self._environ

    def _split(self, name: str) -> tuple[str, str]:
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance] - a variable that is not set, say
            raise UnknownModel(f"a model is named by text, not by {type(name).__name__}; write provider/model-id")
        provider, slash, model_id = name.partition("/")
        if not slash or not provider or not model_id:
            near = f"{self.providers()[0]}/{name}" if self.providers() else f"provider/{name}"
            raise UnknownModel(f"{name!r} names no provider; write provider/model-id, such as {near!r}")
        return provider, model_id

    async def _async_client(self) -> Any:
        if self._given_client is not None:
            return self._given_client
        from anyio.lowlevel import RunVar

        from ._transport import keep_async_client

        with self._lock:
            if self._keepers is None:
                self._keepers = RunVar(f"headwater client of hub {id(self)}")
        kept = self._keepers.get(None)
        if kept is None:
            keeper = keep_async_client(fast=self._fast)
            kept = (keeper, self._wrap_client(await keeper.__anext__()))
            self._keepers.set(kept)
        return kept[1]

    def _sync_stream(self, drive: Drive) -> SyncStream:
        from ._sync import SyncStream

        stream = SyncStream(drive, self._client)
        with self._lock:
            self._sync_streams.add(stream)
        return stream

    def _client(self) -> Any:
        if self._given_sync_client is not None:
            return self._given_sync_client
        from ._transport import make_sync_client

        with self._lock:
            if self._sync_client is None or self._client_of != os.getpid():  # a fork must not share connections
                self._sync_client, self._client_of = self._wrap_client(make_sync_client()), os.getpid()
            return self._sync_client


def _as_it_is(client: Any) -> Any:
    return client


_MODEL_FIELDS = frozenset(
    (
        "name",
        "auth",
        "reasoning",
        "input",
        "output",
        "price",
        "context_window",
        "max_tokens",
        "levels",
        "headers",
    )
) | {"compat", "retires"}
"""Fields of `Model` that a caller may set over the catalogue's."""


def check_base_url(url: str) -> str:
    """The base URL without a slash at its end; raises `RequestError` for what is none, or carries a secret."""
    try:
        parts = origin_of(url)
    except ValueError as error:
        raise RequestError(f"{url[:100]!r} is no URL: {error}") from None
    if not parts.startswith(("http://", "https://")) or parts.endswith("://"):
        raise RequestError(f"{url[:100]!r} is no base URL; write https://host/path")
    refuse_user(url)
    return url.rstrip("/")


def refuse_user(url: str) -> None:
    """Raises `RequestError` for a URL with a user or password: URLs are logged, and it would take the key's place."""
    if "@" in url.partition("://")[2].split("/", 1)[0]:
        raise RequestError("a base URL holds no user or password; give key=... instead")
