"""The hub: from a name and a prompt to a request, and what it shares between threads."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import httpx
import pytest
from attrs import evolve
from core_fake import HELLO, NOWHERE, FakeApi, events, fake_hub, fake_provider, play, play_all

from headwater import (
    AssistantMessage,
    CompatibleProvider,
    Context,
    Done,
    Error,
    Event,
    Hub,
    Image,
    Limits,
    LocalAnswer,
    Model,
    Note,
    ProviderBroken,
    ProviderNotFound,
    RequestError,
    Text,
    Thinking,
    Tool,
    UnknownModel,
    UserMessage,
    WireRequest,
    check_grammar,
    hookimpl,
    loads,
)
from headwater.testing import LoopbackServer, Reply

# -- names of models


@pytest.mark.parametrize("name", ["m", "/m", "fake/", ""])
def test_a_name_without_a_provider_is_told_how_to_write_it(name: str) -> None:
    """With a provider that there is."""
    with pytest.raises(UnknownModel, match=f"such as 'fake/{name}'"):
        fake_hub().stream("m" if name == "m" else name, "Hi")


def test_a_models_id_may_hold_slashes() -> None:
    """The provider ends at the first one."""
    model = fake_hub().model("fake/org/model:free")
    assert (model.provider, model.id, str(model)) == ("fake", "org/model:free", "fake/org/model:free")


def test_an_unknown_provider_is_not_found() -> None:
    """Before anything is sent."""
    with pytest.raises(ProviderNotFound, match="pip install headwater-nobody"):
        fake_hub().stream("nobody/m", "Hi")


def test_an_unknown_api_is_not_found() -> None:
    """The model exists, nobody speaks its protocol."""
    with pytest.raises(ProviderNotFound, match="api 'telepathy'"):
        fake_hub(provider=fake_provider(api="telepathy")).stream("fake/m", "Hi")


def test_a_models_fields_may_be_set() -> None:
    """Over the catalogue's."""
    model = fake_hub().model("fake/m", max_tokens=5, headers={"x-a": "1"}, api="other", base_url="https://b.test/v2/")
    assert (model.max_tokens, model.headers, model.api, model.base_url) == (
        5,
        {"x-a": "1"},
        "other",
        "https://b.test/v2",
    )


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://x", "no base URL"),
        ("x.test/v1", "no base URL"),
        ("https://", "no base URL"),
        ("https://x:port/", "no URL"),
        ("https://user:pass@x.test", "no user or password"),
    ],
)
def test_a_base_url_that_is_none_is_refused(url: str, words: str) -> None:
    """For a model and for an endpoint; what it holds of a password is not shown."""
    for make in (lambda: fake_hub().model("fake/m", base_url=url), lambda: fake_hub().endpoint(url, "m", api="fake")):
        with pytest.raises(RequestError, match=words) as caught:
            make()
        assert "pass@" not in str(caught.value)


def test_an_endpoint_needs_no_provider() -> None:
    """Its model is asked over a known api; fields may be set as for any model."""
    hub = fake_hub()
    model = hub.endpoint("http://127.0.0.1:1/v1/", "local", api="fake", max_tokens=9)
    assert (str(model), model.base_url, model.known, model.max_tokens) == (
        "custom/local",
        "http://127.0.0.1:1/v1",
        False,
        9,
    )
    assert hub.request(model, "Hi").url == "http://127.0.0.1:1/v1/chat"
    assert hub.capabilities(model).input == ("text", "image")


# -- requests


def test_the_request_can_be_seen_before_it_is_sent() -> None:
    """Options, extra fields and headers in it, no key."""
    wire = fake_hub().request(
        "fake/m", "Hi", max_tokens=3, extra_body={"messages": [], "n": 1}, extra_headers={"X-Own": "1"}
    )
    assert (wire.url, loads(wire.body), wire.headers) == (
        f"{NOWHERE}/chat",
        {"model": "m", "messages": [], "max_tokens": 3, "n": 1},
        {"x-own": "1"},
    )


