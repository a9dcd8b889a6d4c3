"""What a thinking level and a way of caching put on the wire: every provider, representative models.

`python tests/level_wires.py` writes `tests/level_wires.json` anew. It is read through when it changes: a row that
is wrong is mended in the plugin, and the table says so in the diff.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from headwater import LEVELS, Hub, RequestError, Tool, loads

FILE = Path(__file__).with_suffix(".json")
ENVIRON = {"GOOGLE_CLOUD_PROJECT": "some", "AZURE_OPENAI_RESOURCE_NAME": "some"}

MODELS: Sequence[str] = (
    "amazon-bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "amazon-bedrock/us.anthropic.claude-opus-5",
    "amazon-bedrock/amazon.nova-2-lite-v1:0",
    "amazon-bedrock/openai.gpt-oss-120b-1:0",
    "anthropic/claude-haiku-4-5",
    "anthropic/claude-sonnet-5-5",
    "anthropic/claude-fable-5-2",
    "azure-openai/gpt-5.5",
    "cerebras/gpt-oss-120b",
    "cerebras/qwen-3.8-27b",
    "cohere/command-a-reasoning-08-2025",
    "deepseek/deepseek-flash",
    "deepseek/deepseek-v4-pro",
    "fireworks/accounts/fireworks/models/kimi-k3",
    "github-copilot/claude-sonnet-5.5",
    "github-copilot/gpt-6-sol",
    "google/gemini-2.5-flash",
    "google/gemini-2.5-pro",
    "google/gemini-3.5-flash",
    "google/gemini-4-hydrogen",
    "google-antigravity/gemini-3.5-flash",
    "google-gemini-cli/gemini-2.5-pro",
    "google-vertex/gemini-3.5-flash",
    "groq/openai/gpt-oss-120b",
    "groq/qwen/qwen3.6-27b",
    "huggingface/deepseek-ai/DeepSeek-R1",
    "kimi-coding/k3",
    "llamacpp/any",
    "minimax/MiniMax-M2.7",
    "minimax/MiniMax-M3.1-Flash",
    "mistral/mistral-large-4",
    "mistral/mistral-small-latest",
    "moonshot/kimi-k2.6",
    "moonshot/kimi-k3",
    "ollama/qwen3:4b",
    "ollama/gpt-oss:20b",
    "openai/gpt-4o",
    "openai/gpt-5",
    "openai/gpt-5-pro",
    "openai/gpt-5.5",
    "openai/gpt-6-astra",
    "openai-codex/gpt-6-sol",
    "opencode/claude-sonnet-5-5",
    "opencode/gpt-5",
    "opencode/gemini-3.5-flash",
    "opencode/glm-5.3",
    "openrouter/anthropic/claude-sonnet-5.5",
    "openrouter/deepseek/deepseek-v4-pro",
    "openrouter/openai/gpt-6-sol",
    "perplexity/sonar-reasoning-pro",
    "together/openai/gpt-oss-120b",
    "together/zai-org/GLM-5.3",
    "vercel-ai-gateway/anthropic/claude-sonnet-5.5",
    "vercel-ai-gateway/openai/gpt-6-sol",
    "xai/grok-4.3",
    "xai/grok-4.6",
    "zai/glm-4.7",
    "zai/glm-5.2",
)
"""One of each way in which a provider is told how much to think."""

OF_THE_MOMENT = frozenset({"requestId", "user_prompt_id"})
"""Fields that are new in every request."""

HUB = Hub(environ=ENVIRON)
TOOL = Tool("look", "Looks something up.", {"type": "object", "properties": {"what": {"type": "string"}}})


def ask(model: str, **options: Any) -> tuple[dict[str, Any], list[str]]:
    """Body and headers of a request, and what was changed on the way."""
    wire = HUB.request(model, "Why?", **options)
    noted = [f"{note.action} {note.path}" for note in wire.notes if note.action != "kept"]
    body = {name: value for name, value in loads(wire.body).items() if name not in OF_THE_MOMENT}
    return {**body, **{f"header {name}": value for name, value in wire.headers.items()}}, noted


def difference(before: Any, after: Any) -> Any:
    """What of `after` is not as in `before`; what is gone is None."""
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return after
    changed = {name: difference(before.get(name), value) for name, value in after.items() if value != before.get(name)}
    return {**changed, **{name: None for name in before if name not in after}}


def levels_of(model: str) -> dict[str, Any]:
    """What each level adds to a plain request."""
    plain, _ = ask(model)
    return {level: _added(plain, model, thinking=level) for level in LEVELS}


def caching_of(model: str) -> dict[str, Any]:
    """What each way of caching adds to a request that caches nothing."""
    asked: dict[str, Any] = {"system": "Be brief.", "tools": [TOOL], "session_id": "s1"}
    plain, _ = ask(model, cache="off", **asked)
    return {cache: _added(plain, model, cache=cache, **asked) for cache in ("short", "long")}


def _added(plain: Mapping[str, Any], model: str, **options: Any) -> Any:
    try:
        body, noted = ask(model, **options)
    except RequestError as error:
        return {"refused": str(error)}
    added = difference(plain, body)
    return {**added, **({"notes": noted} if noted else {})}


def table() -> dict[str, Any]:
    """Both tables."""
    return {
        "levels": {model: levels_of(model) for model in MODELS},
        "caching": {model: caching_of(model) for model in MODELS},
    }


def text_of(made: Mapping[str, Any]) -> str:
    """The tables as JSON, a row a line."""
    parts: list[str] = []
    for name, rows in made.items():
        lines = [
            f"    {json.dumps(model)}: {{\n"
            + ",\n".join(f"      {json.dumps(key)}: {json.dumps(value)}" for key, value in row.items())
            + "\n    }"
            for model, row in rows.items()
        ]
        parts.append(f"  {json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n  }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(text_of(table()), encoding="utf-8")
