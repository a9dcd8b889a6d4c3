"""acme for headwater, over a protocol of its own (the api `acme-chat`)."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="acme",
    base_url="https://api.acme.example/v1",  # change me: what stands before the path that the api adds
    api="acme-chat",
    key_env="ACME_API_KEY",
    # What holds for any of its models; `families` says more by how an id begins.
    defaults={"reasoning": True, "input": ["text"]},
    # Its own codes of errors that say more than the status.
    codes={"busy": "overloaded"},
)

__all__ = ["provider"]
