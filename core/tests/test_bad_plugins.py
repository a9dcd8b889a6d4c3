"""What is wrong with a plugin is said in one line: what, whose, and how to mend it."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Generator
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from core_fake import FakeApi, empty_registry, fake_hub, fake_provider, play

from headwater import CompatibleProvider, HookCall, ProviderBroken, ProviderNotFound, Registry, hookimpl
from headwater._plugin_checks import fits
from headwater.hookspecs import APIS, HOOKS, PROVIDERS


def _returning(hook: str, value: Any) -> Any:
    """A plugin one of whose hooks gives back this."""
    base: type[Any] = FakeApi if hook in ("parse_event", "options_type", "transform_messages") else CompatibleProvider

    def method(self: Any) -> Any:
        return value

    kind = type("Wrong", (base,), {hook: hookimpl(method)})
    return kind() if base is FakeApi else kind(name="fake", base_url="https://x.test", api="fake", key_env="K")


class AsyncParser:
    """Of which calling makes a coroutine that nobody awaits."""

    async def __call__(self, raw: Any) -> None: ...

    def end(self) -> None: ...


class AsyncEnd:
    """The same at its end."""

    def __call__(self, raw: Any) -> None: ...

    async def end(self) -> None: ...


class YieldingParser:
    """Of which calling makes a generator that nobody steps through."""

    def __call__(self, raw: Any) -> Any:
        yield raw

    def end(self) -> None: ...


def _arguments(group: str, hook: str) -> list[str]:
    """What a hook is called with."""
    return list(signature(getattr(HOOKS[group], hook)).parameters)[1:]


@pytest.mark.parametrize(
    ("hook", "value", "words"),
    [
        ("create_model", {"id": "m"}, "create_model gave back dict instead of a Model"),
        ("capabilities", ("text",), "capabilities gave back tuple instead of Capabilities"),
        ("catalogue", "m", "catalogue gave back str instead of a list of ids"),
        ("error_codes", ["a"], "error_codes gave back list instead of a mapping"),
        ("transform_messages", b"{}", "transform_messages gave back bytes instead of a WireRequest"),
        ("transform_messages", None, "transform_messages gave back NoneType instead of a WireRequest"),
        ("parse_event", None, "parse_event gave back NoneType instead of a parser"),
        ("parse_event", print, "instead of a parser: callable with each wire event, and with end()"),
        ("parse_event", AsyncParser(), "gave back AsyncParser instead of a parser: callable"),
        ("parse_event", AsyncEnd(), "and with end(), both plain functions"),
        ("parse_event", YieldingParser(), "gave back YieldingParser instead of a parser"),
        ("options_type", dict, "options_type gave back type instead of a subclass of Options"),
        ("prepare", {"url": "x"}, "prepare gave back dict instead of a flow"),
        ("sign", "Bearer x", "sign gave back str instead of a flow"),
        ("list_models", ["m"], "list_models gave back list instead of a flow"),
    ],
)
def test_a_hook_that_gives_back_the_wrong_thing_is_named(hook: str, value: Any, words: str) -> None:
    """At its first use, with what was wanted."""
    plugin = _returning(hook, value)
    group = APIS if isinstance(plugin, FakeApi) else PROVIDERS
    registry = empty_registry()
    registry.register("fake", plugin, group)
    with pytest.raises(ProviderBroken) as caught:
        registry.call(group, "fake", hook, **dict.fromkeys(_arguments(group, hook)))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


class Misspelt(CompatibleProvider):
    """A hook nobody calls."""

    @hookimpl
    def capabilites(self, model: Any) -> Any: ...


class Newer(CompatibleProvider):
    """A hook of a headwater to come."""

    @hookimpl(optionalhook=True)
    def foresee(self, model: Any) -> Any: ...


def _made(kind: Any) -> Any:
    return kind(name="fake", base_url="https://x.test", api="fake")


def test_a_misspelt_hook_is_named() -> None:
    """With the name that is near; one that says it is optional is let be."""
    empty_registry().register("fake", _made(Newer))
    with pytest.raises(ProviderBroken, match="has a hook 'capabilites' that headwater does not know; did you mean cap"):
        empty_registry().register("fake", _made(Misspelt))


class Whole:
    """A sound provider, but for how it is offered."""

    @hookimpl
    def create_model(self, model_id: str, config: Any) -> Any: ...


class Wrapping:
    """A provider that only wraps what nobody answers."""

    @hookimpl(wrapper=True)
    def create_model(self, model_id: str, config: Any) -> Generator[None, Any, Any]:
        return (yield)


@pytest.mark.parametrize(
    ("plugin", "words"),
    [
        (Whole, "is the class Whole; offer an object of it: Whole()"),
        (Wrapping(), "create_model is a wrapper, which answers nothing itself; decorate it with @headwater.hookimpl"),
    ],
)
def test_what_is_offered_wrongly_is_refused_when_it_is_loaded(plugin: Any, words: str) -> None:
    """Not at its first use, with words of Python's own."""
    with pytest.raises(ProviderBroken) as caught:
        empty_registry().register("fake", plugin)
    assert words in str(caught.value)


