"""Function calls: whole ones, and those whose arguments stream as values with paths.

Source: wire/google-generative-ai, sections 3 and 5 (November 2026). A streamed call begins with a
name; what follows has none, until a piece without `willContinue` or anything that is no call.
"""

from __future__ import annotations

from collections.abc import Callable

from headwater import Assembly

from ._chunks import FunctionCall
from ._partial_arguments import ArgumentWriter


class CallReader:
    """The calls of one response; `next_key` gives a key no other block has."""

    def __init__(self, out: Assembly, next_key: Callable[[], int]) -> None:
        self._out = out
        self._next_key = next_key
        self._ids: set[str | None] = set()
        self._key = 0
        self._id: str | None = None
        self._writer: ArgumentWriter | None = None

    @property
    def streaming(self) -> bool:
        """Whether the arguments of a call still come."""
        return self._writer is not None

    def continues(self, call: FunctionCall) -> bool:
        """Whether this is more of the call that streams."""
        return self.streaming and (not call.name or (call.id is not None and call.id == self._id))

    def begin(self, call: FunctionCall, signature: str | None) -> None:
        """Another call, whole or its first piece."""
        if not call.name and not call.args and not call.partial_args:
            return
        out, key = self._out, self._next_key()
        # Ids are not unique; one that comes again is as good as none.
        out.tool_call(key, None if call.id in self._ids else call.id, call.name)
        self._ids.add(call.id)
        if signature:
            out.signature(signature, key)
        if call.will_continue or call.partial_args:
            self._key, self._id, self._writer = key, call.id, ArgumentWriter()
            self.go_on(call)
        else:
            out.arguments(call.args or {}, key)
            out.close(key)

    def go_on(self, call: FunctionCall) -> None:
        """More of the call that streams."""
        writer = self._writer
        assert writer is not None
        for entry in call.partial_args or ():
            written = writer.add(entry)
            if written:
                self._out.arguments(written, self._key)
        if call.args:
            self._writer = None
            self._out.close(self._key, call.args)
        elif not call.will_continue:
            self.finish()

    def finish(self) -> None:
        """The streamed arguments are whole; nothing where none stream."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        if writer.in_order:
            self._out.arguments(writer.close(), self._key)
            self._out.close(self._key)
        else:
            self._out.close(self._key, writer.value)
