"""Signatures: those of botocore for the same request, byte for byte, and one that a server accepts."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
from attrs import evolve
from bedrock_wire import HUB, request
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import Answer, Flow, Model, UserMessage, WireRequest
from headwater_amazon_bedrock import aws_key
from headwater_amazon_bedrock._signing import AwsKeys, sign_request

WHEN = datetime(2026, 11, 20, 19, 49, 26, tzinfo=UTC)
KEYS = AwsKeys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SESSION = AwsKeys("ASIDEXAMPLE", "secret", "SESSION/token+EXAMPLE==")


def theirs(wire: WireRequest, keys: AwsKeys, region: str) -> dict[str, str]:
    """The headers botocore adds to a request with no header but its content type."""
    auth: Any = pytest.importorskip("botocore.auth")
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    headers = {"Content-Type": wire.headers.get("Content-Type", "application/json")}
    asked = AWSRequest(method=wire.method, url=wire.url, data=wire.body, headers=headers)
    known = Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
    with mock.patch.object(auth, "get_current_datetime", return_value=WHEN):
        auth.SigV4Auth(known, "bedrock", region).add_auth(asked)
    added = {name.lower(): value for name, value in asked.headers.items()}
    return {name: added[name] for name in ("authorization", "x-amz-date", "x-amz-security-token") if name in added}


IDS = (
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "us.anthropic.claude-opus-4-6-v1",
    "arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/a1b2c3",
    "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:provisioned-model/x_y~z",
    "name with spaces/ünd %3A more",
)


@pytest.mark.parametrize("model_id", IDS)
@pytest.mark.parametrize("keys", [KEYS, SESSION], ids=["keys", "session"])
@pytest.mark.parametrize("prompt", ["hi", "Grüße, 世界 \U0001f30d"])
def test_a_signature_is_botocores(model_id: str, keys: AwsKeys, prompt: str) -> None:
    """For ids with colons and for ARNs, with and without a session, whatever the body holds."""
    wire = request([UserMessage(prompt)], model=f"amazon-bedrock/{model_id}")
    assert sign_request(wire, keys, "us-west-2", WHEN) == theirs(wire, keys, "us-west-2")


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60).filter(lambda text: text.strip(".")),
    st.binary(max_size=60),
    st.sampled_from(["https://h.example", "http://127.0.0.1:4566", "https://h.example:443/base", "http://[::1]:80"]),
)
@settings(max_examples=60, deadline=None)
def test_a_signature_is_botocores_for_any_id_and_body(model_id: str, content: bytes, base_url: str) -> None:
    """At any address, the usual port left out of what is signed."""
    model = Model(id=model_id, provider="amazon-bedrock", api="bedrock-converse-stream", base_url=base_url)
    wire = WireRequest(request(model=model).url, body=content, headers={"Content-Type": " application/json;  a=b "})
    assert sign_request(wire, SESSION, "eu-west-1", WHEN) == theirs(wire, SESSION, "eu-west-1")


def test_a_signature_differs_with_everything_it_covers() -> None:
    """Body, path, host, region, date and key."""
    wire = request(model="amazon-bedrock/a.b")
    other = request("ho", model="amazon-bedrock/a.b")
    elsewhere = request(model=HUB.model("amazon-bedrock/a.b", region="eu-west-1"))
    later = WHEN.replace(second=27)
    made = [
        sign_request(wire, KEYS, "us-east-1", WHEN),
        sign_request(other, KEYS, "us-east-1", WHEN),
        sign_request(request(model="amazon-bedrock/a.c"), KEYS, "us-east-1", WHEN),
        sign_request(elsewhere, KEYS, "us-east-1", WHEN),
        sign_request(wire, KEYS, "us-east-2", WHEN),
        sign_request(wire, KEYS, "us-east-1", later),
        sign_request(wire, AwsKeys(KEYS.access_key_id, "another"), "us-east-1", WHEN),
    ]
    assert len({headers["authorization"].rpartition("=")[2] for headers in made}) == len(made)


def test_keys_show_no_secret() -> None:
    """Only the id of a key is in its repr."""
    assert repr(SESSION) == "AwsKeys(access_key_id='ASIDEXAMPLE')"


# -- a server that looks at signatures


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    """The address of a moto server that knows the account's keys and lets nobody in without."""
    server: Any = pytest.importorskip("moto.server")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    _require_signatures(f"http://{host}:{port}", "inf")
    running.stop()


@pytest.fixture(scope="module")
def account(aws: str) -> AwsKeys:
    """Keys of a user who may ask models."""
    session: Any = pytest.importorskip("botocore.session").get_session()
    root = {"aws_access_key_id": "root", "aws_secret_access_key": "root", "region_name": "us-east-1"}
    iam = session.create_client("iam", endpoint_url=aws, **root)
    iam.create_user(UserName="asker")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}]}
    iam.put_user_policy(UserName="asker", PolicyName="ask", PolicyDocument=json.dumps(policy))
    made = iam.create_access_key(UserName="asker")["AccessKey"]
    iam.close()
    _require_signatures(aws, "0")
    return AwsKeys(made["AccessKeyId"], made["SecretAccessKey"])


def _require_signatures(url: str, after: str) -> None:
    """Has moto look at signatures after that many requests."""
    headers = {"content-type": "text/plain"}
    asked = urllib.request.Request(f"{url}/moto-api/reset-auth", after.encode(), headers, method="POST")
    with urllib.request.urlopen(asked) as answer:
        answer.read()


def ask(url: str, model_id: str, key: str) -> Answer:
    """What a server answers that is asked for a whole answer of a model, which moto has, with our signature."""
    model = HUB.model(f"amazon-bedrock/{model_id}", base_url=url)
    wire = request([UserMessage("Grüße")], model=model)

    def flow() -> Flow:
        whole = evolve(wire, url=wire.url.replace("/converse-stream", "/invoke"))
        return (yield whole.with_headers({"accept": "application/json"}))

    answer = HUB.run_sync(flow(), model, key=key)
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.parametrize("model_id", [IDS[0], IDS[1]])
def test_a_server_that_looks_at_signatures_accepts_ours(aws: str, account: AwsKeys, model_id: str) -> None:
    """The same bytes arrive as were signed, also of an id with a colon."""
    answer = ask(aws, model_id, aws_key(account.access_key_id, account.secret_access_key))
    assert (answer.status, answer.body) == (200, b"{}")


def test_a_server_that_looks_at_signatures_refuses_those_of_another_key(aws: str, account: AwsKeys) -> None:
    """It does look."""
    answer = ask(aws, IDS[0], aws_key(account.access_key_id, "another"))
    assert (answer.status, b"Signature" in answer.body) == (403, True)
