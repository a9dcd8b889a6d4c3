"""What is wrong with a plugin, in one line that says how to mend it. Pure; nothing is loaded here."""

from __future__ import annotations

import difflib
import inspect
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

from ._json import DecodeError
from ._model import Capabilities, Model, WireRequest
from ._options import Options
from ._settings import near_names
from .errors import KINDS, ErrorParts, HeadwaterError, ProviderBroken
from .hookspecs import APIS, HOOKS, PROJECT, PROVIDERS, REQUIRED

WORDS = {PROVIDERS: "provider", APIS: "api"}

_KNOWN = frozenset(name for hooks in HOOKS.values() for name in vars(hooks) if not name.startswith("_"))

_KINDS: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "create_model": (Model, "a Model"),
    "capabilities": (Capabilities, "Capabilities"),
    "catalogue": ((list, tuple), "a list of ids"),
    "error_codes": (Mapping, "a mapping of codes to kinds"),
    "parse_error": (ErrorParts, "ErrorParts"),
    "transform_messages": (WireRequest, "a WireRequest"),
    "resume": (WireRequest, "a WireRequest"),
    "list_models": (Iterator, "a flow (a generator)"),
    "prepare": (Iterator, "a flow (a generator)"),
    "sign": (Iterator, "a flow (a generator)"),
    "answer_locally": (Iterable, "the parts of an answer"),
}
"""What a hook gives back, and in words; for hooks of which more than a type is asked see `check_result`."""


def check_plugin(group: str, name: str, plugin: Any, origin: str) -> None:
    """Raises `ProviderBroken` for a plugin that cannot work."""
    whose = f"{WORDS[group]} {name!r} of {origin}"
    if isinstance(plugin, type):
        raise ProviderBroken(f"{whose} is the class {plugin.__name__}; offer an object of it: {plugin.__name__}()")
    for hook in sorted(vars(HOOKS[group]).keys() & _KNOWN):
        method = getattr(plugin, hook, None)
        if method is None:
            if hook in REQUIRED[group]:
                raise ProviderBroken(f"{whose} has no {hook}; {_instead(group, hook, plugin)}")
            continue
        _check_plain(whose, hook, method)
        marker: Any = getattr(method, f"{PROJECT}_impl", None)
        if marker is None:
            raise ProviderBroken(f"{whose}: {hook} lacks its marker; decorate it with @headwater.hookimpl")
        if marker.get("wrapper") or marker.get("hookwrapper"):
            raise ProviderBroken(
                f"{whose}: {hook} is a wrapper, which answers nothing itself; decorate it with @headwater.hookimpl, or"
                " add what wraps others with use()"
            )
    _check_names(whose, plugin)


def _instead(group: str, hook: str, plugin: Any) -> str:
    """What to do about a hook that is not there."""
    near = difflib.get_close_matches(hook, [name for name in dir(plugin) if not name.startswith("_")], n=1)
    if near:
        return f"rename its {near[0]} to {hook}"
    return f"{WORDS[group]}s implement {' and '.join(REQUIRED[group])}"


def check_wrapper(wrapper: Any) -> None:
    """Raises `ProviderBroken` for what `Registry.use` cannot take: it would answer in place of every plugin."""
    whose = f"the wrapper {type(wrapper).__name__}"
    marked = dict(_marked(wrapper))
    if not marked:
        raise ProviderBroken(f"{whose} wraps no hook; decorate its methods with @headwater.hookimpl(wrapper=True)")
    for hook, options in marked.items():
        if not options.get("wrapper") and not options.get("hookwrapper"):
            raise ProviderBroken(
                f"{whose}: {hook} is no wrapper and would answer for every plugin; decorate it with"
                " @headwater.hookimpl(wrapper=True), or add a provider with register()"
            )
        _check_plain(whose, hook, getattr(wrapper, hook))
    _check_names(whose, wrapper)


def wrapped_by(wrapper: Any) -> frozenset[str]:
    """The hooks a wrapper takes part in."""
    return frozenset(hook for hook, _ in _marked(wrapper))


def check_result(group: str, name: str, hook: str, result: Any, origin: str) -> None:
    """Raises `ProviderBroken` for what a hook gave back and nobody can use; None says that there is nothing."""
    if result is None and hook not in REQUIRED[group]:
        return
    if hook == "parse_event":
        kind = cast("type[Any]", type(result))
        wrong = not callable(result) or not callable(getattr(result, "end", None)) or not _is_plain(kind)
        wanted = "a parser: callable with each wire event, and with end(), both plain functions"
    elif hook == "options_type":
        wrong, wanted = not _is_options(result), "a subclass of Options"
    elif hook in _KINDS:
        kinds, wanted = _KINDS[hook]
        wrong = not isinstance(result, kinds)
    else:
        return
    if wrong:
        raise ProviderBroken(
            f"{WORDS[group]} {name!r} of {origin}: {hook} gave back {_kind(result)} instead of {wanted};"
            " report it to the plugin's author"
        )
    kinds_said: Any = result
    if hook == "error_codes" and not KINDS.issuperset(map(str, kinds_said.values())):
        check_kinds(f"{WORDS[group]} {name!r} of {origin}: error_codes", kinds_said)


