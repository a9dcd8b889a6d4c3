"""`headwater record` and `headwater replay`: for who has installed headwater-record."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from headwater import Hub, RequestError

from ._asking import Wish
from ._chat import run_chat
from ._failures import FAILED
from ._output import complain, remark

MISSING = "recordings need headwater-record; install it: pip install headwater-record"


def run_record(
    prompt: str, wish: Wish, *, folder: str, name: str, forgiven: Sequence[str] = (), json: bool = False
) -> int:
    """Asks, shows the answer and writes it down; gives back the exit code."""
    recorder = _package().Recorder(folder, name, forgiven=forgiven)  # refuses a bad name before anything is asked
    code = run_chat(prompt, wish, json=json, hub=recorder.hub())
    written = recorder.write()
    if not written:
        complain("nothing came that could be recorded: only what a provider sends over HTTP can")
        return code or FAILED
    for path in written:
        remark(f"recorded {path}")
    return code


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
