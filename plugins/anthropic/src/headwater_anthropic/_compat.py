"""What Messages endpoints differ in, as a table of flags.

The defaults suit an endpoint nobody has described: they send only what nearly every
server that imitates the protocol takes, in the version most of them imitate. Source of
the flags: wire/anthropic-messages, sections 2 to 7 and 14 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from attrs import field, frozen

from headwater import Model, read_flags


@frozen(kw_only=True)
class MessagesCompat:
    """Flags of one endpoint, or of one model there."""

    path: str = "/v1/messages"
    """Where requests go, after the base URL."""
    version: str | None = "2023-06-01"
    """Header `anthropic-version`; None: none is sent."""
    sampling_version: str | None = None
    """The version for requests with sampling parameters, where `version` takes none."""
    betas: Sequence[str] = ()
    """Betas every request carries."""
    needs_stop: bool = True
    """The server sends `message_stop`; else a clean end of the body is the end."""
    stop_reasons: Mapping[str, str] = field(factory=dict[str, str])
    """The endpoint's own stop reasons, over the usual ones."""
    extra_body: Mapping[str, Any] = field(factory=dict[str, Any])
    """Fields every request carries."""
    session_header: str | None = None
    """Header that carries the session's id."""

    thinking: Literal["none", "budget", "adaptive"] = "budget"
    """How the model is told to think: not at all, in tokens, or as it sees fit (steered by effort)."""
    budgets: bool = False
    """A model that thinks adaptively takes a budget as well."""
    thinks_unasked: bool = False
    """The model thinks when nothing is said about it."""
    display: Literal["no", "shown", "hidden"] = "no"
    """Whether `display` may be sent, and what the model does with its thinking without it."""
    efforts: Sequence[str] = ()
    """What `output_config.effort` may be."""
    effort_without_thinking: str | None = None
    """The highest effort while thinking is off; None: any."""
    interleaved_beta: bool = False
    """Thinking between tool calls needs the beta."""
    unsigned_thinking: bool = False
    """Thinking without a signature may go back."""

    sampling: Literal["yes", "not-thinking", "no"] = "yes"
    """Whether `temperature`, `top_p` and `top_k` are taken."""
    refuses: Sequence[str] = ()
    """Options the endpoint does nothing about: `top_k`, `stop`."""
    both_samplers: bool = True
    """`temperature` and `top_p` may come together."""
    prefill: bool = True
    """The conversation may end with the beginning of the answer."""
    forced_tools: Literal["yes", "not-budget", "no"] = "yes"
    """Whether a tool can be forced: always, unless a thinking budget is given, never."""
    parallel_tool_calls: bool = True
    """`disable_parallel_tool_use` may be sent."""
    strict_tools: bool = False
    eager_tools: Literal["field", "beta", "no"] = "no"
    """How arguments are asked for as they are written: a field of the tool, the older beta, not at all."""
    server_tools: bool = True
    """Tools that the provider runs may be sent."""
    json_schema: bool = False
    """`output_config.format` may be a schema."""
    documents: bool = True
    cache_control: bool = False
    long_cache: bool = False
    """A breakpoint may live for an hour."""
    service_tiers: bool = False
    metadata: bool = False
    """`metadata.user_id` may be sent."""


def read_compat(model: Model) -> MessagesCompat:
    """The flags of a model; raises `RequestError` for what is no flag, or no value of one."""
    return read_flags(model, MessagesCompat)
