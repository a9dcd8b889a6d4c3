"""Plugins found by name: lazily, one by one, and with a sentence for whatever is wrong with one of them."""

from __future__ import annotations

import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from typing import Any

import pytest
from core_fake import FakeApi, fake_provider

from headwater import ProviderBroken, ProviderConflict, ProviderNotFound, Registry, hookimpl
from headwater.hookspecs import APIS, PROVIDERS

PLUGIN = """
    from headwater import CompatibleProvider
    provider = CompatibleProvider(name={name!r}, base_url="https://{name}.test", api="fake")
"""


class Site:
    """A folder of installed distributions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(
        self, distribution: str, name: str, source: str = PLUGIN, *, group: str = PROVIDERS, needs: str = ""
    ) -> str:
        """Installs a distribution of version 1.5 that offers one plugin; gives the name of its module."""
        module = distribution.replace("-", "_").replace(".", "_") + "_module"
        (self.folder / f"{module}.py").write_text(textwrap.dedent(source.format(name=name)))
        info = self.folder / f"{distribution.replace('-', '_')}-1.5.dist-info"
        info.mkdir()
        needed = f"Requires-Dist: {needs}\n" if needs else ""
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.5\n{needed}")
        (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}:provider\n")
        return module

    def find(self, group: str) -> list[EntryPoint]:
        """What is installed here for a group."""
        found = distributions(path=[str(self.folder)])
        return [entry for one in found for entry in one.entry_points if entry.group == group]

    def registry(self, **settings: Any) -> Registry:
        """A registry that sees this folder only."""
        return Registry(find=self.find, **settings)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An empty folder that can be imported from."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield Site(tmp_path)
    for module in set(sys.modules) - before:
        if module.endswith("_module"):
            del sys.modules[module]


def create(registry: Registry, name: str) -> Any:
    """The model `m` of a provider."""
    from headwater import ModelConfig

    return registry.call(PROVIDERS, name, "create_model", model_id="m", config=ModelConfig())


def test_listing_imports_nothing_and_loading_only_the_one(site: Site) -> None:
    """Names come from metadata; a provider is imported at its first use, and once."""
    modules = [site.install(f"headwater-{name}", name) for name in ("one", "two")]
    registry = site.registry()
    names = registry.names()
    before = [module in sys.modules for module in modules]
    first = registry.load("one")
    after = [module in sys.modules for module in modules]
    assert (names, before, after, registry.load("one") is first) == (
        ["one", "two"],
        [False, False],
        [True, False],
        True,
    )


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("raise OSError('no library')", "could not be loaded: OSError: no library"),
        ("import nowhere_to_be_found", "ModuleNotFoundError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise SystemExit", "SystemExit: without a word ("),
        ("raise OSError('x' * 9000)", ", line 1); reinstall, mend or remove it"),
        ("x = 1", "AttributeError"),
        ("provider = object()", "has no create_model; providers implement create_model"),
    ],
    ids=["raises", "misses a module", "exits", "exits silently", "raises at length", "lacks the name", "is none"],
)
def test_a_broken_plugin_is_named_and_leaves_the_others_alone(site: Site, source: str, words: str) -> None:
    """Distribution and version are in the message, the cause is chained; the next provider works."""
    site.install("headwater-broken", "broken", source)
    site.install("headwater-fine", "fine")
    registry = site.registry()
    for _ in range(2):
        with pytest.raises(ProviderBroken, match=r"headwater-broken 1\.5") as caught:
            registry.load("broken")
    assert words in str(caught.value)
    assert "object()" in source or caught.value.__cause__ is not None
    assert create(registry, "fine").base_url == "https://fine.test"


def test_an_interrupt_while_a_plugin_loads_is_no_broken_plugin(site: Site) -> None:
    """Ctrl-C is the user's word."""
    site.install("headwater-slow", "slow", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        site.registry().load("slow")


def test_two_distributions_with_one_name_conflict_until_one_is_pinned(site: Site) -> None:
    """Both are named with their versions; listing shows the name once, the others work."""
    site.install("headwater-acme", "acme")
    site.install("acme-headwater", "acme", PLUGIN.replace("https://", "https://other-"))
    registry = site.registry()
    with pytest.raises(ProviderConflict) as caught:
        registry.load("acme")
    words = str(caught.value)
    assert all(part in words for part in ("headwater-acme 1.5", "acme-headwater 1.5", "pins="))
    assert (registry.names(), sorted(registry.distributions("acme"))) == (
        ["acme"],
        ["acme-headwater 1.5", "headwater-acme 1.5"],
    )
    pinned = [site.registry(pins={"acme": name}) for name in ("headwater-acme", "acme-headwater")]
    assert [create(one, "acme").base_url for one in pinned] == ["https://acme.test", "https://other-acme.test"]


def test_a_pin_to_who_does_not_offer_it_says_so(site: Site) -> None:
    """And names who does."""
    site.install("headwater-acme", "acme")
    with pytest.raises(ProviderNotFound, match=r"pinned to headwater-other.*headwater-acme 1\.5 does"):
        site.registry(pins={"acme": "headwater-other"}).load("acme")


def test_one_distribution_seen_twice_is_no_conflict(site: Site) -> None:
    """The same folder twice on the path."""
    site.install("headwater-acme", "acme")
    registry = Registry(find=lambda group: [*site.find(group), *site.find(group)])
    assert create(registry, "acme").provider == "acme"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("acne", "did you mean acme?"),
        ("nobody", "pip install headwater-nobody"),
        ("rm -rf; x", "there are: acme"),
        ("Nobody_1", "there are: acme"),
    ],
)
def test_an_unknown_provider_is_told_what_to_do(site: Site, name: str, words: str) -> None:
    """A name that is near, else how to install it; nothing that is no name of a package goes into a command."""
    site.install("headwater-acme", "acme")
    with pytest.raises(ProviderNotFound) as caught:
        site.registry().load(name)
    assert words in str(caught.value)
    assert ("pip install" in str(caught.value)) == name.isalpha()


