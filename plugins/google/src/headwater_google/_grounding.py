"""What an answer rests on: grounding, citations and pages that were read, as sources.

Source: wire/google-generative-ai, section 7 (November 2026). Offsets are bytes of the part's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import Assembly

from ._loose import objects, word

_WHOLE = {"web": "web", "retrievedContext": "document", "maps": "place", "image": "image"}
"""What a grounding chunk can be, and our word for it."""

_PLACES = ("uri", "sourceUri", "documentName", "fileSearchStore", "title")
"""Where a chunk can be found, the best first."""


def tell_grounding(out: Assembly, metadata: Mapping[str, Any]) -> None:
    """Writes the sources of grounding; the metadata themselves are kept beside the message."""
    if not metadata:
        return
    supports = objects(metadata.get("groundingSupports"))
    for position, chunk in enumerate(objects(metadata.get("groundingChunks"))):
        for field, kind in _WHOLE.items():
            found = chunk.get(field)
            if isinstance(found, dict):
                _tell_chunk(out, kind, found, _segments(supports, position))  # pyright: ignore[reportUnknownArgumentType]
    queries = metadata.get("webSearchQueries")
    if queries:
        out.status("searched", queries=queries)
    out.extra("groundingMetadata", metadata)


def tell_citations(out: Assembly, metadata: Mapping[str, Any]) -> None:
    """Writes the sources of citations."""
    for citation in objects(metadata.get("citations") or metadata.get("citationSources")):
        uri, title = word(citation.get("uri")), word(citation.get("title"))
        more = {name: citation[name] for name in ("startIndex", "endIndex", "license") if citation.get(name)}
        where = uri or title
        if where is not None:
            out.source(where, title, kind="citation", **more)


def tell_pages(out: Assembly, metadata: Mapping[str, Any]) -> None:
    """Writes the pages that were read, and tells of those that could not be."""
    for page in objects(metadata.get("urlMetadata")):
        url, status = word(page.get("retrievedUrl")), str(page.get("urlRetrievalStatus", ""))
        if url is None:
            continue
        if status.endswith("_SUCCESS"):
            out.source(url, kind="page")
        else:
            out.status("page_not_read", url=url, reason=status)


def _tell_chunk(out: Assembly, kind: str, found: Mapping[str, Any], segments: list[Any]) -> None:
    where = next((place for name in _PLACES if (place := word(found.get(name)))), "")
    known = ("uri", "sourceUri", "title", "text", "kind", "snippet")
    more = {name: value for name, value in found.items() if name not in known}
    if segments:
        more["segments"] = segments
    out.source(where, word(found.get("title")), word(found.get("text")), kind, **more)


def _segments(supports: list[dict[str, Any]], position: int) -> list[Any]:
    """The pieces of the answer that rest on the chunk at `position`."""
    return [
        support["segment"]
        for support in supports
        if "segment" in support
        and isinstance(support.get("groundingChunkIndices"), list)
        and position in support["groundingChunkIndices"]
    ]
