"""opencode for headwater: `opencode` is Zen, `opencode-go` the subscription Go.

Both take one key and offer models over the protocol of whoever made them.
"""

from __future__ import annotations

from ._models import CHAT, CLIENT, CODES, DEFAULTS, FAMILIES, GO_SESSION, apis_at
from ._provider import OpenCode


def _service(name: str, root: str, headers: dict[str, str], catalogue: str) -> OpenCode:
    return OpenCode(
        name=name,
        base_url=f"{root}/openai/v1",
        api="openai-completions",
        key_env="OPENCODE_API_KEY",
        quirks=CHAT,
        headers=headers,
        catalogue_file=f"headwater_opencode:{catalogue}",
        families=FAMILIES,
        defaults=DEFAULTS,
        apis=apis_at(root),
        codes=CODES,
    )


provider = _service("opencode", "https://opencode.ai/inference", CLIENT, "models.json")
go = _service("opencode-go", "https://opencode.ai/inference/go", {**CLIENT, **GO_SESSION}, "models-go.json")

__all__ = ["go", "provider"]
