"""Whether hooks are functions in the mathematical sense: the same answer to the same question, and nothing else."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from headwater import Answer, Assembly, HeadwaterError, Hub, ModelConfig, Parser, RawEvent, RequestError
from headwater._handoff import fit_conversation
from headwater._options import Options
from headwater.hookspecs import APIS, PROVIDERS
from headwater.testing._cases import Case, Probe, difference
from headwater.testing._histories import histories
from headwater.testing._provider import Provider
from headwater.testing._purity import Watch


def check_pure(provider: Provider) -> None:
    """Hooks read no clock, environment, file or socket, change nothing they are given, and answer the same twice."""
    hub = provider.make_hub()
    model = provider.model(hub)
    call = hub.registry.call
    config = ModelConfig(variables=dict(hub.environ))
    ask = _Asking(provider)
    ask("create_model", lambda: call(PROVIDERS, provider.name, "create_model", model_id=model.id, config=config))
    ask("capabilities", lambda: call(PROVIDERS, provider.name, "capabilities", model=model))
    ask("error_codes", lambda: call(APIS, model.api, "error_codes", model=model))
    refusal = Answer(429, {"retry-after": "2"}, b'{"error": {"code": "planted", "message": "no"}}')
    ask("parse_error", lambda: call(PROVIDERS, provider.name, "parse_error", model=model, answer=refusal))
    ask("parse_error", lambda: call(APIS, model.api, "parse_error", model=model, answer=refusal))
    options = (call(APIS, model.api, "options_type") or Options)()
    rules = ask("handoff_rules", lambda: call(APIS, model.api, "handoff_rules", model=model, options=options))
    for name, context in histories().items():
        try:
            fitted = fit_conversation(context, model, rules).context
        except RequestError:
            continue
        before = copy.deepcopy((fitted, model, options))

        def transform() -> Any:
            return call(APIS, model.api, "transform_messages", model=model, context=fitted, options=options)  # noqa: B023

        ask(f"transform_messages with the history {name!r}", transform)
        if (fitted, model, options) != before:
            provider.fail("pure", f"transform_messages with the history {name!r}", "changes what it was given")


class _Asking:
    """Asks a hook three times: once to warm up, twice watched."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    def __call__(self, hook: str, ask: Callable[[], Any]) -> Any:
        answers: list[Any] = []
        first = Watch()
        try:
            with first:
                answers.append(ask())
            with Watch() as later:
                answers.append(ask())
        except RequestError:
            return None
        except HeadwaterError as error:
            self.provider.fail("pure", hook, str(error), error)
        # a catalogue is read from its file once; nothing else is excused the first time
        found = [words for words in first.found if words != "opens a file"] + later.found
        if found:
            self.provider.fail("pure", hook, f"{found[0]}; hooks work with what they are given")
        if answers[0] != answers[1]:
            self.provider.fail("pure", hook, f"answers otherwise when asked again: {difference(*answers)}")
        return answers[0]


def check_pure_parser(case: Case, hub: Hub) -> None:
    """The parser reads no clock, environment, file or socket, and asks for nothing random."""
    probe = Probe("pure_parser", case, hub)
    probe.play(case.body)  # what it imports or reads once is not looked at
    watch = Watch()
    make = probe.plan.make_parser
    probe.plan.make_parser = lambda pen: _Quiet(make, pen, watch)
    probe.play(case.body)
    if watch.found:
        probe.fail("the whole body", f"the parser {watch.found[0]}; it works with what it is given")


class _Quiet:
    """A parser that is watched."""

    def __init__(self, make: Callable[[Assembly], Parser], pen: Assembly, watch: Watch) -> None:
        self.watch = watch
        with watch:
            self.parser = make(pen)

    def __call__(self, raw: RawEvent) -> None:
        with self.watch:
            self.parser(raw)

    def end(self) -> Any:
        with self.watch:
            return self.parser.end()
