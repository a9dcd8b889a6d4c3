"""What the providers that imitate chat completions refuse with, over a real server, and which keys they read.

The shapes of bodies and their codes are the providers' own (wire/openai-compatible, sections 3 and 4, and the
pages on errors of each); the words in them are not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import pytest

from headwater import NO_RETRY, AssistantMessage, Hub, MissingKey
from headwater.errors import AuthenticationFailed
from headwater.testing import LoopbackServer, Reply


@attrs.frozen
class Refused:
    """One refusal: `body` is JSON, or bytes as they are."""

    model: str
    status: int
    body: Any
    kind: str
    retryable: bool = False
    headers: Mapping[str, str] = attrs.field(factory=dict)

    def __str__(self) -> str:
        return f"{self.model.partition('/')[0]} {self.status} {self.kind}"


def said(message: str, type: Any = None, code: Any = None, **more: Any) -> dict[str, Any]:
    """An error in the usual form."""
    return {"error": {"message": message, "type": type, "code": code, "param": None, **more}}


GROQ, CEREBRAS, DEEPSEEK = "groq/openai/gpt-oss-120b", "cerebras/qwen-3.8-27b", "deepseek/deepseek-flash"
ZAI, KIMI, CODING = "zai/glm-5.3", "moonshot/kimi-k3", "kimi-coding/k3"
OVERFLOW, BAD_KEY, NO_MODEL = "context_overflow", "authentication", "model_not_found"
TOGETHER, PERPLEXITY = "together/zai-org/GLM-5.3", "perplexity/sonar"
FIREWORKS = "fireworks/accounts/fireworks/models/glm-5p3"
LATER = {"retry-after": "7"}

REFUSALS = (
    Refused(GROQ, 400, said("not a call", code="tool_use_failed", failed_generation="<add>"), "invalid_request"),
    Refused(GROQ, 400, said("Please reduce the length of the messages or completion."), OVERFLOW),
    Refused(GROQ, 400, said("The model `x` has been decommissioned", code="model_decommissioned"), NO_MODEL),
    Refused(
        GROQ,
        413,
        said("Too large for tokens per minute", "tokens", "rate_limit_exceeded"),
        "rate_limit",
        True,
    ),
    Refused(GROQ, 429, said("Rate limit reached", "requests", "rate_limit_exceeded"), "rate_limit", True, LATER),
    Refused(GROQ, 498, said("flex tier is full", code="capacity_exceeded"), "overloaded", True),
    Refused(CEREBRAS, 400, b"", OVERFLOW),
    Refused(CEREBRAS, 413, b"", OVERFLOW),
    Refused(CEREBRAS, 400, {"message": "odd", "type": "invalid_request_error", "code": "wrong"}, "invalid_request"),
    Refused(CEREBRAS, 401, {"message": "Wrong API Key", "code": "wrong_api_key"}, BAD_KEY),
    Refused(CEREBRAS, 404, {"message": "Model x does not exist", "code": "model_not_found"}, NO_MODEL),
    Refused(CEREBRAS, 429, {"message": "high traffic", "code": "queue_exceeded"}, "overloaded", True),
    Refused(CEREBRAS, 429, {"message": "per minute", "code": "token_quota_exceeded"}, "rate_limit", True, LATER),
    Refused(
        DEEPSEEK,
        400,
        said("This model's maximum context length is 9 tokens.", "invalid_request_error"),
        OVERFLOW,
    ),
    Refused(
        DEEPSEEK, 401, said("Authentication Fails", "authentication_error", "invalid_request_error"), "authentication"
    ),
    Refused(DEEPSEEK, 402, said("Insufficient Balance", "unknown_error", "invalid_request_error"), "quota"),
    Refused(DEEPSEEK, 422, said("messages: field required", "invalid_request_error"), "invalid_request"),
    Refused(DEEPSEEK, 503, said("Service is too busy", "service_unavailable_error"), "overloaded", True),
    Refused(ZAI, 401, said("token expired", code="1003"), BAD_KEY),
    Refused(ZAI, 429, said("no balance", code="1113"), "quota"),
    Refused(ZAI, 400, said("no such model", code="1211"), NO_MODEL),
    Refused(ZAI, 400, said("Prompt exceeds max length", code="1261"), OVERFLOW),
    Refused(ZAI, 400, said("unsafe", code="1301"), "content_filter"),
    Refused(ZAI, 429, said("too many at once", code="1302"), "rate_limit", True),
    Refused(ZAI, 429, said("the plan's limit; it resets on Monday", code="1308"), "quota"),
    Refused(ZAI, 429, said("many visitors", code="1312"), "overloaded", True),
    Refused(ZAI, 500, said("network error", code="1234"), "server", True),
    Refused(KIMI, 400, said("Your request exceeded model token limit: 9", "invalid_request_error"), OVERFLOW),
    Refused(KIMI, 401, said("Invalid Authentication", "invalid_authentication_error"), BAD_KEY),
    Refused(KIMI, 404, said("Not found the model x", "resource_not_found_error"), NO_MODEL),
    Refused(KIMI, 429, said("not enough balance", "exceeded_current_quota_error"), "quota"),
    Refused(KIMI, 429, said("slow down", "rate_limit_reached_error"), "rate_limit", True, LATER),
    Refused(KIMI, 429, said("try again later", "engine_overloaded_error"), "overloaded", True),
    Refused(CODING, 402, said("unable to verify your membership benefits"), "quota"),
    Refused(CODING, 403, said("You've reached your usage limit for this billing cycle"), "quota"),
    Refused(CODING, 403, said("only available for coding agents", "access_terminated_error"), "permission"),
    Refused(CODING, 401, said("The API Key appears to be invalid or may have expired"), BAD_KEY),
    Refused(TOGETHER, 400, said("The input (9 tokens) is longer than the model's context length (8)."), OVERFLOW),
    Refused(TOGETHER, 403, said("inputs tokens + max_tokens must be less than the context length"), OVERFLOW),
    Refused(
        TOGETHER, 401, said("Invalid API key provided", "invalid_request_error", "invalid_api_key"), "authentication"
    ),
    Refused(TOGETHER, 402, said("Credit limit exceeded", "credit_limit"), "quota"),
    Refused(
        TOGETHER,
        404,
        said("Unable to access model x", "invalid_request_error", "model_not_available"),
        "model_not_found",
    ),
    Refused(TOGETHER, 503, said("The server is overloaded", "server_error"), "overloaded", True),
    Refused(FIREWORKS, 400, said("The prompt is too long: 9, model maximum context length: 8"), OVERFLOW),
    Refused(FIREWORKS, 401, said("The API key you provided is invalid.", "UNAUTHORIZED"), BAD_KEY),
    Refused(FIREWORKS, 404, said("Model not found, inaccessible, and/or not deployed", "NOT_FOUND"), NO_MODEL),
    Refused(FIREWORKS, 412, said("Account me is suspended, perhaps for the monthly spending limit"), "quota"),
    Refused(FIREWORKS, 429, said("Request didn't generate first token before the given deadline"), "rate_limit", True),
    Refused(PERPLEXITY, 400, said("roles should be alternating", "invalid_message", 400), "invalid_request"),
    Refused(PERPLEXITY, 400, said("Invalid model 'x'", "invalid_model", 400), NO_MODEL),
    Refused(PERPLEXITY, 400, said("The total length is too long.", "too_many_prompt_tokens", 400), OVERFLOW),
    Refused(PERPLEXITY, 401, said("Invalid API key provided.", "invalid_api_key", 401), BAD_KEY),
    Refused(PERPLEXITY, 401, b"<html><head><title>401 Authorization Required</title></head></html>", BAD_KEY),
    Refused(PERPLEXITY, 429, said("Request rate limit exceeded", "rate_limit", 429), "rate_limit", True),
)


@pytest.fixture(scope="module")
def loopback() -> Iterator[LoopbackServer]:
    """A real HTTP server on this machine."""
    with LoopbackServer() as running:
        yield running


def ask(server: LoopbackServer, name: str, key: str = "k") -> AssistantMessage:
    """What comes of one request to that server."""
    hub = Hub(environ=dict.fromkeys(KEYS[name], "secret"))
    with hub.stream_sync(name, "Hi", key=key or None, base_url=server.url, retry=NO_RETRY) as stream:
        message = stream.result()
    hub.close()
    return message


@pytest.mark.parametrize("refused", REFUSALS, ids=str)
def test_a_refusal_is_told_for_what_it_is(loopback: LoopbackServer, refused: Refused) -> None:
    """Its kind, whether asking again helps, and how long to wait."""
    content = refused.body if isinstance(refused.body, bytes) else json.dumps(refused.body).encode()
    loopback.reply(Reply(content, status=refused.status, headers=dict(refused.headers)))
    error = ask(loopback, refused.model).error
    assert error is not None
    wait = float(refused.headers["retry-after"]) if refused.headers else None
    assert (error.kind, error.retryable, error.retry_after, error.status) == (
        refused.kind,
        refused.retryable,
        wait,
        refused.status,
    )


def test_a_call_that_was_none_is_shown(loopback: LoopbackServer) -> None:
    """What the model wrote is in the words of the error."""
    loopback.reply(Reply(json.dumps(REFUSALS[0].body).encode(), status=400))
    error = ask(loopback, GROQ).error
    assert error is not None
    assert "not a call (<add>)" in error.message


# -- keys

KEYS: Mapping[str, tuple[str, ...]] = {
    GROQ: ("GROQ_API_KEY",),
    CEREBRAS: ("CEREBRAS_API_KEY",),
    DEEPSEEK: ("DEEPSEEK_API_KEY",),
    ZAI: ("ZAI_API_KEY",),
    "zai-coding/glm-5.3": ("ZAI_API_KEY",),
    "zai-cn/glm-5.3": ("ZAI_CN_API_KEY", "ZHIPUAI_API_KEY", "ZAI_API_KEY"),
    "zai-coding-cn/glm-5.3": ("ZAI_CODING_CN_API_KEY",),
    KIMI: ("MOONSHOT_API_KEY",),
    "moonshot-cn/kimi-k3": ("MOONSHOT_CN_API_KEY", "MOONSHOT_API_KEY"),
    CODING: ("KIMI_API_KEY",),
    TOGETHER: ("TOGETHER_API_KEY", "TOGETHER_AI_API_KEY"),
    FIREWORKS: ("FIREWORKS_API_KEY",),
    PERPLEXITY: ("PERPLEXITY_API_KEY", "PPLX_API_KEY"),
}
"""The variables a provider's key is read from, in order."""


