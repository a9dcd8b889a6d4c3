"""Perplexity's oddities as answers written by hand, and every plugin's promises."""

from __future__ import annotations

import json
from typing import Any

from headwater.testing import Cassette, provider_suite


def chunk(delta: Any = None, finish: str | None = None, **beside: Any) -> dict[str, Any]:
    """A chunk with one choice; `beside` are fields of the chunk."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [choice], **beside}


def sse(*chunks: Any) -> bytes:
    """The body of these chunks; text stands as it is."""
    lines = [one if isinstance(one, str) else f"data: {json.dumps(one)}" for one in (*chunks, "data: [DONE]")]
    return "".join(f"{line}\n\n" for line in lines).encode()


PAGES = [{"title": "Tides", "url": "https://tides.test/", "date": "2026-10-01", "snippet": "Twice a day."}]
CITED = {"citations": ["https://tides.test/"], "search_results": PAGES}
COST = {"input_tokens_cost": 0.0, "output_tokens_cost": 0.001, "request_cost": 0.005, "total_cost": 0.006}


def usage(output: int, **more: Any) -> dict[str, Any]:
    """What each chunk counts."""
    return {"prompt_tokens": 10, "completion_tokens": output, "total_tokens": 10 + output, **more}


LAST = usage(4, search_context_size="low", num_search_queries=2, citation_tokens=90, cost=COST)
STEP = {
    "thought": "I look it up.",
    "type": "web_search",
    "web_search": {"search_keywords": ["tides"], "search_results": PAGES},
}
RAN = {"thought": "", "type": "execute_python", "execute_python": {"code": "print(42)", "result": "42"}}
IMAGE = {"image_url": "https://tides.test/a.png", "origin_url": "https://tides.test/", "height": 9, "width": 16}
SOURCE = {"type": "source", "uri": "https://tides.test/", "title": "Tides", "snippet": "Twice a day."}

CASSETTES = [
    Cassette(
        "sources and usage in every chunk",
        sse(
            chunk({"role": "assistant", "content": "Twice "}, usage=usage(2, cost={"total_cost": 0.0}), **CITED),
            chunk({"content": "a day[1]."}, usage=usage(4), **CITED),
            chunk({"content": ""}, "stop", **{**CITED, "object": "chat.completion.done"}, usage=LAST),
        ),
        signal='"finish_reason": "stop"',
        expected={
            "text": "Twice a day[1].",
            "message": {
                "content": [{"type": "text"}, SOURCE],
                "usage": {"input": 10, "output": 4, "totalTokens": 14, "reportedCost": 0.006},
                "extra": {
                    "usage_details": {
                        "citation_tokens": 90,
                        "num_search_queries": 2,
                        "search_context_size": "low",
                        "cost": COST,
                    }
                },
            },
        },
    ),
    Cassette(
        "thinking counted beside the output",
        sse(chunk({"content": "42"}), chunk({}, "stop", usage=usage(4, reasoning_tokens=70))),
        model="sonar-deep-research",
        signal='"finish_reason": "stop"',
        expected={"message": {"usage": {"output": 74, "reasoning": 70}}},
    ),
    Cassette(
        "the steps of a search",
        sse(
            chunk({"content": "", "reasoning_steps": [STEP]}, object="chat.reasoning"),
            chunk({"content": "", "reasoning_steps": [RAN]}, object="chat.reasoning"),
            chunk({"content": "Twice a day."}),
            chunk({"content": ""}, "stop", object="chat.completion.done", **CITED),
        ),
        model="sonar-pro",
        options={"stream_mode": "concise"},
        signal='"finish_reason": "stop"',
        expected={
            "thinking": "I look it up.",
            "text": "Twice a day.",
            "message": {
                "content": [
                    {"type": "thinking"},
                    SOURCE,
                    {"type": "codeExecution", "code": "print(42)", "output": "42"},
                    {"type": "text"},
                ]
            },
        },
    ),
    Cassette(
        "pictures and further questions",
        sse(chunk({"content": "Look."}, images=[IMAGE], related_questions=["Why?"]), chunk({}, "stop")),
        options={"return_images": True, "return_related_questions": True},
        signal='"finish_reason": "stop"',
        expected={
            "message": {
                "content": [
                    {"type": "text"},
                    {"type": "source", "kind": "image", "uri": "https://tides.test/a.png", "extra": {"width": 16}},
                ],
                "extra": {"related_questions": ["Why?"]},
            }
        },
    ),
    Cassette(
        "thinking between tags",
        sse(chunk({"content": "<think>Hm."}), chunk({"content": "</think>4"}), chunk({}, "stop")),
        model="sonar-reasoning-pro",
        options={"think_tags": True},
        signal='"finish_reason": "stop"',
        expected={"thinking": "Hm.", "text": "4"},
    ),
]

TestPerplexity = provider_suite("perplexity", streams=CASSETTES, model="sonar")
