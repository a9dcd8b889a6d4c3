"""From what a caller asks to the plan of a request: everything that is settled before a byte is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from attrs import evolve, field, fields_dict, frozen

from ._assembly import Assembly
from ._auth import Credentials, Key, check_key, credentials_for, may_use_environment, signed
from ._catalogue import CatalogueInfo
from ._handoff import Fitted, fit_conversation
from ._handoff_checks import check_numbers, check_sendable
from ._handoff_rules import HandoffRules
from ._json import dumps, loads
from ._messages import Context, Message, Note, Tool, make_context
from ._model import BACKGROUND, Capabilities, Model, WireRequest
from ._options import Options, make_options
from ._plan import Deadlines, Limits, Plan, Retry, setting
from ._registry import Registry
from ._simulated import SimulatedAssembly, SimulatedTaggedAssembly
from ._structured import response_schema
from ._tagged import TaggedAssembly
from .errors import ErrorParts, Kind, ProviderBroken, RequestError
from .hookspecs import APIS, PROVIDERS, Answer, Flow, LocalAnswer, Parser, Purpose

_PENS: Mapping[tuple[bool, bool], type[Assembly]] = {
    (False, False): Assembly,
    (True, False): TaggedAssembly,
    (False, True): SimulatedAssembly,
    (True, True): SimulatedTaggedAssembly,
}
"""The pen for an answer with think tags, and for one that comes in one piece."""

Prompt = str | Message | Sequence[Message] | Context
"""What a model is given: a user's words, a message, a conversation, or a whole context."""


@frozen
class Ask:
    """What a caller says beside the model and the prompt; `options` are those of the model's api."""

    system: str | None = None
    tools: Sequence[Tool] = ()
    key: Key | None = field(default=None, repr=False)
    base_url: str | None = None
    api: str | None = None
    retry: Retry | None = None
    deadlines: Deadlines | None = None
    raw: bool = False
    strict: bool = False
    options: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)


def make_ask(arguments: Mapping[str, Any]) -> Ask:
    """An `Ask` from keywords; those it does not know are options of the api."""
    known = fields_dict(Ask)
    own = {name: value for name, value in arguments.items() if name in known}
    return Ask(**own, options={name: value for name, value in arguments.items() if name not in known})


class Defaults(Protocol):
    """What a plan takes from the hub."""

    registry: Registry
    retry: Retry
    deadlines: Deadlines
    limits: Limits
    allow_plain_http: bool

    @property
    def environ(self) -> Mapping[str, str]: ...
    def model(self, name: str | Model, *, base_url: str | None = None, api: str | None = None) -> Model: ...
    def endpoint(self, base_url: str, model: str, *, api: str, provider: str) -> Model: ...
    def capabilities(self, model: Model) -> Capabilities: ...


def make_plan(hub: Defaults, name: str | Model, prompt: Prompt, ask: Ask) -> Plan:
    """The plan of a request; raises `RequestError` and `ProviderError` for what cannot be asked."""
    model = hub.model(name, base_url=ask.base_url, api=ask.api)
    hooks = _Hooks(hub, model)
    options = make_options(hooks.options_type(), _with_schema(ask.options), f"{model} ({model.api})")
    check_key(model, ask.key, hub.environ)
    context = make_context(prompt, system=ask.system, tools=ask.tools)
    rules = hooks.handoff_rules(options) or HandoffRules()
    fitted = fit_conversation(context, model, rules)
    if not fitted.context.messages and (context.messages or not rules.history_is_kept):
        reasons = "; ".join(note.reason for note in fitted.notes[:3]) or "the conversation is empty"
        raise RequestError(f"nothing is left to send to {model} ({reasons}); say something")
    wire = _with_extras(hooks.transform(fitted, options), options)
    wire = evolve(wire, notes=(*hooks.unknown(), *fitted.notes, *fitted.traced(wire.notes)))
    if ask.strict:
        _refuse_losses(model, wire.notes)
    return _plan(hub, hooks, wire, ask=ask, options=options, context=fitted.context)