@pytest.mark.parametrize("name", KEYS)
def test_a_missing_key_is_named(name: str) -> None:
    """With all the variables it is looked for in."""
    with pytest.raises(MissingKey, match=f"set {' or '.join(KEYS[name])}"):
        Hub(environ={}).stream_sync(name, "Hi")


@pytest.mark.parametrize("name", KEYS)
def test_each_variable_serves_and_the_first_wins(loopback: LoopbackServer, name: str) -> None:
    """Shown as a bearer token, and to the provider's own address only."""
    variables = KEYS[name]
    shown: list[str] = []
    for environ in ({one: f"key-{one}"} for one in variables):
        shown.append(authorization(name, environ))
    together = authorization(name, {one: f"key-{one}" for one in variables})
    assert ([*shown, together], elsewhere(loopback, name)) == (
        [f"Bearer key-{one}" for one in (*variables, variables[0])],
        None,
    )


def authorization(name: str, environ: Mapping[str, str]) -> str:
    """The header with which a request would go to the provider's own address."""
    from headwater._auth import credentials_for

    hub = Hub(environ=dict(environ))
    model = hub.model(name)
    return credentials_for(model, None, environ, hub.request(model, "Hi")).headers["authorization"]


def elsewhere(loopback: LoopbackServer, name: str) -> str | None:
    """The same header at an address that is not the provider's: a key of the environment does not go there."""
    loopback.reply(Reply(b"{}", status=500))
    ask(loopback, name, key="")
    return loopback.requests[-1].headers.get("authorization")


