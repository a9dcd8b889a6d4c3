"""Antigravity for headwater: the protocol of `headwater-google-gemini-cli` at another host, with other names.

Source: wire/google-gemini-cli, sections 1 and 5 (November 2026).
"""

from __future__ import annotations

from headwater_google_gemini_cli import BACKEND, BEHIND, EVERYWHERE, CodeAssistProvider

provider = CodeAssistProvider(
    name="google-antigravity",
    base_url="https://daily-cloudcode-pa.googleapis.com",
    api="google-gemini-cli",
    quirks={**BACKEND, "names": "camel"},
    families=BEHIND,
    defaults=EVERYWHERE,
)

__all__ = ["provider"]
