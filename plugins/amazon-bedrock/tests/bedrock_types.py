"""Botocore's model of the service as a judge of our requests.

Its validator knows names, kinds, unions and lengths; enumerations, patterns and base64 are looked at here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

OPERATION = "ConverseStream"


def problems(body: dict[str, Any], model_id: str = "anthropic.claude-opus-4-6-v1") -> list[str]:
    """What is wrong with a body; empty when nothing is."""
    pytest.importorskip("botocore.session")
    from botocore.validate import ParamValidator

    shape, given = _shape(), {"modelId": model_id, **body}
    report = ParamValidator().validate(given, shape).generate_report()
    return [*report.splitlines(), *_further(given, shape, "")]


@cache
def _shape() -> Any:
    """The form of a request; to read it takes longer than to look at a thousand bodies."""
    from botocore.session import get_session

    return get_session().get_service_model("bedrock-runtime").operation_model(OPERATION).input_shape


def _further(value: Any, shape: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure" and not getattr(shape, "is_document_type", False):
        for name, inner in value.items() if isinstance(value, dict) else ():
            if name in shape.members:
                yield from _further(inner, shape.members[name], f"{path}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _further(inner, shape.member, f"{path}.{position}")
    elif shape.type_name == "string" and isinstance(value, str):
        yield from _text(value, shape, path)
    elif shape.type_name == "blob":
        try:
            base64.b64decode(value, validate=True)
        except (TypeError, ValueError):
            yield f"{path} is no base64: {value!r:.60}"


def _text(value: str, shape: Any, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield f"{path} is none of {shape.enum}: {value!r}"
    if not len(value) <= shape.metadata.get("max", len(value)):
        yield f"{path} is too long"
    pattern = shape.metadata.get("pattern")
    if pattern and not path.endswith(".modelId") and not re.fullmatch(pattern, value):
        yield f"{path} does not match {pattern}: {value!r:.60}"
