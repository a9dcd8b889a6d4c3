"""What each recorded stream cost: by our catalogue, and by genai-prices from the same usage.

`python tests/cost_comparison.py` prints the table. Every difference is explained in `EXPLAINED`; there is no
tolerance but for rounding in the last digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs
import corpus
import genai_prices

from headwater import Done, Error, Hub, RequestError, Usage, compute_cost

WHEN = datetime(2026, 11, 28, 12, tzinfo=UTC)
"""The moment whose prices are asked for: noon of the day the catalogues were made; some depend on the hour."""

PROVIDERS: Mapping[str, tuple[str, str | None]] = {
    "anthropic": ("anthropic", "anthropic"),
    "aws": ("amazon-bedrock", "aws"),
    "azure": ("azure-openai", "azure"),
    "cohere": ("cohere", "cohere"),
    "deepseek": ("deepseek", "deepseek"),
    "google": ("google", "google"),
    "groq": ("groq", "groq"),
    "huggingface": ("huggingface", None),
    "mistral": ("mistral", "mistral"),
    "openai": ("openai", "openai"),
    "openrouter": ("openrouter", "openrouter"),
    "perplexity": ("perplexity", "perplexity"),
    "vercel": ("vercel-ai-gateway", None),
    "xai": ("xai", "x-ai"),
    "zai": ("zai", "zai"),
}
"""Whose prices hold for a recorded provider: our name of it, and that of the other library (None: it has none)."""

AGREED = ("same", "unknown to both")
"""Verdicts that need no explanation."""

_GONE = "no longer served under that id, and in none of our sources"
_ALONE = "the other library does not list it"
_OLD = "the other library still means an older model by that name"
_HOURS = "costs half outside the vendor's busy hours, which only the other library knows; ours is the full price"

EXPLAINED: Mapping[str, str] = {
    "anthropic/claude-3-7-sonnet-20250219": _GONE,
    "anthropic/claude-3-5-sonnet-20240620": _GONE,
    "anthropic/claude-sonnet-4-5-20250929": "two sources of three no longer have its dearer rate above 200,000 tokens",
    "amazon-bedrock/anthropic.claude-3-haiku-20240307-v1:0": _GONE,
    "amazon-bedrock/us.anthropic.claude-3-7-sonnet-20250219-v1:0": _GONE,
    "amazon-bedrock/meta.llama3-8b-instruct-v1:0": _GONE,
    "amazon-bedrock/mistral.mistral-7b-instruct-v0:2": _GONE,
    "amazon-bedrock/amazon.titan-text-express-v1": _GONE,
    "amazon-bedrock/amazon.titan-text-lite-v1": _GONE,
    "azure-openai/grok-4-1-fast-non-reasoning": _GONE,
    "azure-openai/deepseek-v4-pro": "two sources of three have its price since November",
    "deepseek/deepseek-chat": _GONE,
    "deepseek/deepseek-v4-flash": _HOURS,
    "google/gemini-2.5-flash-image-preview": _GONE,
    "groq/moonshotai/kimi-k2-instruct-0905": _GONE,
    "huggingface/deepseek-ai/DeepSeek-R1": _ALONE,
    "mistral/magistral-medium-latest": "cached tokens have a price of their own, which the other library does not know",
    "mistral/ministral-3b-latest": _ALONE,
    "mistral/mistral-large-latest": _OLD,
    "mistral/zai-glm-5-2": _ALONE,
    "openai/gpt-3.5-turbo-instruct:20230824-v2": _GONE,
    "openrouter/openai/gpt-oss-20b": "a router's price is that of the day, and the sources are of different days",
    "openrouter/z-ai/glm-5-turbo-20260315": "a dated name of a router's; we know it without the date",
    "perplexity/sonar": "the other library adds the fee for each request, which is no price of tokens",
    "vercel-ai-gateway/google/gemini-2.5-flash": _ALONE,
    "xai/grok-3-mini": _GONE,
    "xai/grok-4-fast-reasoning": _GONE,
}
"""Models whose costs differ, and why."""


@attrs.frozen
class Compared:
    """One stream: its model, what was used, and what that cost by whom (None: unknown)."""

    stream: str
    model: str
    usage: Usage
    ours: float | None
    theirs: float | None

    @property
    def verdict(self) -> str:
        """`same`, `unknown to both`, or in what way the two differ."""
        if self.ours is None or self.theirs is None:
            return (
                "unknown to both" if self.ours is self.theirs else "only theirs" if self.ours is None else "only ours"
            )
        return "same" if abs(self.ours - self.theirs) <= 1e-9 * max(self.ours, self.theirs) else "different"


def compare() -> Iterator[Compared]:
    """All recorded streams with usage, of providers that both may know."""
    hub = Hub(environ={"AZURE_OPENAI_RESOURCE_NAME": "some", "GOOGLE_CLOUD_PROJECT": "some"})
    for recording in corpus.recordings():
        meta = corpus.load_json(recording.folder / "meta.json")
        names = PROVIDERS.get(meta.get("provider") or "")
        if names is None or not meta.get("model"):
            continue
        *_, last = hub.decode(recording.find_model(hub), recording.body, headers=recording.headers)
        if not isinstance(last, Done | Error):
            continue
        usage = last.message.usage
        if usage.provenance == "absent":
            continue
        name = f"{names[0]}/{meta['model']}"
        theirs = None if names[1] is None else price_elsewhere(names[1], meta["model"], usage)
        yield Compared(recording.id, name, usage, _price(hub, name, usage), theirs)


def _price(hub: Hub, name: str, usage: Usage) -> float | None:
    try:
        cost = compute_cost(hub.model(name), attrs.evolve(usage, cost=None)).cost
    except RequestError:
        return None
    return None if cost is None else cost.total


def price_elsewhere(provider: str, model: str, usage: Usage) -> float | None:
    """The other library's total for our usage; its counts of input include cached ones."""
    counts = genai_prices.Usage(
        input_tokens=usage.input + usage.cache_read + usage.cache_write,
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
        output_tokens=usage.output,
    )
    if usage.cache_write_1h:
        counts.cache_write_1h_tokens = usage.cache_write_1h
    context = {"service_tier": usage.service_tier} if usage.service_tier else None
    asked: dict[str, Any] = {"provider_id": provider, "genai_request_timestamp": WHEN, "price_context": context}
    try:
        return float(genai_prices.calc_price(counts, model, **asked).total_price)
    except LookupError:
        return None


def table() -> str:
    """The comparison as a table, differences with their reasons."""
    head = ("model", "in", "cached", "written", "out", "tier", "ours $", "theirs $", "verdict")
    rows = [
        (
            one.model,
            str(one.usage.input),
            str(one.usage.cache_read),
            str(one.usage.cache_write),
            str(one.usage.output),
            one.usage.service_tier or "",
            _dollars(one.ours),
            _dollars(one.theirs),
            one.verdict if one.verdict in AGREED else f"{one.verdict}: {EXPLAINED.get(one.model, 'NOT EXPLAINED')}",
        )
        for one in compare()
    ]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return "\n".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)
    )


def _dollars(cost: float | None) -> str:
    return "unknown" if cost is None else f"{cost:.8f}"


if __name__ == "__main__":
    print(table())
