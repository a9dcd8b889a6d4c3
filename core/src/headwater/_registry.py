"""Entry points to plugins: found by name, loaded at first use, one by one.

Listing reads metadata only. A plugin that cannot be loaded is named in one
sentence and leaves the others alone. Behind it is pluggy; hooks are addressed
to one plugin (wrappers always take part), and what is found is remembered
until something is registered.
"""

from __future__ import annotations

import difflib
import re
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from typing import Any

import pluggy
from attrs import frozen

from ._plugin_checks import (
    WORDS,
    check_plugin,
    check_result,
    check_version,
    check_wrapper,
    hook_raised,
    wrapped_by,
)
from .errors import ProviderBroken, ProviderConflict, ProviderNotFound
from .hookspecs import APIS, HOOKS, PROJECT, PROVIDERS

_INSTALLABLE = re.compile(r"[a-z0-9-]+")


VARIABLE = "HEADWATER_PLUGINS"
"""The variable that says what may load, where a program says nothing: names with commas between them, `!` before
one that may not. With a name that may, nothing else does."""


@frozen
class HookCall:
    """One call of a hook, for `Registry.trace`: whose it was, how long it took, and what it raised.

    `origin` is the distribution and version of the plugin that was asked; `wrappers` are the kinds of those that took
    part. `seconds` of wall time, wrappers included. `error` is also that the hook gave back what nobody can use.
    """

    group: str
    name: str
    hook: str
    origin: str
    wrappers: tuple[str, ...]
    seconds: float
    error: BaseException | None = None


