"""Providers that pass requests on, over real HTTP: keys and their fallbacks, and what each one's refusals mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import pytest
from gateways import CHAT

from headwater import NO_RETRY, AssistantMessage, AuthenticationFailed, Hub, Message, MissingKey, UserMessage, dumps
from headwater.testing import LoopbackServer, Reply

JSON = {"content-type": "application/json"}
EVENTS = {"content-type": "text/event-stream"}

KEYS: Mapping[str, tuple[str, ...]] = {
    "github-copilot": ("COPILOT_GITHUB_TOKEN",),
    "huggingface": ("HF_TOKEN",),
    "minimax": ("MINIMAX_API_KEY",),
    "minimax-cn": ("MINIMAX_CN_API_KEY",),
    "opencode": ("OPENCODE_API_KEY",),
    "opencode-go": ("OPENCODE_API_KEY",),
    "openrouter": ("OPENROUTER_API_KEY",),
    "vercel-ai-gateway": ("AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN"),
}
"""The variables of each provider's key, the first that is set wins."""

FOREIGN: tuple[str, ...] = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GITHUB_TOKEN", "GH_TOKEN")
"""Keys of others, which go nowhere."""


@attrs.frozen
class Refusal:
    """A refusal of one provider's, and what it means."""

    model: str
    name: str
    status: int
    body: Any
    kind: str
    retryable: bool
    api: str | None = None
    headers: Mapping[str, str] = JSON

    @property
    def id(self) -> str:
        """The provider, the protocol and the case."""
        return f"{self.model.partition('/')[0]}-{self.api or 'first'}-{self.name}"


def error(type: str | None = None, message: str = "no", code: Any = None, **more: Any) -> dict[str, Any]:
    """An error in the commonest form."""
    return {"error": {"message": message, "type": type, "code": code, **more}}


def said(type: str, message: str = "no") -> dict[str, Any]:
    """An error in the form of Messages."""
    return {"type": "error", "error": {"type": type, "message": message}}


def status(code: int, message: str) -> dict[str, Any]:
    """MiniMax's own form."""
    return {"base_resp": {"status_code": code, "status_msg": message}}


ROUTER, VERCEL, HF = "openrouter/some/thing", "vercel-ai-gateway/some/thing", "huggingface/some/thing"
MINI, ZEN, GO, COPILOT = "minimax/MiniMax-M3", "opencode/kimi-k3", "opencode-go/claude-opus-5", "github-copilot/kimi-k3"
LONG = "This endpoint's maximum context length is 200000 tokens. However, you requested about 250000 tokens."
BEHIND = {"provider_name": "Novita", "raw": '{"error":"maximum context length is 8192 tokens"}'}
FREE = "You have exceeded your monthly included credits for Inference Providers."

