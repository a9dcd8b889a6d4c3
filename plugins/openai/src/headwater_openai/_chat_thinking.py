"""How much to think, in the words of each kind of endpoint (wire/openai-compatible, section 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from headwater import BUDGETS, Model, Note, clamp_level, default_max_tokens, fit_budget

from ._chat_options import ChatOptions
from ._compat import ChatCompat
from ._notes import changed, dropped


def write_thinking(
    body: dict[str, Any], model: Model, compat: ChatCompat, options: ChatOptions, notes: list[Note]
) -> bool:
    """Writes how much to think; gives back whether the model will."""
    budget = _budget(model, compat, options, notes)
    if options.reasoning_effort is not None:
        body["reasoning_effort"] = options.reasoning_effort
        return options.reasoning_effort != "none"
    asked = options.thinking or ("high" if budget else None)
    if budget and compat.thinking_format == "openrouter" and asked != "off":
        # In tokens or by effort, never both (wire/openai-compatible, section 3.9).
        limit, budget = fit_budget(model, options.max_tokens or default_max_tokens(model, None), budget)
        body["reasoning"] = {"max_tokens": budget}
        body.update({compat.max_tokens_field: limit} if options.max_tokens else {})
        return True
    if asked is None:
        return model.reasoning and compat.thinks_unasked
    if not model.reasoning or compat.thinking_format == "none":
        if asked != "off":
            dropped(notes, "thinking", f"{model} does not think on request")
        return False
    level = clamp_level(model, asked)
    if level is None:
        dropped(notes, "thinking", f"{model} cannot be told how much to think")
        return model.reasoning
    if options.thinking not in (None, level):
        changed(notes, "thinking", f"{model} has no level {asked}; {level} was asked")
    if model.levels.get(level) == "":
        return level != "off"  # what the model does when nothing is said
    word = model.levels.get(level) or ("none" if level == "off" else level)
    if budget and compat.effort_budgets and level != "off":
        body["reasoning_effort"] = budget
        return True
    _FORMATS[compat.thinking_format](body, compat, level != "off", str(word), budget or BUDGETS.get(level))
    if budget and options.max_tokens and "thinking_budget" in body:
        body[compat.max_tokens_field], body["thinking_budget"] = fit_budget(model, options.max_tokens, budget)
    return level != "off"


def _budget(model: Model, compat: ChatCompat, options: ChatOptions, notes: list[Note]) -> int | None:
    """The tokens to think with, where they were given and the endpoint takes such a number."""
    if not options.thinking_budget:
        return None
    takes_budgets = compat.thinking_format in _BUDGETED or compat.effort_budgets
    if takes_budgets and model.reasoning and options.reasoning_effort is None and options.thinking_budget > 0:
        return options.thinking_budget
    dropped(notes, "thinking_budget", f"{model} takes levels of thinking, no budget")
    return None


def write_no_thinking(
    body: dict[str, Any], model: Model, compat: ChatCompat, options: ChatOptions, notes: list[Note]
) -> bool:
    """Tells a model that refuses tools while it thinks not to (wire/openai-chat, section 3)."""
    if options.thinking is not None or options.reasoning_effort is not None:
        reason = f"{model} does not think while it has tools over {model.api}; ask with api='openai-responses'"
        dropped(notes, "thinking" if options.reasoning_effort is None else "reasoning_effort", reason)
    _FORMATS[compat.thinking_format](body, compat, False, str(model.levels.get("off") or "none"), None)
    return False


_BUDGETED = ("qwen", "openrouter")
"""Thinking formats in which the tokens to think with can be given."""

Writer = Callable[[dict[str, Any], ChatCompat, bool, str, int | None], None]


def _openai(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    if compat.reasoning_effort:
        body["reasoning_effort"] = word


def _openrouter(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    body["reasoning"] = {"effort": word if on else "none"}


def _switch(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    body["thinking"] = {"type": "enabled" if on else "disabled"}
    if on and compat.reasoning_effort:
        body["reasoning_effort"] = word


def _kimi(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    _switch(body, compat, on, word, budget)
    if on:
        body["thinking"]["keep"] = "all"


def _zai(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    _switch(body, compat, on, word, budget)
    if on:
        body["thinking"]["clear_thinking"] = False


def _qwen(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    body["enable_thinking"] = on
    if on and budget:
        body["thinking_budget"] = budget


def _template(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    body["chat_template_kwargs"] = {"enable_thinking": on}


def _together(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    body["reasoning"] = {"enabled": on}
    if on and compat.reasoning_effort:
        body["reasoning_effort"] = word


def _string(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    body["thinking"] = word if on else "none"


def _adaptive(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    body["thinking"] = {"type": "adaptive" if on else "disabled"}


def _prompt_mode(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    if on:
        body["prompt_mode"] = word


_FORMATS: Mapping[str, Writer] = {
    "openai": _openai,
    "openrouter": _openrouter,
    "deepseek": _switch,
    "kimi": _kimi,
    "zai": _zai,
    "qwen": _qwen,
    "chat-template": _template,
    "together": _together,
    "string": _string,
    "prompt-mode": _prompt_mode,
    "adaptive": _adaptive,
}
"""How each thinking format is written (wire/openai-compatible, section 1)."""
