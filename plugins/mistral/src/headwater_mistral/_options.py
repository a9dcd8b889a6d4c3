"""Options of Mistral's chat beyond those of chat completions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headwater import options
from headwater_openai.chat import ChatOptions


@options
class MistralOptions(ChatOptions):
    """Options of Mistral's chat; see Mistral's reference for what each does.

    `reasoning_effort` and `prompt_mode` are sent as they stand and win over `thinking`.
    `safe_prompt` puts Mistral's safety prompt before the conversation. `prefix` is how the
    answer has to begin; it is part of the answer that comes.
    Of chat completions' own, `logit_bias`, `verbosity`, `safety_identifier` and `store` are
    left out with a note: Mistral refuses them.
    """

    prompt_mode: str | None = None
    safe_prompt: bool | None = None
    top_k: int | None = None
    min_tokens: int | None = None
    repetition_penalty: float | None = None
    guardrails: Sequence[Mapping[str, Any]] = ()
    prefix: str | None = None
