"""The hooks a plugin implements, and the shapes they speak in.

A *provider* (entry-point group `headwater.providers`) describes itself and its
models: `create_model`, `capabilities`. An *api* (group `headwater.apis`) is a wire
protocol: `transform_messages`, `parse_event`. A distribution may offer both; a
provider that speaks a known protocol needs only the first two, mostly as data
(`CompatibleProvider`). All other hooks are optional and have defaults.

Hooks are pure and synchronous: no socket, no clock, no environment, no `async`.
They are addressed, not broadcast: an implementation never asks whether it is meant.
A hook may gain arguments later; it never loses one within a major version.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

import pluggy
from attrs import field, frozen

from ._assembly import Assembly
from ._catalogue import CatalogueInfo
from ._framing import RawEvent
from ._handoff_rules import HandoffRules
from ._messages import Context
from ._model import Capabilities, Model, WireRequest
from ._options import Options
from .errors import ErrorParts, Kind

PROJECT = "headwater"

hookspec: pluggy.HookspecMarker = pluggy.HookspecMarker(PROJECT)
"""The mark on the specification of a hook; headwater's own."""

hookimpl: pluggy.HookimplMarker = pluggy.HookimplMarker(PROJECT)
"""The mark on a method that answers a hook: `@hookimpl`. `@hookimpl(wrapper=True)` wraps those of others
(see `Registry.use`), `@hookimpl(optionalhook=True)` is let be where this headwater knows no such hook."""

PROVIDERS = "headwater.providers"
"""Entry-point group of providers; an entry's name is the provider's name."""

APIS = "headwater.apis"
"""Entry-point group of apis; an entry's name is the api's name."""


@frozen
class ModelConfig:
    """What a caller says about a model before it is made.

    `variables` is the environment, for what in it is no secret (regions, hosts,
    projects): a model is shown and stored, so no key gets into it. `settings` holds a
    provider's own keywords (`region=`, `project=`).
    """

    base_url: str | None = None
    api: str | None = None
    variables: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    settings: Mapping[str, Any] = field(factory=dict[str, Any])


class Parser(Protocol):
    """Reads one response: called with each wire event, then `end` once at the end of the bytes.

    It keeps state of its own and writes with the pen it was made with.
    """

    def __call__(self, raw: RawEvent, /) -> None:
        """Takes one wire event; may raise `headwater.DecodeError` for one that cannot be read."""
        ...

    def end(self) -> None:
        """End of the bytes: writes what was held back."""
        ...


@frozen
class Blocking:
    """A step of a flow or local answer that calls something that blocks (a credential chain, a model): run in a thread.

    The generator is sent what it gives; what it raises is raised at the `yield`. Deadlines and abort hold
    meanwhile: who stops waiting leaves the function to run on in its thread, and what it gives is thrown away.
    """

    call: Callable[[], Any]


