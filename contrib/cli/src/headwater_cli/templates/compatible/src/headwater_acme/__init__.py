"""acme for headwater, over a protocol that headwater knows: all of it is data."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="acme",
    base_url="https://api.acme.example/v1",  # change me: what stands before the path of the protocol
    api="openai-completions",
    key_env="ACME_API_KEY",
    # What holds for any of its models; `families` says more by how an id begins.
    defaults={"reasoning": False, "input": ["text"]},
    # Where the service differs from others that speak the protocol: flags of the api's owner.
    quirks={},
    # Its own codes of errors that say more than the status, such as {"wallet_empty": "quota"}.
    codes={},
    # Where a refusal of a shape of its own has them, such as {"code": "fault.name", "message": "fault.text"}.
    error_fields={},
)

__all__ = ["provider"]