def make_resume_plan(
    hub: Defaults, cursor: Mapping[str, Any], ask: Ask, purpose: Literal["whole", "cancel"], model: Model | None = None
) -> Plan:
    """The plan that takes up (or ends) the answer of a stream's cursor; raises `RequestError` where it cannot be."""
    try:
        position: Mapping[str, Any] = cursor["position"]
        model = model or _model_of(hub, cursor)
        hooks = _Hooks(hub, model)
        wire = hooks.resume(position, purpose)
    except (KeyError, TypeError, AttributeError) as error:
        raise RequestError(f"this is no cursor of a stream ({error!r}); give what Stream.cursor gave") from None
    options = make_options(hooks.options_type(), ask.options, f"{model} ({model.api})")
    check_key(model, ask.key, hub.environ)
    if wire is None:
        raise RequestError(f"{model} cannot find the answer of this cursor again; ask anew")
    return _plan(hub, hooks, wire, ask=ask, options=options)


def make_flow_plan(hub: Defaults, name: str | Model, ask: Ask) -> Plan:
    """The plan by which a flow asks where a model is; raises what `make_plan` raises of models and keys."""
    model = hub.model(name, base_url=ask.base_url, api=ask.api)
    check_key(model, ask.key, hub.environ)
    options = make_options(Options, ask.options, "a flow")
    return _plan(hub, _Hooks(hub, model), WireRequest(model.base_url), ask=ask, options=options)


def _model_of(hub: Defaults, cursor: Mapping[str, Any]) -> Model:
    provider, _, model_id = str(cursor["model"]).partition("/")
    if provider in hub.registry.names(PROVIDERS):
        return hub.model(cursor["model"], base_url=cursor["base_url"], api=cursor["api"])
    return hub.endpoint(cursor["base_url"], model_id, api=cursor["api"], provider=provider)


def _plan(
    hub: Defaults, hooks: _Hooks, wire: WireRequest, *, ask: Ask, options: Options, context: Context | None = None
) -> Plan:
    """The plan of a request that is made already, of that conversation where it is made of one."""
    model = hooks.model
    codes = hooks.error_codes()
    pen = _PENS[options.think_tags, options.simulate_streaming]

    def make_pen() -> Assembly:
        made = pen(model, codes=codes)
        # what a preparation may use, it may also put into the words of its failure
        made.secrets = tuple(_secrets(hub, model, ask.key).values())
        return made

    def credentials(wire: WireRequest, key: Any) -> Credentials:
        return credentials_for(model, key, hub.environ, wire, allow_plain_http=hub.allow_plain_http)

    def sign(wire: WireRequest, key: Any) -> Flow | None:
        if key is not None and not str(key).strip():
            return None  # an empty key asks without one
        secrets = _secrets(hub, model, key)
        flow = hooks.sign(wire, secrets)
        return None if flow is None else _signed(flow, wire, secrets)

    def _signed(flow: Flow, wire: WireRequest, secrets: Mapping[str, str]) -> Flow:
        return signed(model, (yield from flow), secrets, wire, allow_plain_http=hub.allow_plain_http)

    return Plan(
        model=model,
        wire=wire,
        capabilities=_patient(hub.capabilities(model), options),
        make_parser=lambda out: hooks.parser(options, out),
        make_pen=make_pen,
        key=ask.key,
        credentials=credentials,
        prepare=lambda wire: hooks.prepare(wire, _secrets(hub, model, ask.key), context or Context(())),
        answer_locally=hooks.answer_locally,
        on_request=options.on_request,
        codes=codes,
        deadlines=setting("deadlines", ask.deadlines, hub.deadlines),
        retry=setting("retry", ask.retry, hub.retry),
        limits=hub.limits,
        notes=wire.notes,
        raw=ask.raw,
        sign=sign,
        resume=lambda position: hooks.resume(position, "rest"),
        parse_error=hooks.parse_error,
    )


def _patient(capabilities: Capabilities, options: Options) -> Capabilities:
    """The capabilities with the time that an answer made in the background may take."""
    if not getattr(options, "background", None):
        return capabilities
    return evolve(capabilities, first_event_timeout=max(capabilities.first_event_timeout, BACKGROUND))


