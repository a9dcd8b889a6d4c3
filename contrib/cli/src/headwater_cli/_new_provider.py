"""`headwater new-provider`: the project of a plugin, which installs, is found and passes the suite as it stands.

The templates are such a project for a provider named `acme`; another name takes the place of that word.
"""

from __future__ import annotations

import importlib.metadata
import keyword
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from attrs import frozen

from headwater import Hub, RequestError

from ._output import say

LONGEST = 40
"""Characters of a name."""


OURS = frozenset(
    ("agents", "catalogue", "cli", "flow", "langchain", "llm", "otel", "pydantic-ai", "record", "resilience", "serve")
)
"""Names of headwater's own distributions that are no providers."""


@frozen
class Protocol:
    """What differs by protocol: the folders of templates, and for a known one its api, its owner, and the address."""

    folders: tuple[str, ...]
    api: str = ""
    owner: str = ""
    path: str = "/v1"


PROTOCOLS: Mapping[str, Protocol] = {
    "openai-chat": Protocol(("compatible", "openai-chat"), "openai-completions", "headwater-openai"),
    "openai-responses": Protocol(("compatible", "openai-responses"), "openai-responses", "headwater-openai"),
    "anthropic": Protocol(("compatible", "anthropic"), "anthropic-messages", "headwater-anthropic", path=""),
    "google": Protocol(("compatible", "google"), "google-generative-ai", "headwater-google", path="/v1beta"),
    "own": Protocol(("own",)),
    "local": Protocol(("local",)),
}


def make_provider(name: str, protocol: str, parent: Path) -> None:
    """Makes the project in `parent` and says what to do next; raises `RequestError` for what cannot be made."""
    chosen = find_protocol(protocol)
    check_name(name)
    folder = parent / f"headwater-{name}"
    if folder.exists() or folder.is_symlink():
        raise RequestError(f"{folder} exists already; choose another name, or another folder with --into")
    try:
        made = write_project(name, chosen, folder)
    except OSError as error:
        raise RequestError(
            f"{folder} cannot be written ({error.strerror}); choose another folder with --into"
        ) from error
    for path in made:
        say(str(path))
    say(f'\nNext: cd {folder} && pip install -e ".[test]" && pytest')


def find_protocol(protocol: str) -> Protocol:
    """The protocol of that name; raises `RequestError` for another."""
    if protocol not in PROTOCOLS:
        raise RequestError(f"there is no protocol {protocol!r} to begin with; use one of {', '.join(PROTOCOLS)}")
    return PROTOCOLS[protocol]


def check_name(name: str) -> None:
    """Raises `RequestError` for what cannot be the name of a new provider."""
    if len(name) > LONGEST or not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise RequestError(
            f"{name[: LONGEST + 10]!r} cannot name a provider; use small letters, digits and single hyphens between"
            f" them, begin with a letter, at most {LONGEST} characters, such as 'acme' or 'acme-cloud'"
        )
    if name.startswith("headwater"):
        raise RequestError(f"{name!r} would be installed as headwater-{name}; leave 'headwater' out of the name")
    if keyword.iskeyword(name):
        raise RequestError(f"{name!r} is a word of Python itself; choose another name, such as '{name}-ai'")
    offers = Hub().registry.distributions(name)  # whether or not it may load here
    if not offers and _is_installed(f"headwater-{name}"):
        offers = [f"headwater-{name}"]
    if offers:
        raise RequestError(f"{name!r} is installed already ({' and '.join(offers)}); choose another name, or remove it")
    if name in OURS:
        raise RequestError(f"headwater-{name} is another part of headwater; choose another name, such as '{name}-ai'")


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def write_project(name: str, protocol: Protocol, folder: Path) -> list[Path]:
    """Writes all files of a project; gives their paths."""
    made: list[Path] = []
    for path, text in sorted(project(name, protocol).items()):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text)
        made.append(place)
    return made


def project(name: str, protocol: Protocol) -> dict[str, bytes]:
    """The files of a project, by their path in it."""
    made: dict[str, bytes] = {}
    for folder in ("common", *protocol.folders):
        for path, body in _templates(files("headwater_cli") / "templates" / folder):
            recorded = "/cassettes/" in path
            made[_named(path, name)] = body if recorded else _filled(body.decode(), name, protocol).encode()
    return made


def _filled(text: str, name: str, protocol: Protocol) -> str:
    """A template with the name, the api and its owner put in; newer versions of headwater are named as well."""
    if protocol.api:
        text = text.replace('"openai-completions"', f'"{protocol.api}"').replace("headwater-openai", protocol.owner)
        text = text.replace("acme.example/v1", f"acme.example{protocol.path}")
    text = text.replace(">=0.1,<0.2", _range())
    return _named(text, name)


def _named(text: str, name: str) -> str:
    module = name.replace("-", "_")
    camel = "".join(part.capitalize() for part in name.split("-"))
    text = text.replace("dot-", ".") if text.startswith("dot-") else text
    said = {
        "headwater_acme": f"headwater_{module}",
        "test_acme": f"test_{module}",
        "ACME": module.upper(),
        "Acme": camel,
        "acme": name,
    }
    # in one go: the name may hold the word that it takes the place of
    return re.sub("|".join(said), lambda found: said[found[0]], text)


def _range() -> str:
    """The versions of headwater that are as the installed one: up to the next minor version."""
    major, minor, *_ = importlib.metadata.version("headwater").split(".")
    return f">={major}.{minor},<{major}.{int(minor) + 1}"


def _templates(folder: Traversable, above: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _templates(entry, f"{above}{entry.name}/")
        else:
            yield above + entry.name, entry.read_bytes()