@pytest.mark.parametrize(
    "prompt",
    [
        "Hi",
        UserMessage("Hi"),
        [UserMessage("Hi")],
        Context((UserMessage("Hi"),)),
    ],
    ids=["text", "message", "messages", "context"],
)
def test_a_prompt_may_be_given_in_four_ways(prompt: Any) -> None:
    """They mean the same."""
    assert loads(fake_hub().request("fake/m", prompt).body)["messages"] == ["Hi"]


def test_what_is_no_prompt_is_refused() -> None:
    """At once."""
    prompt: Any = [{"role": "user"}]
    with pytest.raises(TypeError, match="not of dict"):
        fake_hub().request("fake/m", prompt)


class Seeing(FakeApi):
    """An api that keeps what it was asked."""

    context: Context | None = None

    @hookimpl
    def transform_messages(self, model: Any, context: Any, options: Any) -> Any:
        self.context = context
        from attrs import evolve

        wire = FakeApi.transform_messages(self, model, context, options)
        return evolve(wire, notes=(Note("dropped", "options.seed", "unknown here"),) if options.seed else ())


def test_system_prompt_and_tools_go_over_those_of_a_context() -> None:
    """What is said with the request is the newer word."""
    api = Seeing()
    hub = fake_hub(api=api)
    stored = Context((UserMessage("Hi"),), "old", (Tool("old"),))
    hub.request("fake/m", stored)
    first = api.context
    hub.request("fake/m", stored, system="new", tools=[Tool("new")])
    assert first == stored
    assert api.context == Context((UserMessage("Hi"),), "new", (Tool("new"),))


def test_what_was_changed_is_noted_with_the_stream_and_the_message(form: str) -> None:
    """By the handoff and by the api; `strict` refuses instead."""
    prompt = UserMessage((Text("see"), Image("aW1n")))
    hub = fake_hub(api=type("Api", (Seeing,), {})(local=lambda: [HELLO]))
    outcome = play(form, hub, prompt=prompt, seed=1)
    assert [note.path for note in outcome.message.notes] == ["messages.0.content.1", "options.seed"]
    assert outcome.stream.notes == outcome.message.notes
    with pytest.raises(RequestError, match=r"unchanged \(2 changes\): messages.0.content.1: .*; options.seed"):
        hub.request("fake/m", prompt, seed=1, strict=True)
    assert hub.request("fake/m", "see", strict=True)


@pytest.mark.parametrize(
    ("provider", "words"),
    [("none", "create_model gave back NoneType instead of a Model"), ("stranger", "made a model of 'other'")],
)
def test_a_provider_that_makes_no_model_of_its_own_is_told(provider: str, words: str) -> None:
    """The plugin is named."""

    class Wrong:
        @hookimpl
        def create_model(self, model_id: str, config: Any) -> Any:
            return None if provider == "none" else fake_provider(name="other").create_model(model_id, config)

    with pytest.raises((UnknownModel, ProviderBroken), match=words):
        fake_hub(provider=Wrong()).model("fake/m")


def test_an_api_that_makes_no_request_is_told() -> None:
    """The plugin is named."""

    class Wrong(FakeApi):
        @hookimpl
        def transform_messages(self, model: Any, context: Any, options: Any) -> Any:
            return {"url": "x"}

    with pytest.raises(ProviderBroken, match="transform_messages gave back dict instead of a WireRequest"):
        fake_hub(api=Wrong()).request("fake/m", "Hi")


def test_a_setting_that_nothing_reads_is_refused() -> None:
    """With the field or the setting that is near."""
    hub = fake_hub()
    with pytest.raises(RequestError, match="fake has no setting 'max_token'; did you mean max_tokens"):
        hub.model("fake/m", max_token=5)


