"""Options of Bedrock's two apis beyond those every api has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from attrs import field, frozen

from headwater import Options, options
from headwater_anthropic.messages import MessagesOptions


@frozen
class Guardrail:
    """A guardrail of the account that watches the answer; see Bedrock's reference.

    `mode`: `sync` holds the answer back until it is looked at, `async` does not (ConverseStream only).
    """

    id: str
    version: str = "DRAFT"
    trace: Literal["enabled", "disabled", "enabled_full"] | None = None
    mode: Literal["sync", "async"] | None = None


@options
class ConverseOptions(Options):
    """Options of ConverseStream; see Bedrock's reference for what each does.

    `effort` wins over the effort that `thinking` stands for, and `thinking_display` says how much of
    the thinking is shown (Claude). `betas` are Anthropic's. `system_tools` are names of tools that
    Bedrock runs (`nova_code_interpreter`, `nova_grounding`); `strict_tools` asks for arguments that keep
    to the schema. `citations` lets the model cite the documents of the request. `latency` is Bedrock's
    performance setting. `model_fields` is merged into `additionalModelRequestFields`, for what a model
    takes beyond Converse; `response_fields` are JSON pointers into what it answers beyond it, kept in
    `message.extra`. `metadata` is kept with Bedrock's logs of the request.
    """

    top_k: int | None = None
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    thinking_display: Literal["summarized", "omitted", "updates"] | None = None
    betas: Sequence[str] = ()
    system_tools: Sequence[str] = ()
    strict_tools: bool = False
    citations: bool = False
    guardrail: Guardrail | None = None
    latency: Literal["standard", "optimized"] | None = None
    prompt_variables: Mapping[str, str] = field(factory=dict[str, str])
    model_fields: Mapping[str, Any] = field(factory=dict[str, Any])
    response_fields: Sequence[str] = ()


@options
class InvokeOptions(MessagesOptions):
    """Options of Claude through InvokeModel: those of Messages, and what Bedrock adds in headers."""

    guardrail: Guardrail | None = None
    latency: Literal["standard", "optimized"] | None = None


SERVICE_TIERS: Mapping[str, str] = {
    "default": "default",
    "standard": "default",
    "priority": "priority",
    "flex": "flex",
    "reserved": "reserved",
}
"""What the wire calls a service tier."""