REFUSALS = (
    Refusal(ROUTER, "wrong key", 401, error(message="No auth credentials found", code=401), "authentication", False),
    Refusal(ROUTER, "no credit", 402, error(message="Insufficient credits", code=402), "quota", False),
    Refusal(ROUTER, "moderated", 403, error(code=403, metadata={"error_type": "refusal"}), "content_filter", False),
    Refusal(ROUTER, "too long", 400, error(message=LONG, code=400), "context_overflow", False),
    Refusal(ROUTER, "too long behind it", 400, error(code=400, metadata=BEHIND), "context_overflow", False),
    Refusal(ROUTER, "limited", 429, error(code=429, message="Rate limit exceeded: free"), "rate_limit", True),
    Refusal(ROUTER, "nobody there", 502, error(metadata={"error_type": "provider_unavailable"}), "overloaded", True),
    Refusal(VERCEL, "wrong key", 401, said("authentication_error"), "authentication", False),
    Refusal(VERCEL, "no such model", 404, said("model_not_found"), "model_not_found", False),
    Refusal(VERCEL, "limited", 429, said("rate_limit_exceeded"), "rate_limit", True),
    Refusal(VERCEL, "no funds", 402, error("insufficient_funds"), "quota", False, CHAT),
    Refusal(VERCEL, "broken", 500, error("internal_server_error"), "server", True, CHAT),
    Refusal(VERCEL, "wrong request", 400, error("invalid_request_error"), "invalid_request", False, CHAT),
    Refusal(HF, "wrong key", 401, {"error": "Invalid username or password."}, "authentication", False),
    Refusal(HF, "no credit", 402, {"error": FREE}, "quota", False),
    Refusal(HF, "nobody has it", 400, error(code="model_not_supported"), "model_not_found", False),
    Refusal(HF, "may not", 403, {"error": "This token has no permission to call Inference"}, "permission", False),
    Refusal(HF, "busy", 503, {"error": "Model too busy, try again later"}, "overloaded", True),
    Refusal(MINI, "wrong key", 401, said("authentication_error", "login fail (1004)"), "authentication", False),
    Refusal(MINI, "no balance in a 200", 200, status(1008, "insufficient balance"), "quota", False),
    Refusal(MINI, "limited in a 200", 200, status(1002, "rate limit"), "rate_limit", True),
    Refusal(MINI, "wrong key in a 200", 200, status(2049, "invalid api key"), "authentication", False, CHAT),
    Refusal(MINI, "sensitive in a 200", 200, status(1026, "input sensitive"), "content_filter", False, CHAT),
    Refusal(MINI, "sensitive in a stream", 200, status(1027, "output"), "content_filter", False, CHAT, EVENTS),
    Refusal(MINI, "broken in a stream", 200, status(1033, "system error"), "server", True, None, EVENTS),
    Refusal(
        MINI, "too long", 400, said("invalid_request_error", "context window exceeds limit"), "context_overflow", False
    ),
    Refusal(ZEN, "wrong key", 401, said("AuthError", "Invalid API key."), "authentication", False),
    Refusal(ZEN, "free quota", 429, said("FreeUsageLimitError"), "quota", False),
    Refusal(ZEN, "no credit", 401, said("CreditsError", "No payment method"), "quota", False),
    Refusal(ZEN, "no such model", 401, said("ModelError", "not supported"), "model_not_found", False),
    Refusal(GO, "quota", 429, said("GoUsageLimitError"), "quota", False),
    Refusal(GO, "limited", 429, said("rate_limit_error"), "rate_limit", True),
    Refusal(COPILOT, "wrong key", 401, b"unauthorized: token expired", "authentication", False),
    Refusal(COPILOT, "no such model", 400, error(code="model_not_supported"), "model_not_found", False),
    Refusal(COPILOT, "a field it refuses", 400, b"Bad Request", "invalid_request", False),
    Refusal(COPILOT, "too long", 413, b"failed to parse request", "context_overflow", False),
    Refusal(COPILOT, "premium quota", 402, error(code="quota_exceeded"), "quota", False),
    Refusal(COPILOT, "limited", 429, error(code="rate_limited", message="rate limit"), "rate_limit", True),
)


def reply_of(refusal: Refusal) -> Reply:
    """The refusal as the server sends it."""
    raw = refusal.body if isinstance(refusal.body, bytes) else dumps(refusal.body)
    body = b"data: " + raw + b"\n\n" if refusal.headers == EVENTS else raw
    return Reply(body, status=refusal.status, headers=dict(refusal.headers))


def ask(refusal: Refusal) -> tuple[AssistantMessage, Any]:
    """The message that a refusal leaves, and the request that was made."""
    hub = Hub(environ={})
    settings: dict[str, Any] = {"exchange": False} if refusal.model == COPILOT else {}
    with LoopbackServer() as server:
        server.reply(reply_of(refusal))
        model = hub.model(refusal.model, base_url=server.url, api=refusal.api, **settings)
        with hub.stream_sync(model, "Hi", key="secret-key-1", retry=NO_RETRY) as stream:
            message = stream.result()
        hub.close()
        return message, server.requests[0]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.id)
