"""The Cloud Code Assist backend for headwater, with a token the user brings.

`provider` is where Gemini CLI asks. Others that speak the same make a `CodeAssistProvider`.
"""

from __future__ import annotations

from ._api import CodeAssistOptions as CodeAssistOptions
from ._api import api as api
from ._compat import BACKEND as BACKEND
from ._compat import BEHIND as BEHIND
from ._compat import EVERYWHERE as EVERYWHERE
from ._compat import CodeAssistCompat as CodeAssistCompat
from ._provider import CodeAssistProvider as CodeAssistProvider

provider = CodeAssistProvider(
    name="google-gemini-cli",
    base_url="https://cloudcode-pa.googleapis.com",
    api="google-gemini-cli",
    quirks=BACKEND,
    families=BEHIND,
    defaults=EVERYWHERE,
    endpoint_env="CODE_ASSIST_ENDPOINT",
)

__all__ = [
    "BACKEND",
    "BEHIND",
    "EVERYWHERE",
    "CodeAssistCompat",
    "CodeAssistOptions",
    "CodeAssistProvider",
    "api",
    "provider",
]
