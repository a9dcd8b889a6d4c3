"""The suite of a provider: one class of tests that a plugin's author writes in one line."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from headwater import Hub
from headwater.testing._cases import Case, Effort
from headwater.testing._cassettes import Cassette, CassetteError, read_cassettes
from headwater.testing._local import Local
from headwater.testing._provider import Provider

EFFORT = "HEADWATER_EFFORT"
"""The variable that says how much is tried: `quick`, `usual` or `full`; it wins over what a suite asks for."""


def provider_suite(
    provider: str,
    *,
    streams: str | Path | Iterable[Cassette] = "cassettes",
    model: str | None = None,
    hub: Callable[[], Hub] | None = None,
    gaps: Mapping[str, str] | None = None,
    effort: Effort = "usual",
    ask_locally: Any = None,
    local_function: str | None = None,
) -> type[Any]:
    """A class of tests that a provider's plugin passes when it keeps all that headwater promises:

        from headwater.testing import provider_suite

        TestAcme = provider_suite("acme", streams="cassettes")

    `streams` is the folder of its recorded answers (see `Cassette`), sought beside the test file and above it.
    `model` is the id that is asked where a cassette names none; without it the first of the plugin's catalogue. Name
    the one that can do most. Options and capabilities are looked at with one more of each kind in the catalogue:
    of another api, or that thinks otherwise.
    `hub` makes the hub, where the plugin is not installed but registered. `gaps` names what the plugin does not
    keep, with the reason: `{"splits": "why"}`, or of one cassette `{"splits[tool-call]": "why"}`; such a test
    must fail. Each check is a test of its own, one for each cassette where it looks at one.
    `ask_locally`, for a model that lives in this process, is a prompt that it is really asked, in a plain program, on
    asyncio and on trio. `local_function` is where its function is, as `"headwater_acme.engine:generate"`: then it is
    seen that the function is called, not in the event loop's thread, and that what it raises ends in an error.
    """
    from headwater.testing._pytest import Suite

    make_hub = functools.cache(hub or functools.partial(Hub, environ={}))
    given = os.environ.get(EFFORT) or effort
    if given not in ("quick", "usual", "full"):
        raise ValueError(f"{EFFORT}={given!r} is none of quick, usual, full")
    frame = inspect.currentframe()
    caller = frame.f_back.f_globals if frame is not None and frame.f_back is not None else {}
    subject = Provider(provider, make_hub, model)
    found, problem = _cases(subject, streams, Path(caller.get("__file__", ".")).parent, given)
    if local_function is not None and ask_locally is None:
        raise ValueError(f"local_function={local_function!r} is asked nothing; give a prompt as ask_locally")
    local = None if ask_locally is None else Local(ask_locally, local_function)
    made = Suite(subject, found, problem, dict(gaps or {}), local).make()
    made.__module__ = str(caller.get("__name__", "headwater.testing"))
    return made


def _cases(
    subject: Provider, streams: str | Path | Iterable[Cassette], beside: Path, effort: Effort
) -> tuple[list[Case], str | None]:
    """The cases, and why there are none."""
    cassettes: Sequence[Cassette] = []
    where = "the suite's streams"
    try:
        if isinstance(streams, str | Path):
            folder = _find(Path(streams), beside)
            where = str(streams)
            cassettes = read_cassettes(folder) if folder is not None else ()
        else:
            cassettes = list(streams)
        cases = [one.as_case(subject.name, subject.model_id, effort=effort) for one in cassettes]
    except CassetteError as error:
        return [], str(error)
    if cases:
        return cases, None
    return [], (
        f"provider {subject.name!r} has no recorded answer in {where}; save one as {where}/text.sse, such as with "
        f"curl --no-buffer, and one with a tool call (the form is described in headwater.testing.Cassette)"
    )


def _find(folder: Path, beside: Path) -> Path | None:
    """The folder, beside the test file or beside a folder above it."""
    if folder.is_absolute():
        return folder if folder.is_dir() else None
    return next((one / folder for one in (beside, *beside.parents) if (one / folder).is_dir()), None)
