"""Google's codes of errors: the names of google.rpc.Code, which stand for a status inside a stream.

Source: wire/google-generative-ai, section 8 (November 2026). Codes that mean the same
everywhere (`unavailable`, `unauthenticated`, ...) are core's.
"""

from __future__ import annotations

from collections.abc import Mapping

from headwater import Kind

ERROR_CODES: Mapping[str, Kind] = {
    # What is behind a general code (a bad key, a long prompt, an unknown model) is told by the words.
    "invalid_argument": "invalid_request",
    "failed_precondition": "invalid_request",
    "out_of_range": "invalid_request",
    "already_exists": "invalid_request",
    "unimplemented": "invalid_request",
    "not_found": "invalid_request",
    # A quota by the minute comes back, and says when (RetryInfo).
    "resource_exhausted": "rate_limit",
    # The server gave up on the request, not we.
    "cancelled": "server",
    "aborted": "server",
    "unknown": "server",
    "internal": "server",
    "data_loss": "server",
}
"""Code in lower case, and the kind it means."""
