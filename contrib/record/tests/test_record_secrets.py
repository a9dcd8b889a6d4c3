"""Secrets that try to get into a recording in disguise: nothing may be written."""

from __future__ import annotations

import base64
import gzip
import html
import json
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from headwater import NO_RETRY
from headwater.testing import Chunking, LoopbackServer, Reply, read_cassette
from headwater_record import Recorder, SecretLeft
from headwater_record._search import find_secret, secrets_of

KEY = "canary/0123456789+key=of-mine"
SHAPED = "sk-proj-abcdefghijklmnopqrstuv"
"""What any reader takes for a key, whoever's it is."""

API = "openai-completions"
STREAM: dict[str, str] = {"content-type": "text/event-stream"}


def chunk(**choice: Any) -> bytes:
    """One chunk of a chat completion."""
    return b"data: " + json.dumps({"id": "c1", "choices": [{"index": 0, **choice}]}).encode() + b"\n\n"


END = chunk(delta={}, finish_reason="stop") + b"data: [DONE]\n\n"


def saying(*words: str) -> bytes:
    """An answer, one event for each."""
    return b"".join(chunk(delta={"content": word}) for word in words) + END


def escaped(text: str) -> bytes:
    """An answer whose JSON says the text with escapes of its own."""
    return b'data: {"id":"c1","choices":[{"index":0,"delta":{"content":"' + text.encode() + b'"}}]}\n\n' + END


def calling(*arguments: str) -> bytes:
    """A tool call whose arguments come in pieces."""
    first = {"index": 0, "id": "c", "function": {"name": "look", "arguments": ""}}
    pieces = [{"index": 0, "function": {"arguments": piece}} for piece in arguments]
    return b"".join(chunk(delta={"tool_calls": [piece]}) for piece in (first, *pieces)) + END


def in_base64(text: str) -> str:
    """As it stands in a header, say."""
    return base64.b64encode(text.encode()).decode()


def in_url(text: str, *, all_of_it: bool = False) -> str:
    """With escapes in small letters, and of what need not be."""
    return "".join(f"%{byte:02x}" for byte in text.encode()) if all_of_it else quote(text, safe="").lower()


DISGUISED: Mapping[str, Reply] = {
    "as it is, in chunks": Reply(saying(KEY), headers=STREAM, chunking=Chunking.every(5)),
    "one event for each piece": Reply(saying(KEY[:9], KEY[9:18], KEY[18:]), headers=STREAM),
    "in pieces of arguments": Reply(calling('{"k": "' + KEY[:9], KEY[9:] + '"}'), headers=STREAM),
    "escaped as numbers": Reply(escaped("".join(f"\\u{ord(sign):04x}" for sign in KEY)), headers=STREAM),
    "with escaped strokes": Reply(escaped(KEY.replace("/", "\\/")), headers=STREAM),
    "in a URL": Reply(saying(f"https://x.test/?k={in_url(KEY)}"), headers=STREAM),
    "every sign escaped": Reply(saying(in_url(KEY, all_of_it=True)), headers=STREAM),
    "escaped twice": Reply(saying(quote(quote(KEY, safe=""), safe="")), headers=STREAM),
    "in Base64": Reply(saying(in_base64(KEY)), headers=STREAM),
    "in Base64 of more": Reply(saying(in_base64(f"x{KEY}zz")), headers=STREAM),
    "in pieces of Base64": Reply(saying(in_base64(KEY)[:11], in_base64(KEY)[11:]), headers=STREAM),
    "in hexadecimal": Reply(saying(KEY.encode().hex()), headers=STREAM),
    "compressed": Reply(saying(KEY), headers=STREAM, encoding="gzip"),
    "compressed, which nobody says": Reply(gzip.compress(saying(KEY)), headers=STREAM),
    "in HTML": Reply(html.escape(KEY).replace("/", "&#x2F;").encode(), status=500),
    "in JSON that is cut": Reply(escaped("\\u0063" + KEY[1:])[:95], headers=STREAM),
    "in a harmless header": Reply(saying("x"), headers={"content-type": f"text/event-stream; k={KEY}"}),
    "in a header that is kept": Reply(saying("x"), headers={**STREAM, "x-keep": f"/?k={in_url(KEY)}"}),
    "anybody's, on a new line": Reply(saying(f"Your key:\n{SHAPED}"), headers=STREAM),
    "anybody's, in a query": Reply(saying(f"https://x.test/?key={SHAPED}"), headers=STREAM),
    "anybody's, in a path": Reply(saying(f"https://x.test/{SHAPED}"), headers=STREAM),
    "anybody's, in two events": Reply(saying(SHAPED[:7], SHAPED[7:]), headers=STREAM),
    "anybody's, in Base64": Reply(saying(in_base64(f"key: {SHAPED}")), headers=STREAM),
    "anybody's, escaped": Reply(saying(SHAPED.replace("-", "%2D")), headers=STREAM),
}


def ask(recorder: Recorder, reply: Reply, *, model: str = "openai/gpt-4o-mini", prompt: str = "Hi") -> None:
    """One answer through a recorder; how it ends does not matter here."""
    hub = recorder.hub(environ={})
    with LoopbackServer() as server:
        server.reply(reply)
        with hub.stream_sync(model, prompt, key=KEY, retry=NO_RETRY, base_url=server.url, api=API) as stream:
            stream.result()
        hub.close()


