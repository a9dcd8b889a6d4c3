"""Regions, hosts and ids: where a model is asked."""

from __future__ import annotations

from typing import Any

import pytest
from bedrock_wire import HUB

from headwater import Hub, RequestError
from headwater_amazon_bedrock._families import family_id
from headwater_amazon_bedrock._provider import BedrockModel

ID = "amazon-bedrock/anthropic.claude-opus-4-6-v1"
ARN = "amazon-bedrock/arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.x.y"


def made(name: str = ID, environ: dict[str, str] | None = None, **settings: Any) -> BedrockModel:
    """A model as it is described in an environment."""
    model = Hub(environ=environ or {}).model(name, **settings)
    assert isinstance(model, BedrockModel)
    return model


BOTH = {"AWS_REGION": "ap-south-1", "AWS_DEFAULT_REGION": "sa-east-1"}


@pytest.mark.parametrize(
    ("name", "environ", "settings", "region"),
    [
        (ID, {}, {}, "us-east-1"),
        (ID, {"AWS_DEFAULT_REGION": "sa-east-1"}, {}, "sa-east-1"),
        (ID, BOTH, {}, "ap-south-1"),
        (ARN, BOTH, {}, "eu-west-1"),
        ("amazon-bedrock/arn:aws:bedrock::aws:foundation-model/x.y", BOTH, {}, "ap-south-1"),
        (ARN, BOTH, {"region": "us-west-2"}, "us-west-2"),
    ],
)
def test_the_region_is_the_nearest_that_is_said(
    name: str, environ: dict[str, str], settings: dict[str, Any], region: str
) -> None:
    """The setting, an ARN's own, the environment's two, or the first of all regions."""
    model = made(name, environ, **settings)
    assert (model.region, model.base_url) == (region, f"https://bedrock-runtime.{region}.amazonaws.com")


@pytest.mark.parametrize("region", ["evil.example/", "us-east-1.evil", "-x", "US-EAST-1", "a" * 64])
def test_what_is_no_region_never_becomes_a_host(region: str) -> None:
    """A key would go there."""
    with pytest.raises(RequestError, match="no region"):
        made(region=region)


PUBLIC = ("us-east-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1")
CLOSED = ("us-iso-east-1", "us-isob-east-1", "us-isof-south-1", "eu-isoe-west-1")


@pytest.mark.parametrize("fips", [False, True])
@pytest.mark.parametrize(
    ("region", "dual_stack"), [*((one, True) for one in PUBLIC), *((one, False) for one in (*PUBLIC, *CLOSED))]
)
def test_hosts_are_those_botocore_finds(region: str, fips: bool, dual_stack: bool) -> None:
    """In every partition, in four ways."""
    session: Any = pytest.importorskip("botocore.session").get_session()
    from botocore.config import Config

    config = Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual_stack)
    client = session.create_client(
        "bedrock-runtime", region_name=region, config=config, aws_access_key_id="a", aws_secret_access_key="b"
    )
    found = client.meta.endpoint_url
    client.close()
    assert made(region=region, fips=fips, dual_stack=dual_stack).base_url == found


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566/"}, "http://127.0.0.1:4566"),
        (
            {"AWS_ENDPOINT_URL": "http://a.example", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "https://b.example"},
            "https://b.example",
        ),
        ({"AWS_USE_FIPS_ENDPOINT": "true"}, "https://bedrock-runtime-fips.us-east-1.amazonaws.com"),
        ({"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "https://bedrock-runtime.us-east-1.api.aws"),
    ],
)
def test_the_environment_may_name_the_endpoint(environ: dict[str, str], url: str) -> None:
    """As it does for all clients of AWS."""
    assert made(environ=environ).base_url == url


@pytest.mark.parametrize(
    ("model_id", "family"),
    [
        ("anthropic.claude-v2:1", "anthropic.claude-v2:1"),
        ("us.anthropic.claude-opus-4-6-v1", "anthropic.claude-opus-4-6-v1"),
        ("us-gov.anthropic.claude-x", "anthropic.claude-x"),
        ("global.amazon.nova-2-lite-v1:0", "amazon.nova-2-lite-v1:0"),
        ("openai.gpt-5.6", "openai.gpt-5.6"),
        ("arn:aws:bedrock:us-east-1::foundation-model/meta.llama4", "meta.llama4"),
        ("arn:aws:bedrock:us-east-1:1:inference-profile/jp.anthropic.claude-x", "anthropic.claude-x"),
    ],
)
def test_a_family_is_known_in_every_geography(model_id: str, family: str) -> None:
    """And behind the ARNs that show it."""
    assert family_id(model_id) == family


@pytest.mark.parametrize(
    ("model_id", "known"),
    [
        ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", (True, True, True, 64_000)),
        ("anthropic.claude-3-haiku-20240307-v1:0", (False, True, False, 4096)),
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", (True, True, True, 64_000)),
        ("anthropic.claude-v2:1", (False, False, False, 4096)),
        ("us.amazon.nova-pro-v1:0", (False, True, True, 10_000)),
        ("meta.llama3-8b-instruct-v1:0", (False, False, False, None)),
        ("openai.gpt-oss-120b-1:0", (True, False, False, 128_000)),
    ],
)
def test_a_model_is_described_by_its_family(model_id: str, known: tuple[Any, ...]) -> None:
    """Whether it thinks, sees and caches, and how much it writes."""
    model = HUB.model(f"amazon-bedrock/{model_id}")
    capabilities = HUB.capabilities(model)
    told = (model.reasoning, "image" in model.input, capabilities.prompt_caching, model.max_tokens)
    assert told == known
