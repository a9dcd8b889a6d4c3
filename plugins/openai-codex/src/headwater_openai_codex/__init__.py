"""The ChatGPT backend for headwater: the api `openai-codex-responses`, which is Responses with rules of its own."""

from __future__ import annotations

from ._api import CodexResponses
from ._provider import Codex

api = CodexResponses()
provider = Codex()

__all__ = ["api", "provider"]
