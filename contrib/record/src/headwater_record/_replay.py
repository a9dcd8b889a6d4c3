"""The provider `replay`: its models are cassettes, `replay/PATH` plays one back through the plugin that reads it.

A model is that of the provider the answer is from, as its plugin describes it, but for id, provider and keys;
nothing is sent. Creating one reads the cassette: here the hook is not pure.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from attrs import evolve, frozen

from headwater import (
    NO_AUTH,
    Answer,
    Blocking,
    Capabilities,
    Hub,
    Kind,
    LocalAnswer,
    Model,
    ModelConfig,
    RequestError,
    UnknownModel,
    WireRequest,
    hookimpl,
    make_error,
)
from headwater.hookspecs import PROVIDERS

if TYPE_CHECKING:
    from headwater.testing import Cassette

NAME = "replay"

FOLDER_VARIABLE = "HEADWATER_REPLAY"
"""The variable that says where cassettes are; without it, and without `folder`, paths begin where the program runs."""

ENDED: Mapping[str, str] = {
    "cut": "the recorded connection broke off here",
    "left": "the recording ends here: its reader left",
}


@frozen
class _Asked:
    """What stands in a model's id: the cassette, and how many times faster it is played (0: at once)."""

    path: str
    speed: float


class ReplayProvider:
    """Plays cassettes back. `folder` is where they are, `hub` knows the providers they are from."""

    def __init__(self, folder: str | Path | None = None, *, hub: Hub | None = None) -> None:
        self._folder = folder
        self._given_hub = hub

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        """The model of the recorded answer.

        `model_id`: the path of a cassette, its extension may be left out; `?speed=2` after it plays twice
        as fast, `?speed=0` without pauses. Settings: `folder`, `speed`. Raises `UnknownModel` where there is no
        such cassette.
        """
        asked = _read_id(model_id)
        folder = config.settings.get("folder") or self._folder or config.variables.get(FOLDER_VARIABLE) or "."
        speed = _speed(config.settings.get("speed", asked.speed), model_id)
        path = find_cassette(Path(folder), asked.path)
        recorded = self._recorded_by(_read(path))
        at = f"{path.as_posix()}?speed={speed:g}" if speed != 1 else path.as_posix()
        return evolve(recorded, id=at, provider=NAME, auth=NO_AUTH, headers={})

    @hookimpl
    def capabilities(self, model: Model) -> Capabilities:
        """Those of the recorded model."""
        return self._hub.capabilities(self._origin(model))

    @hookimpl
    def error_codes(self, model: Model) -> Mapping[str, Kind]:
        """Those of the provider the answer is from."""
        origin = self._origin(model)
        registry = self._hub.registry
        if origin.provider not in registry.names(PROVIDERS):
            return {}
        return registry.call(PROVIDERS, origin.provider, "error_codes", model=origin) or {}

    @hookimpl
    def answer_locally(self, model: Model, wire: WireRequest) -> LocalAnswer:
        """The recorded bytes, in the chunks and with the pauses in which they came."""
        asked = _read_id(model.id)
        return _play(Path(asked.path), asked.speed)

    @property
    def _hub(self) -> Hub:
        if self._given_hub is None:
            self._given_hub = Hub(environ={})
        return self._given_hub

    def _origin(self, model: Model) -> Model:
        return self._recorded_by(_read(Path(_read_id(model.id).path)))

    def _recorded_by(self, cassette: Cassette) -> Model:
        """The model a cassette's answer is from; where its plugin is not installed, one that only its api knows."""
        if cassette.provider is None or cassette.api is None:
            raise RequestError(
                f"the cassette {cassette.name!r} does not say whose answer it is;"
                " add provider and api to its .meta.json"
            )
        model_id = cassette.model or "any"
        if cassette.provider in self._hub.providers():
            return self._hub.model(f"{cassette.provider}/{model_id}", api=cassette.api)
        return self._hub.endpoint("http://replay.invalid", model_id, api=cassette.api, provider=cassette.provider)


def find_cassette(folder: Path, path: str) -> Path:
    """The body of the cassette at `path`, with or without its extension; raises `UnknownModel` where there is none."""
    asked = folder / path
    if asked.is_file():
        return asked
    beside = sorted(asked.parent.glob(f"{asked.name}.*")) if asked.name else []
    bodies = [one for one in beside if one.stem == asked.name and one.suffix != ".json"]
    bodies += [one for one in beside if one.name == f"{asked.name}.json"]
    if len(bodies) != 1:
        there = sorted({one.name.partition(".")[0] for one in asked.parent.glob("*.meta.json")})[:8]
        hint = f"there are: {', '.join(there)}" if there else f"{asked.parent} holds none; see headwater record"
        what = "names several files" if bodies else "names no recording"
        raise UnknownModel(f"replay/{path} {what}; {hint}")
    return bodies[0]


def _read(path: Path) -> Cassette:
    from headwater.testing import CassetteError, read_cassette  # late: the checks of plugins come with it

    try:
        return read_cassette(path)
    except (OSError, CassetteError) as error:
        raise UnknownModel(f"the recording {path} cannot be read: {error}") from error


def _read_id(model_id: str) -> _Asked:
    path, _, query = model_id.partition("?")
    given = dict(parse_qsl(query))
    unknown = sorted(set(given) - {"speed"})
    if unknown or (query and not given):
        raise UnknownModel(f"replay/{model_id} says {query!r} after the path; what it may say is ?speed=2")
    return _Asked(path, _speed(given.get("speed", 1.0), model_id))


def _speed(said: Any, model_id: str) -> float:
    try:
        speed = float(said)
    except (TypeError, ValueError):
        speed = -1.0
    if not 0 <= speed < float("inf"):
        raise RequestError(
            f"replay/{model_id}: speed={said!r} is none; use 1 (as recorded), 2 (twice as fast), 0 (at once)"
        )
    return speed


def _play(path: Path, speed: float) -> Generator[Any, Any, None]:
    """Status and headers, then each chunk after its pause; a connection that broke breaks here too."""
    cassette: Cassette = yield Blocking(lambda: _read(path))
    yield Answer(cassette.status, cassette.headers, b"")
    at, clock = 0, 0.0
    for seconds, end in cassette.timing or [(0.0, len(cassette.body))]:
        if speed and seconds > clock:
            yield (seconds - clock) / speed
        clock = max(clock, seconds)
        piece, at = cassette.body[at : int(end)], max(at, int(end))
        if piece:
            yield piece
    if cassette.body[at:]:
        yield cassette.body[at:]
    if cassette.ending in ENDED:
        raise make_error("truncated", ENDED[cassette.ending]).to_exception()


provider: ReplayProvider = ReplayProvider()
