"""Vercel AI Gateway for headwater: models of many vendors over Messages, chat completions or Responses.

`routing` makes the fields by which the gateway is told who may serve a request.
"""

from __future__ import annotations

from ._models import APIS, CODES, DEFAULTS, MESSAGES
from ._provider import VercelGateway
from ._routing import routing as routing

provider = VercelGateway(
    name="vercel-ai-gateway",
    base_url="https://ai-gateway.vercel.sh",
    api="anthropic-messages",
    key_env=("AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN"),
    quirks=MESSAGES,
    catalogue_file="headwater_vercel_ai_gateway:models.json",
    defaults=DEFAULTS,
    apis=APIS,
    codes=CODES,
)

__all__ = ["provider", "routing"]
