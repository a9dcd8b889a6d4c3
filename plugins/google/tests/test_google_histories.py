"""Histories as contents: signatures, calls and results, of the same model and of others."""

from __future__ import annotations

from typing import Any

import pytest
from google_requests import FOREIGN, HISTORY, PDF, PNG, answer, result
from google_wire import HUB, MODEL, OTHER_SIGNATURE, SIGNATURE, STAND_IN, STOPPED, ask, call, chunk, notes, read

from headwater import (
    CodeExecution,
    Document,
    Image,
    Model,
    ProviderBlock,
    Text,
    Thinking,
    ToolCall,
    UserMessage,
    from_dict,
    to_dict,
)

OLDER = "gemini-2.5-flash"


def contents(*messages: Any, model: str | Model = MODEL) -> list[dict[str, Any]]:
    """The contents a conversation becomes, after a first word of the user."""
    made: list[dict[str, Any]] = ask([UserMessage("Hi"), *messages], model=model)["contents"]
    return made[1:]


def parts(*messages: Any, model: str | Model = MODEL) -> list[dict[str, Any]]:
    """The parts of the first content after the user's word."""
    made: list[dict[str, Any]] = contents(*messages, model=model)[0]["parts"]
    return made


# -- of the same model


def test_a_recorded_turn_goes_back_as_it_came() -> None:
    """What the model said, signed as it was, also after the message was stored."""
    said: list[dict[str, Any]] = [
        {"text": "Hm.", "thought": True, "thoughtSignature": SIGNATURE},
        {"text": "Let me see.", "thoughtSignature": OTHER_SIGNATURE},
        {"executableCode": {"language": "PYTHON", "code": "go()", "id": "c1"}, "thoughtSignature": SIGNATURE},
        {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n", "id": "c1"}},
        {"inlineData": {"mimeType": "image/png", "data": PNG}, "thoughtSignature": SIGNATURE},
        {"toolCall": {"id": "s1", "toolType": "FILE_SEARCH", "args": {}}, "thoughtSignature": SIGNATURE},
        {"toolResponse": {"id": "s1", "toolType": "FILE_SEARCH", "response": {}}, "thoughtSignature": SIGNATURE},
        call("list_files", id="f1", args={"folder": "."}, signature=SIGNATURE),
        call("list_files", id="f2", args={"folder": ".."}),
        {"text": "", "thoughtSignature": OTHER_SIGNATURE},
    ]
    message = read(chunk(*said), STOPPED)
    stored = from_dict(to_dict(message))
    sent = contents(stored, result("f1", "a"), result("f2", "b"))
    assert sent[0] == {"role": "model", "parts": said}


def test_the_providers_own_handling_of_media_is_not_sent_back() -> None:
    """Such parts are refused when they come again."""
    raw = {"toolCall": {"id": "m", "toolType": "MEDIA_PROCESSING"}, "thoughtSignature": SIGNATURE}
    assert parts(answer(ProviderBlock("toolCall", raw, "m"), Text("Seen."))) == [{"text": "Seen."}]


@pytest.mark.parametrize("bad", ["no base64!", "abc", "signature REDACTED 12", "="])
def test_a_signature_that_is_none_is_dropped(bad: str) -> None:
    """It is checked: base64, a multiple of four characters."""
    messages = [UserMessage("Hi"), answer(Text("Yes.", bad))]
    assert ask(messages)["contents"][1]["parts"] == [{"text": "Yes."}]
    assert notes(messages) == [("dropped", "messages.1.content.0.signature")]


# -- calls that need a signature


def called(signature: str | None, model: str = "gemini-3-flash") -> list[Any]:
    """A turn with two calls, the first of them signed or not, and their results."""
    calls = (ToolCall("a", "list_files", {"folder": "."}, signature), ToolCall("b", "now"))
    return [answer(*calls, model=model), result("a", "x"), result("b", "y", "now")]


def test_a_signed_call_goes_back_signed_and_its_siblings_are_not() -> None:
    """Only the first of parallel calls carries a signature."""
    assert [part.get("thoughtSignature") for part in parts(*called(SIGNATURE))] == [SIGNATURE, None]


@pytest.mark.parametrize("signature", [None, "no base64!"])
def test_a_call_without_a_valid_signature_gets_the_stand_in(signature: str | None) -> None:
    """The documented one, on the first call of the turn, and noted."""
    assert [part.get("thoughtSignature") for part in parts(*called(signature))] == [STAND_IN, None]
    assert ("added", "messages.1.content.0.signature") in notes([UserMessage("Hi"), *called(signature)])


def test_a_signature_of_another_model_is_not_sent() -> None:
    """Gemini's own signatures hold for one model only."""
    made = called(SIGNATURE, model="gemini-3.1-pro-preview")
    assert [part.get("thoughtSignature") for part in parts(*made)] == [STAND_IN, None]
    assert ("dropped", "messages.1.content.0.signature") in notes([UserMessage("Hi"), *made])


def test_models_before_gemini_3_need_none() -> None:
    """A call without a signature is just a call."""
    assert [part.get("thoughtSignature") for part in parts(*called(None, OLDER), model=f"google/{OLDER}")] == [
        None,
        None,
    ]


def test_a_call_without_a_valid_signature_may_be_told_as_text() -> None:
    """With a flag of the model, call and result become history text, and those with a signature do not."""
    base = HUB.model(MODEL)
    model = HUB.model(MODEL, compat={**base.compat, "unsigned_calls": "text"})
    told = contents(*called(None), model=model)
    assert told == [
        {
            "role": "model",
            "parts": [{"text": 'Called list_files with {"folder":"."}'}, {"text": "Called now with {}"}],
        },
        {"role": "user", "parts": [{"text": "Result of list_files: x"}, {"text": "Result of now: y"}]},
    ]
    signed = contents(*called(SIGNATURE), model=model)
    assert [next(iter(part)) for content in signed for part in content["parts"]] == [
        "functionCall",
        "functionCall",
        "functionResponse",
        "functionResponse",
    ]


def test_a_conversation_of_another_provider_becomes_one_of_ours() -> None:
    """Thinking is text, ids are made fit, the unanswered call gets a result, the first call the stand-in."""
    made = ask(FOREIGN)["contents"]
    first = made[1]["parts"][2]["functionCall"]["id"]
    assert made == [
        {"role": "user", "parts": [{"text": "Go."}]},
        {
            "role": "model",
            "parts": [
                {"text": "Hm.\n\n"},
                {"text": "Right."},
                {
                    "functionCall": {"name": "list_files", "args": {"folder": "."}, "id": first},
                    "thoughtSignature": STAND_IN,
                },
                {"functionCall": {"name": "now", "args": {}, "id": "toolu_2"}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "list_files", "response": {"output": "ok"}, "id": first}},
                {
                    "functionResponse": {
                        "name": "now",
                        "response": {"error": "No result provided"},
                        "id": "toolu_2",
                    }
                },
            ],
        },
        {"role": "user", "parts": [{"text": "And?"}]},
    ]


