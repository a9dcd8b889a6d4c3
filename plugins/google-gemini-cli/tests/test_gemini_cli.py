"""generateContent in the envelope of Cloud Code Assist, asked with a token of the caller's own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater import (
    NO_RETRY,
    AssistantMessage,
    AuthenticationFailed,
    Done,
    Error,
    Hub,
    InvalidRequest,
    RequestError,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)
from headwater.testing import Case, LoopbackServer, Reply, conformance_tests
from headwater_google_gemini_cli import CodeAssistProvider, provider

MODEL = "google-gemini-cli/gemini-3-flash"
HUB = Hub(environ={"GOOGLE_CLOUD_PROJECT": "my-project"})
NOW = Tool("now", "Tells the time.", {"type": "object", "properties": {"zone": {"type": "string"}}})
SIGNATURE = "c2lnbmF0dXJlIG9uZSE="

CORPUS = Path(os.environ.get("HEADWATER_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus")
RECORDED = sorted(CORPUS.glob("google-generative-ai/*/stream.sse"))

ANSWER: dict[str, Any] = {
    "candidates": [{"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 1, "totalTokenCount": 4},
    "modelVersion": "gemini-3-flash",
}


def sse(*envelopes: Any) -> bytes:
    """Envelopes as server-sent events."""
    return "".join(f"data: {json.dumps(one)}\n\n" for one in envelopes).encode()


def read(*envelopes: Any, model: Any = MODEL) -> AssistantMessage:
    """The message of an answer."""
    *_, last = HUB.decode(model, sse(*envelopes))
    assert isinstance(last, Done | Error)
    return last.message


def body(prompt: Any = "hi", model: str = MODEL, **options: Any) -> dict[str, Any]:
    """The body of a request."""
    made: dict[str, Any] = json.loads(HUB.request(model, prompt, **options).body)
    return made


def wrapped(recorded: bytes) -> bytes:
    """A recorded answer, each of its objects in an envelope."""
    lines = recorded.split(b"\n")
    return b"\n".join(
        b'data: {"response":' + line[6:].strip() + b"}" if line[:6] == b"data: " else line for line in lines
    )


# -- requests


def test_a_request_is_in_an_envelope() -> None:
    """The model's bare id, the project, an id of the prompt, and the request as Vertex AI has it."""
    wire = HUB.request(MODEL, "hi", system="Be brief.", session_id="s1", thinking="low")
    made = json.loads(wire.body)
    assert wire.url == "https://cloudcode-pa.googleapis.com/v1internal:streamGenerateContent?alt=sse"
    assert len(made.pop("user_prompt_id")) == 36
    assert made == {
        "model": "gemini-3-flash",
        "project": "my-project",
        "request": {
            "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
            "systemInstruction": {"role": "user", "parts": [{"text": "Be brief."}]},
            "generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW", "includeThoughts": True}},
            "session_id": "s1",
        },
    }


def test_the_same_request_is_the_same_each_time() -> None:
    """Its id is made of it."""
    assert body() == body()
    assert body()["user_prompt_id"] != body("other")["user_prompt_id"]


def test_credits_are_only_used_when_asked() -> None:
    """An option of this backend."""
    assert body(enabled_credit_types=["G1"])["enabled_credit_types"] == ["G1"]


def test_thinking_goes_back_as_text() -> None:
    """The backend does not take thoughts; calls are signed as everywhere."""
    said = (Thinking("Hm.", SIGNATURE), Text("So."), ToolCall("a", "now", {}, SIGNATURE))
    own = AssistantMessage(said, provider="google-gemini-cli", api="google-gemini-cli", model="gemini-3-flash")
    sent = body([UserMessage("Hi"), own, ToolResultMessage("a", "now", "noon")])["request"]["contents"]
    assert sent[1]["parts"] == [
        {"text": "Hm."},
        {"text": "So."},
        {"functionCall": {"name": "now", "args": {}}, "thoughtSignature": SIGNATURE},
    ]


def test_models_of_others_get_ids_and_older_schemas() -> None:
    """What Claude wants behind this backend."""
    other = AssistantMessage((ToolCall("a", "now"),), provider="elsewhere", api="x", model="y")
    messages = [UserMessage("Hi"), other, ToolResultMessage("a", "now", "noon")]
    sent = body(messages, "google-gemini-cli/claude-sonnet-4-6", tools=[NOW])["request"]
    assert sent["contents"][1]["parts"] == [{"functionCall": {"name": "now", "args": {}, "id": "a"}}]
    assert sent["tools"][0]["functionDeclarations"][0]["parameters"] == {
        "type": "OBJECT",
        "properties": {"zone": {"type": "STRING"}},
    }


@pytest.mark.parametrize(
    ("environ", "settings", "words"),
    [
        ({"GOOGLE_CLOUD_PROJECT": "123456"}, {}, "number of a project"),
        ({}, {"project": "42"}, "number of a project"),
        ({}, {"location": "eu"}, "no setting 'location'"),
    ],
)
def test_projects_that_are_none_are_refused(environ: dict[str, str], settings: dict[str, str], words: str) -> None:
    """The backend takes ids only."""
    with pytest.raises(RequestError, match=words):
        Hub(environ=environ).model(MODEL, **settings)


