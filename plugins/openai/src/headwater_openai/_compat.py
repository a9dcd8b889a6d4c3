"""What endpoints differ in, as tables of flags: one for chat completions, one for Responses.

The defaults suit an endpoint nobody has described: they send only what nearly
every server takes. A model's `compat` may hold flags of both tables, so that the
same model can be asked over either api; a flag of one name means the same in both.
Source of the flags: wire/openai-compatible, section 1 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import field, frozen

from headwater import Kind, Model, StopReason, read_flags

ThinkingFormat = Literal[
    "none",
    "openai",
    "openrouter",
    "deepseek",
    "kimi",
    "zai",
    "qwen",
    "chat-template",
    "together",
    "string",
    "prompt-mode",
    "adaptive",
]
LongCache = Literal["no", "retention", "options"]


@frozen(kw_only=True)
class ChatCompat:
    """Flags of one chat-completions endpoint (or model). Names follow the field's usual ones, in snake case."""

    developer_role: bool = False
    """The system prompt may go as `developer`."""
    store: bool = False
    """`store` may be sent."""
    usage_in_stream: bool = True
    """`stream_options.include_usage` may be sent."""
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """The field in which `max_tokens` goes."""
    strict_tools: bool = False
    """`strict` may be sent with a tool."""
    schema_references: bool = True
    """A tool's schema may refer to its own parts by `$ref`; else they are written out."""
    thinking_format: ThinkingFormat = "openai"
    """How a thinking level is written; the word is that of the model's `levels`. `openai`: `reasoning_effort`;
    `openrouter`: `reasoning.effort`; `deepseek`, `kimi`, `zai`: `thinking.type` enabled or disabled, with
    `reasoning_effort` beside it; `qwen`: `enable_thinking`, with a budget; `chat-template`:
    `chat_template_kwargs.enable_thinking`; `together`: `reasoning.enabled`; `string`: `thinking`; `prompt-mode`:
    `prompt_mode`; `adaptive`: `thinking.type` adaptive or disabled; `none`: the model cannot be told."""
    reasoning_effort: bool = True
    """`reasoning_effort` may go beside the thinking format's own switch."""
    effort_budgets: bool = False
    """`reasoning_effort` may be a number of tokens."""
    reasoning_field: str | None = None
    """Field of an assistant message in which thinking is sent back; None: it stays behind. Thinking that comes is read
    from `reasoning_content`, `reasoning` and `reasoning_text`, whatever this says."""
    requires_reasoning_field: bool = False
    """Every assistant message of the history carries that field (by default the one it came in), if only empty."""
    reasoning_details: bool = False
    """Thinking comes in `reasoning_details`, which go back as they came to the model that thought it."""
    requires_thinking_as_text: bool = False
    """Thinking goes back as text, before the answer."""
    thinking_tags: bool = False
    """Thinking goes back before the text, between think tags."""
    prefill_mark: str | None = None
    """Field that says of an answer at the end of the conversation that it is to be gone on with."""
    requires_tool_result_name: bool = False
    """A tool message carries the name of the tool."""
    requires_assistant_after_tool_result: bool = False
    """Between the result of a tool and a user's message an answer is put in."""
    requires_tools_with_tool_history: bool = False
    """`tools` is sent, if only empty, when the history has results of tools."""
    tool_result_images: bool = False
    """A tool message may hold images; else they follow in a message of the user."""
    image_urls: tuple[str, ...] = ("",)
    """How addresses of images may begin; one that begins otherwise is not fetched."""
    tool_choices: tuple[str, ...] = ("auto", "none", "required", "tool")
    """Without `none` among them, tools that must not be called are left out."""
    forced_while_thinking: bool = True
    """A tool may be forced while the model thinks."""
    max_tools: int | None = None
    """How many tools a request may have."""
    tool_stream: bool = False
    """`tool_stream` asks for arguments as they are written; else they come in one piece."""
    sampling: Literal["yes", "not-thinking", "no"] = "yes"
    """Whether temperature and its like are taken."""
    max_temperature: float | None = None
    """The highest temperature that is taken; a higher one is lowered to it."""
    penalties: bool = True
    """`frequency_penalty`, `presence_penalty` and `logit_bias` may be sent where sampling parameters are taken."""
    logit_bias: bool = True
    """`logit_bias` may be sent where penalties may."""
    thinks_unasked: bool = True
    """A reasoning model that is not told how much to think does think."""
    thinks_with_tools: bool = True
    """A reasoning model may be given tools; else it is told not to think when there are any."""
    refuses: tuple[str, ...] = ()
    """Options of chat completions that the endpoint does not know, such as `verbosity`."""
    stop_sequences: bool = True
    """`stop` may be sent."""
    max_stops: int | None = None
    """How many stop sequences are taken; the rest is left out."""
    seed_field: str | None = "seed"
    """The field in which `seed` goes; None: it is not taken."""
    parallel_tool_calls: bool = True
    """`parallel_tool_calls` may be sent."""
    json_schema: bool = True
    """`response_format` may be a schema; else any JSON object."""
    json_object: bool = True
    """`response_format` may be any JSON object; else that is asked for by a schema."""
    schema_with_tools: bool = True
    """`response_format` may be a schema in a request with tools."""
    repeats_calls: bool = False
    """An answer of a certain format may be followed by a call that was made before; it is passed over."""
    json_word: bool = False
    """A response format without a schema is refused unless the word JSON stands in the conversation."""
    cache_key: bool = False
    """`prompt_cache_key` may be sent."""
    long_cache: LongCache = "no"
    """How `cache="long"` is asked for: `prompt_cache_retention`, `prompt_cache_options`, or not at all."""
    cache_control: bool = False
    """`cache_control` goes on content parts and tools, as the Messages protocol has it."""
    session_header: str | None = None
    """Header that carries the session's id for routing."""
    service_tiers: bool = False
    """`service_tier` may be sent."""
    metadata: bool = False
    """`metadata` may be sent."""
    user_field: str | None = "safety_identifier"
    """Field that names the end user (the option `safety_identifier`)."""
    documents: bool = True
    """A document may be sent."""
    document_urls: bool = False
    """A document may be sent by URL."""
    answer_images: bool = False
    """Images the model made go back in `images` of its message."""
    reasoning_outside_output: bool = False
    """`reasoning_tokens` come on top of `completion_tokens`, where the total says so."""
    reasoning_uncounted: bool = False
    """`reasoning_tokens` come on top of `completion_tokens`, and the total leaves them out."""
    usage_details: tuple[str, ...] = ()
    """Further fields of usage, kept in the message's `extra["usage_details"]`."""
    needs_finish: bool = True
    """The server sends a finish reason or `[DONE]`; else a clean end of the body is the end."""
    extra_body: Mapping[str, Any] = field(factory=dict[str, Any])
    """Fields every request to this endpoint carries."""
    finish_reasons: Mapping[str, StopReason | Kind] = field(factory=dict[str, StopReason | Kind])
    """The endpoint's own finish reasons, over the usual ones: what each means, a stop reason or a kind of error."""


