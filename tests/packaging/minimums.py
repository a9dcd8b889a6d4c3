"""The lowest versions that core and its extras `testing` and `trio` declare, one requirement a line, for pip.

`python tests/packaging/minimums.py` prints them for the interpreter it runs on; a range without a lower end is an
error. With `--tests` it prints the files of core's tests that are run with them: all but the long attacks.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from members import ROOT, Member
from packaging.requirements import Requirement


def lowest(requirement: Requirement) -> str:
    """The requirement at its lower end."""
    floors = [part.version for part in requirement.specifier if part.operator in (">=", "==", "~=")]
    if len(floors) != 1:
        raise SystemExit(f"{requirement} names no lowest version; write one, such as {requirement.name}>=1.0")
    return f"{requirement.name}=={floors[0]}"


def minimums(member: Member, *extras: str) -> Iterator[str]:
    """The lowest of all that applies here."""
    wanted = [*member.requirements, *(one for extra in extras for one in member.extra(extra))]
    yield from (lowest(one) for one in wanted if one.marker is None or one.marker.evaluate())


LONG = ("attacks", "faults", "soak", "mutations", "suite", "secrets", "framing", "handoff", "pen_", "think_tags")
"""What stands in the names of test files that take long, or depend on no library's version."""


def quick_tests() -> Iterator[str]:
    """The files of core's tests that are left."""
    files = sorted((ROOT / "core" / "tests").glob("test_*.py"))
    yield from (str(path.relative_to(ROOT)) for path in files if not any(word in path.name for word in LONG))


if __name__ == "__main__":
    if "--tests" in sys.argv:
        print("\n".join(quick_tests()))
        sys.exit()
    print("\n".join(minimums(Member(ROOT / "core"), "testing", "trio")))
