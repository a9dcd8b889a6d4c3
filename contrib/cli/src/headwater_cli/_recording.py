"""`headwater record` and `headwater replay`: for who has installed headwater-record."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from headwater import Hub, Model, RequestError

from ._asking import Wish, find_model
from ._chat import run_chat
from ._failures import FAILED
from ._output import complain, remark
from ._plugins import is_local

MISSING = "recordings need headwater-record; install it: pip install headwater-record"


def run_record(
    prompt: str, wish: Wish, *, folder: str, name: str, forgiven: Sequence[str] = (), json: bool = False
) -> int:
    """Asks, shows the answer and writes it down; gives back the exit code."""
    recorder = _package().Recorder(folder, name, forgiven=forgiven)  # refuses a bad name before anything is asked
    hub = recorder.hub()
    if wish.model is not None:
        _refuse_local(find_model(hub, wish.model, wish.base_url, wish.api))
    code = run_chat(prompt, wish, json=json, hub=hub)
    written = recorder.write()
    if not written:
        complain("nothing came that could be recorded: only what a provider sends over HTTP can")
        return code or FAILED
    for path in written:
        remark(f"recorded {path}")
    return code


def _refuse_local(model: Model) -> None:
    """Raises `RequestError` for a model that answers in this process, before it is asked for nothing."""
    if is_local(model):
        raise RequestError(
            f"{model} answers in this process, and only what comes over HTTP can be recorded; write its answer down"
            " by hand"
        )


def run_replay(file: str, *, speed: float = 1.0, pairs: Sequence[str] = (), json: bool = False) -> int:
    """Shows a recorded answer; gives back the exit code."""
    hub = Hub()
    hub.register("replay", _package().ReplayProvider(hub=hub))
    return run_chat("(recorded)", Wish(f"replay/{file}?speed={speed:g}", pairs=tuple(pairs)), json=json, hub=hub)


def _package() -> ModuleType:
    try:
        import headwater_record
    except ImportError:
        raise RequestError(MISSING) from None
    return headwater_record
