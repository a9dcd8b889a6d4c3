"""How a request shows who asks: an account found by google-auth, a token, or an API key; over real sockets."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from vertex_cloud import ANSWER, MODEL, TOKEN_PATH, asked, claims, hub_at, service_account, shown, token

from headwater import NO_RETRY, AuthenticationFailed, ConnectionFailed, Hub, InvalidRequest
from headwater.testing import LoopbackServer, Reply
from headwater_google_vertex import VertexProvider, provider
from headwater_google_vertex._accounts import Accounts, Token


@pytest.fixture(autouse=True)
def no_credentials_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Google's tools find nothing here but what a test gives them, and every test has accounts of its own."""
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GOOGLE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "no-gcloud"))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setattr(provider, "accounts", Accounts())


def ask(hub: Hub, **options: Any) -> str:
    """The text of an answer; raises what went wrong."""
    try:
        return hub.complete_sync(MODEL, "hi", retry=NO_RETRY, **options).text
    finally:
        hub.close()


# -- accounts


def test_a_service_account_gets_a_token_with_a_signed_assertion(loopback: LoopbackServer, tmp_path: Path) -> None:
    """What it claims is its name, the scope of Google Cloud and who shall read it."""
    loopback.route(TOKEN_PATH, token("ya29.first"))
    loopback.reply(Reply(ANSWER))
    file = service_account(tmp_path, loopback)
    hub = hub_at(loopback, GOOGLE_APPLICATION_CREDENTIALS=file, GOOGLE_CLOUD_PROJECT="my-project")
    assert ask(hub) == "Hi"
    claimed = claims(loopback.requests[0])
    assert (claimed["iss"], claimed["aud"], claimed["scope"]) == (
        "robot@account-project.iam.gserviceaccount.com",
        "https://oauth2.googleapis.com/token",
        "https://www.googleapis.com/auth/cloud-platform",
    )
    assert shown(loopback) == [{"authorization": "Bearer ya29.first"}]
    assert "/projects/my-project/locations/global/" in asked(loopback)[0].path


def test_a_token_is_kept_until_it_expires(loopback: LoopbackServer, tmp_path: Path) -> None:
    """One is fetched for several requests, and another when the first is too old."""
    loopback.route(TOKEN_PATH, token("ya29.short", seconds=1), token("ya29.long"))
    loopback.reply(*[Reply(ANSWER)] * 3)
    file = service_account(tmp_path, loopback)
    hub = hub_at(loopback, GOOGLE_APPLICATION_CREDENTIALS=file, GOOGLE_CLOUD_PROJECT="p")
    for _ in range(3):
        hub.complete_sync(MODEL, "hi")
    hub.close()
    tokens = [one["authorization"] for one in shown(loopback)]
    assert tokens == ["Bearer ya29.short", "Bearer ya29.long", "Bearer ya29.long"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_many_at_once_fetch_one_token(backend: str, loopback: LoopbackServer, tmp_path: Path) -> None:
    """The account has a lock, which is held in a thread and not by the event loop."""
    loopback.route(TOKEN_PATH, token("ya29.only"))
    loopback.reply(*[Reply(ANSWER)] * 8)
    file = service_account(tmp_path, loopback)
    hub = hub_at(loopback, GOOGLE_APPLICATION_CREDENTIALS=file, GOOGLE_CLOUD_PROJECT="p")
    texts: list[str] = []

    async def one() -> None:
        texts.append((await hub.complete(MODEL, "hi")).text)

    async def run() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(one)
        await hub.aclose()

    anyio.run(run, backend=backend)
    assert (texts, [one.path for one in loopback.requests].count(TOKEN_PATH)) == (["Hi"] * 8, 1)


def test_threads_share_an_account(loopback: LoopbackServer, tmp_path: Path) -> None:
    """While one of them fetches the token, the others wait for it."""
    loopback.route(TOKEN_PATH, token("ya29.only"))
    accounts, file = Accounts(), service_account(tmp_path, loopback)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(accounts.token(file).value)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, len(loopback.requests)) == (["ya29.only"] * 6, 1)