def test_togethers_key_goes_to_its_older_address_too() -> None:
    """Both are names of one host."""
    hub = Hub(environ={"TOGETHER_API_KEY": "k"})
    model = hub.model(TOGETHER, base_url="https://api.together.xyz/v1")
    assert (model.base_url, set(model.auth.origins)) == (
        "https://api.together.xyz/v1",
        {"https://api.together.ai", "https://api.together.xyz"},
    )


@pytest.mark.parametrize("name", KEYS)
def test_a_wrong_key_says_what_to_do(loopback: LoopbackServer, name: str) -> None:
    """An error of its own class, without the key."""
    loopback.reply(Reply(json.dumps(said("wrong: hw-secret-key-123")).encode(), status=401))
    message = ask(loopback, name, key="hw-secret-key-123")
    with pytest.raises(AuthenticationFailed, match="check the key") as raised:
        message.raise_for_error()
    assert "hw-secret" not in str(raised.value)


def test_doctor_names_what_is_missing() -> None:
    """Every provider with the variables of its key, and which of them are set."""
    pytest.importorskip("headwater_cli")
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    command = [sys.executable, "-m", "headwater_cli", "doctor", "--json"]
    run = subprocess.run(command, env={**kept, "PPLX_API_KEY": "k"}, capture_output=True, text=True, check=False)
    found = {one["name"]: (one["keys"], one["set"]) for one in json.loads(run.stdout)["providers"]}
    wanted = {name.partition("/")[0]: [*keys] for name, keys in KEYS.items()}
    assert {name: found[name][0] for name in wanted} == wanted
    assert {name for name in wanted if found[name][1]} == {"perplexity"}
