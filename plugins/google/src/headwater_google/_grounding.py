"""What an answer rests on: grounding, citations and pages that were read, as sources.

Source: wire/google-generative-ai, section 7 (November 2026). Offsets are bytes of the part's text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from headwater import Assembly

_WHOLE = {"web": "web", "retrievedContext": "document", "maps": "place", "image": "image"}
"""What a grounding chunk can be, and our word for it."""


def tell_grounding(out: Assembly, metadata: Mapping[str, Any]) -> None:
    """Writes the sources of grounding; the metadata themselves are kept beside the message."""
    if not metadata:
        return
    supports = list(_objects(metadata.get("groundingSupports")))
    for position, chunk in enumerate(_objects(metadata.get("groundingChunks"))):
        for field, kind in _WHOLE.items():
            found = chunk.get(field)
            if isinstance(found, dict):
                _tell_chunk(out, kind, cast("dict[str, Any]", found), _segments(supports, position))
    queries = metadata.get("webSearchQueries")
    if queries:
        out.status("searched", queries=queries)
    out.extra("groundingMetadata", metadata)


def tell_citations(out: Assembly, metadata: Mapping[str, Any]) -> None:
    """Writes the sources of citations."""
    for citation in _objects(metadata.get("citations") or metadata.get("citationSources")):
        uri, title = str(citation.get("uri") or ""), citation.get("title") or None
        more = {name: citation[name] for name in ("startIndex", "endIndex", "license") if citation.get(name)}
        if uri or title:
            out.source(uri or str(title), title, kind="citation", **more)


def tell_pages(out: Assembly, metadata: Mapping[str, Any]) -> None:
    """Writes the pages that were read, and tells of those that could not be."""
    for page in _objects(metadata.get("urlMetadata")):
        url, status = page.get("retrievedUrl"), str(page.get("urlRetrievalStatus", ""))
        if not isinstance(url, str):
            continue
        if status.endswith("_SUCCESS"):
            out.source(url, kind="page")
        else:
            out.status("page_not_read", url=url, reason=status)


def _tell_chunk(out: Assembly, kind: str, found: Mapping[str, Any], segments: list[Any]) -> None:
    places = (found.get(name) for name in ("uri", "sourceUri", "documentName", "fileSearchStore", "title"))
    where = next((place for place in places if isinstance(place, str) and place), "")
    known = ("uri", "sourceUri", "title", "text")
    more = {name: value for name, value in found.items() if name not in known}
    if segments:
        more["segments"] = segments
    out.source(where, found.get("title"), found.get("text"), kind, **more)


def _segments(supports: list[dict[str, Any]], position: int) -> list[Any]:
    """The pieces of the answer that rest on the chunk at `position`."""
    return [
        support["segment"]
        for support in supports
        if position in (support.get("groundingChunkIndices") or ()) and "segment" in support
    ]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in cast("list[Any]", value):
            if isinstance(item, dict):
                yield cast("dict[str, Any]", item)