def test_the_project_is_the_accounts_own_where_none_is_named(loopback: LoopbackServer, tmp_path: Path) -> None:
    """The request goes under it, in the location that was named."""
    loopback.route(TOKEN_PATH, token("ya29.t"))
    loopback.reply(Reply(ANSWER))
    file = service_account(tmp_path, loopback)
    ask(hub_at(loopback, GOOGLE_APPLICATION_CREDENTIALS=file, GOOGLE_CLOUD_LOCATION="us-east1"))
    (request,) = asked(loopback)
    assert request.path.startswith("/v1beta1/projects/account-project/locations/us-east1/publishers/google/models/")


def test_an_account_without_project_needs_one(loopback: LoopbackServer, tmp_path: Path) -> None:
    """What to set is said, and no model is asked."""
    loopback.route(TOKEN_PATH, token("ya29.t"))
    file = service_account(tmp_path, loopback, project=None)
    with pytest.raises(InvalidRequest, match="set GOOGLE_CLOUD_PROJECT"):
        ask(hub_at(loopback, GOOGLE_APPLICATION_CREDENTIALS=file))
    assert asked(loopback) == []


def test_a_file_may_be_named_for_the_model(loopback: LoopbackServer, tmp_path: Path) -> None:
    """A setting wins over the variable."""
    loopback.route(TOKEN_PATH, token("ya29.t"))
    loopback.reply(Reply(ANSWER))
    hub = hub_at(loopback, GOOGLE_APPLICATION_CREDENTIALS="/nowhere.json", GOOGLE_CLOUD_PROJECT="p")
    model = hub.model(MODEL, credentials_file=service_account(tmp_path, loopback))
    hub.complete_sync(model, "hi")
    hub.close()
    assert shown(loopback) == [{"authorization": "Bearer ya29.t"}]


