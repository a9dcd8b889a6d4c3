"""Gemini for headwater, and generateContent for everybody who speaks it.

`provider` is the Gemini API. Its models answer over `google-generative-ai`, or with
`api="google-interactions"` over the Interactions API. Other plugins stand on
`GenerateContent` (`headwater_google.generate`) with compat flags of their own
(`GoogleCompat`); `FAMILIES` says what is known of a model wherever it is hosted, and `GENERALLY`
what of all. Models, counts of tokens and caches are asked for with `headwater_google.manage`.
"""

from __future__ import annotations

from headwater import Auth, Credential

from ._compat import GoogleCompat as GoogleCompat
from ._errors import ERROR_CODES as ERROR_CODES
from ._families import FAMILIES as FAMILIES
from ._families import GEMINI_API
from ._families import GENERALLY as GENERALLY
from ._options import GoogleOptions as GoogleOptions
from ._options import InteractionsOptions as InteractionsOptions
from ._provider import GoogleProvider

provider = GoogleProvider(
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
    catalogue_file="headwater_google:models.json",
    families=FAMILIES,
    defaults=GENERALLY,
    codes=ERROR_CODES,
)

__all__ = ["ERROR_CODES", "FAMILIES", "GENERALLY", "GoogleCompat", "GoogleOptions", "InteractionsOptions", "provider"]
