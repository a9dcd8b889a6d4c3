"""Whether what is told of an answer was said in it: reasons, names, counts, and all that has to go back."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence

from headwater import AssistantMessage, Hub, to_dict
from headwater.testing._cases import Case, Probe, final_message
from headwater.testing._wire import Path, json_values, walk

_COUNTED = re.compile(r"usage|token|eval_count|units", re.IGNORECASE)
_UNCOUNTED = re.compile(r"duration|time|_ms|latency|cost|ticks|speed|second|price|max_|limit|context", re.IGNORECASE)
"""Keys on the way to a number that counts tokens, and to one that does not though its neighbours do."""

_OUTPUT = re.compile(r"(output_?tokens|completion_?tokens|candidatesTokenCount|total_output_tokens|eval_count)", re.I)
_INPUT = re.compile(r"(input_?tokens|prompt_?tokens|promptTokenCount|total_input_tokens|prompt_eval_count)", re.I)

_OPAQUE = re.compile(r".*(signature|encrypted_content|encryptedContent|redactedContent)", re.IGNORECASE)
"""Keys of what a provider wants to be given back as it came."""


def check_honest(case: Case, hub: Hub) -> None:
    """The reason of stopping, ids and names are the provider's own words, and nothing opaque is lost."""
    probe = Probe("honest", case, hub)
    message = final_message(probe.play(case.body))
    said = [(path, value) for value in json_values(case.body, probe.framing) for path, value in walk(value)]
    if not said:
        return
    words = {value for _, value in said if isinstance(value, str)} | {str(value) for _, value in said}
    for what, told in _claims(message):
        parts = [part for part in re.split(r"[|:]", told) if part and not part.startswith("minted-")]
        missing = [part for part in parts if part not in words and not any(part in word for word in words)]
        if missing:
            probe.fail("the whole body", f"{what} {told!r} was never said by the provider")
    if message.error is None:
        _check_kept(probe, message, [(path, value) for path, value in said if _is_opaque(path, value)])


def _check_kept(probe: Probe, message: AssistantMessage, opaque: Sequence[tuple[Path, str]]) -> None:
    """Of what came under a key a third is kept: one value may be told begun, whole and once more."""
    kept = _json(to_dict(message))
    for key in dict.fromkeys(str(path[-1]) for path, _ in opaque):
        values = list(dict.fromkeys(value for path, value in opaque if path[-1] == key))
        there = [value for value in values if _json(value)[1:-1] in kept]
        if 3 * len(there) < len(values):
            probe.fail("the whole body", f"{key} was sent to be given back, and is not in the message")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _claims(message: AssistantMessage) -> Iterator[tuple[str, str]]:
    if message.raw_stop_reason is not None:
        yield "the raw stop reason", message.raw_stop_reason
    if message.response_id is not None:
        yield "the response id", message.response_id
    if message.response_model is not None:
        yield "the answering model", message.response_model
    for call in message.tool_calls:
        yield "the name of a call", call.name
        yield "the id of a call", call.id


def _is_opaque(path: Path, value: object) -> bool:
    key = path[-1] if path else ""
    return isinstance(value, str) and len(value) > 3 and isinstance(key, str) and bool(_OPAQUE.fullmatch(key))


def check_usage(case: Case, hub: Hub) -> None:
    """Counts are the provider's own, or sums of them; where it counted, the message does; nothing is made up."""
    probe = Probe("usage", case, hub)
    message = final_message(probe.play(case.body))
    usage = message.usage
    values = json_values(case.body, probe.framing)
    if message.error is not None or not values:
        return
    every = [(path, value) for whole in values for path, value in walk(whole) if type(value) is int and value >= 0]
    numbers = [(path, value) for path, value in every if _is_count(path)]
    if usage.provenance == "absent":
        if any(value for _, value in numbers):
            place, value = next((".".join(map(str, path)), value) for path, value in numbers if value)
            probe.fail("the whole body", f"{place} = {value} was said, but the message has no usage")
        return
    said = list(dict.fromkeys(value for _, value in reversed(numbers or every)))
    told = {"input": usage.input, "output": usage.output, "cache_read": usage.cache_read}
    for name, count in {**told, "cache_write": usage.cache_write, "reasoning": usage.reasoning or 0}.items():
        if usage.provenance == "reported" and count not in _sums(said):
            probe.fail("the whole body", f"usage.{name} = {count} is no count the provider said, nor a sum of some")
    read = usage.input + usage.cache_read + usage.cache_write
    for name, count, keys in (("output", usage.output, _OUTPUT), ("input", read, _INPUT)):
        last = [value for path, value in numbers if isinstance(path[-1], str) and keys.fullmatch(path[-1])][-1:]
        if last and count < last[0]:
            probe.fail("the whole body", f"usage.{name} is {count}, but the provider's last count was {last[0]}")


def _is_count(path: Path) -> bool:
    keys = [key for key in path if isinstance(key, str)]
    return any(_COUNTED.search(key) for key in keys) and not any(_UNCOUNTED.search(key) for key in keys)


def _sums(said: Sequence[int]) -> set[int]:
    """What can be made of up to three of the first numbers by adding and taking away."""
    few = {0, *said[:40]}
    signed = {*few, *(-one for one in few)}
    return {sum(chosen) for chosen in itertools.combinations_with_replacement(signed, 3)}
