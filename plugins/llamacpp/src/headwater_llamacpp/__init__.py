"""llama.cpp for headwater: a GGUF file served inside the process, no key, nothing installed beside.

`provider` is what is installed: `llamacpp/PATH` names a file. `serve` runs a server for
as long as a block lasts, for tests and for endpoints by URL.
"""

from __future__ import annotations

from ._provider import LlamaModel, LlamaProvider, provider
from ._server import LlamaServer, serve
from ._settings import Settings

__all__ = ["LlamaModel", "LlamaProvider", "LlamaServer", "Settings", "provider", "serve"]