def test_a_provider_that_shadows_another_is_named_with_how_to_mend_it() -> None:
    """Its models would be asked of somebody else."""
    hub = fake_hub()
    hub.register("shadow", fake_provider(name="fake"))
    with pytest.raises(
        ProviderBroken, match="provider 'shadow' of this process made a model of 'fake'; its entry point"
    ):
        hub.model("shadow/m")


def test_a_local_answer_of_text_is_told_to_be_bytes(form: str) -> None:
    """The likeliest mistake of who wraps a function."""
    local: Any = lambda: ["text"]  # noqa: E731
    said = play(form, fake_hub(api=FakeApi(local=local)))
    assert "answer_locally gave str; give bytes, seconds, Blocking or an Answer" in str(said.message.error_message)


class Broadcast:
    """No wrapper: it would answer for all."""

    @hookimpl
    def capabilities(self, model: Any) -> Any: ...


class Nothing:
    """No hook at all."""


class AsyncWrapper:
    """A wrapper that is a coroutine."""

    @hookimpl(wrapper=True)
    async def capabilities(self) -> Any:
        yield


class MisspeltWrapper:
    """A wrapper of what there is not."""

    @hookimpl(wrapper=True)
    def capabilites(self) -> Generator[None, Any, Any]:
        return (yield)


class Greedy:
    """A wrapper that asks for an argument nobody gives."""

    @hookimpl(wrapper=True)
    def capabilities(self, surprise: Any) -> Generator[None, Any, Any]:
        return (yield)


@pytest.mark.parametrize(
    ("wrapper", "words"),
    [
        (Broadcast, "capabilities is no wrapper and would answer for every plugin; decorate it with"),
        (Nothing, "wraps no hook; decorate its methods"),
        (AsyncWrapper, "capabilities is async"),
        (MisspeltWrapper, "did you mean capabilities?"),
        (Greedy, "surprise"),
    ],
)
def test_what_is_no_wrapper_is_refused(wrapper: Any, words: str) -> None:
    """And takes part in nothing afterwards."""
    registry = empty_registry()
    registry.register("fake", fake_provider())
    with pytest.raises(ProviderBroken) as caught:
        registry.use(wrapper())
    assert (words in str(caught.value), registry.call(PROVIDERS, "fake", "catalogue")) == (True, ())


@pytest.mark.parametrize(
    ("version", "specifiers", "expected"),
    [
        ("0.1.0", ">=0.1,<0.2", True),
        ("0.1", ">=0.1.0,<0.2", True),
        ("0.2.0", ">=0.1,<0.2", False),
        ("0.0.9", ">=0.1", False),
        ("1.4.2", "~=1.4", True),
        ("1.4.2", "~=1.4.5", False),
        ("2.0", "~=1.4", False),
        ("1.4.2", "==1.4.*", True),
        ("1.5", "==1.4.*", False),
        ("1.5", "!=1.5", False),
        ("1.5", "!=1.4.*", True),
        ("1.5", ">1.5", False),
        ("1.5.1", "<=1.5", False),
        ("1.5", "something new", True),
        ("1.5", "", True),
    ],
)
def test_versions_are_compared_as_packages_compare_them(version: str, specifiers: str, expected: bool) -> None:
    """For the clauses in use; one that is not understood is taken to fit."""
    assert fits(version, specifiers) == expected


def test_the_environment_says_what_may_load() -> None:
    """Names that may, names that may not; nothing said lets all load."""
    said = [Registry.from_environment({"HEADWATER_PLUGINS": words}) for words in ("", "fake, !other", "!other", "x")]
    for registry in said:
        registry._find = lambda group: ()
        registry.register("fake", fake_provider())
        registry.register("other", fake_provider(name="other"))
    assert [registry.names() for registry in said] == [["fake", "other"], ["fake"], ["fake"], []]


def test_a_trace_tells_of_every_hook() -> None:
    """Whose it was, who wrapped it, and what it raised; without one nothing is timed."""
    told: list[HookCall] = []
    hub = fake_hub(registry=empty_registry(trace=told.append))

    class Wrapper:
        @hookimpl(wrapper=True)
        def capabilities(self) -> Generator[None, Any, Any]:
            return (yield)

    hub.use(Wrapper())
    hub.request("fake/m", "Hi", key="k")
    hub.capabilities("fake/m")
    called = [(call.group.partition(".")[2], call.name, call.hook) for call in told]
    assert ("apis", "fake", "transform_messages") in called
    assert ("providers", "fake", "capabilities") in called
    assert all(call.seconds >= 0 and call.error is None for call in told)
    assert {(call.hook, call.wrappers) for call in told if call.wrappers} == {("capabilities", ("Wrapper",))}
    hub.registry.trace = None
    before = len(told)
    hub.capabilities("fake/m")
    assert len(told) == before


