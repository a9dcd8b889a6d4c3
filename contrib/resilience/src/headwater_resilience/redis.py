"""Circuits in Redis, so that several processes share one view (extra `headwater-resilience[redis]`).

A circuit is one JSON value. It is replaced only where it is still what was read, by a script of three lines
that Redis runs as one step: the rules of the circuit stand in one place, in Python.
"""

from __future__ import annotations

from typing import Any

from attrs import asdict, fields_dict

from headwater import RequestError, dumps, loads

from ._circuit import Circuit

PREFIX = "headwater:circuit:"

KEPT = 24 * 60 * 60
"""Seconds after which a circuit nobody used is forgotten."""

LATE = 1.0
"""Seconds that Redis may take to connect or answer; after that, requests pass uncounted."""

_REPLACE = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


class RedisStore:
    """A store in Redis, by a client of the package `redis`; async streams use it in worker threads.

    The clocks of the machines have to agree to within a few seconds.
    """

    blocking = True

    def __init__(self, client: Any, *, prefix: str = PREFIX, kept: float = KEPT) -> None:
        if kept < 1:
            raise RequestError(f"RedisStore: kept={kept} forgets circuits at once; give seconds of 1 or more")
        self._client = client
        self._prefix = prefix
        self._kept = int(kept)
        self._replace: Any = client.register_script(_REPLACE)

    @classmethod
    def from_url(cls, url: str, **settings: Any) -> RedisStore:
        """A store at `redis://host:port/db` (rediss:// for TLS, unix:// for a socket); `settings` are the client's."""
        if not url.startswith(("redis://", "rediss://", "unix://")):
            raise RequestError(f"{url.partition('://')[0][:20]!r} leads to no Redis; write redis://host:port/0")
        try:
            import redis
        except ImportError as error:
            raise RequestError(
                "RedisStore needs the redis package; pip install 'headwater-resilience[redis]'"
            ) from error
        library: Any = redis  # an extra: its types may not be there
        limits = {"socket_connect_timeout": LATE, "socket_timeout": LATE}
        try:
            return cls(library.Redis.from_url(url, **{**limits, **settings}))
        except (ValueError, TypeError) as error:
            raise RequestError(f"no Redis can be reached by that URL ({error}); write redis://host:port/0") from error

    def load(self, key: str) -> Circuit | None:
        """The circuit of that key; None where there is none, or one that cannot be read."""
        return _decoded(self._client.get(self._prefix + key))

    def replace(self, key: str, old: Circuit | None, new: Circuit) -> bool:
        """Puts `new` in the place of `old`, unless another process was faster."""
        return bool(self._replace(keys=[self._prefix + key], args=[_encoded(old), _encoded(new), self._kept]))

    def close(self) -> None:
        """Closes the client."""
        self._client.close()


def _encoded(circuit: Circuit | None) -> bytes:
    return b"" if circuit is None else dumps(asdict(circuit))


def _decoded(value: Any) -> Circuit | None:
    if not value:
        return None
    known = fields_dict(Circuit)
    said: dict[str, Any] = {name: what for name, what in loads(value).items() if name in known}
    said["recent"] = tuple(said.get("recent", ()))
    return Circuit(**said)