def test_antigravity_has_other_names() -> None:
    """At its own host; nothing in the request says what program asks."""
    pytest.importorskip("headwater_google_antigravity")
    wire = HUB.request("google-antigravity/gemini-3-flash", "hi", session_id="s1")
    made = json.loads(wire.body)
    assert wire.url == "https://daily-cloudcode-pa.googleapis.com/v1internal:streamGenerateContent?alt=sse"
    assert set(made) == {"model", "project", "requestId", "request"}
    assert made["request"]["sessionId"] == "s1"
    assert "antigravity" not in wire.body.decode()


# -- answers


def test_an_answer_is_read_out_of_its_envelopes() -> None:
    """The trace is its id; an envelope without a response says nothing."""
    left = [{"creditAmount": "5"}]
    message = read({"traceId": "t1"}, {"response": ANSWER, "traceId": "t1", "remainingCredits": left})
    assert (message.text, message.response_id, message.response_model) == ("Hi", "t1", "gemini-3-flash")
    assert (message.usage.input, message.usage.output, message.stop_reason) == (3, 1, "stop")
    assert message.extra["remainingCredits"] == left


def test_an_error_may_stand_outside_the_envelope_or_in_it() -> None:
    """It means the same."""
    error = {"code": 503, "message": "Busy.", "status": "UNAVAILABLE"}
    kinds = [read(one).error for one in ({"error": error}, {"response": {"error": error}})]
    assert [one and one.kind for one in kinds] == ["overloaded", "overloaded"]


@pytest.mark.skipif(not RECORDED, reason="no recorded answers here; set HEADWATER_CORPUS")
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.parent.name)
def test_recorded_answers_are_the_same_in_envelopes(path: Path) -> None:
    """As those of the Gemini API."""
    plain = list(HUB.decode("google/gemini-3-flash", path.read_bytes()))[-1]
    inside = list(HUB.decode(MODEL, wrapped(path.read_bytes())))[-1]
    assert isinstance(plain, Done | Error)
    assert isinstance(inside, Done | Error)
    assert _told(inside.message) == _told(plain.message)


def _told(message: AssistantMessage) -> Any:
    content = [
        (block.type, getattr(block, "text", None), getattr(block, "arguments", None)) for block in message.content
    ]
    error = message.error and message.error.kind
    return content, message.usage, message.stop_reason, message.raw_stop_reason, message.response_id, error


test_conformance = conformance_tests(
    [
        Case("two calls", HUB.model(MODEL), wrapped(path.read_bytes()))
        for path in RECORDED
        if "multiple-tool-calls" in str(path)
    ]
)

# -- projects and tokens


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackServer]:
    """A real HTTP server on this machine, and no project known from another test."""
    monkeypatch.setattr(provider, "projects", {})
    with LoopbackServer() as running:
        yield running


def ask(server: LoopbackServer, **options: Any) -> str:
    """The text of an answer of the server; raises what went wrong."""
    environ = {"CODE_ASSIST_ENDPOINT": server.url, "GOOGLE_CLOUD_ACCESS_TOKEN": "ya29.env"}
    hub = Hub(environ=environ)
    try:
        return hub.complete_sync(MODEL, "hi", retry=NO_RETRY, **options).text
    finally:
        hub.close()


def told(body: Any, status: int = 200) -> Reply:
    """A JSON answer."""
    return Reply(json.dumps(body).encode(), status=status, headers={"content-type": "application/json"})


def test_the_accounts_project_is_asked_for_once(loopback: LoopbackServer) -> None:
    """And goes into every request; the token is shown to both, and to nobody what program asks."""
    loopback.reply(told({"currentTier": {"id": "standard-tier"}, "cloudaicompanionProject": "own-project"}))
    loopback.reply(Reply(sse({"response": ANSWER})), Reply(sse({"response": ANSWER})))
    assert (ask(loopback), ask(loopback)) == ("Hi", "Hi")
    assert [request.path for request in loopback.requests] == [
        "/v1internal:loadCodeAssist",
        "/v1internal:streamGenerateContent",
        "/v1internal:streamGenerateContent",
    ]
    assert {request.headers["authorization"] for request in loopback.requests} == {"Bearer ya29.env"}
    assert [request.json.get("project") for request in loopback.requests] == [None, "own-project", "own-project"]
    assert loopback.requests[0].json["metadata"] == {
        "ideType": "IDE_UNSPECIFIED",
        "platform": "PLATFORM_UNSPECIFIED",
    }


def test_an_account_without_a_project_hears_why(loopback: LoopbackServer) -> None:
    """In the backend's own words."""
    loopback.reply(told({"ineligibleTiers": [{"reasonCode": "X", "reasonMessage": "Moved to another product."}]}))
    with pytest.raises(InvalidRequest, match="Moved to another product"):
        ask(loopback)


def test_a_token_that_is_refused(loopback: LoopbackServer) -> None:
    """Already when the project is asked for, and without the token in the error."""
    refusal = {"error": {"code": 401, "message": "Bad ya29.canary-0123456789", "status": "UNAUTHENTICATED"}}
    loopback.reply(told(refusal, 401))
    with pytest.raises(AuthenticationFailed) as caught:
        ask(loopback, key="ya29.canary-0123456789")
    assert "canary" not in str(caught.value)


def test_a_token_never_crosses_the_network_unencrypted() -> None:
    """Not for the project either."""
    hub = Hub(environ={})
    model = hub.model(MODEL, base_url="http://example.com")
    flow = CodeAssistProvider.prepare(provider, model, hub.request(model, "hi"), {"key": "ya29.mine"})
    assert flow is not None
    with pytest.raises(RequestError, match="unencrypted"):
        next(flow)
