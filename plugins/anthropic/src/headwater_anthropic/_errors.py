"""Anthropic's codes of errors: `error.details.error_code` where there is one, else `error.type`.

Source: wire/anthropic-messages, section 12 (November 2026). Codes that mean the same
everywhere (`overloaded_error`, `rate_limit_error`, ...) are core's; a code that is in
neither table is judged by its type and status.
"""

from __future__ import annotations

from collections.abc import Mapping

from headwater import Kind

ERROR_CODES: Mapping[str, Kind] = {
    # Types, which stand for a status where an error comes in the middle of a stream.
    "invalid_request_error": "invalid_request",
    "api_error": "server",
    "conflict_error": "server",
    # A 429 that waiting does not cure, and one that it does.
    "contract_spend_limit_reached": "quota",
    "enforced_spend_limit_reached": "quota",
    "linked_organization_spend_limit_reached": "quota",
    "linked_organization_billing_unavailable": "quota",
    "storage_quota_exceeded": "quota",
    "ramp_limit_exceeded": "rate_limit",
    # A 400 or 403 about who asks.
    "organization_on_hold": "permission",
    "organization_not_enrolled_in_beta": "permission",
    "organization_type_not_supported": "permission",
    "parent_organization_required": "permission",
    "sandbox_egress_restricted": "permission",
    "user_profile_billing_not_authorized": "permission",
    "user_profile_not_billable": "permission",
    "workspace_policy_violation": "permission",
    "claude_code_key_creator_not_member": "permission",
    "cmek_key_disabled": "permission",
    # A 503 that passes.
    "cmek_context_unavailable": "overloaded",
    "cmek_key_unreachable": "overloaded",
    "compaction_unavailable": "overloaded",
    # A 404 that is no model's.
    "file_expired": "invalid_request",
    "thread_not_found": "invalid_request",
    # A 400 that the same request does not meet again.
    "request_body_timeout": "timeout",
    "thread_continue_in_flight": "server",
    "request_body_too_large_after_decoding": "context_overflow",
}
"""Code or type, in lower case, and the kind it means."""
