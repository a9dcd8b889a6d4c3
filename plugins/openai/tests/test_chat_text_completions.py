"""Servers that answer with the chunks of the older text completions."""

from __future__ import annotations

import json

from headwater import Done, Hub


def test_the_text_of_text_completions_is_read() -> None:
    """`choices[].text` stands in for a delta; the finish reason and usage are where they always are."""
    usage = {"prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5}
    chunks = [
        {"id": "cmpl-1", "object": "text_completion", "model": "m", "choices": [{"index": 0, "text": "once "}]},
        {"id": "cmpl-1", "choices": [{"index": 0, "text": "upon", "finish_reason": "length"}], "usage": usage},
    ]
    body = b"".join(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks) + b"data: [DONE]\n\n"
    last = list(Hub(environ={}).decode("openai/any", body, api="openai-completions"))[-1]
    assert isinstance(last, Done)
    assert (last.message.text, last.reason, last.message.usage.output) == ("once upon", "length", 3)