class Registry:
    """The plugins that can be had. Safe to share between threads.

    `pins` choose a distribution where two offer one name; `blocked` names are
    never loaded; with `allowed`, nothing else is. Both hold for providers and for apis, and take the name of a
    distribution (in any spelling that is the same to pip) for all that it offers. `trace` is told of every call of
    a hook; None costs nothing.
    """

    def __init__(
        self,
        *,
        pins: Mapping[str, str] | None = None,
        blocked: Iterable[str] = (),
        allowed: Iterable[str] | None = None,
        find: Callable[[str], Iterable[EntryPoint]] | None = None,
        trace: Callable[[HookCall], None] | None = None,
    ) -> None:
        self.trace = trace
        self._pins = dict(pins or {})
        self._blocked = frozenset(blocked)
        self._allowed = None if allowed is None else frozenset(allowed)
        self._find = find or _installed
        self._entries: dict[str, dict[str, list[EntryPoint]]] = {}
        self._plugins: dict[tuple[str, str], Any] = {}
        self._origins: dict[tuple[str, str], str] = {}
        self._wrappers: list[Any] = []
        self._callers: dict[tuple[str, str, str], Callable[..., Any]] = {}
        self._lock = threading.RLock()
        self._managers = {group: _manager(hooks) for group, hooks in HOOKS.items()}

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Registry:
        """The registry that HEADWATER_PLUGINS describes; of all that is installed where it is not set."""
        said = [name.strip() for name in environ.get(VARIABLE, "").split(",")]
        allowed = [name for name in said if name and not name.startswith("!")]
        return cls(allowed=allowed or None, blocked=[name[1:].strip() for name in said if name.startswith("!")])

    def names(self, group: str = PROVIDERS) -> list[str]:
        """Names that are offered and may load, sorted; reads metadata only."""
        registered = {name for kind, name in list(self._plugins) if kind == group}
        return sorted(name for name in registered | set(self._listed(group)) if self._may_load(name, group))

    def withheld(self, group: str = PROVIDERS) -> list[str]:
        """Names that are offered and may not load, sorted; reads metadata only."""
        return sorted(name for name in self._listed(group) if not self._may_load(name, group))

    def distributions(self, name: str, group: str = PROVIDERS) -> list[str]:
        """Distributions (with version) that offer `name`; reads metadata only."""
        return [_origin(entry) for entry in self._listed(group).get(name, [])]

    def register(self, name: str, plugin: Any, group: str = PROVIDERS) -> None:
        """Adds a plugin made in this process; it takes the place of an installed one of that name."""
        with self._lock:
            if (group, name) in self._plugins and (group, name) not in self._origins:
                raise ProviderConflict(f"{WORDS[group]} {name!r} is registered already; choose another name")
            self._remove(group, name)
            self._add(group, name, plugin, _HERE)
            self._origins.pop((group, name), None)

    def use(self, wrapper: Any) -> None:
        """Adds a plugin that wraps hooks of others (`hookimpl(wrapper=True)`); raises `ProviderBroken` for another."""
        check_wrapper(wrapper)
        with self._lock:
            try:
                for manager in self._managers.values():
                    manager.register(wrapper)
            except (pluggy.PluginValidationError, ValueError) as error:
                for manager in self._managers.values():
                    if manager.is_registered(wrapper):
                        manager.unregister(wrapper)
                raise ProviderBroken(f"the wrapper {type(wrapper).__name__} is none: {_line(error)}") from error
            self._wrappers.append(wrapper)
            self._callers.clear()

    def load(self, name: str, group: str = PROVIDERS) -> Any:
        """The plugin of that name, imported at first use.

        Raises `ProviderNotFound`, `ProviderConflict` or `ProviderBroken`.
        """
        plugin = self._plugins.get((group, name))
        return self._load(name, group) if plugin is None else plugin

    def call(self, group: str, name: str, hook: str, **arguments: Any) -> Any:
        """What the named plugin's hook gives back, wrappers included; None where it has no such hook.

        Raises `ProviderBroken` for what is of the wrong type, and for what the hook raises and did not mean to: all
        but errors of headwater's.
        """
        caller = self._callers.get((group, name, hook))
        if caller is None:
            caller = self._caller(group, name, hook)
        try:
            if self.trace is not None:
                return self._traced(group, name, hook, caller, arguments)
            return self._checked(group, name, hook, caller, arguments)
        except Exception as error:
            whose = f"{WORDS[group]} {name!r} of {self._origin_of(group, name)}"
            meant = hook_raised(whose, hook, self._plugins.get((group, name)), error)
            if meant is error:
                raise
            raise meant from error

    # -- inside

    def _checked(
        self, group: str, name: str, hook: str, caller: Callable[..., Any], arguments: Mapping[str, Any]
    ) -> Any:
        result = caller(**arguments)
        check_result(group, name, hook, result, self._origin_of(group, name))
        return result

    def _traced(
        self, group: str, name: str, hook: str, caller: Callable[..., Any], arguments: Mapping[str, Any]
    ) -> Any:
        begun = time.perf_counter()
        failure: BaseException | None = None
        try:
            return self._checked(group, name, hook, caller, arguments)
        except BaseException as error:
            failure = error
            raise
        finally:
            seconds = time.perf_counter() - begun
            origin = self._origin_of(group, name)
            wrappers = tuple(type(one).__name__ for one in self._wrappers if hook in wrapped_by(one))
            if self.trace is not None:
                self.trace(HookCall(group, name, hook, origin, wrappers, seconds, failure))

    def _origin_of(self, group: str, name: str) -> str:
        return self._origins.get((group, name), _HERE)

    def _may_load(self, name: str, group: str) -> bool:
        if not self._blocked and self._allowed is None:
            return True
        offers = [_spelled(_distribution(entry)) for entry in self._listed(group).get(name, ())]
        offers = [offer for offer in offers if _spelled(self._pins.get(name, offer)) == offer]
        # where two offer it, what is said of one holds for it only when it is pinned
        owners = set(offers) if len(set(offers)) == 1 else set[str]()
        if _is_said(self._blocked, name, owners):
            return False
        return self._allowed is None or _is_said(self._allowed, name, owners)

    def _listed(self, group: str) -> dict[str, list[EntryPoint]]:
        found = self._entries.get(group)
        if found is None:
            found = dict[str, list[EntryPoint]]()
            for entry in self._find(group):
                entries = found.setdefault(entry.name, [])
                # whose it is stands in a file of its own, which is read only where a name comes twice
                if not entries or _origin(entry) not in map(_origin, entries):
                    entries.append(entry)
            self._entries[group] = found
        return found

    def _load(self, name: str, group: str) -> Any:
        with self._lock:
            known = self._plugins.get((group, name))
            if known is not None:
                return known
            entry = self._choose(name, group)
            origin = _origin(entry)
            core = _core_version()
            if core is not None and entry.dist is not None:
                check_version(name, group, origin, entry.dist.requires or (), core)
            try:
                plugin = entry.load()
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                raise ProviderBroken(
                    f"{WORDS[group]} {name!r} of {origin} could not be loaded: {type(error).__name__}: {_line(error)}"
                    f"{_place(error, entry)}; reinstall, mend or remove it, the others keep working"
                ) from error
            self._add(group, name, plugin, origin)
            self._origins[group, name] = origin
            return plugin

    def _choose(self, name: str, group: str) -> EntryPoint:
        word = WORDS[group]
        if not self._may_load(name, group):
            offers = " and ".join(self.distributions(name, group)) or "nobody"
            raise ProviderNotFound(
                f"{word} {name!r}, offered by {offers}, is not allowed to load here; name it in the registry's allowed"
                f" (or in {VARIABLE}), or take it out of blocked"
            )
        entries = self._listed(group).get(name, [])
        if name in self._pins:
            entries = [entry for entry in entries if _spelled(_distribution(entry)) == _spelled(self._pins[name])]
            if not entries and name in self._listed(group):
                offers = " and ".join(self.distributions(name, group))
                raise ProviderNotFound(
                    f"{word} {name!r} is pinned to {self._pins[name]}, which does not offer it; {offers} does"
                )
        if not entries:
            raise ProviderNotFound(f"no installed package offers {word} {name!r}; {self._advice(name, group)}")
        if len(entries) > 1:
            offers = " and ".join(map(_origin, entries))
            raise ProviderConflict(
                f"{word} {name!r} is offered by {offers}; remove one, or pin it with Registry(pins={{{name!r}: ...}})"
            )
        return entries[0]

    def _advice(self, name: str, group: str) -> str:
        near = difflib.get_close_matches(name, self.names(group), n=3)
        advice = [f"did you mean {' or '.join(near)}?"] if near else []
        if group == PROVIDERS and _INSTALLABLE.fullmatch(name):
            advice.append(f"if there is one, it installs with: pip install headwater-{name}")
        owner, hyphen, _ = name.partition("-")
        if group == APIS and hyphen and _INSTALLABLE.fullmatch(owner):
            advice.append(f"an api comes with the package of who made it, such as: pip install headwater-{owner}")
        return " ".join(advice) or f"there are: {', '.join(self.names(group)) or 'none'}"

    def _add(self, group: str, name: str, plugin: Any, origin: str) -> None:
        check_plugin(group, name, plugin, origin)
        manager = self._managers[group]
        if not any(plugin is known for known in manager.get_plugins()):
            try:
                manager.register(plugin, name)
            except (pluggy.PluginValidationError, ValueError) as error:
                # older versions of pluggy keep the hooks they took so far, and would call them for every other plugin
                if manager.has_plugin(name):
                    manager.unregister(name=name)
                raise ProviderBroken(
                    f"{WORDS[group]} {name!r} of {origin} breaks a hook's contract: {_line(error)};"
                    " give its hooks the arguments of headwater.hookspecs, or fewer"
                ) from error
        self._plugins[group, name] = plugin
        self._callers.clear()

    def _remove(self, group: str, name: str) -> None:
        """Forgets an installed plugin that was loaded, so that another may take its place."""
        if (group, name) in self._plugins:
            plugin = self._plugins.pop((group, name))
            if not any(plugin is other for (kind, _), other in self._plugins.items() if kind == group):
                self._managers[group].unregister(plugin)
            self._callers.clear()

    def _caller(self, group: str, name: str, hook: str) -> Callable[..., Any]:
        plugin = self.load(name, group)
        with self._lock:
            others = {id(one): one for (kind, _), one in self._plugins.items() if kind == group}
            others.pop(id(plugin), None)
            caller = self._managers[group].subset_hook_caller(hook, others.values())
            self._callers[group, name, hook] = caller
            return caller


_HERE = "this process"


@cache
def _core_version() -> str | None:
    """The version of the installed core; None where it was not installed but is on the path all the same."""
    try:
        return version(PROJECT)
    except PackageNotFoundError:
        return None


def _installed(group: str) -> Iterable[EntryPoint]:
    return entry_points(group=group)


def _manager(hooks: type) -> pluggy.PluginManager:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hooks)
    return manager


LONGEST = 300
"""Characters of an error that are shown: enough for any sentence, too few to hide what stands after it."""


def _line(error: BaseException) -> str:
    words = " ".join(str(error).split()) or "without a word"
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _spelled(name: str) -> str:
    """The name of a distribution as pip compares them."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_said(said: frozenset[str], name: str, offers: set[str]) -> bool:
    """Whether a plugin is named, or all that its distribution offers."""
    return name in said or not offers.isdisjoint(map(_spelled, said))


def _place(error: BaseException, entry: EntryPoint) -> str:
    """The line of the plugin's own at which importing it failed; empty where none was reached."""
    package = entry.module.partition(".")[0]
    own = [
        f" ({frame.f_code.co_filename}, line {line})"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] == package
    ]
    return own[-1] if own else ""


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else "an unknown distribution"


def _origin(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else "an unknown distribution"