@frozen
class Answer:
    """The whole answer to a `WireRequest` that a flow asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@frozen
class Following:
    """A step of a flow: a request whose answer is told while it comes, one wire event after the other.

    The flow is sent an `Answer` when it is over; its body is empty unless the request was refused.
    """

    wire: WireRequest
    tell: Callable[[RawEvent], None]


Flow = Generator[WireRequest | Blocking | Following, Any, Any]
"""Several requests without I/O in the plugin: yields a `WireRequest` or `Following` (is sent an `Answer`)
or `Blocking` (is sent its result), and returns what it was made for."""

LocalAnswer = Iterable[bytes | float | Blocking | Answer]
"""An answer that needs no network: bytes as they come, pauses in seconds, and calls that block.
A generator is sent the results of its calls, and what they raise is thrown in. An `Answer` before the first bytes
says the status and headers (200 and none without one); its body is the first bytes."""


Purpose = Literal["rest", "whole", "cancel"]
"""What an answer made in the background is taken up for: `rest`, what follows the cursor, for the parser that
read all before it; `whole`, the answer from its beginning; `cancel`, to end it and see what there is."""


class ProviderHooks:
    """What a provider implements."""

    @hookspec(firstresult=True)
    def create_model(self, model_id: str, config: ModelConfig) -> Model | None:
        """The description of a model: endpoint, api, auth, catalogue entry. Pure; reads no secret.

        An id that is in no catalogue gets the family's defaults and `known=False`.
        Raises `RequestError` for what `config` must say and does not, `UnknownModel` where ids are fixed.
        """

    @hookspec(firstresult=True)
    def capabilities(self, model: Model) -> Capabilities | None:
        """What can be asked of the model, and how long it may take."""

    @hookspec(firstresult=True)
    def catalogue(self) -> Sequence[str] | None:
        """Ids of the models the plugin knows of, without those that are retired. Optional; no network."""

    @hookspec(firstresult=True)
    def catalogue_info(self) -> CatalogueInfo | None:
        """What the plugin's catalogue is, and what is wrong with it. Optional."""

    @hookspec(firstresult=True)
    def list_models(self, config: ModelConfig) -> Flow | None:
        """A flow that asks the provider for its models and returns their ids. Optional."""

    @hookspec(firstresult=True)
    def prepare(self, model: Model, wire: WireRequest, secrets: Mapping[str, str], context: Context) -> Flow | None:
        """A flow that returns the request as it must be sent: signed, at another host, with a token.

        `secrets` holds the values of the variables named by `model.auth` that are set, and
        `key` when the caller gave one; `context` is the conversation that the request is made of, empty for
        requests of flows. Optional; runs before every attempt.
        """

    @hookspec(firstresult=True)
    def sign(self, model: Model, wire: WireRequest, secrets: Mapping[str, str]) -> Flow | None:
        """A flow that returns the headers which prove who asks, for a request just as it will be sent.

        They go in place of the key that `model.auth` would show, and are secret: nobody sees them. `secrets`
        is what `prepare` gets, and `key` also where a function gave it. May raise `RequestError`. Optional;
        runs before every attempt; None: the key is shown as `model.auth` says.
        """

    @hookspec(firstresult=True)
    def error_codes(self, model: Model) -> Mapping[str, Kind] | None:
        """The provider's own codes of errors, in any case, and their kinds. Optional."""

    @hookspec(firstresult=True)
    def parse_error(self, model: Model, answer: Answer) -> ErrorParts | None:
        """What a refusal says in a shape of the provider's own; asked before the api. Optional.

        `answer` has the status (400 and above), the headers with lower-case names, and up to 64 KiB of the body,
        which may be anything: a proxy's page, nothing, half an object. None, or `headwater.DecodeError` raised:
        the refusal is read as that of any other service.
        """

    @hookspec(firstresult=True)
    def answer_locally(self, model: Model, wire: WireRequest) -> LocalAnswer | None:
        """The answer itself, for a provider that has it at hand (a recording, say), in the api's own bytes.

        Optional; None asks the api, and then over HTTP.
        """


class ApiHooks:
    """What an api implements."""

    @hookspec(firstresult=True)
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest | None:
        """The request for a conversation that was already made to fit the model.

        Pure; raises `RequestError` for what the model cannot be asked.
        """

    @hookspec(firstresult=True)
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser | None:
        """The parser of one response; called once per response."""

    @hookspec(firstresult=True)
    def options_type(self) -> type[Options] | None:
        """The api's own class of options. Optional; the default is `Options`."""

    @hookspec(firstresult=True)
    def handoff_rules(self, model: Model, options: Options) -> HandoffRules | None:
        """What a history must look like here, above all one of other models. Optional."""

    @hookspec(firstresult=True)
    def error_codes(self, model: Model) -> Mapping[str, Kind] | None:
        """The protocol's codes of errors, in any case, and their kinds; the provider's own go over them. Optional."""

    @hookspec(firstresult=True)
    def parse_error(self, model: Model, answer: Answer) -> ErrorParts | None:
        """What a refusal says in a shape of the protocol's own, as of a provider's hook of that name. Optional."""

    @hookspec(firstresult=True)
    def resume(self, model: Model, cursor: Mapping[str, Any], purpose: Purpose) -> WireRequest | None:
        """The request that goes on with an answer the provider makes in the background.

        `cursor` is what the parser gave to `out.cursor`. Optional; None: it cannot be found again.
        """

    @hookspec(firstresult=True)
    def answer_locally(self, model: Model, wire: WireRequest) -> LocalAnswer | None:
        """The answer itself, for a model that lives in this process: bytes, and `Blocking` for what takes long.

        Optional; None asks over HTTP.
        """


REQUIRED: Mapping[str, Sequence[str]] = {
    PROVIDERS: ("create_model",),
    APIS: ("transform_messages", "parse_event"),
}
"""Hooks without which a plugin of that group is broken."""

HOOKS: Mapping[str, type] = {PROVIDERS: ProviderHooks, APIS: ApiHooks}


__all__ = [
    "Answer",
    "ApiHooks",
    "Blocking",
    "Flow",
    "Following",
    "LocalAnswer",
    "ModelConfig",
    "Parser",
    "ProviderHooks",
    "Purpose",
    "hookimpl",
    "hookspec",
]
