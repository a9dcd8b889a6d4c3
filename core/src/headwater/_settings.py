"""A provider's own keywords (`region=`, `project=`), of which none is passed over in silence."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .errors import RequestError


class Settings(Mapping[str, Any]):
    """Keywords that note which of them were looked at: one that a provider does not look at is a mistake."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = dict(given)
        self._unread = set(given)
        self._sought: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self._unread.discard(name)
        self._sought.add(name)
        return self._given[name]

    def __iter__(self) -> Iterator[str]:
        self._unread.clear()  # who looks through all of them has looked at each
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def __repr__(self) -> str:
        return repr(self._given)

    def refuse_unread(self, provider: str, others: Iterable[str]) -> None:
        """Raises `RequestError` for a keyword that nothing was done with; `others` are known beside what was sought."""
        for name in sorted(self._unread):
            raise RequestError(f"{provider} has no setting {name!r}; {near_names(name, {*self._sought, *others})}")


def near_names(name: str, known: Iterable[str]) -> str:
    """What to write instead of a name that nothing has."""
    near = difflib.get_close_matches(str(name), sorted(known), n=2)
    return f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(sorted(known))}"
