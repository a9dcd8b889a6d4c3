"""Whether what can be asked is asked on the wire, and what cannot be asked is refused or reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from headwater import (
    Audio,
    Capabilities,
    Context,
    Document,
    Hub,
    Image,
    Model,
    RequestError,
    Text,
    Tool,
    UserMessage,
    WireRequest,
)
from headwater.testing._cases import shown
from headwater.testing._handoffs import text_of
from headwater.testing._histories import LOOK, USER_WORDS
from headwater.testing._provider import Provider

SCHEMA: Mapping[str, Any] = {
    "title": "Planted",
    "type": "object",
    "properties": {"planted_field": {"type": "string"}},
    "required": ["planted_field"],
    "additionalProperties": False,
}

PARAMETER = "planted_parameter"
TOOL = Tool(
    "planted_tool",
    "Planted words about a tool",
    {"type": "object", "properties": {PARAMETER: {"type": "string"}}, "required": [PARAMETER]},
)

WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEA"
PLANTED = "UExBTlRF"
"""What stands in each of the planted files and addresses."""

_MEDIA: Mapping[str, Sequence[Any]] = {
    "image": [Image(f"iVBORw0KGgo{PLANTED}", "image/png"), Image(url=f"https://example.org/{PLANTED}.png")],
    "document": [
        Document(f"JVBERi0xLjQK{PLANTED}", name="a.pdf"),
        Document(url=f"https://example.org/{PLANTED}.pdf", name="a.pdf"),
    ],
}

OPTIONS: Mapping[str, Any] = {
    "max_tokens": 1234,
    "temperature": 0.25,
    "top_p": 0.75,
    "stop": ["PLANTED-STOP"],
    "seed": 4711,
    "tool_choice": "required",
    "parallel_tool_calls": False,
    "service_tier": "flex",
    "thinking": "high",
    "thinking_budget": 2345,
    "response_format": SCHEMA,
}
"""Options that all apis share, each with a value that no provider takes for granted.

Without `cache`, `session_id` and `metadata`: they change nothing of what is asked.
"""


@frozen
class Asked:
    """What came of asking: the request, or why there is none."""

    wire: WireRequest | None
    refusal: str | None = None

    @property
    def sent(self) -> tuple[Any, ...]:
        """What would go over the wire."""
        wire = self.wire
        return () if wire is None else (wire.url, sorted(wire.headers.items()), wire.body)

    @property
    def text(self) -> str:
        """All strings of the body."""
        return "" if self.wire is None else text_of(self.wire)

    def tells_more(self, plain: Asked) -> bool:
        """Whether it was refused, or reports what the plain request does not."""
        if self.wire is None or plain.wire is None:
            return True
        return len(self.wire.notes) > len(plain.wire.notes)


class _Asker:
    """Asks one provider's model in several ways."""

    def __init__(self, provider: Provider, check: str, hub: Hub, model: Model) -> None:
        self.provider = provider
        self.check = check
        self.hub = hub
        self.model = model

    def ask(self, prompt: Any = USER_WORDS, **options: Any) -> Asked:
        """The request for a prompt."""
        try:
            return Asked(self.hub.request(self.model, prompt, **options))
        except RequestError as error:
            return Asked(None, str(error))

    def fail(self, where: str, words: str) -> None:
        """Ends the check."""
        self.provider.fail(self.check, f"{self.model}, {where}", words)


def _askers(provider: Provider, check: str) -> Iterator[_Asker]:
    hub = provider.make_hub()
    for model in provider.models(hub):
        yield _Asker(provider, check, hub, model)


def check_options(provider: Provider) -> None:
    """Each option that all apis share is in the request, or refused, or reported: none is passed over in silence."""
    for asker in _askers(provider, "options"):
        _check_options(asker)


def _check_options(asker: _Asker) -> None:
    for name, value in OPTIONS.items():
        tools = {"tools": [LOOK]} if "tool" in name else {}
        plain, asked = asker.ask(**tools), asker.ask(**tools, **{name: value})
        if plain.refusal is not None:
            asker.fail("a plain question", f"is refused: {plain.refusal}")
        if asked.sent == plain.sent and not asked.tells_more(plain):
            asker.fail(f"option {name}", f"is passed over in silence: the request with {name}={value!r} is the same")
        if name == "stop" and asked.wire is not None and not asked.tells_more(plain) and value[0] not in asked.text:
            asker.fail(f"option {name}", f"{value[0]!r} is not in the request: {shown(asked.text)}")


def check_capabilities(provider: Provider) -> None:
    """What the model is said to take is asked on the wire; what it is not said to take is refused or reported."""
    for asker in _askers(provider, "capabilities"):
        _check_capabilities(asker)


def _check_capabilities(asker: _Asker) -> None:
    said = asker.hub.capabilities(asker.model)
    plain = asker.ask()
    for what, claimed, asks, marker in _claims(asker, said):
        asked = [ask() for ask in asks]
        there = any(marker in one.text for one in asked)
        if claimed and not there:
            words = asked[0].refusal or f"it is not in the request: {shown(asked[0].text)}"
            asker.fail(what, f"is claimed, but when asked for {words}")
        # of a model that is in no catalogue nothing is known, and its provider answers for itself
        passed_on = there and (not asker.model.known or what == "structured_output")
        if not claimed and not passed_on and not asked[0].tells_more(plain):
            asker.fail(what, "is not claimed, but is neither refused nor reported when asked for")
    if said.tools and (asked := asker.ask(tools=[TOOL]).wire) is not None:
        body = asked.body.decode(errors="replace")
        for words in (TOOL.description, PARAMETER):
            if words not in body:
                asker.fail("tools", f"are claimed, but of a tool that has it {words!r} is not in the request")
    high = asker.ask(thinking="high")
    if said.thinking and (high.refusal is not None or high.sent == asker.ask(thinking="off").sent):
        asker.fail("thinking", f"is claimed, but a request for it says nothing of it {high.refusal or ''}".rstrip())
    if not said.thinking and not high.tells_more(plain):
        asker.fail("thinking", "is not claimed, but is neither refused nor reported when asked for")
    if said.thinking:
        _check_levels(asker)


def _check_levels(asker: _Asker) -> None:
    """Levels that have words of their own are not one and the same request."""
    words = {level: word for level, word in asker.model.levels.items() if level != "off" and word is not None}
    sent = {level: repr(asker.ask(thinking=level).sent) for level in words}
    if len(set(words.values())) > 1 and len(set(sent.values())) == 1:
        asker.fail(f"the levels {', '.join(words)}", "have words of their own, but the request for each is the same")


_Claim = tuple[str, bool, Sequence[Callable[[], Asked]], str]


def _claims(asker: _Asker, said: Capabilities) -> Iterator[_Claim]:
    """What may be claimed, whether it is, how it is asked for (as data, by URL), and what then is in the request."""
    yield "tools", said.tools, [lambda: asker.ask(tools=[LOOK])], LOOK.name
    yield "structured_output", said.structured_output, [lambda: asker.ask(response_format=SCHEMA)], "planted_field"
    yield "audio input", "audio" in said.input, [lambda: asker.ask(_with(Audio(WAV)))], WAV
    for kind, given in _MEDIA.items():
        asks = [lambda block=block: asker.ask(_with(block)) for block in given]
        yield f"{kind} input", kind in said.input, asks, PLANTED


def _with(block: Any) -> Context:
    return Context((UserMessage((Text(USER_WORDS), block)),))
