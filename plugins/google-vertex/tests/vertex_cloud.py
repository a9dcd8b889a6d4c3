"""A Google Cloud of one server: it gives tokens and answers as a model, and files of credentials lead to it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from headwater import Hub
from headwater.testing import LoopbackServer, Reply, Request

ANSWER = (
    b'data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hi"}]},"finishReason":"STOP"}],'
    b'"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2,"trafficType":"ON_DEMAND"}}\n\n'
)
TOKEN_PATH = "/token"
MODEL = "google-vertex/gemini-3-flash"


@cache
def private_key() -> tuple[str, Any]:
    """A key of an account, as a file has it, and what checks its signatures."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return written.decode(), key.public_key()


def service_account(folder: Path, server: LoopbackServer, project: str | None = "account-project") -> str:
    """A file of credentials whose tokens come from the server; gives its path."""
    said = {
        "type": "service_account",
        "client_email": "robot@account-project.iam.gserviceaccount.com",
        "private_key_id": "key-1",
        "private_key": private_key()[0],
        "token_uri": f"{server.url}{TOKEN_PATH}",
    }
    path = folder / "account.json"
    path.write_text(json.dumps({**said, **({"project_id": project} if project else {})}))
    return str(path)


def token(value: str, seconds: int = 3600) -> Reply:
    """The answer of a token endpoint."""
    body = {"access_token": value, "expires_in": seconds, "token_type": "Bearer"}
    return Reply(json.dumps(body).encode(), headers={"content-type": "application/json"})


def hub_at(server: LoopbackServer, **environ: str) -> Hub:
    """A hub whose Vertex AI is the server."""
    return Hub(environ={"GOOGLE_VERTEX_BASE_URL": server.url, **environ})


def asked(server: LoopbackServer) -> list[Request]:
    """The requests that asked a model."""
    return [request for request in server.requests if ":streamGenerateContent" in request.path]


def shown(server: LoopbackServer) -> list[Mapping[str, str]]:
    """How the requests to a model showed who asks."""
    names = ("authorization", "x-goog-api-key", "x-goog-user-project")
    return [{name: one.headers[name] for name in names if name in one.headers} for one in asked(server)]


def claims(request: Request) -> dict[str, Any]:
    """What an account's own assertion claims; raises when its signature is not the key's."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    (assertion,) = parse_qs(request.body.decode())["assertion"]
    head, body, mark = assertion.split(".")
    private_key()[1].verify(_decoded(mark), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    claimed: dict[str, Any] = json.loads(_decoded(body))
    return claimed


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
