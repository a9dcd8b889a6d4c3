"""What a model said over Responses, on its way back: to itself, to its siblings, and to strangers."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from openai_types import problems
from openai_wire import (
    CHAT,
    PNG,
    RESPONSES,
    added,
    body,
    compatible,
    completed,
    conversation,
    created,
    decode,
    delta,
    dropped,
    find,
    finished,
    message_item,
    message_of,
    request,
    sse,
    text_events,
)

from headwater import (
    AssistantMessage,
    Context,
    ProviderBlock,
    Text,
    Thinking,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    from_json,
    to_json,
)

MODEL = find("openai/gpt-5.4", api=RESPONSES)
SIBLING = find("openai/gpt-5.5", api=RESPONSES)

REASONING = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "Hm."}, {"type": "summary_text", "text": "Well."}],
    "encrypted_content": "gAAAA",
}
CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "add", "arguments": '{"a":1}'}
SEARCH = {
    "type": "web_search_call",
    "id": "ws_1",
    "status": "completed",
    "action": {"type": "search", "query": "cats"},
}
COMPACTION = {"type": "compaction", "id": "cmp_1", "encrypted_content": "gBBBB"}
SAID = {**message_item("Hello"), "phase": "commentary"}
SAID_BACK = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "Hello", "annotations": []}],
    "phase": "commentary",
}
CALL_BACK = {**CALL}


def answer(*items: dict[str, Any], model: Any = MODEL) -> AssistantMessage:
    """What comes of an answer of these finished items."""
    events = [finished(index, item) for index, item in enumerate(items)]
    return message_of(decode(model, sse(created(), *events, completed())))


def back(message: AssistantMessage, model: Any = MODEL) -> list[dict[str, Any]]:
    """The items of that answer in the next request, without the user's and the results."""
    results = [ToolResultMessage(call.id, call.name, "3") for call in message.tool_calls]
    made = body(model, [UserMessage("Hi"), message, *results, UserMessage("Go on")])
    assert problems("responses", made) == ""
    return [
        item
        for item in made["input"]
        if item.get("role") != "user" and not str(item.get("type")).endswith("_call_output")
    ]


def notes(message: AssistantMessage, model: Any = MODEL) -> list[str]:
    """Why parts of that answer do not go back."""
    results = [ToolResultMessage(call.id, call.name, "3") for call in message.tool_calls]
    made = request(model, [UserMessage("Hi"), message, *results, UserMessage("Go on")])
    return [note.reason for note in made.notes if note.action == "dropped"]


def test_the_same_model_gets_back_what_it_said() -> None:
    """Reasoning with its encrypted form, then the item it led to, ids and phase included."""
    assert back(answer(REASONING, SAID, CALL)) == [REASONING, SAID_BACK, CALL_BACK]


def test_what_is_stored_goes_back_the_same() -> None:
    """A conversation that was written as JSON and read again."""
    message = answer(REASONING, SEARCH, SAID, CALL)
    assert back(from_json(to_json(message))) == back(message)


def test_built_in_tools_go_back_as_they_came() -> None:
    """Without stored state they are part of the conversation."""
    assert back(answer(SEARCH, SAID)) == [SEARCH, SAID_BACK]


def test_an_empty_reasoning_item_goes_back() -> None:
    """Its encrypted form is what counts."""
    silent = {**REASONING, "summary": []}
    assert back(answer(silent, SAID))[0] == silent


def test_reasoning_of_a_sibling_is_text_and_takes_the_ids_along() -> None:
    """The server checks them in pairs; phase and marks are the model's own."""
    message = answer(REASONING, SEARCH, SAID, CALL)
    plain = {name: value for name, value in CALL_BACK.items() if name != "id"}
    said = [{"role": "assistant", "content": text} for text in ("Hm.\n\nWell.", "Hello")]
    assert back(message, SIBLING) == [*said, plain]
    assert notes(message, SIBLING) == [
        "a web_search_call that cannot go back without its reasoning",
        "the phase of a text, which is for the model that said it",
    ]


