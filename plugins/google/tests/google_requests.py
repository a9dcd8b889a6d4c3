"""Conversations and options that cover every kind of content and every option."""

from __future__ import annotations

from typing import Any

from google_wire import OTHER_SIGNATURE, SIGNATURE

from headwater import (
    AssistantMessage,
    Audio,
    CodeExecution,
    Document,
    Image,
    ProviderBlock,
    Source,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)

PNG = "iVBORw0KGgo="
PDF = "JVBERi0="
WAV = "UklGRg=="

LIST = Tool(
    "list_files",
    "Lists the files of a folder.",
    {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"folder": {"type": "string"}, "kind": {"enum": ["file", "folder"]}},
        "required": ["folder"],
        "additionalProperties": False,
    },
)
NOW = Tool("now", "", {"type": "object", "properties": {}})

SCHEMA = {"type": "object", "title": "answer", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}


def answer(*content: Any, model: str = "gemini-3-flash", api: str = "google-generative-ai") -> AssistantMessage:
    """An answer of a model at Google."""
    return AssistantMessage(tuple(content), provider="google", api=api, model=model)


def result(id: str, content: Any, name: str = "list_files", **fields: Any) -> ToolResultMessage:
    """What a tool gave back."""
    return ToolResultMessage(id, name, content, **fields)


SEEN = UserMessage(
    [
        Text("What is this?"),
        Image(data=PNG, mime_type="image/png"),
        Image(url="https://example.com/cat.jpg"),
        Document(data=PDF, name="paper.pdf"),
        Document(url="https://example.com/notes.txt"),
        Audio(WAV, "audio/wav"),
    ]
)

HISTORY = [
    SEEN,
    answer(
        Thinking("A cat.", SIGNATURE),
        Text("Let me look.", SIGNATURE),
        CodeExecution("print(1)", output="1\n", success=True),
        Image(data=PNG, mime_type="image/png", extra={"thoughtSignature": SIGNATURE}),
        Source("https://example.com"),
        ToolCall("one", "list_files", {"folder": "."}, SIGNATURE),
        ToolCall("two", "list_files", {"folder": ".."}),
        Text("", OTHER_SIGNATURE),
    ),
    result("one", "a\nb"),
    result("two", [Text("seen"), Image(data=PNG, mime_type="image/png"), Document(data=PDF)], is_error=True),
    answer(
        ProviderBlock("toolCall", {"toolCall": {"id": "s1", "toolType": "FILE_SEARCH"}, "thoughtSignature": SIGNATURE})
    ),
    UserMessage("Go on."),
]
"""Every kind of content in both directions."""

FOREIGN = [
    UserMessage("Go."),
    AssistantMessage(
        (
            Thinking("Hm.", "x" * 40),
            Text("Right."),
            ToolCall("toolu_1|weird id", "list_files", {"folder": "."}, "sig"),
            ToolCall("toolu_2", "now"),
        ),
        provider="elsewhere",
        api="another-api",
        model="other",
    ),
    result("toolu_1|weird id", "ok"),
    UserMessage("And?"),
]
"""A conversation that a model of another provider began, with a call nobody answered."""

OPTIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "system": {"system": "Be brief."},
    "sampling": {"temperature": 0.5, "top_p": 0.9, "top_k": 40, "seed": 7, "stop": ["END"], "max_tokens": 100},
    "penalties": {"presence_penalty": 0.5, "frequency_penalty": 0.5, "model": "google/gemini-2.0-flash"},
    "a level": {"thinking": "low"},
    "no level at all": {"thinking": "off"},
    "a budget": {"thinking": "medium", "model": "google/gemini-2.5-flash", "max_tokens": 500},
    "a level as it stands": {"thinking_level": "XHIGH", "include_thoughts": False},
    "tools": {"tools": [LIST, NOW]},
    "a tool it must take": {"tools": [LIST, NOW], "tool_choice": "tool:now"},
    "any tool": {"tools": [LIST], "tool_choice": "required"},
    "no tool": {"tools": [LIST], "tool_choice": "none"},
    "strict tools": {"tools": [LIST], "strict_tools": True},
    "its own tools": {"builtin_tools": ["google_search", "url_context", "code_execution", "google_maps"]},
    "its own tools with settings": {
        "builtin_tools": [{"fileSearch": {"fileSearchStoreNames": ["fileSearchStores/x"]}}]
    },
    "both kinds of tools": {"tools": [LIST], "builtin_tools": ["google_search"]},
    "a schema": {"response_format": SCHEMA},
    "any object": {"response_format": {"type": "object"}},
    "a schema beside tools": {"response_format": SCHEMA, "tools": [LIST]},
    "a cache": {"cached_content": "cachedContents/1", "system": "Be brief.", "tools": [LIST]},
    "safety": {"safety_settings": {"HARM_CATEGORY_HARASSMENT": "BLOCK_NONE"}},
    "service": {"service_tier": "flex", "metadata": {"team": "a"}, "store": False, "continuation_token": "dG9r"},
    "pictures": {
        "response_modalities": ["text", "image"],
        "image_config": {"aspectRatio": "16:9", "imageSize": "2K"},
        "model": "google/gemini-2.5-flash-image",
    },
    "sound": {
        "response_modalities": ["audio"],
        "speech_config": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}},
    },
    "more": {"media_resolution": "MEDIA_RESOLUTION_LOW", "generation_config": {"candidateCount": 1}},
}
"""Options that together are all of them; `model` is who is asked."""
