"""Images, documents and sound as Converse has them: a format, and bytes or a place in S3.

Source: wire/bedrock-converse section 4 (November 2026).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from headwater import Audio, Document, Image, Model, RequestError

IMAGES: Mapping[str, str] = {
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/gif": "gif",
    "image/webp": "webp",
}
DOCUMENTS: Mapping[str, str] = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/markdown": "md",
    "text/plain": "txt",
}
SOUNDS: Mapping[str, str] = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/aac": "aac",
    "audio/mp4": "m4a",
    "audio/opus": "opus",
    "audio/webm": "webm",
}

_UNNAMEABLE = re.compile(r"[^A-Za-z0-9 ()\[\]-]+")


def image(block: Image, model: Model) -> dict[str, Any]:
    """An image; raises `RequestError` for a format or a place that Bedrock cannot read."""
    return {"image": {"format": _format(block.mime_type, IMAGES, "images", model), "source": _source(block, model)}}


def sound(block: Audio, model: Model) -> dict[str, Any]:
    """Sound; raises `RequestError` for a format Bedrock cannot read."""
    return {"audio": {"format": _format(block.mime_type, SOUNDS, "sound", model), "source": {"bytes": block.data}}}


def document(block: Document, model: Model, names: set[str], *, citations: bool) -> dict[str, Any]:
    """A document; `names` are those taken in this request. Raises `RequestError` as `image` does."""
    made: dict[str, Any] = {
        "name": _name(block.name, names),
        "format": _format(block.mime_type, DOCUMENTS, "documents", model),
        "source": _source(block, model),
    }
    if citations:
        made["citations"] = {"enabled": True}
    return {"document": made}


def is_elsewhere(block: Image | Document | Audio) -> bool:
    """Whether a block is known by a URL only that Bedrock does not follow."""
    return not block.data and not isinstance(block, Audio) and not (block.url or "").startswith("s3://")


def _source(block: Image | Document, model: Model) -> dict[str, Any]:
    if block.data:
        return {"bytes": block.data}
    if block.url and block.url.startswith("s3://"):
        return {"s3Location": {"uri": block.url}}
    raise RequestError(f"{model} takes a {block.type} as base64 data or from s3://, not by URL; fetch it yourself")


def _format(mime_type: str | None, known: Mapping[str, str], what: str, model: Model) -> str:
    found = known.get((mime_type or "").partition(";")[0].strip().lower())
    if found is None:
        raise RequestError(f"{model} takes {what} as {', '.join(dict.fromkeys(known.values()))}, not as {mime_type}")
    return found


def _name(given: str | None, names: set[str]) -> str:
    """A name of the characters that are allowed, once in a request."""
    plain = " ".join(_UNNAMEABLE.sub(" ", given or "").split())[:180] or "document"
    name, number = plain, 1
    while name in names:
        number += 1
        name = f"{plain} ({number})"
    names.add(name)
    return name