def test_a_setting_that_the_provider_reads_is_its_own() -> None:
    """Whatever it makes of it; so are those of a provider that looks through all of them."""

    class Reading:
        @hookimpl
        def create_model(self, model_id: str, config: Any) -> Any:
            said = {**config.settings} if model_id == "all" else {"region": config.settings.get("region")}
            return evolve(fake_provider().create_model(model_id, config), name=repr(said))

    hub = fake_hub(provider=Reading())
    with pytest.raises(RequestError, match="fake has no setting 'regin'; did you mean region"):
        hub.model("fake/m", regin="eu")
    names = [hub.model("fake/m", region="eu").name, hub.model("fake/all", regin="eu").name]
    assert names == ["{'region': 'eu'}", "{'regin': 'eu'}"]


def test_an_endpoint_refuses_what_a_model_has_not() -> None:
    """In words of ours, with what is near."""
    with pytest.raises(RequestError, match="a model has no 'compt'; did you mean compat"):
        fake_hub().endpoint("http://127.0.0.1:9", "m", api="fake", compt={})


def test_a_base_url_with_a_slash_at_its_end_makes_no_double_one() -> None:
    """Neither in a provider's data nor given by a variable."""
    provider = fake_provider("https://x.test/v1/", base_url_env="FAKE_URL")
    plain = fake_hub(provider=provider).model("fake/m").base_url
    given = fake_hub(provider=provider, environ={"FAKE_URL": "https://y.test/"}).model("fake/m").base_url
    assert (plain, given) == ("https://x.test/v1", "https://y.test")


@pytest.mark.parametrize(
    "terms", [{"defaults": {"contxt_window": 1}}, {"families": {"a": {"contxt_window": 1}}}, {"apis": {"a": {"x": 1}}}]
)
def test_a_misspelt_term_of_a_provider_made_of_data_is_named(terms: dict[str, Any]) -> None:
    """When it is made."""
    with pytest.raises(ProviderBroken, match=r"'fake' says '\w+' in .*, which nothing reads; (did you mean|there are)"):
        fake_provider(**terms)


# -- recorded answers


def final(told: list[Event]) -> AssistantMessage:
    """The message of the last event."""
    last = told[-1]
    assert isinstance(last, Done | Error)
    return last.message


def test_a_recorded_answer_goes_through_the_same_driver() -> None:
    """Whole or in chunks, with any status; it needs no key."""
    hub = fake_hub(environ={})
    for body in (HELLO, [HELLO[i : i + 3] for i in range(0, len(HELLO), 3)]):
        told = list(hub.decode("fake/m", body))
        check_grammar(told)
        assert final(told).text == "Hello"
    refused = list(
        hub.decode("fake/m", b'{"error": {"message": "no credit"}}', status=402, headers={"X-Request-ID": "q"})
    )
    error = final(refused).error
    assert error is not None
    assert (error.kind, error.request_id) == ("quota", "q")


def test_a_recorded_answer_is_limited_and_shown_raw_as_a_live_one() -> None:
    """The same limits and options."""
    hub = fake_hub(limits=Limits(answer_bytes=10))
    error = final(list(hub.decode("fake/m", HELLO))).error
    assert error is not None
    assert error.kind == "malformed"
    raws = [event.raw for event in fake_hub().decode("fake/m", HELLO, raw=True)]
    assert any(raw is not None for raw in raws)


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_think_tags_become_thinking_when_asked_for(size: int) -> None:
    """However the text is cut."""
    text = "<think>hm\n</think>\nHello <b>you</b>"
    pieces = [{"text": text[i : i + size]} for i in range(0, len(text), size)]
    told = list(fake_hub().decode("fake/m", events(*pieces), think_tags=True))
    check_grammar(told)
    assert final(told).content == (Thinking("hm\n"), Text("\nHello <b>you</b>"))
    assert final(list(fake_hub().decode("fake/m", events(*pieces)))).text == text


# -- shared by threads and loops


