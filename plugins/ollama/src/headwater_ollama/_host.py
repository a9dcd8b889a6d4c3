"""Where a server is, from what `OLLAMA_HOST` may hold: a host, a port, a URL, or parts of them.

Source: wire/ollama-chat section 1; the oracle of the tests is the vendor's own client (November 2026).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from headwater import RequestError

PORT = 11434
"""The server's usual port."""

HOME = f"http://127.0.0.1:{PORT}"
"""Where a server is unless somebody says otherwise."""

CLOUD = "https://ollama.com"
"""The vendor's own service, which wants a key."""

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""What a server listens on, and where it is then found."""


def parse_host(said: str | None) -> str:
    """The base URL, its usual port left out; raises `RequestError` for what is no host."""
    text = (said or "").strip()
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "http", text
    usual = {"http": 80, "https": 443}.get(scheme)
    try:
        parts = urlsplit(f"//{rest}")
        host, port = parts.hostname or "127.0.0.1", parts.port
    except ValueError as error:
        raise RequestError(f"OLLAMA_HOST={text[:80]!r} is no host: {error}") from None
    if usual is None or parts.username is not None:
        raise RequestError(f"OLLAMA_HOST={text[:80]!r} is no host; write host:port or http://host:port")
    host = _ANYWHERE.get(host, host)
    port = port or (usual if mark else PORT)
    path = parts.path.strip("/")
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + ("" if port == usual else f":{port}") + (f"/{path}" if path else "")
