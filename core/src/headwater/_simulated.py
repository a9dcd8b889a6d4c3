"""The pen for answers that come in one piece, because a model or endpoint cannot stream."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from ._assembly import Assembly
from ._tagged import TaggedAssembly

PIECE = 50
"""Characters of a piece."""


class SimulatedAssembly(Assembly):
    """A pen that hands long text out in pieces, as if it had been streamed."""

    def text(self, delta: str, key: Hashable = None) -> None:
        """More text, in pieces."""
        for piece in _pieces(delta):
            super().text(piece, key)

    def thinking(self, delta: str, key: Hashable = None) -> None:
        """More thinking, in pieces."""
        for piece in _pieces(delta):
            super().thinking(piece, key)


class SimulatedTaggedAssembly(SimulatedAssembly, TaggedAssembly):
    """The same where think tags stand in the text."""


def _pieces(text: str) -> Iterator[str]:
    if len(text) <= PIECE:
        yield text
        return
    for start in range(0, len(text), PIECE):
        yield text[start : start + PIECE]