def test_threads_share_a_hub(loopback: LoopbackServer) -> None:
    """Plain threads and threads with loops of their own, one hub, one answer each."""
    loopback.reply(Reply(HELLO))
    hub = fake_hub(loopback.url)
    texts: list[str] = []
    start = threading.Barrier(9)

    def plain() -> None:
        start.wait()
        texts.extend(hub.complete_sync("fake/m", "Hi").text for _ in range(5))

    def with_loop(backend: str) -> None:
        async def ask() -> None:
            for _ in range(5):
                texts.append((await hub.complete("fake/m", "Hi")).text)
            # not aclose(): that closes the sync client of the others as well
            keeper = hub._keepers.get(None)
            assert keeper is not None

        start.wait()
        anyio.run(ask, backend=backend)

    threads = [threading.Thread(target=plain) for _ in range(4)]
    threads += [threading.Thread(target=with_loop, args=(backend,)) for backend in ("asyncio", "trio") * 2]
    for thread in threads:
        thread.start()
    start.wait()
    for thread in threads:
        thread.join()
    hub.close()
    assert texts == ["Hello"] * 40
    assert loopback.connections.wait_closed()


def test_a_closed_hub_makes_a_new_client_when_it_is_asked_again(loopback: LoopbackServer, form: str) -> None:
    """Closing gives back what it holds and is no end."""
    loopback.reply(Reply(HELLO))
    hub = fake_hub(loopback.url)
    assert [play(form, hub).message.text for _ in range(2)] == ["Hello", "Hello"]
    assert loopback.connections.wait_closed()


def test_the_default_hub_is_made_once() -> None:
    """It stands behind the functions of the module."""
    import headwater

    assert headwater.default_hub() is headwater.default_hub()
    assert isinstance(headwater.default_hub(), Hub)
    with pytest.raises(UnknownModel):
        headwater.stream("m", "Hi")


def test_loading_ahead_of_time_imports_what_a_first_stream_would() -> None:
    """Provider and api; an unknown name is told at once."""
    hub = fake_hub()
    hub.load("fake")
    with pytest.raises(ProviderNotFound):
        hub.load("nobody")
    assert hub.providers() == ["fake"]


class Counting:
    """A client that counts what is sent through another."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.sent: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def send(self, request: Any, **how: Any) -> Any:
        self.sent.append(str(request.url))
        return self.client.send(request, **how)


def test_what_wraps_a_client_sees_every_request(loopback: LoopbackServer, form: str) -> None:
    """The hub's own client, of either kind, is used through what `wrap_client` made of it."""
    loopback.reply(Reply(HELLO))
    made: list[Counting] = []

    def wrap(client: Any) -> Counting:
        made.append(Counting(client))
        return made[-1]

    outcomes = play_all(form, fake_hub(loopback.url, wrap_client=wrap), 2)
    assert ([one.sent for one in made], [one.message.text for one in outcomes]) == (
        [[f"{loopback.url}/chat"] * 2],
        ["Hello", "Hello"],
    )


def test_a_given_client_is_wrapped_as_well(loopback: LoopbackServer) -> None:
    """Whoever made it."""
    loopback.reply(Reply(HELLO))
    with httpx.Client() as given:
        wrapped = Counting(given)
        play("sync", fake_hub(loopback.url, sync_client=given, wrap_client=lambda client: wrapped))
    assert (wrapped.client, len(wrapped.sent)) == (given, 1)


def test_a_providers_own_local_answer_goes_before_the_apis(form: str) -> None:
    """A provider may have the answer at hand, in the bytes of its api."""

    class AtHand(CompatibleProvider):
        @hookimpl
        def answer_locally(self, model: Model, wire: WireRequest) -> LocalAnswer | None:
            return [HELLO]

    api = FakeApi(local=lambda: [b"never read"])
    provider = AtHand(name="fake", base_url=NOWHERE, api="fake")
    assert play(form, fake_hub(api=api, provider=provider)).message.text == "Hello"