@pytest.mark.parametrize("disguise", list(DISGUISED))
def test_no_disguise_gets_a_key_written(disguise: str, tmp_path: Path) -> None:
    """Nothing lies in the folder, and the words do not tell it."""
    recorder = Recorder(tmp_path, keep_headers=["x-keep"])
    ask(recorder, DISGUISED[disguise])
    with pytest.raises(SecretLeft, match="of the answer; nothing was written") as caught:
        recorder.write()
    words = str(caught.value)
    assert (list(tmp_path.iterdir()), KEY in words, SHAPED in words) == ([], False, False)


@pytest.mark.parametrize("prompt", [in_url(KEY, all_of_it=True), f"key:\n{SHAPED}", f"key={SHAPED}"])
def test_no_disguise_gets_a_key_into_what_was_asked(prompt: str, tmp_path: Path) -> None:
    """The request is looked through as the answer is."""
    recorder = Recorder(tmp_path)
    ask(recorder, Reply(saying("x"), headers=STREAM), prompt=prompt)
    with pytest.raises(SecretLeft, match="in the request; nothing was written"):
        recorder.write()
    assert list(tmp_path.iterdir()) == []


def test_what_the_user_names_counts_however_short_it_is(tmp_path: Path) -> None:
    """A number as well; an empty word is none."""
    for named in ("4711", "ab.cd"):
        recorder = Recorder(tmp_path, secrets=[named, ""])
        ask(recorder, Reply(saying(f"It is {named}."), headers=STREAM))
        with pytest.raises(SecretLeft):
            recorder.write()
    assert list(tmp_path.iterdir()) == []


def test_a_secret_in_the_address_is_one() -> None:
    """A parameter of the URL, or its password; numbers and short words are none."""
    found = secrets_of("https://me:pass%2Fword-1@x.test/v1?code=token-of-a-tenant&n=12345678&b=true", [])
    assert found == {"pass/word-1", "token-of-a-tenant"}


def test_a_secret_that_only_signs_is_one(tmp_path: Path) -> None:
    """It is in no header, and the answer may know it all the same."""
    hidden = "canary+secret/access+key+of+nobody+0123"
    environ = {"AWS_ACCESS_KEY_ID": "AKNOBODY", "AWS_SECRET_ACCESS_KEY": hidden, "AWS_REGION": "us-east-1"}
    recorder = Recorder(tmp_path)
    body = json.dumps({"message": f"signed with {hidden}"}).encode()
    with LoopbackServer() as server:
        server.reply(Reply(body, status=403, headers={"content-type": "application/json"}))
        hub = recorder.hub(environ={**environ, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": server.url})
        with hub.stream_sync("amazon-bedrock/anthropic.claude-sonnet-4-5", "Hi", retry=NO_RETRY) as stream:
            message = stream.result()
        hub.close()
    assert message.error is not None
    with pytest.raises(SecretLeft):
        recorder.write()
    assert list(tmp_path.iterdir()) == []


def test_the_account_in_a_models_name_is_not_written(tmp_path: Path) -> None:
    """Nor one in its address."""
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"
    recorder = Recorder(tmp_path, "profile")
    ask(recorder, Reply(saying("x"), headers=STREAM), model=f"openai/{arn}")
    recorder.write()
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert (b"123456789012" in written, read_cassette(tmp_path / "profile.sse").model) == (
        False,
        arn.replace("123456789012", "000000000000"),
    )


def test_who_asks_is_not_written_either_where_the_request_is_in_an_envelope() -> None:
    """Such as Google's, with a session inside."""
    from headwater_record._secrets import plain_body

    body = {"project": "p-1", "request": {"session_id": "s-1", "contents": ["Hi"]}, "user_prompt_id": "u-1"}
    told = json.dumps(plain_body(json.dumps(body).encode()))
    assert [word for word in ("p-1", "s-1", "u-1") if word in told] == []
    assert "Hi" in told


def frame(payload: bytes) -> bytes:
    """A frame of AWS's event stream, without headers."""
    prelude = struct.pack(">II", 16 + len(payload), 0)
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + payload
    return message + struct.pack(">I", zlib.crc32(message))


def test_the_events_of_a_binary_answer_are_put_together_too() -> None:
    """Which are on no lines."""
    pieces = (KEY[:9], KEY[9:])
    body = b"".join(frame(json.dumps({"delta": {"text": piece}}).encode()) for piece in pieces)
    assert find_secret(body, {KEY}, framing="aws-event-stream") is not None


@pytest.mark.parametrize(
    "text",
    [
        "The task-force met; a desk-lamp stood there.",
        "skip-connection-in-residual-networks-and-more",
        "disk-based-hash-tables-are-slower-than-others",
        base64.b64encode(bytes(range(256)) * 40).decode(),
        '{"signature": "' + base64.b64encode(bytes(range(255, -1, -1)) * 3).decode() + '"}',
    ],
)
def test_what_is_no_key_is_let_be(text: str) -> None:
    """Words with hyphens, signatures, pictures."""
    assert find_secret(saying(text), {KEY}, framing="sse") is None


def test_a_long_answer_is_looked_through_in_little_memory_of_steps() -> None:
    """What is compressed without end is looked at so far as it may be, and nothing is raised."""
    bomb = gzip.compress(b"\0" * 10_000_000)
    assert find_secret(saying(base64.b64encode(bomb).decode()), {KEY}, framing="sse") is None
