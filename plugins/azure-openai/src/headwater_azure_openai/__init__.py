"""Azure OpenAI and Microsoft Foundry for headwater: OpenAI's protocols at a resource of your own."""

from __future__ import annotations

from ._entra import entra_token as entra_token
from ._provider import AzureModel as AzureModel
from ._provider import AzureOpenAI

provider = AzureOpenAI()

__all__ = ["AzureModel", "entra_token", "provider"]