# -- results


def test_results_of_a_turn_are_one_content() -> None:
    """As many responses as calls, each with the name of its call."""
    sent = contents(*called(SIGNATURE))[1]
    assert sent == {
        "role": "user",
        "parts": [
            {"functionResponse": {"name": "list_files", "response": {"output": "x"}, "id": "a"}},
            {"functionResponse": {"name": "now", "response": {"output": "y"}, "id": "b"}},
        ],
    }


SEEN = [
    Text("Look:"),
    Image(data=PNG, mime_type="image/png"),
    Image(data="AA==", mime_type="image/gif"),
    Document(data=PDF),
]


def with_media(model: str) -> list[dict[str, Any]]:
    """What a result with images becomes."""
    return contents(
        answer(ToolCall("a", "list_files", {}, SIGNATURE), model=model), result("a", SEEN), model=f"google/{model}"
    )[1:]


def test_results_hold_media_from_gemini_3_on() -> None:
    """What a result cannot hold follows it in a turn of the user."""
    png, pdf = {"mimeType": "image/png", "data": PNG}, {"mimeType": "application/pdf", "data": PDF}
    gif = {"inlineData": {"mimeType": "image/gif", "data": "AA=="}}
    response = {
        "name": "list_files",
        "response": {"output": "Look:"},
        "id": "a",
        "parts": [{"inlineData": png}, {"inlineData": pdf}],
    }
    assert with_media("gemini-3-flash") == [
        {"role": "user", "parts": [{"functionResponse": response}]},
        {"role": "user", "parts": [{"text": "Attached to the results above:"}, gif]},
    ]


def test_before_gemini_3_media_follow_the_results() -> None:
    """All of them, in one turn of the user."""
    results, attached = with_media(OLDER)
    assert "parts" not in results["parts"][0]["functionResponse"]
    assert [next(iter(part)) for part in attached["parts"]] == ["text", "inlineData", "inlineData", "inlineData"]


def test_a_result_of_nothing_but_an_image_says_so() -> None:
    """An empty answer would be taken for none."""
    sent = contents(
        answer(ToolCall("a", "f", {}, SIGNATURE)), result("a", [Image(data=PNG, mime_type="image/png")], "f")
    )
    assert sent[1]["parts"][0]["functionResponse"]["response"] == {"output": "(see the attachment)"}


def test_a_reference_in_a_result_stays_text() -> None:
    """A key `$ref` among the fields of a response would be read as a part; the result goes as one string."""
    sent = contents(answer(ToolCall("a", "f", {}, SIGNATURE)), result("a", '{"$ref": "x"}', "f"))
    assert sent[1]["parts"][0]["functionResponse"]["response"] == {"output": '{"$ref": "x"}'}


# -- order


def test_an_answer_does_not_come_first() -> None:
    """A turn of the user is put before it, and noted."""
    messages = [answer(Text("Hello.")), UserMessage("Hi")]
    assert [content["role"] for content in ask(messages)["contents"]] == ["user", "model", "user"]
    assert notes(messages) == [("added", "messages.0")]


def test_answers_that_follow_each_other_are_one_turn() -> None:
    """Their parts stay apart."""
    sent = contents(answer(Text("One.", SIGNATURE)), answer(Text("Two.")))
    assert sent == [{"role": "model", "parts": [{"text": "One.", "thoughtSignature": SIGNATURE}, {"text": "Two."}]}]


def test_code_of_another_model_goes_without_its_signatures() -> None:
    """As far as it is known."""
    made = parts(answer(CodeExecution("go()", output="oops", success=False), model="gemini-3.1-pro-preview"))
    assert made == [
        {"executableCode": {"language": "PYTHON", "code": "go()"}},
        {"codeExecutionResult": {"outcome": "OUTCOME_FAILED", "output": "oops"}},
    ]


def test_thinking_of_another_model_is_text() -> None:
    """Its signature is left out, and what only its model can read is dropped."""
    made = parts(answer(Thinking("Hm.", SIGNATURE), Thinking("", SIGNATURE), Text("Yes."), model=OLDER))
    assert made == [{"text": "Hm.\n\n"}, {"text": "Yes."}]


def test_the_request_of_a_history_is_the_same_each_time() -> None:
    """Nothing is minted on the way, so that what is cached at the provider is found again."""
    assert ask(HISTORY) == ask(HISTORY)