@frozen(kw_only=True)
class ResponsesCompat:
    """Flags of one endpoint (or model) that speaks Responses."""

    developer_role: bool = False
    """A system prompt that is a message may go as `developer`."""
    instructions: bool = True
    """The system prompt goes as `instructions`; else as the first message."""
    typed_messages: bool = False
    """Messages need their `type`."""
    encrypted_reasoning: bool = False
    """`include` may ask for encrypted reasoning, without which reasoning cannot go back."""
    reasoning_summary: bool = True
    """`reasoning.summary` may be sent."""
    builtin_results: bool = False
    """`include` may ask for what built-in tools found: sources, search results, outputs of code."""
    server_calls: tuple[str, ...] = ()
    """Beginnings of names of custom tool calls that the provider runs itself."""
    stateful: bool = False
    """Answers can be stored, and gone on from by `previous_response_id` or `conversation`."""
    background: bool = False
    """Answers can be made in the background."""
    result_parts: bool = False
    """A result of a tool may hold images and files; else they follow in a message of the user."""
    documents: bool = True
    """A document may be sent."""
    file_data: bool = True
    """A document may be sent as data; else by URL only."""
    strict_tools: bool = False
    """`strict` may be true for a tool or a schema."""
    tool_choices: tuple[str, ...] = ("auto", "none", "required", "tool")
    """`builtin` among them: a built-in tool can be forced."""
    sampling: Literal["yes", "not-thinking", "no"] = "yes"
    """Whether temperature and its like are taken."""
    thinks_unasked: bool = True
    """A reasoning model that is not told how much to think does think."""
    parallel_tool_calls: bool = True
    """`parallel_tool_calls` may be sent."""
    json_schema: bool = True
    """`text.format` may be a schema; else any JSON object."""
    json_word: bool = False
    """A format without a schema is refused unless the word JSON stands in the conversation."""
    cache_key: bool = False
    """`prompt_cache_key` may be sent."""
    long_cache: LongCache = "no"
    """How `cache="long"` is asked for: `prompt_cache_retention`, `prompt_cache_options`, or not at all."""
    session_header: str | None = None
    """Header that carries the session's id for routing."""
    service_tiers: bool = False
    """`service_tier` may be sent."""
    metadata: bool = False
    """`metadata` may be sent."""
    usage_details: tuple[str, ...] = ()
    """Further fields of usage, kept in the message's `extra["usage_details"]`."""
    extra_body: Mapping[str, Any] = field(factory=dict[str, Any])
    """Fields every request to this endpoint carries."""


def read_compat(model: Model) -> ChatCompat:
    """The chat-completions flags of a model; raises `RequestError` for what is no flag, or no value of one."""
    return read_flags(model, ChatCompat, ResponsesCompat)


def read_responses_compat(model: Model) -> ResponsesCompat:
    """The Responses flags of a model; raises `RequestError` for what is no flag, or no value of one."""
    return read_flags(model, ResponsesCompat, ChatCompat)