def test_an_api_that_is_not_here_is_told_with_whose_package_it_may_come() -> None:
    """Its name begins with who made it."""
    with pytest.raises(ProviderNotFound, match="such as: pip install headwater-acme"):
        Registry(find=lambda group: ()).load("acme-chat", APIS)


def test_an_unknown_api_is_told_what_there_is() -> None:
    """Apis are not installed by name."""
    registry = Registry(find=lambda group: ())
    registry.register("fake", FakeApi(), APIS)
    with pytest.raises(ProviderNotFound, match="api 'other'; there are: fake"):
        registry.load("other", APIS)


@pytest.mark.parametrize("settings", [{"blocked": ["two"]}, {"allowed": ["one"]}])
def test_what_is_not_allowed_is_neither_listed_nor_loaded(site: Site, settings: dict[str, Any]) -> None:
    """Not even imported."""
    modules = [site.install(f"headwater-{name}", name) for name in ("one", "two")]
    registry = site.registry(**settings)
    with pytest.raises(ProviderNotFound, match="not allowed to load"):
        registry.load("two")
    assert (registry.names(), modules[1] in sys.modules) == (["one"], False)
    assert create(registry, "one").provider == "one"


@pytest.mark.parametrize("spelling", ["headwater-two", "Headwater_Two", "headwater.two"])
def test_a_distribution_is_the_same_in_any_spelling(site: Site, spelling: str) -> None:
    """As pip compares names: whoever blocks one, allows one or pins to one need not know how its metadata spells it."""
    site.install("headwater-one", "one")
    site.install(spelling, "two")
    wanted = "headwater_Two"
    blocked, allowed, pinned = (
        site.registry(blocked=[wanted]),
        site.registry(allowed=[wanted]),
        site.registry(pins={"two": wanted}),
    )
    assert (blocked.names(), allowed.names(), create(pinned, "two").provider) == (["one"], ["two"], "two")


