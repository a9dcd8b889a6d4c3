"""Whether a secret is left in what would be written, whatever was done to it on its way.

A body is kept byte for byte, so a secret in it cannot be taken out. It is looked for in the bytes and in all that a
reader could make of them: an answer says a key in pieces (one event each), escaped, coded or compressed.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import json
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, cast
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

from headwater import FramingError, make_framing

SHORTEST = 8
"""Characters a header's value must have to count as a secret: shorter ones would be found everywhere."""

DEEPEST = 3
"""How many things that were done to a text are undone one after the other: pieces, Base64 in them, a URL in that."""

LARGEST = 64 * 1024 * 1024
"""Bytes of one reading that are looked at: what is compressed may have no end."""

_KEYS: Sequence[tuple[str, bytes, bytes]] = (
    ("a key that begins with sk-", b"sk-", rb"c?sk-[A-Za-z0-9_-]{20,}"),
    ("a Google API key", b"AIza", rb"AIza[0-9A-Za-z_-]{35}"),
    ("a Google access token", b"ya29.", rb"ya29\.[0-9A-Za-z_.-]{20,}"),
    ("a Google refresh token", b"1//0", rb"1//0[0-9A-Za-z_-]{30,}"),
    ("a Google client secret", b"GOCSPX-", rb"GOCSPX-[0-9A-Za-z_-]{20,}"),
    ("a GitHub token", b"gh", rb"gh[pousr]_[A-Za-z0-9]{36,}"),
    ("a GitHub token", b"github_pat_", rb"github_pat_[A-Za-z0-9_]{22,}"),
    ("an AWS access key id", b"IA", rb"(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])"),
    ("a Groq key", b"gsk_", rb"gsk_[A-Za-z0-9]{20,}"),
    ("an xAI key", b"xai-", rb"xai-[A-Za-z0-9]{20,}"),
    ("a Hugging Face token", b"hf_", rb"hf_[A-Za-z0-9]{30,}"),
    ("a Fireworks key", b"fw_", rb"fw_[A-Za-z0-9]{20,}"),
    ("a Perplexity key", b"pplx-", rb"pplx-[A-Za-z0-9]{30,}"),
    ("a Slack token", b"xox", rb"xox[abeprs]-[A-Za-z0-9-]{20,}"),
    ("a bearer token", b"earer", rb"[Bb]earer\s+[A-Za-z0-9._~+/=-]{16,}"),
    ("a JSON web token", b"eyJ", rb"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
    ("a private key", b" PRIVATE KEY-----", rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
)
"""What keys look like, with a piece that is in each; from their issuers' documentation (November 2026)."""

_PATTERNS = tuple((name, piece, re.compile(rb"(?<![A-Za-z0-9_+-])" + pattern)) for name, piece, pattern in _KEYS)


def secrets_of(url: str, headers: Iterable[tuple[str, str]], named: Iterable[str] = ()) -> set[str]:
    """The secrets an exchange was made with: values of headers, parts of the URL, and those the user names.

    Only what the user names counts whatever it looks like; numbers and short words of a request do not.
    """
    parts = urlsplit(url)
    found = [value for _, value in headers]
    found += [value for _, value in parse_qsl(parts.query)]
    found += [unquote_to_bytes(parts.password).decode("utf-8", "replace")] if parts.password else []
    found += [word for value in list(found) for word in re.split(r"[\s,;]+", value)]
    kept = {value for value in found if len(value) >= SHORTEST and not value.isdigit()}
    return kept | {value for value in named if value.strip()}


def find_secret(
    data: bytes, secrets: Iterable[str], forgiven: Collection[str] = (), *, framing: str | None = None
) -> str | None:
    """What kind of secret `data` holds, in words that do not tell it; None when there is none.

    Looked for are the `secrets`, and what looks like anybody's key unless it is `forgiven` (an example key in
    a prompt, say). `framing` is that of an answer's body, for its events to be read.
    """
    forms = {form for secret in secrets for form in _forms(secret)}
    for reading in _readings(data, framing):
        if any(form in reading for form in forms):
            return "a secret that the request was made with, or one that was named"
        for name, piece, pattern in _PATTERNS:
            for found in pattern.finditer(reading) if piece in reading else ():
                if found.group().decode("ascii", "replace") not in forgiven:
                    return name
    return None


def _forms(secret: str) -> Iterator[bytes]:
    """A secret as it may stand in bytes of which nothing can be undone."""
    raw = secret.encode("utf-8", "replace")
    yield raw
    yield json.dumps(secret)[1:-1].encode()
    yield quote(raw, safe="").encode()
    for shift in range(3):
        # Base64 depends on where in a group of three bytes it begins; its first and last signs on what is around it.
        coded = base64.b64encode(b"\0" * shift + raw)
        middle = coded[4 if shift else 0 : len(coded) - 4]
        if len(middle) >= SHORTEST:
            yield middle
            yield middle.translate(bytes.maketrans(b"+/", b"-_"))


def _readings(data: bytes, framing: str | None) -> Iterator[bytes]:
    """The data as it is, then what each way of undoing makes of it, and of that again."""
    seen: set[bytes] = set()
    waiting = [data, *([_events(data, framing)] if framing else [])]
    for _ in range(DEEPEST + 1):
        made: list[bytes] = []
        for one in waiting:
            if one and one not in seen:
                seen.add(one)
                yield one
                made += [undo(one) for undo in _UNDO]
        waiting = made


def _events(body: bytes, framing: str) -> bytes:
    """The events of an answer, one on a line, as far as they can be read."""
    reader = make_framing(framing)
    events: list[bytes] = []
    try:
        events += [raw.data for raw in reader.feed(body)]
        events += [raw.data for raw in reader.end()]
    except FramingError:
        pass  # what was read until then is looked at, and the body as it is in any case
    return b"\n".join(events)


def _joined(data: bytes) -> bytes:
    """The strings of JSON, those at the same place of one event after the other put together."""
    places: dict[tuple[str, ...], list[str]] = {}
    for value in _values(data):
        for place, text in _strings(value, ()):
            places.setdefault(place, []).append(text)
    return "\n".join("".join(texts) for texts in places.values()).encode("utf-8", "surrogatepass")


def _values(data: bytes) -> Iterator[Any]:
    """What JSON there is: the whole, or what stands on a line of its own."""
    for text in (data, *data.splitlines()):
        try:
            yield json.loads(text.strip().removeprefix(b"data:"))
        except (ValueError, RecursionError):
            continue
        if text is data:
            return


def _strings(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            yield (*place, ""), name
            yield from _strings(inner, (*place, name))
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _strings(inner, place)


_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|([nrt/]))")


def _unescaped(data: bytes) -> bytes:
    r"""Without the escapes of JSON (`\/`, `\n`, `\u0041`), also where it is cut and cannot be read as such."""

    def plain(found: re.Match[bytes]) -> bytes:
        if found[1] is None:
            return b"/" if found[2] == b"/" else b" "
        return chr(int(found[1], 16)).encode("utf-8", "replace")

    return _ESCAPE.sub(plain, data) if b"\\" in data else b""


def _unquoted(data: bytes) -> bytes:
    """Without the escapes of URLs (`%2F`)."""
    return unquote_to_bytes(data) if b"%" in data else b""


def _unmarked(data: bytes) -> bytes:
    """Without the escapes of HTML (`&#x2F;`)."""
    return html.unescape(data.decode("utf-8", "replace")).encode("utf-8", "replace") if b"&" in data else b""


_ZIPPED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
"""How gzip and zlib begin."""


def _unzipped(data: bytes) -> bytes:
    """Without the compression that its beginning shows, as far as it came."""
    if not data.startswith(_ZIPPED):
        return b""
    try:
        return zlib.decompressobj(47).decompress(data, LARGEST)
    except zlib.error:
        return b""


_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")

SMALL = 4096
"""Bytes that are looked at whatever they are; of more only text is, not what an image is made of."""


def _decoded(data: bytes) -> bytes:
    """The texts that stand there in Base64."""
    made: list[bytes] = []
    for run in _BASE64.findall(data):
        whole = run.translate(bytes.maketrans(b"-_", b"+/"))[: len(run) - (len(run) % 4 == 1)]
        plain = binascii.a2b_base64(whole + b"==")
        if len(plain) <= SMALL or plain.startswith(_ZIPPED) or _is_text(plain):
            made.append(plain)
    return b"\n".join(made)


def _is_text(data: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)  # the last sign may be cut
    except UnicodeDecodeError:
        return False
    return True


def _unhexed(data: bytes) -> bytes:
    """What stands there in hexadecimal digits."""
    return b"\n".join(bytes.fromhex(run.decode()) for run in _HEX.findall(data))


_UNDO: Sequence[Callable[[bytes], bytes]] = (
    _joined,
    _unescaped,
    _unquoted,
    _unmarked,
    _unzipped,
    _decoded,
    _unhexed,
)
