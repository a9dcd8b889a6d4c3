"""The pen for models that write their thinking into the text, between tags."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from ._assembly import Assembly
from ._think_tags import ThinkTags


class TaggedAssembly(Assembly):
    """A pen that turns inline think tags of the text into thinking blocks, however they are split."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._tags: dict[Hashable, ThinkTags] = {}
        self._said: dict[Hashable, list[str]] = {}

    def text(self, delta: str, key: Hashable = None) -> None:
        """More text; what stands between think tags becomes thinking."""
        tags = self._tags.get(key)
        if tags is None:
            tags = self._tags[key] = ThinkTags()
            self._said[key] = []
        self._said[key].append(delta)
        self._write(tags.feed(delta), key)

    def close(
        self,
        key: Hashable = None,
        content: str | Mapping[str, Any] | None = None,
        raw: Mapping[str, Any] | None = None,
    ) -> None:
        """The block of that key is over, and what its tags held back is written.

        A final word that goes on where the deltas stop is split as they were; no other can be.
        """
        tagged = key is not None and key in self._tags
        if tagged and isinstance(content, str):
            said = "".join(self._said[key])
            if content.startswith(said):
                self.text(content[len(said) :], key)
        self._flush(key)
        super().close(("thinking", key) if tagged else key)
        super().close(key, None if tagged else content, raw)

    def settle(self) -> None:
        """Writes what was held back, then decides how the answer ended."""
        for key in list(self._tags):
            self._flush(key)
        super().settle()

    def tool_call(self, key: Hashable = None, *arguments: Any, **known: Any) -> None:
        """A call; a tag that was begun before it is text."""
        self._flush(None)
        super().tool_call(key, *arguments, **known)

    def _flush(self, key: Hashable) -> None:
        tags = self._tags.get(key)
        if tags is not None:
            self._write(tags.flush(), key)

    def _write(self, pieces: list[tuple[Any, str]], key: Hashable) -> None:
        for kind, piece in pieces:
            if kind == "text":
                super().text(piece, key)
            elif piece:
                super().thinking(piece, None if key is None else ("thinking", key))
