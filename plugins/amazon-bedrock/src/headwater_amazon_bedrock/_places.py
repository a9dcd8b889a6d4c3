"""Where Bedrock is: regions, and the hosts that serve them.

Source: wire/bedrock-converse section 1; the oracle of the tests is botocore (November 2026).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import fields_dict, frozen

from headwater import RequestError

DEFAULT_REGION = "us-east-1"

SUFFIXES: tuple[tuple[str, str, str], ...] = (
    ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    ("", "amazonaws.com", "api.aws"),
)
"""How regions begin that have domains of their own: the usual domain, and the one with IPv6."""

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@frozen(kw_only=True)
class Settings:
    """Keywords of `Hub.model` for a model at Bedrock.

    `region` and `profile` win over the environment's. `family` is the id of a foundation model
    whose kind this is, for an id that does not show it (an application inference profile).
    `fips` and `dual_stack` choose the host.
    """

    region: str | None = None
    profile: str | None = None
    family: str | None = None
    fips: bool = False
    dual_stack: bool = False


def read_settings(given: Mapping[str, Any]) -> Settings:
    """The settings in a caller's keywords; raises `RequestError` for one that does not exist."""
    known = fields_dict(Settings)
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise RequestError(f"amazon-bedrock has no setting {unknown[0]!r}; it knows {', '.join(known)}")
    return Settings(**given)


def find_region(model_id: str, settings: Settings, variables: Mapping[str, str]) -> str:
    """The region to ask: the one that is set, the one an ARN names, the environment's, or us-east-1.

    Raises `RequestError` for what is no region: it becomes part of a host's name.
    """
    region = (
        settings.region
        or region_of_arn(model_id)
        or variables.get("AWS_REGION")
        or variables.get("AWS_DEFAULT_REGION")
        or DEFAULT_REGION
    )
    if not _LABEL.fullmatch(region):
        raise RequestError(f"{region[:80]!r} is no region of AWS; write one such as {DEFAULT_REGION}")
    return region


def region_of_arn(model_id: str) -> str | None:
    """The region in an ARN (`arn:aws:bedrock:REGION:...`); None for other ids."""
    parts = model_id.split(":")
    return parts[3] or None if parts[0] == "arn" and len(parts) > 5 else None


def find_endpoint(region: str, settings: Settings, variables: Mapping[str, str]) -> str:
    """The base URL of a region, or the one the environment names."""
    for name in ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL"):
        if variables.get(name):
            return variables[name].rstrip("/")
    fips = settings.fips or variables.get("AWS_USE_FIPS_ENDPOINT", "").lower() == "true"
    dual = settings.dual_stack or variables.get("AWS_USE_DUALSTACK_ENDPOINT", "").lower() == "true"
    _, usual, both = next(suffix for suffix in SUFFIXES if region.startswith(suffix[0]))
    return f"https://bedrock-runtime{'-fips' if fips else ''}.{region}.{both if dual else usual}"
