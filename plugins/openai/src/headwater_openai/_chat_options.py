"""Options of chat completions beyond those every api has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from headwater import Options, options


@options
class ChatOptions(Options):
    """Options of chat completions; see OpenAI's reference for what each does.

    `reasoning_effort` is sent as it stands and wins over `thinking`. `strict_tools` asks
    for arguments that keep to the schema, where the endpoint can.
    """

    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    verbosity: Literal["low", "medium", "high"] | None = None
    reasoning_effort: str | None = None
    logit_bias: Mapping[str, float] | None = None
    prediction: Mapping[str, Any] | None = None
    safety_identifier: str | None = None
    store: bool | None = None
    strict_tools: bool = False
