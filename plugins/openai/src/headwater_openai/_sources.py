"""What an answer rests on, in the places where imitators of the protocol tell it.

Annotations of a delta (OpenAI; Groq's documents), search results and citations beside the choices (Perplexity
repeats them in every chunk), and the steps of a search while it goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from headwater import Assembly

from ._chat_wire import Chunk
from ._fields import fields, objects, text


class Sources:
    """The sources of one answer, written once each."""

    def __init__(self, out: Assembly) -> None:
        self._out = out
        self._told: tuple[Any, ...] = ()
        self._steps = 0

    def annotate(self, annotation: Mapping[str, Any]) -> None:
        """What a place in the answer rests on: a page, or a document the caller gave."""
        self._cite(fields(annotation, "url_citation"))
        document = text(fields(annotation, "document_citation"), "document_id")
        if document:
            self._out.source(document, kind="document")

    def beside(self, chunk: Chunk) -> None:
        """Pages and images that stand beside the choices, and the questions to ask next."""
        told = (chunk.search_results, chunk.citations, chunk.images, chunk.related_questions)
        if told == self._told:
            return
        self._told = told
        for result in chunk.search_results or ():
            self._cite(result)
        for citation in () if chunk.search_results else chunk.citations or ():
            self._cite(cast("dict[str, Any]", citation) if isinstance(citation, dict) else {"url": citation})
        for image in chunk.images or ():
            url = text(image, "image_url")
            if url:
                known = {name: image[name] for name in ("origin_url", "width", "height") if name in image}
                self._out.source(url, text(image, "title"), kind="image", **known)
        if chunk.related_questions:
            self._out.extra("related_questions", chunk.related_questions)

    def follow(self, steps: list[dict[str, Any]]) -> None:
        """Steps of a search that goes on: a thought each, and what was found."""
        for step in steps:
            key = ("step", self._steps)
            self._steps += 1
            thought = text(step, "thought")
            if thought:
                self._out.thinking(thought, key)
                self._out.close(key)
            found = fields(step, "web_search")
            if found.get("search_keywords"):
                self._out.status("searching", keywords=found["search_keywords"])
            for result in [*objects(found, "search_results"), *objects(fields(step, "fetch_url_content"), "contents")]:
                self._cite(result)
            ran = fields(step, "execute_python")
            if ran:
                self._out.code_execution(key, code=text(ran, "code") or "", output=text(ran, "result"))

    def _cite(self, citation: Mapping[str, Any]) -> None:
        url = text(citation, "url")
        if url:
            self._out.source(url, text(citation, "title"), text(citation, "snippet") or text(citation, "content"))
