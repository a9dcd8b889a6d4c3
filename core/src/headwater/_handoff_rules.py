"""What an api refuses in a history, and what it can be given back: the data by which a conversation is made to fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from attrs import field, frozen

ANSWER_KINDS = frozenset({"text", "thinking", "toolCall", "image", "audio", "source", "codeExecution", "providerBlock"})
"""Kinds of blocks an answer is made of; a refusal goes back as text."""


def _any_media() -> Mapping[str, Sequence[str]]:
    return {}


@frozen
class HandoffRules:
    """What an api refuses in a history, and what it can be given back.

    Ids and names. `id_characters` is a character class of what ids of calls are made of,
    `id_length` their greatest length (`id_exact`: their only one). `name_pattern` is what a
    name of a tool in a call must match as a whole (models call what is not there); tools that are
    sent keep theirs.

    Answers. `portable_thinking`: signatures hold for another model of the same provider and
    api. `thinking_from` are patterns (`*` for anything) of `provider/api/model` whose signatures
    hold here as well, such as those of the same models at another host. `tells_thinking`: other thinking is
    told as text; else it is dropped. `portable_blocks`: blocks of the provider's own hold for another of
    its models. `takes_back` are the kinds of
    blocks the api takes back of what it said itself, `adopts` those of the provider's own kinds
    (`codeExecution`) that it can be given of what another said.

    Media. `media` are the types (`image/png`, `text/*`) the api takes of a kind; a kind that is
    missing is not limited. `by_url` and `by_data` are the kinds it takes by URL and as data; `own_urls` are
    beginnings of addresses that it takes all the same, such as those of files it keeps. All are used on
    what was answered already and on results of tools; in what is asked now they are the api's own to refuse. A kind
    that is not in the model's `input` never reaches the api: a note stands in its place, also in what is asked now.

    Turns. `alternate`: two turns of one role in a row are refused. `begins_with_user`: the
    first turn has to be the user's. `history_is_kept`: the provider has what was said before, so that results
    may stand without their call, and the conversation may be empty.
    """

    id_characters: str = "A-Za-z0-9_-"
    id_length: int = 64
    id_exact: bool = False
    name_pattern: str = "[A-Za-z0-9_-]{1,64}"
    portable_thinking: bool = True
    thinking_from: Sequence[str] = ()
    tells_thinking: bool = True
    portable_blocks: bool = True
    takes_back: Set[str] = ANSWER_KINDS
    adopts: Set[str] = frozenset()
    media: Mapping[str, Sequence[str]] = field(factory=_any_media)
    by_url: Set[str] = frozenset({"image", "document"})
    own_urls: Sequence[str] = ()
    by_data: Set[str] = frozenset({"image", "document", "audio"})
    alternate: bool = False
    begins_with_user: bool = False
    history_is_kept: bool = False
