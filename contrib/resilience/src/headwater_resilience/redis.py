"""Circuits in Redis, so that several processes share one view (extra `headwater-resilience[redis]`).

A circuit is one JSON value. It is replaced only where it is still what was read, by a script of three lines
that Redis runs as one step: the rules of the circuit stand in one place, in Python.
"""

from __future__ import annotations

from math import isfinite
from typing import Any, get_args

from attrs import asdict, evolve, fields_dict

from headwater import DecodeError, RequestError, dumps, loads

from ._circuit import Circuit, Phase

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
        if not 1 <= kept < 10**9:
            raise RequestError(f"RedisStore: kept={kept} is no time to keep circuits; give seconds of 1 or more")
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
        name = self._prefix + key
        if self._put(name, _encoded(old), new):
            return True
        # another release may have written the same otherwise, and what nobody can read is none
        value = self._client.get(name)
        return bool(value) and _decoded(value) == old and self._put(name, value, new)

    def _put(self, name: str, old: Any, new: Circuit) -> bool:
        return bool(self._replace(keys=[name], args=[old, _encoded(new), self._kept]))

    def close(self) -> None:
        """Closes the client."""
        self._client.close()


def _encoded(circuit: Circuit | None) -> bytes:
    return b"" if circuit is None else dumps(asdict(circuit))


def _decoded(value: Any) -> Circuit | None:
    if not value:
        return None
    try:
        said: dict[str, Any] = loads(value)
        circuit = Circuit(**{name: said[name] for name in fields_dict(Circuit) if name in said})
        circuit = evolve(circuit, recent=tuple(circuit.recent))
    except (DecodeError, TypeError):
        return None
    return circuit if _makes_sense(circuit) else None


def _makes_sense(circuit: Circuit) -> bool:
    """Whether what was read is of the types it should be."""
    times = (*circuit.recent, circuit.opened_at, circuit.probe_at, circuit.last_failure or 0, circuit.last_success or 0)
    counts = (circuit.passed, circuit.turn, circuit.failure_count, circuit.success_count)
    return (
        circuit.phase in get_args(Phase)
        and all(type(time) in (int, float) and isfinite(time) for time in times)
        and all(type(count) is int for count in counts)
        and (circuit.probe is None or type(circuit.probe) is str)
    )
