"""Where circuits are kept: in this process, or where several processes share one view."""

from __future__ import annotations

import threading
from typing import Protocol

from ._circuit import Circuit


class Store(Protocol):
    """Keeps circuits by key. Any number of processes may share one; `replace` is atomic among them.

    What it raises never stops a request: a breaker whose store fails lets pass (and says so in its log).
    """

    @property
    def blocking(self) -> bool:
        """Whether its methods wait for something; then async streams call them in a worker thread."""
        ...

    def load(self, key: str) -> Circuit | None:
        """The circuit of that key; None where there is none."""
        ...

    def replace(self, key: str, old: Circuit | None, new: Circuit) -> bool:
        """Puts `new` in the place of `old` (None: nothing), unless another was faster; says whether it did."""
        ...


class MemoryStore:
    """Circuits of this process, shared by its threads and event loops."""

    blocking = False

    def __init__(self) -> None:
        self._circuits: dict[str, Circuit] = {}
        self._lock = threading.Lock()

    def load(self, key: str) -> Circuit | None:
        """The circuit of that key; None where there is none."""
        return self._circuits.get(key)

    def replace(self, key: str, old: Circuit | None, new: Circuit) -> bool:
        """Puts `new` in the place of `old`, unless another thread was faster."""
        with self._lock:
            if self._circuits.get(key) is not old:
                return False
            self._circuits[key] = new
            return True
