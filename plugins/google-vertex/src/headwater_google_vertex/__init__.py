"""Gemini on Vertex AI for headwater: the protocol of `headwater-google`, with Google Cloud's ways of asking.

`provider` finds application default credentials, or takes an access token or an API key as `key`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater_google import ERROR_CODES, FAMILIES, GENERALLY

from ._place import EXPRESS_HOST
from ._place import VertexCompat as VertexCompat
from ._provider import VertexProvider as VertexProvider

VERTEX: Mapping[str, Any] = {
    "service_tier": "header",
    "streams_arguments": True,
    "audio_timestamps": True,
}
"""Compat flags of Vertex AI. Ids of calls are not sent back, for most answers have none (wire section 5)."""


def _family(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is known of a family, with penalties, which Vertex AI takes where the Gemini API does not."""
    flags = dict(said.get("compat", {}))
    if "budgets" in flags:
        flags.pop("penalties", None)
    return {**said, "compat": flags}


provider = VertexProvider(
    name="google-vertex",
    base_url=EXPRESS_HOST,
    api="google-vertex",
    quirks=VERTEX,
    catalogue_file="headwater_google_vertex:models.json",
    families={start: _family(said) for start, said in FAMILIES.items()},
    defaults=GENERALLY,
    codes=ERROR_CODES,
)

__all__ = ["VertexCompat", "VertexProvider", "provider"]
