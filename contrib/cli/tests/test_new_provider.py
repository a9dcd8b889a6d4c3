"""The project that `headwater new-provider` makes, and names it refuses."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from headwater import RequestError
from headwater_cli._new_provider import PROTOCOLS, check_name, find_protocol, make_provider, project


def run(*arguments: str, cwd: Path, installed: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A program of this interpreter, with what was installed in a folder beside what is here."""
    environment = {**os.environ, "HEADWATER_EFFORT": "quick", "HATCH_BUILD_NO_HOOKS": "1"}
    if installed is not None:
        environment["PYTHONPATH"] = str(installed)
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=600
    )


CASSETTES = ["tests/cassettes/text.sse", "tests/cassettes/tool-call.sse"]
"""What a server's answers are recorded in."""


@pytest.mark.parametrize("protocol", list(PROTOCOLS))
def test_a_new_project_installs_is_found_and_passes_its_tests(protocol: str, tmp_path: Path) -> None:
    """Built as a wheel, installed beside core, listed by the command, green."""
    name, module, installed = "zed-cloud", "headwater_zed_cloud", tmp_path / "installed"
    make_provider(name, protocol, tmp_path)
    folder = tmp_path / f"headwater-{name}"
    flags = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    built = run("-m", "pip", "wheel", *flags, "--wheel-dir", str(tmp_path), ".", cwd=folder)
    wheels = list(tmp_path.glob("*.whl"))
    assert [built.returncode, len(wheels)] == [0, 1], built.stderr
    names = zipfile.ZipFile(wheels[0]).namelist()
    assert {f"{module}/__init__.py", f"{module}/py.typed"} <= set(names)
    done = run("-m", "pip", "install", *flags, "--target", str(installed), str(wheels[0]), cwd=folder)
    assert done.returncode == 0, done.stderr
    listed = run("-m", "headwater_cli", "providers", cwd=folder, installed=installed)
    assert name in listed.stdout.split()
    tests = run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=folder, installed=installed)
    told = f"{name}: "  # the report on what was checked
    assert (tests.returncode, told in tests.stdout, "streams: " in tests.stdout) == (0, True, True), tests.stdout


@pytest.mark.parametrize("protocol", list(PROTOCOLS))
def test_a_project_has_all_that_belongs_to_one(protocol: str) -> None:
    """Sources, types, tests, cassettes, README, changes, licence, CI; nothing of the template's name."""
    made = project("zed", PROTOCOLS[protocol])
    wanted = {
        ".gitattributes",
        ".github/workflows/ci.yml",
        ".gitignore",
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "src/headwater_zed/__init__.py",
        "src/headwater_zed/py.typed",
        *(["tests/cassettes/text.ndjson"] if protocol == "local" else CASSETTES),
        "tests/test_zed.py",
    }
    assert wanted <= set(made)
    left = [path for path, text in made.items() if b"acme" in text.lower() or "acme" in path]
    assert left == []


def test_how_long_a_provider_is() -> None:
    """About twenty lines of data, or about a hundred and fifty with blank lines and docstrings for a protocol."""
    compatible = project("zed", PROTOCOLS["openai-chat"])["src/headwater_zed/__init__.py"]
    own = project("zed", PROTOCOLS["own"])["src/headwater_zed/chat.py"]
    code = [line for line in own.decode().splitlines() if line.strip() and not line.strip().startswith(('"""', "#"))]
    assert (len(compatible.splitlines()) <= 22, len(code) <= 125) == (True, True)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "small letters"),
        ("Acme", "small letters"),
        ("acme_cloud", "single hyphens"),
        ("acme--cloud", "single hyphens"),
        ("acme-", "single hyphens"),
        ("-acme", "begin with a letter"),
        ("9lives", "begin with a letter"),
        ("../acme", "small letters"),
        ("a/b", "small letters"),
        ("akmé", "small letters"),
        ("a" * 41, "at most 40"),
        ("headwater-acme", "leave 'headwater' out"),
        ("import", "word of Python"),
        ("mock", "installed already (headwater-mock"),
        ("flow", "installed already (headwater-flow)"),
        ("serve", "is another part of headwater"),
        ("acme\n", "small letters"),
        ("acme.cloud", "single hyphens"),
        ("..", "small letters"),
    ],
)
def test_bad_names_are_refused(name: str, says: str, tmp_path: Path) -> None:
    """In one line that says what a name may be; nothing is written."""
    with pytest.raises(RequestError) as refused:
        make_provider(name, "own", tmp_path)
    assert (says in str(refused.value), "\n" in str(refused.value), list(tmp_path.iterdir())) == (True, False, [])


def test_the_name_of_a_provider_that_may_not_load_is_taken_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two distributions would offer it all the same."""
    monkeypatch.setenv("HEADWATER_PLUGINS", "!mock")
    with pytest.raises(RequestError, match=r"'mock' is installed already \(headwater-mock"):
        make_provider("mock", "own", tmp_path)


@pytest.mark.parametrize("name", ["acme-cloud", "acmeify", "my-acme", "acme"])
@pytest.mark.parametrize("protocol", ["openai-chat", "own", "local"])
def test_a_name_may_hold_the_templates_own_word(name: str, protocol: str) -> None:
    """The example that a refusal gives, above all: files, package and words are those of another name."""
    module, made = name.replace("-", "_"), project(name, PROTOCOLS[protocol])
    other = project("zed", PROTOCOLS[protocol])
    assert {path.replace(f"_{module}", "_zed") for path in made} == set(other)
    assert f'headwater_{module}:provider"' in made["pyproject.toml"].decode()
    assert ast.parse(made[f"src/headwater_{module}/__init__.py"]).body


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    """Whatever is in it."""
    (tmp_path / "headwater-zed").mkdir()
    with pytest.raises(RequestError, match=r"exists already; choose another name"):
        make_provider("zed", "own", tmp_path)
    assert list((tmp_path / "headwater-zed").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Where a file stands in its way."""
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match=r"cannot be written") as refused:
        make_provider("zed", "own", tmp_path / "file")
    assert "--into" in str(refused.value)


def test_an_unknown_protocol_is_refused() -> None:
    """With the list of those there are."""
    with pytest.raises(RequestError, match=r"openai-chat, openai-responses, anthropic, google, own") as refused:
        find_protocol("soap")
    assert "'soap'" in str(refused.value)


def test_a_good_name_is_taken() -> None:
    """Hyphens and digits inside."""
    check_name("zed-2-cloud")
    assert find_protocol("own").api == ""
