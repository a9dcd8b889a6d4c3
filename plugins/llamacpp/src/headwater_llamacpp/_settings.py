"""How a model file is served: data, and the way it is told to llama.cpp."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from attrs import field, fields_dict, frozen

from headwater import RequestError

_PARAMETERS: Mapping[str, str] = {
    "n_ctx": "n_ctx",
    "n_parallel": "n_parallel",
    "n_threads": "cpuparams.n_threads",
    "n_batch": "n_batch",
    "n_gpu_layers": "n_gpu_layers",
    "chat_template": "chat_template",
    "mmproj": "mmproj.path",
    "verbosity": "verbosity",
}
"""Where each setting stands in llama.cpp's own parameters."""

_NUMBERS: Mapping[str, tuple[int, int]] = {
    "n_ctx": (0, 2**31 - 1),
    "n_parallel": (1, 256),
    "n_threads": (1, 2**31 - 1),
    "n_batch": (2, 2**31 - 1),
    "n_gpu_layers": (-1, 2**31 - 1),
    "verbosity": (0, 5),
}
"""The least and the most each number can be: with others llama.cpp ends the whole process (tried: no
threads, a batch of one, 100,000 slots), or says nothing that could be told apart from a broken file."""


def _pairs(given: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """A mapping as what can be hashed and compared."""
    return tuple(sorted(given.items()))


@frozen(kw_only=True)
class Settings:
    """How a model file is served; names and meanings are llama.cpp's, None leaves its default.

    `n_ctx` is tokens of context (0: as many as the model was trained with), shared by
    `n_parallel` slots, each of which answers one request at a time; more wait. `chat_template` is a
    template in place of the file's own, `mmproj` the file that lets the model see images.
    `verbosity` is how much llama.cpp writes to standard error: 0 nothing, 1 errors, up to 5.
    `params` sets any other parameter of `xllamacpp.CommonParams`, by its dotted name.
    """

    n_ctx: int = 8192
    n_parallel: int = 1
    n_threads: int | None = None
    n_batch: int | None = None
    n_gpu_layers: int | None = None
    chat_template: str | None = None
    mmproj: str | None = None
    verbosity: int = 0
    params: tuple[tuple[str, Any], ...] = field(default=(), converter=lambda given: _pairs(dict(given)))


def make_settings(given: Mapping[str, Any]) -> Settings:
    """The `Settings` from keywords; raises `RequestError` for what there is none of, or cannot be."""
    known = fields_dict(Settings)
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}"
            raise RequestError(f"llamacpp has no setting {name!r}; {hint}")
    given = {name: value for name, value in given.items() if value is not None}
    for name, value in given.items():
        wanted = _missed(name, value)
        if wanted is not None:
            raise RequestError(f"llamacpp cannot serve {name}={value!r}; it is {wanted}")
    settings = Settings(**given)
    try:
        hash(settings)
    except TypeError:
        raise RequestError("llamacpp tells servers apart by their settings; in params, use tuples for lists") from None
    return settings


def _missed(name: str, value: Any) -> str | None:
    """What a setting is, where the value is nothing of the kind; None where it may be."""
    if name in _NUMBERS:
        least, most = _NUMBERS[name]
        fits = type(value) is int and least <= value <= most
        return None if fits else f"a whole number from {least} to {most}"
    if name == "params":
        return None if isinstance(value, Mapping) else "a mapping of names to values"
    return None if isinstance(value, str) else "text"


def apply_settings(settings: Settings, parameters: Any) -> None:
    """Writes the settings into llama.cpp's parameters; raises `RequestError` for one it does not take."""
    for name, place in _PARAMETERS.items():
        value = getattr(settings, name)
        if value is not None:
            _assign(parameters, place, value)
    for place, value in settings.params:
        _assign(parameters, place, value)


def _assign(parameters: Any, place: str, value: Any) -> None:
    *parents, name = place.split(".")
    try:
        target = parameters
        for parent in parents:
            target = getattr(target, parent)
        setattr(target, name, value)
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        raise RequestError(f"llama.cpp does not take {place}={value!r}: {error}") from error
