"""Entry points to plugins: found by name, loaded at first use, one by one.

Listing reads metadata only. A plugin that cannot be loaded is named in one
sentence and leaves the others alone. Behind it is pluggy; hooks are addressed
to one plugin (wrappers always take part), and what is found is remembered
until something is registered.
"""

from __future__ import annotations

import difflib
import inspect
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from .errors import ProviderBroken, ProviderConflict, ProviderNotFound
from .hookspecs import APIS, HOOKS, PROJECT, PROVIDERS, REQUIRED

_WORDS = {PROVIDERS: "provider", APIS: "api"}
_INSTALLABLE = re.compile(r"[a-z0-9-]+")


class Registry:
    """The plugins that can be had. Safe to share between threads.

    `pins` choose a distribution where two offer one name; `blocked` names are
    never loaded; with `allowed`, nothing else is.
    """

    def __init__(
        self,
        *,
        pins: Mapping[str, str] | None = None,
        blocked: Iterable[str] = (),
        allowed: Iterable[str] | None = None,
        find: Callable[[str], Iterable[EntryPoint]] | None = None,
    ) -> None:
        self._pins = dict(pins or {})
        self._blocked = frozenset(blocked)
        self._allowed = None if allowed is None else frozenset(allowed)
        self._find = find or _installed
        self._entries: dict[str, dict[str, list[EntryPoint]]] = {}
        self._plugins: dict[tuple[str, str], Any] = {}
        self._origins: dict[tuple[str, str], str] = {}
        self._callers: dict[tuple[str, str, str], Callable[..., Any]] = {}
        self._lock = threading.RLock()
        self._managers = {group: _manager(hooks) for group, hooks in HOOKS.items()}

    def names(self, group: str = PROVIDERS) -> list[str]:
        """Names that are offered, sorted; reads metadata only."""
        registered = {name for kind, name in list(self._plugins) if kind == group}
        return sorted(name for name in registered | set(self._listed(group)) if self._may_load(name))

    def distributions(self, name: str, group: str = PROVIDERS) -> list[str]:
        """Distributions (with version) that offer `name`; reads metadata only."""
        return [_origin(entry) for entry in self._listed(group).get(name, [])]

    def register(self, name: str, plugin: Any, group: str = PROVIDERS) -> None:
        """Adds a plugin made in this process; it takes the place of an installed one of that name."""
        with self._lock:
            if (group, name) in self._plugins and (group, name) not in self._origins:
                raise ProviderConflict(f"{_WORDS[group]} {name!r} is registered already; choose another name")
            self._remove(group, name)
            self._add(group, name, plugin, "registered in this process")
            self._origins.pop((group, name), None)

    def use(self, wrapper: Any) -> None:
        """Adds a plugin that wraps hooks of others (`hookimpl(wrapper=True)`)."""
        with self._lock:
            for manager in self._managers.values():
                manager.register(wrapper)
            self._callers.clear()

    def load(self, name: str, group: str = PROVIDERS) -> Any:
        """The plugin of that name, imported at first use.

        Raises `ProviderNotFound`, `ProviderConflict` or `ProviderBroken`.
        """
        plugin = self._plugins.get((group, name))
        return self._load(name, group) if plugin is None else plugin

    def call(self, group: str, name: str, hook: str, **arguments: Any) -> Any:
        """What the named plugin's hook gives back, wrappers included; None where it has no such hook."""
        caller = self._callers.get((group, name, hook))
        if caller is None:
            caller = self._caller(group, name, hook)
        return caller(**arguments)

    # -- inside

    def _may_load(self, name: str) -> bool:
        return name not in self._blocked and (self._allowed is None or name in self._allowed)

    def _listed(self, group: str) -> dict[str, list[EntryPoint]]:
        found = self._entries.get(group)
        if found is None:
            found = dict[str, list[EntryPoint]]()
            for entry in self._find(group):
                entries = found.setdefault(entry.name, [])
                if _origin(entry) not in map(_origin, entries):
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
            try:
                plugin = entry.load()
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                raise ProviderBroken(
                    f"{_WORDS[group]} {name!r} of {origin} could not be loaded: {type(error).__name__}: {_line(error)};"
                    f" reinstall or remove it, the others keep working"
                ) from error
            self._add(group, name, plugin, origin)
            self._origins[group, name] = origin
            return plugin

    def _choose(self, name: str, group: str) -> EntryPoint:
        word = _WORDS[group]
        if not self._may_load(name):
            raise ProviderNotFound(
                f"{word} {name!r} is not allowed to load here; see the registry's allowed and blocked"
            )
        entries = self._listed(group).get(name, [])
        if name in self._pins:
            entries = [entry for entry in entries if _distribution(entry) == self._pins[name]]
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
                    f"{_WORDS[group]} {name!r} of {origin} breaks a hook's contract: {_line(error)}"
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


def _installed(group: str) -> Iterable[EntryPoint]:
    return entry_points(group=group)


def _manager(hooks: type) -> pluggy.PluginManager:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hooks)
    return manager


def check_plugin(group: str, name: str, plugin: Any, origin: str) -> None:
    """Raises `ProviderBroken`, in one line with the way to mend it, for a plugin that cannot work."""
    whose = f"{_WORDS[group]} {name!r} of {origin}"
    specified = {hook for hook in vars(HOOKS[group]) if not hook.startswith("_")}
    for hook in sorted(specified):
        method = getattr(plugin, hook, None)
        if method is None:
            if hook in REQUIRED[group]:
                raise ProviderBroken(f"{whose} has no {hook}; {_WORDS[group]}s implement {_listing(REQUIRED[group])}")
            continue
        if inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method):
            raise ProviderBroken(f"{whose}: {hook} is async; hooks are plain functions, I/O goes into a flow")
        if not hasattr(method, f"{PROJECT}_impl"):
            raise ProviderBroken(f"{whose}: {hook} lacks its marker; decorate it with @headwater.hookimpl")


def _listing(names: Sequence[str]) -> str:
    return " and ".join(names)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else "an unknown distribution"


def _origin(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else "an unknown distribution"
