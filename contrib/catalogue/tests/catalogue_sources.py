"""Small sources of the tests' own, in the forms of the three real ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from headwater_catalogue._sources import Sources, read_sources

GENAI = """
import datetime
from decimal import Decimal
from .types import *
providers: list[Provider] = [
    Provider(
        id='anthropic',
        models=[
            ModelInfo(
                id='claude-small',
                match=ClauseOr(or_=[ClauseEquals(equals='claude-small'), ClauseRegex(regex='^claude-small-\\\\d+$')]),
                context_window=250000,
                prices=[
                    ConditionalPrice(prices=ModelPrice(input_mtok=Decimal('9'), output_mtok=Decimal('9'))),
                    ConditionalPrice(
                        constraint=StartDateConstraint(start_date=datetime.date(2026, 1, 1)),
                        prices=ModelPrice(
                            input_mtok=TieredPrices(base=Decimal('1'), tiers=[Tier(start=100000, price=Decimal('2'))]),
                            output_mtok=TieredPrices(
                                base=Decimal('5'), tiers=[Tier(start=100000, price=Decimal('10'))]
                            ),
                            cache_read_mtok=Decimal('0.1'),
                        ),
                    ),
                    ConditionalPrice(
                        constraint=StartDateConstraint(start_date=datetime.date(2027, 1, 1)),
                        prices=ModelPrice(input_mtok=Decimal('7'), output_mtok=Decimal('7')),
                    ),
                ],
                price_variants=[
                    PriceVariant(
                        when={'service_tier': 'priority'},
                        prices=ModelPrice(input_mtok=Decimal('2'), output_mtok=Decimal('10')),
                    ),
                ],
            ),
            ModelInfo(
                id='claude-odd',
                match=ClauseAnd(and_=[ClauseStartsWith(starts_with='claude-'), ClauseContains(contains='odd')]),
                prices=ModelPrice(input_mtok=Decimal('3'), output_mtok=Decimal('15')),
            ),
        ],
    ),
]
"""


def pi_entry(name: str, **fields: Any) -> dict[str, Any]:
    """A chat model as pi-ai has it."""
    return {
        "id": name,
        "name": name.title(),
        "api": "anthropic-messages",
        "baseUrl": "https://api.anthropic.com",
        "reasoning": False,
        "input": ["text", "image"],
        "cost": {"input": 1, "output": 5, "cacheRead": 0.1, "cacheWrite": 1.25},
        "contextWindow": 200_000,
        "maxTokens": 64_000,
        **fields,
    }


def litellm_entry(**fields: Any) -> dict[str, Any]:
    """A chat model as litellm has it."""
    return {
        "litellm_provider": "anthropic",
        "mode": "chat",
        "input_cost_per_token": 1e-06,
        "output_cost_per_token": 5e-06,
        "max_input_tokens": 200_000,
        "max_output_tokens": 64_000,
        **fields,
    }


def write_sources(
    folder: Path, *models: dict[str, Any], litellm: dict[str, dict[str, Any]] | None = None, provider: str = "anthropic"
) -> Sources:
    """Sources on disk with these models, read."""
    data = folder / "pi" / "dist" / "providers" / "data"
    data.mkdir(parents=True)
    (folder / "pi" / "package.json").write_text('{"version": "1.9.0"}')
    by_api: dict[str, dict[str, Any]] = {}
    for model in models:
        by_api.setdefault(model["api"], {})[f"chat:{model['id']}"] = model
    (data / f"{provider}.json").write_text(json.dumps(by_api))
    for stem, version in (("genai_prices", "0.2.9"), ("litellm", "1.200.0")):
        licence = folder / stem / f"{stem}-{version}.dist-info" / "licenses"
        licence.mkdir(parents=True)
        (licence / "LICENSE").write_text(
            f"Other parts are others'.\n---\nMIT License\n\nCopyright (c) the authors of {stem}\n"
        )
        (folder / stem / stem).mkdir()
    (folder / "genai_prices" / "genai_prices" / "data.py").write_text(GENAI)
    (folder / "litellm" / "litellm" / "model_prices_and_context_window_backup.json").write_text(
        json.dumps({"sample_spec": {"mode": "one of: chat"}, **(litellm or {})})
    )
    return read_sources(folder / "pi", folder / "genai_prices", folder / "litellm")
