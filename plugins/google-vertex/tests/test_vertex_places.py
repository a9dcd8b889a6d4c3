"""Where a model is on Vertex AI, and what its requests say that those of the Gemini API do not."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from vertex_cloud import MODEL

from headwater import Hub, RequestError, Tool

PROJECT = {"GOOGLE_CLOUD_PROJECT": "my-project"}
NOW = Tool("now")


def url(environ: dict[str, str], model: str = MODEL, **settings: Any) -> str:
    """The URL of a request."""
    hub = Hub(environ=environ)
    return hub.request(hub.model(model, **settings), "hi").url


def path(model_id: str, **environ: str) -> str:
    """The path of a request below the version."""
    made = url({**PROJECT, **environ}, f"google-vertex/{model_id}")
    return made.partition("/v1beta1/")[2].removesuffix(":streamGenerateContent?alt=sse")


@pytest.mark.parametrize(
    ("location", "host"),
    [
        (None, "aiplatform.googleapis.com"),
        ("global", "aiplatform.googleapis.com"),
        ("europe-west4", "europe-west4-aiplatform.googleapis.com"),
        ("us", "aiplatform.us.rep.googleapis.com"),
        ("eu", "aiplatform.eu.rep.googleapis.com"),
    ],
)
def test_a_location_has_a_host(location: str | None, host: str) -> None:
    """Regions have one each, the multi-regions another, and `global` none of its own."""
    environ = {**PROJECT, **({"GOOGLE_CLOUD_LOCATION": location} if location else {})}
    where = f"projects/my-project/locations/{location or 'global'}/publishers/google/models/gemini-3-flash"
    assert url(environ) == f"https://{host}/v1beta1/{where}:streamGenerateContent?alt=sse"


def test_settings_win_over_variables() -> None:
    """Both project and location."""
    made = url({**PROJECT, "GOOGLE_CLOUD_LOCATION": "us-central1"}, project="other", location="asia-east1")
    assert made.startswith("https://asia-east1-aiplatform.googleapis.com/v1beta1/projects/other/locations/asia-east1/")


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("gemini-3-flash", "projects/my-project/locations/global/publishers/google/models/gemini-3-flash"),
        ("models/gemini-3-flash", "projects/my-project/locations/global/publishers/google/models/gemini-3-flash"),
        ("publishers/other/models/m", "projects/my-project/locations/global/publishers/other/models/m"),
        ("endpoints/123", "projects/my-project/locations/global/endpoints/123"),
        ("projects/p/locations/l/endpoints/1", "projects/p/locations/l/endpoints/1"),
    ],
)
def test_an_id_may_say_where_the_model_is(id: str, expected: str) -> None:
    """Google's own by its id, others by more of their path."""
    assert path(id) == expected


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"location": "evil.example/"}, "is no location"),
        ({"location": "US-CENTRAL1"}, "is no location"),
        ({"project": "a/b"}, "is no project"),
        ({"porject": "a"}, "did you mean 'project'"),
    ],
)
def test_names_that_are_none_are_refused(settings: dict[str, str], words: str) -> None:
    """They would lead to another host or path."""
    with pytest.raises(RequestError, match=words):
        Hub(environ=PROJECT).model(MODEL, **settings)


def test_a_model_is_plain_data() -> None:
    """It can be pickled and compared, and holds no secret."""
    hub = Hub(environ={**PROJECT, "GOOGLE_API_KEY": "canary"})
    model = hub.model(MODEL)
    assert pickle.loads(pickle.dumps(model)) == model
    assert b"canary" not in pickle.dumps(model)


def body(model: str = MODEL, **options: Any) -> dict[str, Any]:
    """The body of a request."""
    made: dict[str, Any] = json.loads(Hub(environ=PROJECT).request(model, "hi", **options).body)
    return made


def test_vertex_streams_arguments_and_marks_times() -> None:
    """What the Gemini API does not know is sent here."""
    made = body(tools=[NOW], stream_arguments=True, audio_timestamp=True)
    assert made["toolConfig"] == {"functionCallingConfig": {"streamFunctionCallArguments": True}}
    assert made["generationConfig"] == {"audioTimestamp": True}


def test_arguments_are_streamed_from_gemini_3_on() -> None:
    """Before, the wish is dropped."""
    assert "toolConfig" not in body("google-vertex/gemini-2.5-flash", tools=[NOW], stream_arguments=True)


def test_what_only_the_gemini_api_knows_is_not_sent() -> None:
    """Nothing is announced or stored, and the tier goes in a header."""
    made = body(tools=[NOW], builtin_tools=["google_search"], store=True, service_tier="priority")
    assert set(made) == {"contents", "tools"}
    wire = Hub(environ=PROJECT).request(MODEL, "hi", service_tier="priority")
    assert dict(wire.headers) == {"x-vertex-ai-llm-shared-request-type": "priority"}


def test_penalties_are_taken_by_gemini_2_5() -> None:
    """The Gemini API refuses them, Vertex AI does not."""
    made = body("google-vertex/gemini-2.5-flash", presence_penalty=0.5)
    assert made["generationConfig"] == {"presencePenalty": 0.5}


def test_signatures_of_the_gemini_api_are_not_sent() -> None:
    """The same model at another host reads only its own; ids of calls stay here."""
    from headwater import AssistantMessage, ToolCall, ToolResultMessage, UserMessage

    call = ToolCall("a", "now", {}, "c2lnbmF0dXJlIG9uZSE=")
    other = AssistantMessage((call,), provider="google", api="google-generative-ai", model="gemini-3-flash")
    messages = [UserMessage("Hi"), other, ToolResultMessage("a", "now", "noon")]
    made = json.loads(Hub(environ=PROJECT).request(MODEL, messages).body)["contents"]
    assert made[1]["parts"] == [
        {
            "functionCall": {"name": "now", "args": {}},
            "thoughtSignature": "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=",
        }
    ]
    assert made[2]["parts"] == [{"functionResponse": {"name": "now", "response": {"output": "noon"}}}]
