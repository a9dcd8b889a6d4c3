"""Sockets that are shut down from another thread, which wakes whoever waits for what they bring."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Any


def socket_number(stream: Any) -> int | None:
    """The file number of the socket under a client's stream; None where it does not show it."""
    try:
        number: int = stream.get_extra_info("socket").fileno()
    except Exception:  # noqa: BLE001 - any other kind of stream
        return None
    return number if number >= 0 else None


def cut_socket(stream: Any) -> None:
    """Shuts the socket under a client's stream down."""
    number = socket_number(stream)
    if number is None:
        return
    # past TLS and past the event loop's own objects, some of which refuse
    with contextlib.suppress(OSError, ValueError), socket.fromfd(number, socket.AF_INET, socket.SOCK_STREAM) as double:
        double.shutdown(socket.SHUT_RDWR)


class Connecting:
    """A request that one thread sends and another may cut before its head came.

    The client tells of each new connection (`trace`, an extension of httpcore). Of one that it had kept from an
    earlier request it does not: that one goes when its head comes, or the time limit for the head passes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stream: Any = None
        self._cut = False

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        """What the client calls with all it does; a new stream replaces another, as TLS does the plain one."""
        given = info.get("return_value")
        with self._lock:
            if name.endswith(".failed"):
                self._stream = None  # it is closed next, and the number of its socket may be another's then
            elif hasattr(given, "get_extra_info"):
                self._stream = given
                self._cut_now()

    def cut(self) -> None:
        """Ends the waiting for the head, also of a connection that is only being made."""
        with self._lock:
            self._cut = True
            self._cut_now()

    def over(self) -> None:
        """The head is there, or will not come."""
        with self._lock:
            self._stream = None

    def _cut_now(self) -> None:
        if self._cut and self._stream is not None:
            cut_socket(self._stream)
