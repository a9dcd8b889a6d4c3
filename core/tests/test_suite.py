"""The suite of a provider as pytest runs it: tests by name, gaps that must fail, a page at the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from core_mutations import CALLS, SOURCE
from core_sample import body_of

from headwater import Hub
from headwater.testing import Provider, check_registered, provider_suite

CONFTEST = 'pytest_plugins = ["headwater.testing.plugin"]\n'

TESTS = """
import functools

from headwater import Hub, Registry
from headwater.hookspecs import APIS
from headwater.testing import provider_suite

import sample_wire


def hub():
    made = Hub(registry=Registry(find=lambda group: ()), environ={})
    made.register("sample", sample_wire.provider)
    made.registry.register("sample-wire", sample_wire.api, APIS)
    return made


TestSample = provider_suite("sample", streams="cassettes", model="one", hub=hub, effort="quick"GAPS)
"""


def run(folder: Path, *arguments: str, source: str = SOURCE, gaps: str = "", body: bytes | None = None) -> Any:
    """What pytest says in a project with the sample plugin, one cassette and the three lines of its test."""
    (folder / "cassettes").mkdir()
    if body is not None:
        (folder / "cassettes" / "calls.sse").write_bytes(body)
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "sample_wire.py").write_text(source, encoding="utf-8")
    (folder / "test_sample.py").write_text(TESTS.replace("GAPS", f", gaps={gaps}" if gaps else ""))
    environ = {**os.environ, "PYTHONPATH": str(folder), "PYTEST_ADDOPTS": "", "PYTHONWARNINGS": ""}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_a_project_of_three_lines_is_checked_and_told_what_was(tmp_path: Path) -> None:
    """A page in words, and one as data."""
    ran = run(tmp_path, "--headwater-report=report.json", "-vv", body=body_of(CALLS))
    report = json.loads((tmp_path / "report.json").read_text())
    assert ran.returncode == 0, ran.stdout
    assert "streams: calls" in ran.stdout
    assert "ok       splits           However the bytes are split, the events are the same." in ran.stdout
    assert {one["outcome"] for one in report} == {"passed"}


def test_a_check_is_chosen_by_its_name(tmp_path: Path) -> None:
    """With -k, as any test."""
    ran = run(tmp_path, "-k", "splits or joined", body=body_of(CALLS))
    assert "2 passed" in ran.stdout, ran.stdout


def test_what_differs_stands_on_the_page(tmp_path: Path) -> None:
    """With the check and the cassette."""
    ran = run(
        tmp_path, "-k", "error_events", source=SOURCE.replace("out.fail_with(event)", "pass"), body=body_of(CALLS)
    )
    assert ran.returncode == 1
    (line,) = (line.strip() for line in ran.stdout.splitlines() if "FAILED: calls: " in line)
    assert "fails the check" not in line  # said above it


def test_the_page_is_one_for_people(tmp_path: Path) -> None:
    """What differs stands first, in one line; then what was checked, and with which streams."""
    source = SOURCE.replace("out.fail_with(event)", "pass")
    run(
        tmp_path,
        "-k",
        "error_events or splits or pure",
        "--headwater-report=page.md",
        source=source,
        body=body_of(CALLS),
    )
    lines = (tmp_path / "page.md").read_text().splitlines()
    assert lines[:5] == ["# What headwater promises of a provider", "", "## sample", "", "3 passed, 1 failed."]
    assert lines[6].startswith("- **FAILED** `error_events` with `calls`: ")
    assert "| ok | `splits` | However the bytes are split, the events are the same. | calls |" in lines
    assert "| FAILED | `error_events` |" in "\n".join(lines)


def test_a_gap_that_is_one_is_told_with_its_reason(tmp_path: Path) -> None:
    """It fails, as it must."""
    source = SOURCE.replace("out.fail_with(event)", "pass")
    gaps = "{'error_events[calls]': 'the server never fails'}"
    ran = run(tmp_path, "-k", "error_events", source=source, gaps=gaps, body=body_of(CALLS))
    assert ran.returncode == 0, ran.stdout
    assert "gap: calls: the server never fails" in ran.stdout


def test_a_gap_that_is_none_fails(tmp_path: Path) -> None:
    """What is kept after all is no gap."""
    ran = run(tmp_path, "-k", "joined", gaps="{'joined': 'who knows'}", body=body_of(CALLS))
    assert (ran.returncode, "XPASS(strict)" in ran.stdout) == (1, True)


def test_a_gap_nobody_knows_is_refused(tmp_path: Path) -> None:
    """When the tests are collected, with the names there are."""
    ran = run(tmp_path, gaps="{'joind': 'who knows'}", body=body_of(CALLS))
    assert "has no check 'joind' to be a gap; there are registered" in ran.stdout


def test_a_provider_without_a_cassette_is_told_what_to_add(tmp_path: Path) -> None:
    """As one test that fails."""
    ran = run(tmp_path, "-k", "streams")
    assert "provider 'sample' has no recorded answer in cassettes; save one as cassettes/text.sse" in ran.stdout


def test_an_effort_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With those there are."""
    monkeypatch.setenv("HEADWATER_EFFORT", "much")
    with pytest.raises(ValueError, match="'much' is none of quick, usual, full"):
        provider_suite("sample")


def test_a_provider_that_is_not_installed_is_told_how_it_gets_here() -> None:
    """By the check that looks for it."""
    with pytest.raises(AssertionError, match="pip install headwater-nobody"):
        check_registered(Provider("nobody", Hub))
