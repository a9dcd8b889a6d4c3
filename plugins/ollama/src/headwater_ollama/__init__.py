"""Ollama for headwater: its own chat protocol, and the models of a server.

`provider` is a server on this machine, or where `OLLAMA_HOST` says; `headwater_ollama.manage` lists,
pulls and makes its models.
"""

from __future__ import annotations

from ._families import DEFAULTS, FAMILIES
from ._host import HOME
from ._provider import Ollama

provider = Ollama(name="ollama", base_url=HOME, api="ollama-chat", families=FAMILIES, defaults=DEFAULTS)

__all__ = ["provider"]
