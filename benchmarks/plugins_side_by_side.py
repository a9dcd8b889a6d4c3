"""What an event of each installed api costs in memory: `python benchmarks/plugins_side_by_side.py`.

An answer of 2,000 text deltas in the api's own wire goes through `hub.decode`, one event a read
and in reads of 16 kB. Prints CPU microseconds a delta (median of the rounds) and the ratio to chat
completions, taken round by round in one run. `--profile API` prints where the time of one goes.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import statistics
import time
from collections.abc import Mapping

from plugin_wires import WIRES

from headwater import Done, Hub, Model
from headwater.hookspecs import APIS

DELTAS = 2000
READ = 16_384
CHAT = "openai-completions"
NAMES = {"bedrock-invoke": "amazon-bedrock/anthropic.claude-sonnet-4-5"}
"""Models of apis that do not take just any."""
WITHOUT = {"mock": "its wire is its own"}


def as_read(events: list[bytes], size: int | None) -> list[bytes]:
    """The events one a read, or all their bytes in reads of `size`."""
    if size is None:
        return events
    body = b"".join(events)
    return [body[start : start + size] for start in range(0, len(body), size)]


def decode(hub: Hub, model: Model, reads: list[bytes]) -> None:
    """Looks at each event once; raises `RuntimeError` where they are not what was written."""
    found, last = 0, None
    for last in hub.decode(model, reads):
        found += last.type == "text_delta"
    if found != DELTAS or not isinstance(last, Done):
        raise RuntimeError(f"{model.api}: {found} deltas, and {last!r:.300}")


def find_model(hub: Hub, api: str) -> Model:
    """A model that is asked over the api."""
    if api in NAMES:
        return hub.model(NAMES[api], api=api)
    return hub.endpoint("http://127.0.0.1", "benchmark", api=api)


def spend(hub: Hub, model: Model, reads: list[bytes]) -> float:
    """CPU microseconds a delta of one answer."""
    gc.collect()
    began = time.process_time()
    decode(hub, model, reads)
    return (time.process_time() - began) * 1e6 / DELTAS


def measure(hub: Hub, models: Mapping[str, Model], size: int | None, rounds: int) -> dict[str, list[float]]:
    """Microseconds of each api, round by round; the apis take turns."""
    reads = {api: as_read(WIRES[api](DELTAS), size) for api in models}
    for api, model in models.items():
        decode(hub, model, reads[api])
    found: dict[str, list[float]] = {api: [] for api in models}
    for _ in range(rounds):
        for api, model in models.items():
            found[api].append(spend(hub, model, reads[api]))
    return found


def ratio(found: Mapping[str, list[float]], api: str) -> float:
    """How often what chat completions cost in the same round."""
    return statistics.median(one / chat for one, chat in zip(found[api], found[CHAT], strict=True))


def main() -> None:
    """Measures every api that is installed and has a wire here, and prints a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=9)
    arguments.add_argument("--profile", metavar="API")
    asked = arguments.parse_args()
    hub = Hub(environ={})
    names = set(hub.registry.names(APIS))
    models = {api: find_model(hub, api) for api in WIRES if api in names}
    if asked.profile:
        profile(hub, models[asked.profile])
        return
    single, grouped = (measure(hub, models, size, asked.rounds) for size in (None, READ))
    print(f"{'api':26} {'event a read':>20} {'16 kB a read':>20} {'bytes a delta':>14}")
    for api in models:
        cells = (f"{statistics.median(found[api]):9.2f} us x {ratio(found, api):5.2f}" for found in (single, grouped))
        print(f"{api:26} {'  '.join(cells)} {sum(map(len, WIRES[api](DELTAS))) / DELTAS:14.0f}")
    for api in sorted(names - set(models)):
        print(f"{api:26} not run: {WITHOUT.get(api, 'plugin_wires has no wire of it')}")


def profile(hub: Hub, model: Model) -> None:
    """Prints the functions in which the time of one api goes."""
    reads = WIRES[model.api](DELTAS)
    decode(hub, model, reads)
    with cProfile.Profile() as seen:
        decode(hub, model, reads)
    pstats.Stats(seen).sort_stats("tottime").print_stats(14)


if __name__ == "__main__":
    main()
