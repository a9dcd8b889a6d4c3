"""Gemini for headwater, and generateContent for everybody who speaks it.

`provider` is the Gemini API. Its models answer over `google-generative-ai`, or with
`api="google-interactions"` over the Interactions API. Other plugins stand on
`GenerateContent` (`headwater_google.generate`) with compat flags of their own
(`GoogleCompat`); `FAMILIES` says what is known of a model wherever it is hosted.
"""

from __future__ import annotations

from headwater import Auth, CompatibleProvider, Credential

from ._compat import GoogleCompat as GoogleCompat
from ._errors import ERROR_CODES as ERROR_CODES
from ._families import FAMILIES as FAMILIES
from ._families import GEMINI_API
from ._options import GoogleOptions as GoogleOptions
from ._options import InteractionsOptions as InteractionsOptions

provider = CompatibleProvider(
    name="google",
    # v1beta has every field; v1 lacks the aliases and what is not yet generally available (wire section 1).
    base_url="https://generativelanguage.googleapis.com/v1beta",
    api="google-generative-ai",
    auth=Auth(
        credentials=(
            Credential(env="GEMINI_API_KEY", header="x-goog-api-key", prefix=""),
            Credential(env="GOOGLE_API_KEY", header="x-goog-api-key", prefix=""),
        )
    ),
    quirks=GEMINI_API,
    families=FAMILIES,
    defaults={"input": ("text", "image", "document", "audio")},
    codes=ERROR_CODES,
)

__all__ = ["ERROR_CODES", "FAMILIES", "GoogleCompat", "GoogleOptions", "InteractionsOptions", "provider"]
