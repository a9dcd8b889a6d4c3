"""Codes of failed responses and what they mean (wire/openai-responses, section 6; November 2026)."""

from __future__ import annotations

from collections.abc import Mapping

from headwater import Kind

CODES: Mapping[str, Kind] = {
    "server_is_overloaded": "overloaded",
    "slow_down": "overloaded",
    "invalid_prompt": "content_filter",
    "bio_policy": "content_filter",
    "misalignment_policy_violation": "content_filter",
    "image_content_policy_violation": "content_filter",
    "vector_store_timeout": "timeout",
    "data_residency_mismatch": "invalid_request",
    "previous_response_not_found": "invalid_request",
    "invalid_image": "invalid_request",
    "invalid_image_format": "invalid_request",
    "invalid_base64_image": "invalid_request",
    "invalid_image_url": "invalid_request",
    "invalid_image_mode": "invalid_request",
    "image_too_large": "invalid_request",
    "image_too_small": "invalid_request",
    "image_parse_error": "invalid_request",
    "image_file_too_large": "invalid_request",
    "image_file_not_found": "invalid_request",
    "empty_image_file": "invalid_request",
    "unsupported_image_media_type": "invalid_request",
    "failed_to_download_image": "invalid_request",
}
"""`invalid_prompt` is a prompt that was flagged, as its words say."""
