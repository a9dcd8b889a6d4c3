"""Conversations as they stand after every kind of provider, made up, with what each of them alone puts there.

Every history holds, beside the blocks that make it special, words by which they are found again in a request:
`USER_WORDS` in what the user said, `ANSWER_WORDS` in what the model said, `RESULT_WORDS` in what tools gave back,
`CALL_WORDS` in the arguments of calls, `SYSTEM_WORDS` in the system prompt, and opaque marks that begin with `OPAQUE`
and the provider's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from headwater import (
    AssistantMessage,
    CodeExecution,
    Context,
    ErrorInfo,
    Image,
    Message,
    ProviderBlock,
    Refusal,
    Source,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)

USER_WORDS = "What the user said."
ANSWER_WORDS = "What the model said."
RESULT_WORDS = "What the tool gave back"
CALL_WORDS = "What the tool was given"
SYSTEM_WORDS = "Be brief."
OPAQUE = "b3BhcXVl"

UNKNOWN = "acme"
"""A provider that nobody knows, so that nobody can read its marks."""

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
"""The smallest PNG."""

LOOK = Tool(
    "look_up",
    "Looks something up",
    {"type": "object", "properties": {"about": {"type": "string"}}, "required": ["about"]},
)


def opaque(provider: str) -> str:
    """The mark that only this provider can read."""
    return f"{OPAQUE}{provider.replace('-', '')}b3BhcXVl"


@cache
def histories() -> Mapping[str, Context]:
    """Each history by the name of the provider, or of the oddity, that it shows."""
    made = {name: _talk(*maker()) for name, maker in _PROVIDERS.items()}
    made |= {name: maker() for name, maker in _ODDITIES.items()}
    return MappingProxyType(made)


def _call(id: str, number: int = 1, **extra: Any) -> ToolCall:
    return ToolCall(id, LOOK.name, {"about": f"{CALL_WORDS} {number}."}, **extra)


def _answer(api: str, provider: str, model: str, *blocks: Any, **more: Any) -> AssistantMessage:
    calls = any(isinstance(block, ToolCall) for block in blocks)
    fields: dict[str, Any] = {"stop_reason": "toolUse" if calls else "stop", "timestamp": 1, **more}
    return AssistantMessage(blocks, api, provider, model, **fields)


def _results(answer: AssistantMessage) -> list[Message]:
    calls = [block for block in answer.content if isinstance(block, ToolCall)]
    return [ToolResultMessage(call.id, call.name, f"{RESULT_WORDS} {n}.") for n, call in enumerate(calls, 1)]


def _talk(*answers: AssistantMessage) -> Context:
    messages: list[Message] = [UserMessage(USER_WORDS)]
    for answer in answers:
        messages += [answer, *_results(answer), UserMessage(USER_WORDS)]
    return Context(tuple(messages), SYSTEM_WORDS, (LOOK,))


def _anthropic() -> Sequence[AssistantMessage]:
    provider, api, model = "anthropic", "anthropic-messages", "claude-sonnet-4-5"
    query = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "sky"}}
    page = {"type": "web_search_result", "url": "https://example.org/sky", "encrypted_content": opaque(provider)}
    found = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [page]}
    return [
        _answer(
            api,
            provider,
            model,
            Thinking("I think.", opaque(provider)),
            Thinking("", opaque(provider), redacted=True),
            ProviderBlock("server_tool_use", query, "srvtoolu_1"),
            ProviderBlock("web_search_tool_result", found, "srvtoolu_1"),
            Source("https://example.org/sky", "The sky"),
            Text(ANSWER_WORDS, extra={"citations": [{"type": "web_search_result_location", "url": page["url"]}]}),
            _call("toolu_01A"),
            _call("toolu_01B", 2),
        )
    ]


def _responses() -> Sequence[AssistantMessage]:
    provider, api, model = "openai", "openai-responses", "gpt-5"
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search"}}
    return [
        _answer(
            api,
            provider,
            model,
            Thinking("I think.", f'{{"id":"rs_1","encrypted_content":"{opaque(provider)}"}}'),
            ProviderBlock("web_search_call", search, "ws_1"),
            Text(ANSWER_WORDS, f'{{"id":"{opaque(provider)}","phase":"commentary"}}'),
            _call("call_1|fc_1"),
            _call("call_2|fc_2", 2),
        )
    ]


def _chat() -> Sequence[AssistantMessage]:
    details = {"reasoning_details": [{"type": "reasoning.encrypted", "data": opaque("deepseek")}]}
    thought = Thinking("I think.", extra={"field": "reasoning_content"})
    return [
        _answer(
            "openai-completions",
            "deepseek",
            "deepseek-reasoner",
            thought,
            Text(ANSWER_WORDS),
            _call("call_00_a.b:c"),
            extra=details,
        )
    ]


def _google() -> Sequence[AssistantMessage]:
    provider, api = "google", "google-generative-ai"
    code = CodeExecution("print(1)", output="1", success=True, id="code_1")
    return [
        _answer(
            api,
            provider,
            "gemini-3-flash",
            Thinking("I think.", opaque(provider)),
            code,
            Text(ANSWER_WORDS, opaque(provider)),
            Image(PIXEL, "image/png"),
            _call("look_up_1", signature=opaque(provider)),
            _call("look_up_2", 2),
        )
    ]


def _bedrock() -> Sequence[AssistantMessage]:
    model, provider = "us.anthropic.claude-opus-4-6-v1", "amazon-bedrock"
    return [
        _answer(
            "bedrock-converse-stream",
            provider,
            model,
            Thinking("I think.", opaque(provider)),
            Text(ANSWER_WORDS),
            _call("tooluse_a-B_c"),
        )
    ]


def _cohere() -> Sequence[AssistantMessage]:
    plan = Thinking("I will look.", extra={"plan": True})
    call = _call("look_up_ab12cd34ef56")
    return [_answer("cohere-chat", "cohere", "command-a-reasoning-08-2025", plan, Text(ANSWER_WORDS), call)]


def _mistral() -> Sequence[AssistantMessage]:
    blocks = (Thinking("I think."), Text(ANSWER_WORDS), _call("D681PevKs"))
    return [_answer("mistral-chat", "mistral", "magistral-medium", *blocks)]


def _ollama() -> Sequence[AssistantMessage]:
    return [_answer("ollama-chat", "ollama", "qwen3", Thinking("I think."), Text(ANSWER_WORDS), _call("minted-1"))]


def _unknown() -> Sequence[AssistantMessage]:
    own = ProviderBlock("acme_panel", {"type": "acme_panel", "panel": opaque(UNKNOWN)}, "p1")
    thought = Thinking("I think.", opaque(UNKNOWN))
    return [_answer("acme-wire", UNKNOWN, "large", thought, own, Text(ANSWER_WORDS), _call("ACME:1/2#3"))]


_PROVIDERS: Mapping[str, Callable[[], Sequence[AssistantMessage]]] = {
    "anthropic": _anthropic,
    "openai responses": _responses,
    "chat completions": _chat,
    "google": _google,
    "amazon-bedrock": _bedrock,
    "cohere": _cohere,
    "mistral": _mistral,
    "ollama": _ollama,
    "a provider nobody knows": _unknown,
    "one after the other": lambda: [*_anthropic(), *_responses(), *_google(), *_cohere(), *_unknown()],
}


def _plain(*blocks: Any, **more: Any) -> AssistantMessage:
    return _answer("acme-wire", UNKNOWN, "large", *blocks, **more)


def _failed() -> Context:
    error = ErrorInfo("server", "the server failed")
    gone = _plain(Text("half a"), _call("c1"), stop_reason="error", error=error)
    stopped = _plain(Text("half an"), stop_reason="aborted", error=ErrorInfo("aborted", "was aborted"))
    return Context((UserMessage(USER_WORDS), gone, UserMessage(USER_WORDS), stopped, UserMessage(USER_WORDS)))


def _unanswered() -> Context:
    answer = _plain(Text(ANSWER_WORDS), _call("c1"), _call("c2", 2))
    return Context((UserMessage(USER_WORDS), answer, *_results(answer)[:1], UserMessage(USER_WORDS)), tools=(LOOK,))


def _refused() -> Context:
    return Context((UserMessage(USER_WORDS), _plain(Refusal("I cannot.")), UserMessage(USER_WORDS)))


def _twice() -> Context:
    return Context((UserMessage(USER_WORDS), UserMessage(USER_WORDS)))


def _empty() -> Context:
    turns = (UserMessage(USER_WORDS), _plain(), UserMessage(USER_WORDS), _plain(Text("")), UserMessage(USER_WORDS))
    return Context(turns)


def _long_ids() -> Context:
    return _talk(_plain(Text(ANSWER_WORDS), _call("x" * 450 + "1"), _call("x" * 450 + "2", 2)))


def _pictures() -> Context:
    answer = _plain(Text(ANSWER_WORDS), _call("c1"))
    shown = ToolResultMessage("c1", LOOK.name, (Text(f"{RESULT_WORDS} 1."), Image(PIXEL, "image/png")))
    asked = UserMessage((Text(USER_WORDS), Image(PIXEL, "image/png")))
    return Context((asked, answer, shown, UserMessage(USER_WORDS)), tools=(LOOK,))


_ODDITIES: Mapping[str, Callable[[], Context]] = {
    "answers that failed": _failed,
    "a call without a result": _unanswered,
    "a refusal": _refused,
    "two turns of the user": _twice,
    "empty answers": _empty,
    "ids of 451 characters": _long_ids,
    "pictures": _pictures,
}
