"""How much to think: a level for Gemini 3 and later, a budget before it (wire/google-generative-ai, section 2)."""

from __future__ import annotations

from typing import Any, Protocol

from headwater import BUDGETS, LEVELS, Level, Model, Note, clamp_level, fit_budget

from ._compat import GoogleCompat


class ThinkingOptions(Protocol):
    """The options that say how much to think."""

    @property
    def thinking(self) -> Level | None: ...
    @property
    def thinking_budget(self) -> int | None: ...
    @property
    def thinking_level(self) -> str | None: ...
    @property
    def include_thoughts(self) -> bool | None: ...


def thinking_config(model: Model, compat: GoogleCompat, options: ThinkingOptions, notes: list[Note]) -> dict[str, Any]:
    """The `thinkingConfig`; empty for a model that is left alone or cannot be asked."""
    asked = options.thinking is not None or options.thinking_budget is not None
    if options.thinking_level is None and not model.reasoning:
        if asked and options.thinking != "off":
            notes.append(Note("dropped", "options.thinking", f"{model} does not think on request"))
        return {}
    config: dict[str, Any] = {}
    if options.thinking_level is not None:
        config["thinkingLevel"] = options.thinking_level
    elif compat.budgets is not None:
        config["thinkingBudget"] = _budget(model, compat.budgets, options, notes)
    elif asked:
        level = wire_level(model, options, notes)
        config["thinkingLevel"] = level and level.upper()
    config = {name: value for name, value in config.items() if value is not None}
    shown = shows_thoughts(options) if config else options.include_thoughts
    return config if shown is None else {**config, "includeThoughts": shown}


def shows_thoughts(options: ThinkingOptions) -> bool:
    """Whether summaries are asked for: as the caller says, else whenever thinking is."""
    if options.include_thoughts is not None:
        return options.include_thoughts
    return options.thinking != "off" and options.thinking_budget != 0


def wire_level(model: Model, options: ThinkingOptions, notes: list[Note]) -> str | None:
    """The level nearest to what was asked, as one word; None where nothing was or can be."""
    level = options.thinking
    if options.thinking_budget is not None and options.thinking_budget >= 0:
        level = _level_of(options.thinking_budget)
        notes.append(Note("changed", "options.thinking_budget", f"{model} takes levels; {level} was asked"))
    nearest = None if level is None else _nearest(model, level, notes)
    if nearest is None:
        return None
    if nearest == "off":
        # No level stops the thinking; this is the least there is.
        return "minimal"
    word = model.levels.get(nearest)
    return word if isinstance(word, str) else nearest


def room_for(model: Model, max_tokens: int | None, config: dict[str, Any]) -> int | None:
    """The most tokens of the answer, thinking included; a budget that leaves no room for words shrinks."""
    budget = config.get("thinkingBudget")
    if max_tokens is None or not isinstance(budget, int) or budget <= 0:
        return max_tokens if max_tokens is None else min(max_tokens, model.max_tokens or max_tokens)
    total, config["thinkingBudget"] = fit_budget(model, max_tokens, budget)
    return total


def _budget(model: Model, bounds: tuple[int, int], options: ThinkingOptions, notes: list[Note]) -> int | None:
    """Tokens to think, -1 for as many as the model likes; None to say nothing."""
    least, most = bounds
    if options.thinking_budget is not None:
        if options.thinking_budget == -1:
            return -1
        budget = min(max(options.thinking_budget, least), most)
        if budget != options.thinking_budget:
            words = f"{model} thinks with {least} to {most} tokens; {budget} were asked"
            notes.append(Note("changed", "options.thinking_budget", words))
        return budget
    if options.thinking is None:
        return None
    nearest = _nearest(model, options.thinking, notes)
    tokens = model.levels.get(nearest) if nearest else None
    return tokens if isinstance(tokens, int) else BUDGETS.get(options.thinking)


def _nearest(model: Model, level: Level, notes: list[Note]) -> Level | None:
    nearest = clamp_level(model, level)
    if nearest is not None and nearest != level:
        notes.append(Note("changed", "options.thinking", f"{model} has no level {level}; {nearest} was asked"))
    return nearest


def _level_of(budget: int) -> Level:
    """The lowest level that thinks as many tokens."""
    if budget == 0:
        return "off"
    enough: list[Level] = [level for level in LEVELS if BUDGETS.get(level, 0) >= budget]
    return enough[0] if enough else "high"