def test_a_trace_tells_what_a_hook_raised() -> None:
    """Itself, though whoever called is told whose it was."""

    class Failing(CompatibleProvider):
        @hookimpl
        def capabilities(self, model: Any) -> Any:
            raise LookupError("no")

    told: list[HookCall] = []
    registry = empty_registry(trace=told.append)
    registry.register("fake", _made(Failing))
    with pytest.raises(ProviderBroken, match="capabilities raised LookupError: no"):
        registry.call(PROVIDERS, "fake", "capabilities", model=None)
    assert [(call.hook, type(call.error)) for call in told] == [("capabilities", LookupError)]


def test_a_trace_tells_of_a_hook_that_gave_back_the_wrong_thing() -> None:
    """It is an error of that call."""
    told: list[HookCall] = []
    registry = empty_registry(trace=told.append)
    registry.register("fake", _returning("catalogue", "m"))
    with pytest.raises(ProviderBroken):
        registry.call(PROVIDERS, "fake", "catalogue")
    assert [type(call.error) for call in told] == [ProviderBroken]


# -- many distributions, in a process of their own

SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
from headwater import Hub, HeadwaterError
hub = Hub(environ={"HEADWATER_PLUGINS": sys.argv[2]})
listed = hub.providers()
before = sorted(name for name in sys.modules if name.startswith("dummy_"))
said = {}
for name in sys.argv[3].split(","):
    try:
        said[name] = hub.model(f"{name}/m").base_url
    except HeadwaterError as error:
        said[name] = f"{type(error).__name__}: {error}"
loaded = sorted(name for name in sys.modules if name.startswith("dummy_"))
withheld = hub.registry.withheld()
print(json.dumps({"listed": listed, "before": before, "said": said, "loaded": loaded, "withheld": withheld}))
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 300 distributions, 50 of which offer a provider; some of these are not sound."""
    folder = tmp_path_factory.mktemp("site")
    for number in range(300):
        name = f"dummy-{number:03d}"
        module = name.replace("-", "_")
        info = folder / f"{module}-1.0.dist-info"
        info.mkdir()
        needs = "headwater>=0.9" if number == 3 else "headwater<0.2,>=0.1"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: {needs}\n"
        (info / "METADATA").write_text(metadata)
        if number < 50:
            offered = "p001" if number == 2 else f"p{number:03d}"
            (info / "entry_points.txt").write_text(f"[headwater.providers]\n{offered} = {module}:provider\n")
            source = f"""
                from headwater import CompatibleProvider
                provider = CompatibleProvider(name={offered!r}, base_url="https://{offered}.test", api="fake")
            """
            broken = "raise OSError('no library')"
            (folder / f"{module}.py").write_text(broken if number == 0 else textwrap.dedent(source))
        else:
            (info / "entry_points.txt").write_text("[console_scripts]\nx = y:z\n")
    return folder


def _run(folder: Path, plugins: str, *names: str) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), plugins, ",".join(names)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout)


def test_among_300_distributions_each_trouble_is_named_and_the_others_work(many: Path) -> None:
    """A broken, a clashing, a blocked and a too old one; only what is used is imported."""
    told = _run(many, "!p004", "p000", "p001", "p003", "p004", "p005")
    said = told["said"]
    assert said["p000"].startswith("ProviderBroken: provider 'p000' of dummy-000 1.0 could not be loaded: OSError")
    assert "offered by dummy-001 1.0 and dummy-002 1.0; remove one, or pin it" in said["p001"]
    assert "is made for headwater >=0.9, but 0.1" in said["p003"]
    assert "p004', offered by dummy-004 1.0, is not allowed to load here" in said["p004"]
    assert (said["p005"], told["before"], told["loaded"]) == ("https://p005.test", [], ["dummy_005"])
    dummies = [name for name in told["listed"] if name.startswith("p0")]
    assert (len(dummies), told["withheld"]) == (48, ["p004"])


def test_with_an_allow_list_nothing_loads_that_is_not_named(many: Path) -> None:
    """By the plugin's name or its distribution's."""
    told = _run(many, "p005, dummy-006", "p005", "p006", "p007")
    assert (told["listed"], told["loaded"]) == (["p005", "p006"], ["dummy_005", "dummy_006"])
    assert told["said"]["p007"].startswith(
        "ProviderNotFound: provider 'p007', offered by dummy-007 1.0, is not allowed"
    )


def test_an_api_needs_to_be_allowed_too() -> None:
    """A list that names the provider only does not let its api load."""
    with pytest.raises(ProviderNotFound, match="api 'wire', offered by nobody, is not allowed"):
        empty_registry(allowed=["fake"]).load("wire", APIS)
