"""Tokens of Entra ID, by azure-identity (the extra `entra`)."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from headwater import RequestError

SCOPE = "https://cognitiveservices.azure.com/.default"
"""What a token is asked for; Foundry's own hosts may want `https://ai.azure.com/.default`."""


def entra_token(credential: Any = None, *, scope: str = SCOPE) -> Callable[[], str]:
    """A key that is asked for a token at each request; the credential keeps it until it expires.

    `credential` is one of azure-identity, by default its `DefaultAzureCredential`, made at
    first use. Raises `RequestError` when azure-identity is needed and not installed.
    """
    lock = Lock()

    def token() -> str:
        nonlocal credential
        with lock:
            if credential is None:
                credential = _default_credential()
            return str(credential.get_token(scope).token)

    return token


def _default_credential() -> Any:
    try:
        from azure.identity import (  # pyright: ignore[reportMissingImports]
            DefaultAzureCredential,  # pyright: ignore[reportUnknownVariableType]
        )
    except ImportError as error:
        raise RequestError(
            "tokens of Entra ID need azure-identity; pip install headwater-azure-openai[entra]"
        ) from error
    return DefaultAzureCredential()  # pyright: ignore[reportUnknownVariableType]