class _Hooks:
    """The hooks that answer for one model, with a type for each."""

    def __init__(self, hub: Defaults, model: Model) -> None:
        self.model = model
        self._call = hub.registry.call
        self._known_provider = model.provider in hub.registry.names(PROVIDERS)

    def _provider(self, hook: str, **arguments: Any) -> Any:
        if not self._known_provider:
            return None
        return self._call(PROVIDERS, self.model.provider, hook, model=self.model, **arguments)

    def _api(self, hook: str, **arguments: Any) -> Any:
        return self._call(APIS, self.model.api, hook, model=self.model, **arguments)

    def unknown(self) -> Sequence[Note]:
        """A note where the provider has a catalogue and the model is not in it."""
        if self.model.known or not self._known_provider:
            return ()
        info = self._call(PROVIDERS, self.model.provider, "catalogue_info")
        if not isinstance(info, CatalogueInfo) or not (info.models or info.problem):
            return ()
        dated = f" ({info.date})" if info.date else ""
        why = info.problem or f"it is unknown to the catalogue of {self.model.provider}{dated}"
        return (Note("kept", "model", f"{self.model} is asked as its family is, price and limits unknown: {why}"),)

    def options_type(self) -> type[Options]:
        return self._call(APIS, self.model.api, "options_type") or Options

    def handoff_rules(self, options: Options) -> HandoffRules | None:
        return self._api("handoff_rules", options=options)

    def transform(self, fitted: Fitted, options: Options) -> WireRequest:
        try:
            wire = self._api("transform_messages", context=fitted.context, options=options)
        except RequestError:
            raise
        except (ProviderBroken, TypeError, ValueError, AttributeError, RecursionError):
            # says what in the conversation is to blame, if anything is
            check_sendable(fitted.context, fitted.stored_path)
            raise
        if isinstance(wire, WireRequest) and b"null" in wire.body:
            check_numbers(fitted.context, fitted.stored_path)
        if not isinstance(wire, WireRequest):
            made = type(wire).__name__
            raise RequestError(f"the api {self.model.api} made {made} of the request, not a WireRequest")
        return wire

    def parser(self, options: Options, out: Assembly) -> Parser:
        return self._api("parse_event", options=options, out=out)

    def error_codes(self) -> Mapping[str, Kind]:
        return {**(self._api("error_codes") or {}), **(self._provider("error_codes") or {})}

    def parse_error(self, answer: Answer) -> ErrorParts | None:
        own = self._provider("parse_error", answer=answer)
        return self._api("parse_error", answer=answer) if own is None else own

    def prepare(self, wire: WireRequest, secrets: Mapping[str, str], context: Context) -> Flow | None:
        return self._provider("prepare", wire=wire, secrets=secrets, context=context)

    def sign(self, wire: WireRequest, secrets: Mapping[str, str]) -> Flow | None:
        return self._provider("sign", wire=wire, secrets=secrets)

    def answer_locally(self, wire: WireRequest) -> LocalAnswer | None:
        own = self._provider("answer_locally", wire=wire)
        return self._api("answer_locally", wire=wire) if own is None else own

    def resume(self, position: Mapping[str, Any], purpose: Purpose) -> WireRequest | None:
        return self._api("resume", cursor=position, purpose=purpose)


def _secrets(hub: Defaults, model: Model, key: Key | None) -> Mapping[str, str]:
    """The secrets a provider's own preparation may use."""
    found: dict[str, str] = {}
    if may_use_environment(model):
        names = [credential.env for credential in model.auth.credentials if credential.env]
        found = {name: hub.environ[name] for name in names if hub.environ.get(name)}
    return {**found, **({"key": key} if isinstance(key, str) and key else {})}


def _with_schema(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options with a type that was given as the form of the answer as its schema."""
    form = given.get("response_format")
    if form is None or isinstance(form, Mapping):
        return given
    try:
        return {**given, "response_format": response_schema(form)}
    except TypeError as error:
        raise RequestError(f"response_format={form!r:.80} cannot be asked for: {error}") from error


def _with_extras(wire: WireRequest, options: Options) -> WireRequest:
    """The request with the caller's own headers and fields of the body, untouched."""
    if options.extra_headers:
        wire = wire.with_headers(options.extra_headers)
    if options.extra_body:
        try:
            wire = evolve(wire, body=dumps({**loads(wire.body), **options.extra_body}))
        except (TypeError, ValueError, OverflowError) as error:
            raise RequestError(f"extra_body cannot be written into the request ({error}); give plain data") from error
    return wire


def _refuse_losses(model: Model, notes: Sequence[Note]) -> None:
    lost = [note for note in notes if note.action != "kept"]
    if lost:
        listed = "; ".join(f"{note.path}: {note.reason}" for note in lost[:5])
        raise RequestError(f"{model} cannot take this unchanged ({len(lost)} changes): {listed}")