def test_a_plugin_made_for_another_headwater_is_named_in_any_spelling(site: Site) -> None:
    """Of the requirement, too."""
    site.install("headwater-newer", "newer", needs="Headwater >= 9")
    with pytest.raises(ProviderBroken, match="is made for headwater >= 9"):
        site.registry().load("newer")


def test_a_plugin_made_here_takes_the_place_of_an_installed_one(site: Site) -> None:
    """Also when that one was used already; twice under one name is a conflict."""
    site.install("headwater-acme", "acme")
    registry = site.registry()
    before = create(registry, "acme").base_url
    registry.register("acme", fake_provider("https://mine.test", name="acme"))
    assert (before, create(registry, "acme").base_url) == ("https://acme.test", "https://mine.test")
    with pytest.raises(ProviderConflict, match="registered already"):
        registry.register("acme", fake_provider())


def test_one_plugin_may_have_several_names() -> None:
    """Aliases of one object each answer."""
    registry = Registry(find=lambda group: ())
    provider = fake_provider("https://x.test")
    registry.register("one", provider)
    registry.register("two", provider)
    assert [create(registry, name).base_url for name in ("one", "two")] == ["https://x.test"] * 2


def test_a_hook_that_breaks_the_contract_is_refused_for_good(site: Site) -> None:
    """An argument nobody passes: the plugin is broken at every try, and none of its hooks is called for others."""
    source = """
        from headwater import hookimpl

        class Provider:
            @hookimpl
            def catalogue(self):
                return ["stolen"]

            @hookimpl
            def create_model(self, model_id, config, surprise):
                return None

        provider = Provider()
    """
    site.install("headwater-broken", "broken", source)
    site.install("headwater-fine", "fine")
    registry = site.registry()
    for _ in range(2):
        with pytest.raises(ProviderBroken, match=r"headwater-broken 1\.5 breaks a hook's contract.*surprise"):
            registry.load("broken")
    assert (registry.call(PROVIDERS, "fine", "catalogue"), create(registry, "fine").provider) == ((), "fine")


def test_many_threads_load_and_list_at_once(site: Site) -> None:
    """Each plugin is made once, and nobody sees a registry in the middle of a change."""
    names = [f"p{number}" for number in range(20)]
    for name in names:
        site.install(f"headwater-{name}", name)
    registry = site.registry()
    failures: list[BaseException] = []
    loaded: list[list[Any]] = []
    start = threading.Barrier(8)

    def work() -> None:
        try:
            start.wait()
            mine: list[Any] = []
            for name in names:
                mine.append(registry.load(name))
                assert registry.names() == sorted(names)
                assert create(registry, name).provider == name
            loaded.append(mine)
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failures, all(mine == loaded[0] for mine in loaded), len(loaded)) == ([], True, 8)


def test_registering_while_others_list_is_safe() -> None:
    """A list of names is taken while plugins are added."""
    registry = Registry(find=lambda group: ())
    stop = threading.Event()
    failures: list[BaseException] = []

    def listing() -> None:
        try:
            while not stop.is_set():
                registry.names()
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    thread = threading.Thread(target=listing)
    thread.start()
    for number in range(300):
        registry.register(f"p{number}", fake_provider())
    stop.set()
    thread.join()
    assert (failures, len(registry.names())) == ([], 300)


HookMaker = Callable[[], Any]


class Named:
    """A provider whose catalogue is its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    @hookimpl
    def create_model(self, model_id: str, config: Any) -> Any:
        return fake_provider(name=self.name).create_model(model_id, config)

    @hookimpl
    def catalogue(self) -> list[str]:
        return [self.name]


def test_hooks_are_addressed() -> None:
    """Each plugin answers for itself, whatever was registered after it; a hook it lacks gives nothing."""
    registry = Registry(find=lambda group: ())
    for name in ("one", "two", "three"):
        registry.register(name, Named(name))
    answers = [registry.call(PROVIDERS, name, "catalogue") for name in ("two", "one", "three")]
    assert (answers, registry.call(PROVIDERS, "one", "error_codes", model=None)) == (
        [["two"], ["one"], ["three"]],
        None,
    )
