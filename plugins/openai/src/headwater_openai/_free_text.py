"""Calls of custom tools: their input is free text, not JSON."""

from __future__ import annotations

from headwater import dumps


class FreeText:
    """Free text on its way into the arguments `{"input": ...}`: pieces of JSON for pieces of text."""

    def __init__(self) -> None:
        self._begun = False

    def piece(self, text: str) -> str:
        """What is to be added to the arguments for more text."""
        escaped = dumps(text)[1:-1].decode()
        begun, self._begun = self._begun, True
        return escaped if begun else '{"input":"' + escaped

    def end(self) -> str:
        """What closes the arguments."""
        return '"}' if self._begun else '{"input":""}'
