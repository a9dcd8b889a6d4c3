"""Options of Cohere's chat beyond those every api has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from headwater import Options, options


@options
class CohereOptions(Options):
    """Options of Cohere's chat; see Cohere's reference for what each does.

    `documents` are strings or `{"data": {...}, "id": ...}`; `citations` is how answers
    cite them (`FAST`, `ACCURATE`, `OFF`).
    """

    top_k: int | None = None
    documents: Sequence[str | Mapping[str, Any]] = ()
    citations: Literal["ENABLED", "DISABLED", "FAST", "ACCURATE", "OFF"] | None = None
    safety_mode: Literal["CONTEXTUAL", "STRICT", "OFF"] | None = None
    priority: int | None = None
    strict_tools: bool = False
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
