"""Costs: of a usage, and of several answers together."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from core_fake import fake_hub, fake_model
from core_pen import end, make_pen
from hypothesis import given
from hypothesis import strategies as st

from headwater import (
    AssistantMessage,
    Attempt,
    Cost,
    ErrorInfo,
    Model,
    Price,
    PriceTier,
    TotalCost,
    Usage,
    UserMessage,
    compute_cost,
    from_dict,
    to_dict,
    total_cost,
)

MILLION = 1_000_000

counts = st.integers(0, 10**8)
rates = st.floats(0, 1000)
COUNTED = ("input", "output", "cache_read", "cache_write", "cache_write_1h")


def usage(**fields: Any) -> Usage:
    """Counts that were reported."""
    return Usage(**{"provenance": "reported", **fields})


# -- one usage


@pytest.mark.parametrize(
    ("price", "given", "provenance"),
    [
        (Price(1, 2), usage(input=5, output=5), "computed"),
        (Price(1, 2), usage(input=5, cache_read=5), "estimated"),
        (Price(1, 2, cache_read=0.1), usage(input=5, cache_read=5), "computed"),
        (Price(1, 2, cache_write=1.25), usage(cache_write=5), "computed"),
        (Price(1, 2, cache_write=1.25), usage(cache_write=5, cache_write_1h=5), "estimated"),
        (Price(1, 2, cache_write_1h=2), usage(cache_write=5, cache_write_1h=5), "computed"),
        (Price(1, 2), usage(input=5, service_tier="default"), "computed"),
        (Price(1, 2), usage(input=5, service_tier="flex"), "estimated"),
        (Price(1, 2, service_tiers={"flex": 0.5}), usage(input=5, service_tier="flex"), "computed"),
        (Price(1, 2, approximate=True), usage(input=5), "estimated"),
        (Price(1, 2, approximate=True, service_tiers={"flex": Price(1, 2)}), usage(service_tier="flex"), "estimated"),
        (Price(1, 2), usage(input=5, provenance="estimated"), "estimated"),
        (Price(1, 2), usage(input=5, cache_read=5, provenance="partial"), "partial"),
    ],
)
def test_a_cost_says_how_well_it_is_known(price: Price, given: Usage, provenance: str) -> None:
    """Counts that are partial or estimated, and prices that had to be assumed, show in it."""
    assert price.cost(given).provenance == provenance


@given(counts, counts, counts, counts, st.integers(1, 10**8))
def test_a_tier_begins_above_its_border(given: int, read: int, write: int, output: int, border: int) -> None:
    """Cached tokens count; at the border the lower prices hold."""
    low, high = Price(1, 2, 0.5, 1.25), Price(3, 6, 1.5, 3.75)
    tier = PriceTier(border, high.input, high.output, high.cache_read, high.cache_write)
    both = Price(1, 2, 0.5, 1.25, tiers=(tier,))
    counted = usage(input=given, cache_read=read, cache_write=write, output=output)
    expected = high if given + read + write > border else low
    assert both.cost(counted) == expected.cost(counted)


@given(st.fixed_dictionaries(dict.fromkeys(COUNTED, counts)), st.floats(0, 10))
def test_a_service_tier_is_a_factor_of_everything(counted: dict[str, int], factor: float) -> None:
    """Or a price of its own, which then holds alone."""
    rates, other = Price(1, 2, 0.5, 1.25, 2.0), Price(7, 8, 1, 2, 3)
    priced = evolve(rates, service_tiers={"some": factor, "own": other})
    costs = [priced.cost(usage(**counted, service_tier=tier)).total for tier in ("standard", "some", "own")]
    base = rates.cost(usage(**counted)).total
    assert costs == pytest.approx([base, base * factor, other.cost(usage(**counted)).total])


@given(counts, counts, rates, rates)
def test_writes_for_an_hour_are_priced_apart(write: int, hour: int, short_rate: float, long_rate: float) -> None:
    """No more of them than there were writes."""
    cost = Price(0, 0, None, short_rate, long_rate).cost(usage(cache_write=write, cache_write_1h=hour))
    long = min(write, hour)
    assert cost.cache_write == pytest.approx((long * long_rate + (write - long) * short_rate) / MILLION)


def test_what_the_provider_says_it_charged_stands_beside_our_cost() -> None:
    """Also where we know no price."""
    pen = make_pen(model=fake_model(price=Price(1, 2)))
    pen.usage(input=MILLION, reported_cost=0.9)
    pen.usage(output=0, reported_cost=-1.0)
    priced = end(pen)[1].usage
    pen = make_pen()
    pen.usage(input=MILLION, reported_cost=0.9)
    bare = end(pen)[1].usage
    assert (priced.cost and priced.cost.total, priced.reported_cost) == (1.0, 0.9)
    assert (bare.cost, bare.reported_cost) == (None, 0.9)


def test_costs_are_stored_with_their_provenance() -> None:
    """And read again."""
    cost = Cost(1.0, 2.0, 0.0, 0.0, 3.0, "estimated")
    message = AssistantMessage((), usage=usage(input=1, cost=cost, reported_cost=2.5))
    stored = to_dict(message)
    assert (stored["usage"]["cost"]["provenance"], stored["usage"]["reportedCost"]) == ("estimated", 2.5)
    assert from_dict(stored) == message


# -- several


def answer(cost: float | None, **fields: Any) -> AssistantMessage:
    """An answer that cost so much, all of it for input."""
    priced = None if cost is None else Cost(input=cost, total=cost)
    return AssistantMessage((), usage=usage(input=1, cost=priced, **fields))


def test_a_conversation_costs_what_its_answers_do() -> None:
    """What others say costs nothing."""
    found = total_cost([UserMessage("Hi"), answer(1.0), UserMessage("And?"), answer(2.5)])
    assert (found.total, found.known, found.answers, found.cost.input, found.provenance) == (
        3.5,
        3.5,
        2,
        3.5,
        "computed",
    )


def test_what_nobody_counted_has_no_cost() -> None:
    """Nor has what has no price: unknown is None, never zero."""
    priced, unpriced = (Model("m", "p", "a", "https://x.test", price=price) for price in (Price(1, 2), None))
    found = [compute_cost(priced, Usage()).cost, compute_cost(unpriced, usage(input=5)).cost]
    assert found == [None, None]


def test_an_unknown_cost_is_never_taken_for_nothing() -> None:
    """The sum of the rest is there, the total is not."""
    found = total_cost([answer(1.0), answer(None), AssistantMessage(())])
    assert (found.total, found.known, found.unknown, found.answers) == (None, 1.0, 2, 3)


def test_what_a_provider_reports_stands_in_where_no_price_is_known() -> None:
    """And only there."""
    found = total_cost([answer(1.0, reported_cost=9.0), answer(None, reported_cost=0.5)])
    assert (found.total, found.reported, found.cost.total) == (1.5, 0.5, 1.0)


def test_a_sum_is_as_certain_as_its_least_certain_part() -> None:
    """Estimated before partial, for a partial count is too low."""
    estimated, partial = (
        usage(cost=Cost(total=1.0, provenance="estimated")),
        usage(cost=Cost(total=1.0, provenance="partial")),
    )
    assert total_cost([answer(1.0), estimated]).provenance == "estimated"
    assert total_cost([estimated, partial]).provenance == "partial"


def test_a_request_that_was_refused_costs_nothing() -> None:
    """With the status of an error and nothing counted; a connection that broke may have cost something."""
    refused = AssistantMessage((), error=ErrorInfo("rate_limit", "slow down", status=429))
    broken = AssistantMessage((), error=ErrorInfo("network", "gone"))
    assert total_cost([refused, Attempt(1, refused.error)]) == TotalCost()
    assert total_cost([broken]).total is None


@given(st.lists(st.one_of(st.none(), st.floats(0, 100)), max_size=20))
def test_a_total_adds_up(costs: list[float | None]) -> None:
    """In any order, whatever is unknown."""
    found = total_cost(answer(cost) for cost in costs)
    assert found.known == pytest.approx(sum(cost for cost in costs if cost is not None))
    assert (found.total is None) == (None in costs)


def test_the_price_can_be_given_by_the_caller() -> None:
    """Over the catalogue's, for a contract of one's own."""
    model = fake_hub().model("fake/m", price=Price(2, 4))
    found = compute_cost(model, usage(input=MILLION)).cost
    assert found == Cost(2.0, 0.0, 0.0, 0.0, 2.0)


def test_an_attempt_without_a_count_is_unknown_unless_it_is_free() -> None:
    """A request that may have been answered is never taken for one that cost nothing."""
    assert total_cost([Attempt(1), Attempt(2, free=True)]).unknown == 1