def hook_raised(whose: str, hook: str, plugin: Any, error: Exception) -> Exception:
    """What to raise for what came out of a call: `ProviderBroken` where a hook of the plugin raised it.

    Errors of headwater's are meant, and what a wrapper raises is the program's own.
    """
    code = getattr(getattr(plugin, hook, None), "__code__", None)
    frames = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, (HeadwaterError, *_MAY_RAISE.get(hook, ()))) or code not in frames:
        return error
    words = " ".join(str(error).split())
    first = "check the options that were given, or " if hook == "transform_messages" else ""
    said = f"{whose}: {hook} raised {type(error).__name__}: {words}; {first}report it to the plugin's author"
    return ProviderBroken(said)


_MAY_RAISE: Mapping[str, tuple[type[Exception], ...]] = {
    "parse_error": (DecodeError,),
    "resume": (KeyError, TypeError, AttributeError),
}
"""What a hook may raise beside errors of headwater's: for a body that is none, and a cursor that is none."""


def check_kinds(where: str, codes: Mapping[str, Any]) -> None:
    """Raises `ProviderBroken` for a table of codes in which one stands for no kind of error."""
    for code, kind in codes.items():
        if str(kind) not in KINDS:
            hint = near_names(kind, KINDS)
            raise ProviderBroken(f"{where} says {kind!r} of {code!r}, which is no kind of error; {hint}")


@cache
def _is_plain(kind: type[Any]) -> bool:
    """Whether calling such a parser does its work: of a coroutine or a generator nothing would be done."""
    methods = [getattr(kind, name, None) for name in ("__call__", "end")]
    looks = (inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction)
    return not any(look(method) for method in methods for look in looks)


def _is_options(result: Any) -> bool:
    return isinstance(result, type) and issubclass(result, Options)


def _kind(result: object) -> str:
    if inspect.iscoroutine(result):
        result.close()  # nobody will await it
    return type(result).__name__


def check_version(name: str, group: str, origin: str, requires: Iterable[str], core: str) -> None:
    """Raises `ProviderBroken` for a plugin that was made for another headwater than `core`, the installed one."""
    for requirement in requires:
        found = re.match(r"headwater\s*(?:\[[^]]*\])?\s*\(?([<>=!~][^;)]*)", requirement, re.IGNORECASE)
        if found is None or fits(core, found[1]):
            continue
        wanted = found[1].strip()
        raise ProviderBroken(
            f"{WORDS[group]} {name!r} of {origin} is made for headwater {wanted}, but {core} is installed;"
            f" install versions that go together: pip install --upgrade headwater {origin.split(' ', maxsplit=1)[0]}"
        )


def fits(version: str, specifiers: str) -> bool:
    """Whether a version is within specifiers such as `>=0.1,<0.2`; a clause that is not understood is taken to fit."""
    return all(_fits(_numbers(version), clause.strip()) for clause in specifiers.split(",") if clause.strip())


def _fits(have: tuple[int, ...], clause: str) -> bool:
    found = re.fullmatch(r"(~=|==|!=|<=|>=|<|>)\s*v?(\d+(?:\.\d+)*)(\.\*)?\S*", clause)
    if found is None:
        return True
    operator, numbers, star = found.groups()
    want = _numbers(numbers)
    length = max(len(have), len(want))
    one, other = _padded(have, length), _padded(want, length)
    begins = one[: len(want)] == want
    return {
        "<": one < other,
        "<=": one <= other,
        ">": one > other,
        ">=": one >= other,
        "==": begins if star else one == other,
        "!=": not begins if star else one != other,
        "~=": one >= other and one[: len(want) - 1] == want[:-1],
    }[operator]


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"v?(\d+(?:\.\d+)*)", version.strip())
    return tuple(map(int, found[1].split("."))) if found else ()


def _padded(numbers: tuple[int, ...], length: int) -> tuple[int, ...]:
    return numbers + (0,) * (length - len(numbers))


def _check_plain(whose: str, hook: str, method: Any) -> None:
    if inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method):
        raise ProviderBroken(f"{whose}: {hook} is async; hooks are plain functions, I/O goes into a flow")


def _check_names(whose: str, plugin: Any) -> None:
    """A marked method must be a hook; one of a newer headwater says so with `hookimpl(optionalhook=True)`."""
    for name, options in _marked(plugin):
        if name not in _KNOWN and not options.get("optionalhook"):
            near: Sequence[str] = difflib.get_close_matches(name, _KNOWN, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(_KNOWN))}"
            raise ProviderBroken(f"{whose} has a hook {name!r} that headwater does not know; {hint}")


def _marked(plugin: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Names of the methods that carry the marker, and what it says; no property is called."""
    for name in dir(plugin):
        if name.startswith("__"):
            continue
        found = inspect.getattr_static(plugin, name)
        options: Any = getattr(getattr(found, "__func__", found), f"{PROJECT}_impl", None)
        if options is not None:
            yield str(options.get("specname") or name), options
