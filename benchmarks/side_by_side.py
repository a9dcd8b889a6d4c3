"""headwater and its peers on the same loopback server in one run: `python benchmarks/side_by_side.py`.

Prints CPU microseconds a delta (median of the rounds) and the ratio to headwater
for each wire and mode. Each client runs in a process of its own; one that is
not installed is named and left out. `--json` prints the numbers as JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from clients import CHAT, CLIENTS
from wires import WIRES

HERE = Path(__file__).parent


def measure(client: str, wire: str, mode: str, port: str, rounds: int) -> float | str:
    """Median CPU microseconds a delta, or why there is none."""
    command = [sys.executable, "clients.py", client, wire, mode, port, str(rounds)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1][:90]
    return statistics.median(float(line.split()[0]) for line in done.stdout.splitlines())


def main() -> None:
    """Runs everything and prints a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--modes", nargs="*", default=["burst", "group"])
    arguments.add_argument("--wires", nargs="*", default=list(WIRES))
    arguments.add_argument("--clients", nargs="*", default=list(CLIENTS))
    arguments.add_argument("--json", action="store_true")
    asked = arguments.parse_args()
    server = subprocess.Popen([sys.executable, "serve.py"], cwd=HERE, stdout=subprocess.PIPE, text=True)
    table: dict[str, dict[str, float | str]] = {}
    try:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        for wire in asked.wires:
            for mode in asked.modes:
                row = table.setdefault(f"{wire} {mode}", {})
                for client in asked.clients:
                    if CLIENTS[client][1] in ("both", "chat" if wire in CHAT else "messages"):
                        row[client] = measure(client, wire, mode, port, asked.rounds)
                        if not asked.json:
                            show(f"{wire} {mode}", client, row)
    finally:
        server.kill()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()
    if asked.json:
        print(json.dumps(table, indent=1))


def show(name: str, client: str, row: dict[str, float | str]) -> None:
    """One line of the table."""
    value, ours = row[client], row.get("headwater")
    if isinstance(value, str):
        print(f"{name:24} {client:18} not run: {value}")
        return
    ratio = f"x {value / ours:.2f}" if isinstance(ours, float) else ""
    print(f"{name:24} {client:18} {value:9.2f} us a delta {ratio}", flush=True)


if __name__ == "__main__":
    main()