def test_the_project_that_is_charged_is_named(loopback: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials of a person may say who pays."""

    class Person(Accounts):
        def token(self, file: str | None) -> Token:
            return Token("ya29.person", None, "payer")

    monkeypatch.setattr(provider, "accounts", Person())
    loopback.reply(Reply(ANSWER))
    ask(hub_at(loopback, GOOGLE_CLOUD_PROJECT="p"))
    assert shown(loopback) == [{"authorization": "Bearer ya29.person", "x-goog-user-project": "payer"}]


def test_a_machine_at_google_is_asked_for_its_account(
    loopback: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The metadata server gives project and token, and is told that it is asked on purpose."""
    host = loopback.url.removeprefix("http://")
    monkeypatch.delenv("NO_GCE_CHECK")
    for name in ("GCE_METADATA_HOST", "GCE_METADATA_IP", "GCE_METADATA_ROOT"):
        monkeypatch.setenv(name, host)
    monkeypatch.setenv("GCE_METADATA_MTLS_MODE", "none")
    _reload_metadata(monkeypatch, host)
    loopback.reply(_metadata, *[_metadata] * 20)
    assert ask(hub_at(loopback)) == "Hi"
    (request,) = asked(loopback)
    assert "/projects/machine-project/" in request.path
    assert shown(loopback) == [{"authorization": "Bearer ya29.machine"}]
    flavors = {one.headers.get("metadata-flavor") for one in loopback.requests if "computeMetadata" in one.path}
    assert flavors == {"Google"}


def _reload_metadata(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """google-auth reads where the metadata server is when it is imported."""
    from google.auth.compute_engine import _metadata as module

    for name, value in vars(module).items():
        if isinstance(value, str) and ("metadata.google.internal" in value or "169.254" in value):
            changed = value.replace("metadata.google.internal", host).replace("169.254.169.254", host)
            monkeypatch.setattr(module, name, changed)


def _metadata(request: Any) -> Reply:
    """What the metadata server and the model answer."""
    flavor = {"metadata-flavor": "Google"}
    if ":streamGenerateContent" in request.path:
        return Reply(ANSWER)
    if request.path.endswith("/project/project-id"):
        return Reply(b"machine-project", headers={**flavor, "content-type": "text/plain"})
    if request.path.endswith("/token"):
        body = {"access_token": "ya29.machine", "expires_in": 3600, "token_type": "Bearer"}
        return Reply(json.dumps(body).encode(), headers={**flavor, "content-type": "application/json"})
    account = {"email": "robot@machine", "scopes": ["cloud-platform"], "aliases": ["default"]}
    return Reply(json.dumps(account).encode(), headers={**flavor, "content-type": "application/json"})


# -- what goes wrong


def test_no_credentials_at_all() -> None:
    """What to do is said."""
    hub = Hub(environ={"GOOGLE_CLOUD_PROJECT": "p"})
    with pytest.raises(AuthenticationFailed, match="gcloud auth application-default login") as caught:
        ask(hub)
    assert caught.value.retryable is False


BAD_FILES: list[Callable[[Path], str]] = [
    lambda path: str(path / "missing.json"),
    lambda path: _written(path, "{}"),
    lambda path: _written(path, "no json"),
    lambda path: _written(path, '{"type": "service_account"}'),
]


@pytest.mark.parametrize("file", BAD_FILES, ids=["missing", "empty", "no json", "half"])
def test_a_file_that_is_none(file: Callable[[Path], str], tmp_path: Path) -> None:
    """An error of authentication, whatever is wrong with it."""
    with pytest.raises(AuthenticationFailed, match="google-vertex"):
        ask(Hub(environ={"GOOGLE_CLOUD_PROJECT": "p", "GOOGLE_APPLICATION_CREDENTIALS": file(tmp_path)}))


def _written(folder: Path, text: str) -> str:
    path = folder / "file.json"
    path.write_text(text)
    return str(path)


def test_an_account_that_is_refused(loopback: LoopbackServer, tmp_path: Path) -> None:
    """The token endpoint's own words come along."""
    refusal = {"error": "invalid_grant", "error_description": "account not found"}
    loopback.route(TOKEN_PATH, Reply(json.dumps(refusal).encode(), status=400))
    file = service_account(tmp_path, loopback)
    with pytest.raises(AuthenticationFailed, match="account not found"):
        ask(hub_at(loopback, GOOGLE_APPLICATION_CREDENTIALS=file, GOOGLE_CLOUD_PROJECT="p"))


def test_a_token_endpoint_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the network's fault, and may pass."""
    with LoopbackServer() as gone:
        file = service_account(tmp_path, gone)
    monkeypatch.setattr("google.auth._exponential_backoff.time.sleep", lambda seconds: None)
    with LoopbackServer() as server, pytest.raises(ConnectionFailed) as caught:
        ask(hub_at(server, GOOGLE_APPLICATION_CREDENTIALS=file, GOOGLE_CLOUD_PROJECT="p"))
    assert caught.value.retryable is True


# -- tokens and keys the caller brings


def test_a_token_of_the_callers_own(loopback: LoopbackServer) -> None:
    """It is shown as it is, given or asked for, and no account is looked for."""
    loopback.reply(Reply(ANSWER), Reply(ANSWER))
    hub = hub_at(loopback, GOOGLE_CLOUD_PROJECT="p")
    hub.complete_sync(MODEL, "hi", key="ya29.mine")
    hub.complete_sync(MODEL, "hi", key=lambda: "ya29.asked")
    hub.close()
    assert shown(loopback) == [{"authorization": "Bearer ya29.mine"}, {"authorization": "Bearer ya29.asked"}]


@pytest.mark.parametrize("key", ["AIza-mine", "AQ.mine"])
def test_an_api_key_asks_without_a_project(key: str, loopback: LoopbackServer) -> None:
    """Express mode: the key is in its own header, and the URL has neither project nor location."""
    loopback.reply(Reply(ANSWER))
    hub = hub_at(loopback, GOOGLE_CLOUD_PROJECT="p", GOOGLE_CLOUD_LOCATION="us-east1")
    ask(hub, key=key)
    assert shown(loopback) == [{"x-goog-api-key": key}]
    assert asked(loopback)[0].path == "/v1beta1/publishers/google/models/gemini-3-flash:streamGenerateContent"


def test_an_api_key_of_the_environment_is_used_without_a_project(loopback: LoopbackServer, tmp_path: Path) -> None:
    """With a project it is not for this, and the account is asked."""
    loopback.route(TOKEN_PATH, token("ya29.t"))
    loopback.reply(Reply(ANSWER), Reply(ANSWER))
    file = service_account(tmp_path, loopback)
    environ = {"GOOGLE_API_KEY": "AIza-env", "GOOGLE_APPLICATION_CREDENTIALS": file}
    ask(hub_at(loopback, **environ))
    ask(hub_at(loopback, **environ, GOOGLE_CLOUD_PROJECT="p"))
    assert shown(loopback) == [{"x-goog-api-key": "AIza-env"}, {"authorization": "Bearer ya29.t"}]


def test_express_mode_leaves_the_region(loopback: LoopbackServer) -> None:
    """An API key is known at the host that has no region."""
    hub = Hub(environ={"GOOGLE_CLOUD_PROJECT": "p", "GOOGLE_CLOUD_LOCATION": "us-east1"})
    wire, model = hub.request(MODEL, "hi"), hub.model(MODEL)
    flow = VertexProvider.prepare(provider, model, wire, {"key": "AIza-mine"})
    assert flow is not None
    with pytest.raises(StopIteration) as stopped:
        next(flow)
    express = "https://aiplatform.googleapis.com/v1beta1/publishers/google/models/gemini-3-flash"
    assert stopped.value.value.url == f"{express}:streamGenerateContent?alt=sse"


# -- where secrets may go


def test_an_accounts_token_goes_nowhere_else(loopback: LoopbackServer, tmp_path: Path) -> None:
    """A base URL that is not the provider's own gets no token and no key of the environment."""
    loopback.reply(Reply(ANSWER))
    file = service_account(tmp_path, loopback)
    hub = Hub(environ={"GOOGLE_APPLICATION_CREDENTIALS": file, "GOOGLE_CLOUD_PROJECT": "p"})
    hub.complete_sync(MODEL, "hi", base_url=loopback.url)
    hub.close()
    assert (shown(loopback), len(loopback.requests)) == ([{}], 1)


def test_a_token_is_in_no_log_and_no_error(
    loopback: LoopbackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Even when the server repeats it."""
    loopback.route(TOKEN_PATH, token("canary-token-0123456789"))
    echo = {"error": {"code": 401, "message": "Bad token canary-token-0123456789", "status": "UNAUTHENTICATED"}}
    loopback.reply(Reply(json.dumps(echo).encode(), status=401))
    file = service_account(tmp_path, loopback)
    hub = hub_at(loopback, GOOGLE_APPLICATION_CREDENTIALS=file, GOOGLE_CLOUD_PROJECT="p")
    with caplog.at_level(logging.DEBUG), pytest.raises(AuthenticationFailed) as caught:
        ask(hub)
    assert "canary" not in f"{caught.value} {caught.value!r} {caplog.text} {provider!r}"


def test_the_plugin_imports_google_auth_only_when_it_asks() -> None:
    """Making a request does not load it."""
    import subprocess
    import sys

    code = (
        "import sys, headwater; hub = headwater.Hub(environ={'GOOGLE_CLOUD_PROJECT': 'p'});"
        "hub.request('google-vertex/gemini-3-flash', 'hi');"
        "assert not {'google.auth', 'requests'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
