"""The last line of an answer: whose it was, what it used, what it cost, why it stopped."""

from __future__ import annotations

from headwater import AssistantMessage, Cost, Usage


def summary(message: AssistantMessage) -> str:
    """`provider/model | 12 in, 34 out (5 thinking) | $0.0012 | stop`."""
    parts = [f"{message.provider}/{message.model}", tokens(message.usage)]
    if was_counted(message.usage):
        parts.append(dollars(message.usage.cost))
    return " | ".join([*parts, message.stop_reason])


def was_counted(usage: Usage) -> bool:
    """Whether anything was: a count that never came is marked partial where the answer itself is whole."""
    return usage.provenance == "reported" or any((usage.input, usage.output, usage.cache_read, usage.cache_write))


def tokens(usage: Usage) -> str:
    """The tokens in words; what was not counted is not mentioned."""
    if not was_counted(usage):
        return "usage not reported"
    thinking = f" ({usage.reasoning:,} thinking)" if usage.reasoning else ""
    parts = [f"{usage.input:,} in"]
    parts += [f"{usage.cache_read:,} from cache"] if usage.cache_read else []
    parts += [f"{usage.cache_write:,} to cache"] if usage.cache_write else []
    parts.append(f"{usage.output:,} out{thinking}")
    counted = "" if usage.provenance == "reported" else f" ({usage.provenance})"
    return ", ".join(parts) + counted + " tokens"


def dollars(cost: Cost | None) -> str:
    """The cost in US dollars, to six places without zeros at the end."""
    if cost is None:
        return "cost unknown"
    return "$" + (f"{cost.total:.6f}".rstrip("0").rstrip(".") or "0")
