"""Recorded answers as files: what an author writes by hand, `curl` saves and a recorder writes.

A cassette is one answer. In a folder (by custom `tests/cassettes`) it is up to three files of one name:

    tool-call.sse             the body of the answer, byte for byte; any extension but those below
    tool-call.meta.json       optional: how it was asked and answered (see `Cassette`)
    tool-call.expected.json   optional: what must come of it (see `Cassette.expected`)

`curl --no-buffer ... > tests/cassettes/tool-call.sse` makes a whole one. Keep git from changing line ends:
`*.sse -text` in `.gitattributes`. A file whose name begins with a dot or with `README` is no cassette.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

from attrs import asdict, field, fields_dict, frozen

from headwater import DecodeError, loads
from headwater.testing._cases import Case, Effort

META = ".meta.json"
EXPECTED = ".expected.json"

EXTENSIONS: Mapping[str, str] = {
    "sse": ".sse",
    "ndjson": ".ndjson",
    "json-array": ".json",
    "aws-event-stream": ".eventstream",
}
"""What a body's file is called by its framing; `.body` for any other."""


class CassetteError(ValueError):
    """Files that are no cassette: which one, what is wrong with it, what to write instead."""


def _tuple(values: Sequence[str]) -> Sequence[str]:
    return tuple(values)


def _tuples(values: Sequence[Sequence[float]]) -> Sequence[Sequence[float]]:
    return tuple(tuple(value) for value in values)


@frozen
class Cassette:
    """One recorded answer. All but `name` and `body` stand in the `.meta.json`, as keys of these names.

    `provider`, `model`: whose answer it is, and the model's id as the provider names it; None: whoever the suite
    is of, and any of its models. `ending`: whether the body is `whole`, was `cut` by a connection that broke, or
    `left` by its reader.
    `api`: where the provider speaks several. `status`, `headers`: of the answer. `options`: keywords of
    `Hub.stream`, as they were asked with. `signal`: a text of the body with whose line the protocol's terminal
    signal has been said (`[DONE]`, `"finish_reason":"stop"`); it lets the suite judge cuts to the byte.
    `unknown_events`: whole events as the provider might add them one day; `error_events`: those with which it ends an
    answer that fails (text; ends of lines included).
    `timing`: pairs of seconds since the request and bytes of the body that had come by then. `request`: what was
    asked (`method`, `url`, `headers`, `body`), without anything secret. `origin`: where it is from, and when.

    `expected` is what the `.expected.json` holds: `message`, the fields of the final message that matter, in
    headwater's JSON; `events`, the same of its events; `text`, `thinking`. Only fields that stand there are compared.
    """

    name: str
    body: bytes = field(repr=False)
    provider: str | None = None
    model: str | None = None
    api: str | None = None
    status: int = 200
    ending: Literal["whole", "cut", "left"] = "whole"
    headers: Mapping[str, str] = field(factory=dict[str, str])
    options: Mapping[str, Any] = field(factory=dict[str, Any])
    signal: str | None = None
    unknown_events: Sequence[str] = field(default=(), converter=_tuple)
    error_events: Sequence[str] = field(default=(), converter=_tuple)
    timing: Sequence[Sequence[float]] = field(default=(), repr=False, converter=_tuples)
    request: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)
    origin: str = ""
    expected: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)

    @property
    def terminal_offset(self) -> int | None:
        """The bytes after which the signal has been said: to the end of its line; None where none is given.

        Raises `CassetteError` where the body does not hold it.
        """
        if self.signal is None:
            return None
        place = self.body.find(self.signal.encode())
        if place < 0:
            raise CassetteError(
                f"cassette {self.name!r} has the signal {self.signal!r}, which its body does not hold; give one it does"
            )
        end = min((at for at in (self.body.find(b"\n", place), self.body.find(b"\r", place)) if at >= 0), default=None)
        return len(self.body) if end is None else end

    def as_case(self, provider: str, model: str = "any", *, effort: Effort = "usual") -> Case:
        """The case that the checks look at; `model` is the id where the cassette names none."""
        options = {**self.options, **({"api": self.api} if self.api else {})}
        return Case(
            self.name,
            f"{provider}/{self.model or model}",
            self.body,
            status=self.status,
            headers=self.headers,
            options=options,
            terminal_offset=self.terminal_offset,
            unknown_events=tuple(event.encode() for event in self.unknown_events),
            error_events=tuple(event.encode() for event in self.error_events),
            expected=self.expected,
            effort=effort,
        )


_IN_META = [name for name in fields_dict(Cassette) if name not in ("name", "body", "expected")]
_IN_EXPECTED = ("message", "events", "text", "thinking")


def read_cassettes(folder: str | Path) -> list[Cassette]:
    """The cassettes of a folder and those below it, by name; raises `CassetteError` for files that are none."""
    folder = Path(folder)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and _counts(path)]
    bodies = [path for path in files if not path.name.endswith((META, EXPECTED))]
    stems = {path.with_suffix("") for path in bodies}
    for path in files:
        stem = path.name.removesuffix(META).removesuffix(EXPECTED)
        if stem != path.name and path.with_name(stem) not in stems:
            raise CassetteError(f"{path.name} has no body beside it; save the answer as {stem}.sse")
    for path in bodies:
        others = [one.name for one in bodies if one != path and one.with_suffix("") == path.with_suffix("")]
        if others:
            raise CassetteError(f"{path.name} and {others[0]} are two bodies of one name; rename one of them")
    return [read_cassette(path) for path in bodies]


def read_cassette(path: str | Path) -> Cassette:
    """The cassette whose body is that file; its name is the file's, without the extension."""
    path = Path(path)
    stem = path.with_suffix("").name
    meta = _object(path.with_name(stem + META), _IN_META)
    expected = _object(path.with_name(stem + EXPECTED), _IN_EXPECTED)
    cassette = Cassette(stem, path.read_bytes(), expected=expected, **meta)
    cassette.terminal_offset  # noqa: B018 - says now what is wrong with the signal
    return cassette


def write_cassette(folder: str | Path, cassette: Cassette, *, framing: str = "sse") -> Path:
    """Writes the files of a cassette and gives the path of its body; `framing` chooses the extension.

    What is as it is by default is left out; a cassette that was there is written over.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (cassette.name + EXTENSIONS.get(framing, ".body"))
    path.write_bytes(cassette.body)
    plain = Cassette(cassette.name, cassette.body)
    told = asdict(cassette, recurse=False)
    meta = {name: told[name] for name in _IN_META if told[name] != getattr(plain, name)}
    for ending, values in ((META, meta), (EXPECTED, dict(cassette.expected))):
        if values:
            words = json.dumps(values, indent=2, ensure_ascii=False, default=list)
            path.with_name(cassette.name + ending).write_text(words + "\n", encoding="utf-8")
    return path


def _counts(path: Path) -> bool:
    return not path.name.startswith((".", "README")) and "__pycache__" not in path.parts


def _object(path: Path, known: Sequence[str]) -> dict[str, Any]:
    """The JSON object in a file, {} where there is no file."""
    if not path.exists():
        return {}
    try:
        found = loads(path.read_bytes())
    except DecodeError as error:
        raise CassetteError(f"{path.name} cannot be read as JSON: {error}") from None
    values = cast("dict[str, Any]", found)
    if not isinstance(found, dict):
        raise CassetteError(f"{path.name} holds no JSON object; write {{...}} with keys of {', '.join(known)}")
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=2)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}"
            raise CassetteError(f"{path.name} has a key {name!r} that nothing reads; {hint}")
    return values
