"""Images, documents and sound as parts, and thought signatures that can be one.

Source: wire/google-generative-ai, section 2 (November 2026).
"""

from __future__ import annotations

import mimetypes
import re
from typing import Any
from urllib.parse import urlsplit

from headwater import Audio, Document, Image, RequestError

STAND_IN = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="
"""The documented signature for a call whose own was lost or is another model's, in base64."""

RESULT_KINDS = frozenset({"image/png", "image/jpeg", "image/webp", "application/pdf", "text/plain"})
"""What a function's result may hold beside its answer."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


def is_signature(value: object) -> bool:
    """Whether a thought signature can be one: base64, a multiple of four characters long."""
    return isinstance(value, str) and len(value) % 4 == 0 and _BASE64.fullmatch(value) is not None


def media_part(model: object, block: Image | Document | Audio) -> dict[str, Any]:
    """The part of an image, document or sound; raises `RequestError` for one without data and URL."""
    if block.data is not None:
        return {"inlineData": {"mimeType": mime_type(block), "data": block.data}}
    if isinstance(block, Audio) or block.url is None:
        raise RequestError(f"{model} was given {block.type} without data; give data=... or url=...")
    found = mime_type(block, "")
    return {"fileData": {"fileUri": block.url, **({"mimeType": found} if found else {})}}


def mime_type(block: Image | Document | Audio, default: str = "image/png") -> str:
    """The kind of an image, document or sound: what it says, else by the name in its URL."""
    url = None if isinstance(block, Audio) else block.url
    guessed = mimetypes.guess_type(urlsplit(url).path)[0] if url else None
    # A document says application/pdf unless told otherwise; its URL may know better.
    if isinstance(block, Document) and block.mime_type == "application/pdf" and guessed:
        return guessed
    return block.mime_type or guessed or default