def test_a_refusal_means_what_it_says(refusal: Refusal) -> None:
    """Its kind, whether asking again helps, and never the key; a wrong key is told with what to do."""
    message, _ = ask(refusal)
    assert message.error is not None
    assert (message.error.kind, message.error.retryable) == (refusal.kind, refusal.retryable)
    assert "secret-key-1" not in repr(message)
    if refusal.kind == "authentication":
        with pytest.raises(AuthenticationFailed, match="check the key"):
            message.raise_for_error()


def test_each_provider_has_refusals_of_its_own() -> None:
    """At least four."""
    names = [refusal.model.partition("/")[0] for refusal in REFUSALS]
    few = {name for name in KEYS if name not in ("minimax-cn", "opencode-go") and names.count(name) < 4}
    assert few == set()


@pytest.mark.parametrize(
    ("name", "variable"), [(name, variable) for name, variables in KEYS.items() for variable in variables]
)
def test_a_key_is_read_from_its_variable_and_no_other(name: str, variable: str) -> None:
    """Each of them is enough; without any, the error names them all, and keys of others do not help."""
    model = f"{name}/some-model"
    stranger: dict[str, str] = dict.fromkeys(FOREIGN, "k")
    with pytest.raises(MissingKey, match=" or ".join(KEYS[name])):
        Hub(environ=stranger).stream_sync(model, "Hi")
    Hub(environ={**stranger, variable: "k"}).stream_sync(model, "Hi").abort()
    variables = [credential.env for credential in Hub(environ={}).model(model).auth.credentials]
    assert variables == list(KEYS[name])


SHOWN: Mapping[str, str] = {
    "openrouter/some/thing": "authorization",
    "vercel-ai-gateway/some/thing": "authorization",
    "huggingface/some/thing": "authorization",
    "minimax/MiniMax-M3": "authorization",
    "opencode/kimi-k3": "authorization",
    "opencode/claude-opus-5": "x-api-key",
    "opencode/gemini-3-flash": "x-goog-api-key",
    "github-copilot/kimi-k3": "authorization",
}
"""The header that shows the key."""


@pytest.mark.parametrize("model", SHOWN)
def test_a_key_is_shown_as_the_provider_wants_it(model: str) -> None:
    """As a bearer token, or as the protocol's owner has it."""
    settings: dict[str, Any] = {"exchange": False} if model.startswith("github-copilot") else {}
    hub = Hub(environ={})
    with LoopbackServer() as server:
        server.reply(Reply(b"{}", status=500, headers=JSON))
        found = hub.model(model, base_url=server.url, **settings)
        with hub.stream_sync(found, "Hi", key="secret-key-1", retry=NO_RETRY) as stream:
            stream.result()
        headers = {name.lower(): value for name, value in dict(server.requests[0].headers).items()}
        hub.close()
    prefix = "Bearer " if SHOWN[model] == "authorization" else ""
    assert (headers[SHOWN[model]], len([one for one in headers.values() if "secret-key-1" in one])) == (
        f"{prefix}secret-key-1",
        1,
    )


def test_doctor_names_what_is_missing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each provider with the variables that may hold its key, and which of them are set."""
    doctor = pytest.importorskip("headwater_cli._doctor")
    for variables in KEYS.values():
        for variable in variables:
            monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("VERCEL_OIDC_TOKEN", "k")
    doctor.run_doctor(json=False)
    lines = capsys.readouterr().out.splitlines()
    for name, variables in KEYS.items():
        line = next(line for line in lines if f" {name} " in line)
        state = "VERCEL_OIDC_TOKEN set" if name.startswith("vercel") else f"{' or '.join(variables)} not set"
        assert state in line


def test_the_history_of_a_refused_answer_can_go_on() -> None:
    """What failed is left out of the next request."""
    message, _ = ask(REFUSALS[0])
    history: list[Message] = [UserMessage("Hi"), message, UserMessage("Again")]
    sent = Hub(environ={}).request(ROUTER, history)
    assert (sent.body.count(b'"role":"assistant"'), [note.action for note in sent.notes]) == (0, ["kept", "dropped"])
