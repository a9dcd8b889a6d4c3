"""The vendor's own types of requests as a judge of ours.

Its models pass over fields they do not know, so what they read is written again: a field
that is not theirs, or a chunk of content they do not know, is missing from that.
"""

from __future__ import annotations

from typing import Any

import pytest


def problems(body: dict[str, Any]) -> str:
    """What the vendor's types find wrong with a body; empty when nothing is."""
    pytest.importorskip("mistralai")
    from mistralai.client.models import ChatCompletionStreamRequest
    from pydantic import ValidationError

    try:
        read = ChatCompletionStreamRequest.model_validate(body, strict=True)
    except ValidationError as error:
        return str(error)
    return "; ".join(_missing(body, read.model_dump(mode="json", by_alias=True), "body"))


def _missing(ours: Any, theirs: Any, path: str) -> list[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        unknown = [f"{path}.{name} is unknown" for name in ours if name not in theirs]
        inner = [_missing(value, theirs[name], f"{path}.{name}") for name, value in ours.items() if name in theirs]
        return [*unknown, *(one for found in inner for one in found)]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [one for number, (mine, yours) in pairs for one in _missing(mine, yours, f"{path}.{number}")]
    return [] if ours == theirs else [f"{path} is {ours!r}, read as {theirs!r}"]
