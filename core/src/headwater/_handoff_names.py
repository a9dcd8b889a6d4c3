"""Ids of calls and names of tools as a target takes them: the same for the same original, and no other call's.

What is given depends on what came before it only, so a conversation that grows keeps
the ids it had, and a provider's cache of it holds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from ._handoff_rules import HandoffRules


class CallIds:
    """The ids given in one conversation."""

    def __init__(self, rules: HandoffRules) -> None:
        least = rules.id_length if rules.id_exact else 1
        self._legal = re.compile(f"[{rules.id_characters}]{{{least},{rules.id_length}}}").fullmatch
        self._odd = re.compile(f"[^{rules.id_characters}]+").sub
        self._length = rules.id_length
        self._exact = rules.id_exact
        self._prefix = "" if rules.id_exact or self._legal("call_".ljust(least, "0")) is None else "call_"
        self._in_place = "_" if self._prefix else ""
        self._taken: set[str] = set()
        self._attempts: dict[str, int] = {}

    def give(self, original: str) -> str:
        """The id of another call: its own where that is legal and free, else one made of it, else a hash."""
        given = original
        if original in self._taken or self._legal(original) is None:
            given = self._made(original)
        self._taken.add(given)
        return given

    def _made(self, original: str) -> str:
        plain = original.partition("|")[0] if "|" in original else original
        if self._exact or len(plain) > self._length:
            fits = self._legal(plain) is not None
        else:
            plain, fits = self._odd(self._in_place, plain), True
        if fits and plain not in self._taken and plain.strip("_"):
            return plain
        while True:
            # Counted for each original: a thousand calls of one id are told apart in a thousand steps.
            attempt = self._attempts.get(original, 0)
            self._attempts[original] = attempt + 1
            digest = hashlib.sha256(f"{original}\0{attempt}".encode("utf-8", "replace")).hexdigest()
            made = (f"{self._prefix}{digest[:24]}" if self._prefix else digest)[: self._length]
            if made not in self._taken:
                return made


class ToolNames:
    """Names of tools as the target's pattern wants them; those of the tools that are sent stay as they are."""

    def __init__(self, rules: HandoffRules, declared: Iterable[str] = ()) -> None:
        self._legal = re.compile(rules.name_pattern)
        self._given = {name: name for name in declared}

    def give(self, original: str) -> str:
        """The name itself where it is legal, else one made of it; the same every time."""
        given = self._given.get(original)
        if given is None:
            given = self._given[original] = self._make(original)
        return given

    def _make(self, original: str) -> str:
        if self._legal.fullmatch(original):
            return original
        plain = re.sub(r"[^A-Za-z0-9_-]", "_", original)
        candidates = (plain, f"_{plain}", plain[:64], f"_{plain}"[:64])
        return next((name for name in candidates if name.strip("_") and self._legal.fullmatch(name)), "tool")
