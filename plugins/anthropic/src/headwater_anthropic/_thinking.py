"""How much a model is asked to think, in the words of its generation.

Up to 4.5 a model takes a budget in tokens, since 4.6 it thinks as it sees fit and an
effort steers it; some cannot be stopped. Source: wire/anthropic-messages, section 4.
"""

from __future__ import annotations

from typing import Any

from headwater import BUDGETS, clamp_level, fit_budget

from ._body import Draft

LEAST_BUDGET = 1024
"""Tokens below which a budget is refused."""

EFFORTS = ("low", "medium", "high", "xhigh", "max")

_QUIET = frozenset({"disabled", "between_tools"})


def write_thinking(draft: Draft) -> str | None:
    """Writes `thinking` and the effort; gives back the type of thinking, None where the model does not think.

    Changes `max_tokens` where a budget needs room in it.
    """
    config, effort = _asked(draft)
    kind = config["type"] if config else None
    if kind == "enabled":
        kind = _fit(draft, config)
    _display(draft, config)
    _bind(draft, config)
    if config:
        draft.body["thinking"] = config
    _effort(draft, effort, quiet=kind in _QUIET)
    if kind == "enabled" and draft.compat.interleaved_beta and "tools" in draft.body:
        draft.betas.append("interleaved-thinking-2025-05-14")
    if kind is None:
        return "adaptive" if draft.compat.thinks_unasked else None
    return None if kind in _QUIET else kind


def _asked(draft: Draft) -> tuple[dict[str, Any], str | None]:
    """What options ask for: the configuration (empty: none) and an effort."""
    model, compat, options = draft.model, draft.compat, draft.options
    budget, level = options.thinking_budget, options.thinking
    if not model.reasoning or compat.thinking == "none":
        if budget or level not in (None, "off"):
            draft.dropped("thinking", f"{model} does not think on request")
        return {}, None
    if budget and (compat.thinking == "budget" or compat.budgets):
        return {"type": "enabled", "budget_tokens": budget}, None
    if budget:
        draft.changed("thinking_budget", f"{model} takes no budget; it thinks as much as it sees fit")
        return {"type": "adaptive"}, None
    if level is None:
        return ({"type": "adaptive"} if _must_say(draft) else {}), None
    return _of_level(draft)


def _of_level(draft: Draft) -> tuple[dict[str, Any], str | None]:
    model, wanted = draft.model, draft.options.thinking
    assert wanted is not None
    level = clamp_level(model, wanted)
    if level is None:
        draft.dropped("thinking", f"{model} cannot be told how much to think")
        return {}, None
    if level != wanted:
        draft.changed("thinking", f"{model} has no level {wanted}; {level} was asked")
    word = model.levels.get(level)
    if word == "":
        return {}, None  # what the model does when nothing is said
    if level == "off":
        return {"type": word or "disabled"}, None
    if draft.compat.thinking == "budget":
        return {"type": "enabled", "budget_tokens": word if isinstance(word, int) else BUDGETS[level]}, None
    return {"type": "adaptive"}, str(word or ("low" if level == "minimal" else level))


def _must_say(draft: Draft) -> bool:
    """Whether a model that thinks unasked must be told so, to say more about it."""
    options = draft.options
    return draft.compat.thinks_unasked and bool(options.thinking_display or options.block_binding)


def _fit(draft: Draft, config: dict[str, Any]) -> str:
    """Makes room for the budget; without any, thinking is off."""
    asked = config["budget_tokens"]
    most, budget = fit_budget(draft.model, draft.body["max_tokens"], asked)
    if budget < LEAST_BUDGET <= asked and most > LEAST_BUDGET:
        budget = LEAST_BUDGET  # who asks for a short answer has room for it beside the least of thinking
    if budget < LEAST_BUDGET:
        draft.dropped(
            "thinking", f"{budget} tokens are less than the {LEAST_BUDGET} that {draft.model} begins to think with"
        )
        config.clear()
        config["type"] = "disabled"
        return "disabled"
    draft.body["max_tokens"] = most
    config["budget_tokens"] = budget
    return "enabled"


def _display(draft: Draft, config: dict[str, Any]) -> None:
    """Models since 4.7 hide their thinking unless told otherwise; who asks for it wants to see it."""
    options = draft.options
    display = options.thinking_display
    if config.get("type") not in ("adaptive", "enabled") or draft.compat.display == "no":
        if display:
            draft.dropped("thinking_display", f"{draft.model} is not asked to think, or cannot be told how to show it")
        return
    asked = options.thinking not in (None, "off") or options.thinking_budget
    if display is None and asked and draft.compat.display == "hidden":
        display = "summarized"
    if display == "updates":
        draft.betas.append("thinking-display-updates-2026-08-18")
    if display:
        config["display"] = display


def _bind(draft: Draft, config: dict[str, Any]) -> None:
    behaviour = draft.options.block_binding
    if behaviour is None:
        return
    if config.get("type") not in ("adaptive", "enabled"):
        draft.dropped("block_binding", "it belongs to a request that asks the model to think")
        return
    config["block_binding"] = {"prefix_mismatch_behavior": behaviour}
    draft.betas.append("thinking-binding-controls-2026-08-01")


def _effort(draft: Draft, effort: str | None, *, quiet: bool) -> None:
    given, compat = draft.options.effort, draft.compat
    if given is not None and given not in compat.efforts:
        taken = ", ".join(compat.efforts) or "none"
        draft.dropped("effort", f"{draft.model} takes no effort {given} (it takes {taken})")
        given = None
    effort = given or (effort if effort in compat.efforts else None)
    limit = compat.effort_without_thinking
    if effort and quiet and limit and EFFORTS.index(effort) > EFFORTS.index(limit):
        draft.changed("effort", f"{draft.model} takes at most {limit} without thinking; {limit} was asked")
        effort = limit
    if effort:
        draft.output_config(effort=effort)
