"""`python -m headwater_catalogue`: refreshes the catalogues of all plugins of this repository."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from ._entries import make_entries
from ._files import NOTICE, catalogue_text, notice_text, report_text
from ._shelves import SHELVES
from ._sources import Sources, fetch, read_sources


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes catalogues, notices and the report; 0 when all went well."""
    parser = argparse.ArgumentParser(prog="python -m headwater_catalogue", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="the repository (its folder plugins/ is written to)")
    parser.add_argument("--only", nargs="*", metavar="PROVIDER", help="these providers alone, without a report")
    parser.add_argument("--date", type=date.fromisoformat, help="the day to write down and to count as today")
    for name in ("pi", "genai-prices", "litellm"):
        parser.add_argument(f"--{name}", type=Path, help=f"a folder with {name} unpacked, instead of fetching it")
    said = parser.parse_args(arguments)
    folders = (said.pi, said.genai_prices, said.litellm)
    if any(folders) and not all(folders):
        parser.error("give all three folders, or none of them")
    today = said.date or datetime.now(UTC).date()
    if all(folders):
        write(said.root, read_sources(*folders), today, said.only)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        write(said.root, fetch(Path(folder)), today, said.only)
    return 0


def write(root: Path, sources: Sources, today: date, only: Sequence[str] | None = None) -> None:
    """Writes what the sources say into the repository at `root`."""
    made = [(shelf, make_entries(shelf, sources, today)) for shelf in SHELVES if only is None or shelf.name in only]
    for shelf, one in made:
        folder = root / "plugins" / shelf.folder / "src" / shelf.package
        if not folder.is_dir():
            sys.stderr.write(f"{shelf.name}: there is no {folder}; its catalogue is left out\n")
            continue
        (folder / shelf.file).write_text(catalogue_text(one.entries, sources.versions, today), encoding="utf-8")
        (folder / NOTICE).write_text(notice_text(sources), encoding="utf-8")
    if only is None:
        report = root / "contrib" / "catalogue" / "REPORT.md"
        report.write_text(report_text(made, sources.versions, today), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