def test_hidden_reasoning_of_a_sibling_is_left_out() -> None:
    """Only its maker can read it."""
    message = answer({**REASONING, "summary": []}, SAID)
    assert back(message, SIBLING) == [{"role": "assistant", "content": "Hello"}]


def test_reasoning_that_lost_its_encrypted_form_takes_the_ids_along() -> None:
    """An id whose reasoning is missing is refused."""
    lost = {name: value for name, value in REASONING.items() if name != "encrypted_content"}
    message = answer(lost, SAID, CALL)
    plain = {name: value for name, value in CALL_BACK.items() if name != "id"}
    assert back(message) == [{"role": "assistant", "content": "Hello", "phase": "commentary"}, plain]


def test_a_server_without_encryption_gets_reasoning_as_text() -> None:
    """What it sent as text can go back as text."""
    model = compatible(RESPONSES)
    raw = {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm."}]}
    message = answer(raw, SAID, model=model)
    assert (message.thinking, back(message, model)[0]) == ("Hm.", raw)


def test_reasoning_that_led_to_nothing_does_not_go_back() -> None:
    """An item that must follow it is not there: cut by length, or its call was cut."""
    cut = attrs.evolve(answer(REASONING), stop_reason="length")
    assert (back(cut), notes(cut)) == ([], ["reasoning that led to nothing"])


def test_compacted_history_goes_back_to_any_model_of_the_provider() -> None:
    """It holds everything that was said before."""
    message = answer(SAID, COMPACTION)
    assert (COMPACTION in back(message), COMPACTION in back(message, SIBLING)) == (True, True)


def test_thinking_of_a_stranger_becomes_text() -> None:
    """And its marks are left out."""
    stranger = AssistantMessage(
        [Thinking("Hm.", "sig"), Text("Hello"), ToolCall("toolu_1", "add", {})], "anthropic-messages", "anthropic", "c"
    )
    prompt = [UserMessage("Hi"), stranger, ToolResultMessage("toolu_1", "add", "3")]
    assert body(MODEL, prompt)["input"][1:] == [
        {"role": "assistant", "content": "Hm.\n\nHello"},
        {"type": "function_call", "call_id": "toolu_1", "name": "add", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "toolu_1", "output": "3"},
    ]


def test_what_was_said_over_responses_goes_to_chat_completions() -> None:
    """The same provider's other protocol is a stranger too: no ids, no marks."""
    model = find("openai/gpt-5.4", api=CHAT)
    message = answer(REASONING, SEARCH, SAID, CALL)
    result = ToolResultMessage(message.tool_calls[0].id, "add", "3")
    messages = body(model, [UserMessage("Hi"), message, result])["messages"]
    call = messages[1]["tool_calls"][0]
    assert (messages[1]["content"], call["function"]["name"], messages[2]["tool_call_id"]) == (
        "Hm.\n\nWell.\n\nHello",
        "add",
        call["id"],
    )
    assert "|" not in call["id"]


def test_parts_of_one_message_go_back_as_one_item() -> None:
    """Each part is a text of its own here."""
    parts = [{"type": "output_text", "text": text, "annotations": []} for text in ("Hel", "lo")]
    (item,) = back(answer({**SAID, "content": parts}))
    assert item["content"] == parts


def test_ids_that_are_too_long_are_shortened() -> None:
    """An id has 64 characters at most."""
    long = "msg_" + "x" * 80
    item = back(answer({**SAID, "id": long}))[0]
    call = back(answer({**CALL, "call_id": "call_" + "x" * 80}))[0]
    assert (len(item["id"]) <= 64, len(call["call_id"]) <= 64) == (True, True)


def test_an_item_id_of_another_kind_is_left_out() -> None:
    """Only ids that begin with `fc_` (or `ctc_`) are taken with a call."""
    assert "id" not in back(answer({**CALL, "id": "tool-7"}))[0]


def test_calls_with_the_same_id_are_kept_apart() -> None:
    """Some servers number them anew in every answer; results find their own call."""
    model = compatible(RESPONSES)
    first, second = (answer({**CALL, "id": f"fc_{n}"}, model=model) for n in (1, 2))
    prompt = [
        UserMessage("Hi"),
        first,
        ToolResultMessage(first.tool_calls[0].id, "add", "one"),
        second,
        ToolResultMessage(second.tool_calls[0].id, "add", "two"),
    ]
    items = body(model, prompt)["input"][1:]
    ids = [item["call_id"] for item in items]
    assert (ids[0], ids[0] == ids[1], ids[2] == ids[3], ids[0] != ids[2]) == ("call_1", True, True, True)
    assert [item["output"] for item in items if "output" in item] == ["one", "two"]


def test_a_failed_answer_is_left_out() -> None:
    """Reasoning without what it led to is refused."""
    cut = sse(created(), added(0, {**REASONING, "summary": []}), delta("reasoning_summary_text", 0, "Hm"))
    message = message_of(decode(MODEL, cut))
    assert (message.stop_reason, back(message)) == ("error", [])


def test_a_result_may_answer_a_call_that_is_stored() -> None:
    """The answer it belongs to need not be in the conversation."""
    result = ToolResultMessage("call_1|fc_1", "add", "3")
    made = body(MODEL, [result], previous_response_id="resp_1", store=True)
    assert made["input"] == [{"type": "function_call_output", "call_id": "call_1", "output": "3"}]


def test_an_answer_that_was_stored_is_gone_on_from() -> None:
    """Only what came after it is sent."""
    message = answer(REASONING, CALL)
    result = ToolResultMessage(message.tool_calls[0].id, "add", "3")
    made = body(MODEL, [UserMessage("Hi"), message, result], previous_response_id="auto", store=True)
    assert (made["previous_response_id"], made["input"]) == (
        "resp_1",
        [{"type": "function_call_output", "call_id": "call_1", "output": "3"}],
    )


# -- calls that are no functions


CLIENT_CALLS: dict[str, tuple[dict[str, Any], str, Any, Any]] = {
    "custom": (
        {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_1", "name": "sql", "input": "SELECT 1"},
        "sql",
        {"input": "SELECT 1"},
        {"type": "custom_tool_call_output", "call_id": "call_1", "output": "3"},
    ),
    "patch": (
        {
            "type": "apply_patch_call",
            "id": "apc_1",
            "call_id": "call_1",
            "status": "completed",
            "operation": {"type": "delete_file", "path": "a.txt"},
        },
        "apply_patch",
        {"type": "delete_file", "path": "a.txt"},
        {"type": "apply_patch_call_output", "call_id": "call_1", "status": "completed", "output": "3"},
    ),
    "local shell": (
        {
            "type": "local_shell_call",
            "id": "lsh_1",
            "call_id": "call_1",
            "status": "completed",
            "action": {"type": "exec", "command": ["ls"], "env": {}},
        },
        "local_shell",
        {"type": "exec", "command": ["ls"], "env": {}},
        {"type": "local_shell_call_output", "id": "call_1", "output": "3"},
    ),
    "shell": (
        {
            "type": "shell_call",
            "id": "sh_1",
            "call_id": "call_1",
            "status": "completed",
            "environment": {"type": "local"},
            "action": {"commands": ["ls"]},
        },
        "shell",
        {"commands": ["ls"]},
        {
            "type": "shell_call_output",
            "call_id": "call_1",
            "output": [{"stdout": "3", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
        },
    ),
}


@pytest.mark.parametrize(("item", "name", "arguments", "output"), CLIENT_CALLS.values(), ids=CLIENT_CALLS.keys())
def test_what_the_caller_runs_is_a_call_and_goes_back_as_what_it_was(
    item: dict[str, Any], name: str, arguments: Any, output: Any
) -> None:
    """Its result takes the form its kind wants."""
    message = answer(item)
    (call,) = message.tool_calls
    assert (message.stop_reason, call.name, dict(call.arguments)) == ("toolUse", name, arguments)
    made = body(MODEL, [UserMessage("Hi"), message, ToolResultMessage(call.id, call.name, "3")])
    assert (problems("responses", made), made["input"][1:]) == ("", [item, output])


def test_a_failed_patch_is_told_as_one() -> None:
    """An error of the tool is the status of the result."""
    message = answer(CLIENT_CALLS["patch"][0])
    failed = ToolResultMessage(message.tool_calls[0].id, "apply_patch", "no such file", is_error=True)
    made = body(MODEL, [UserMessage("Hi"), message, failed])
    assert made["input"][2]["status"] == "failed"


def test_a_click_is_answered_with_a_picture() -> None:
    """The result of a computer's call is a screenshot."""
    item = {
        "type": "computer_call",
        "id": "cu_1",
        "call_id": "call_1",
        "status": "completed",
        "action": {"type": "click", "button": "left", "x": 1, "y": 2},
        "pending_safety_checks": [],
    }
    message = answer(item)
    (call,) = message.tool_calls
    made = body(MODEL, [UserMessage("Hi"), message, ToolResultMessage(call.id, call.name, [PNG])])
    assert (call.name, problems("responses", made)) == ("computer", "")
    assert made["input"][2]["output"] == {
        "type": "computer_screenshot",
        "image_url": "data:image/png;base64,iVBORw0KGgo=",
    }


def test_another_providers_custom_call_is_a_function() -> None:
    """A stranger's mark says nothing here."""
    call = ToolCall("call_1", "sql", {"input": "SELECT 1"}, extra={"type": "custom_tool_call"})
    stranger = AssistantMessage([call], RESPONSES, "azure", "gpt-5.4")
    assert body(MODEL, [UserMessage("Hi"), stranger])["input"][1]["type"] == "function_call"


@pytest.mark.parametrize("odd", [None, 5, "x", [], {}])
def test_odd_items_of_a_stored_answer_do_not_stop_the_next_request(odd: Any) -> None:
    """A file may hold anything; reasoning without its item is left behind."""
    said = [
        Thinking("Hm.", "gAAAA", extra={"item": odd}),
        Text("a"),
        ToolCall("call_1", "sql", {}, extra={"type": odd, "item": odd}),
    ]
    answer = AssistantMessage(said, RESPONSES, "openai", "gpt-5.4")
    assert [item.get("role") for item in body(MODEL, [UserMessage("Hi"), answer])["input"]][:2] == ["user", "assistant"]


# -- results and documents


def test_results_with_images_hold_them_where_they_can() -> None:
    """Else they follow in a message of the user."""
    call = ToolCall("call_1", "add", {})
    prompt = [UserMessage("Hi"), AssistantMessage([call]), ToolResultMessage("call_1", "add", [Text("see"), PNG])]
    first_party = body(MODEL, prompt)["input"][-1]
    other = body(compatible(RESPONSES), prompt)["input"]
    assert [part["type"] for part in first_party["output"]] == ["input_text", "input_image"]
    assert (other[-2]["output"], other[-1]["content"][1]["type"]) == ("see", "input_image")


def test_blocks_that_only_tell_of_an_item_are_not_sent_twice() -> None:
    """A picture, executed code and sources stand beside the provider's own block, which goes back."""
    item = {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "iVBORw0KGgo="}
    message = answer(item, SAID)
    assert ([block.type for block in message.content], back(message)) == (
        ["providerBlock", "image", "text"],
        [item, SAID_BACK],
    )


def test_a_conversation_with_everything_is_what_the_vendor_takes() -> None:
    """The round trip of an answer with reasoning, search, text and a call."""
    events = [
        added(0, {**REASONING, "summary": []}),
        delta("reasoning_summary_text", 0, "Hm.", summary_index=0),
        finished(0, REASONING),
        *text_events(1, "Hello"),
    ]
    message = message_of(decode(MODEL, sse(created(), *events, completed())))
    assert problems("responses", body(MODEL, conversation(MODEL, *message.content))) == ""
    assert dropped(MODEL, conversation(MODEL, *message.content)) == []


def test_a_block_of_another_provider_is_left_out() -> None:
    """Only its maker can read it."""
    stranger = AssistantMessage([ProviderBlock("server_tool_use", {}), Text("Hello")], "anthropic-messages", "a", "c")
    assert [item["content"] for item in body(MODEL, Context([UserMessage("Hi"), stranger]))["input"]] == ["Hi", "Hello"]
