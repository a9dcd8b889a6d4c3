"""Every code block of the documentation and of every README does what it says."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from document_blocks import ROOT, Block, blocks, pages
from document_runner import Page
from document_standin import StandIn, everything_asks, key_variables

PAGES = pages()


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    """One server for all pages."""
    standin = StandIn()
    with standin.server:
        yield standin


@pytest.fixture(scope="module")
def variables() -> dict[str, str]:
    """The environment in which every provider finds a key."""
    return {name: value for name, value in key_variables().items() if value}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_blocks_run(
    page: Path, standin: StandIn, variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blocks of a page run one after the other as they stand."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    standin.reset()
    running, report = Page(tmp_path, standin), None
    with everything_asks(standin.url):
        for block in blocks(page):
            try:
                running.run(block, str(page))
            except Exception as error:  # noqa: BLE001 - whatever a page raises is the finding
                report = f"{_place(page, block, error)}: {type(error).__name__}: {error}"
                break
    running.close()
    if report:
        pytest.fail(report, pytrace=False)


def _place(page: Path, block: Block, error: BaseException) -> str:
    """File and line at which a block went wrong."""
    found = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(page)]
    return f"{page.relative_to(ROOT)}:{found[-1] if found else block.line}"


def test_pages_are_found() -> None:
    """Those of every member, the root's and the site's."""
    found = {str(page.relative_to(ROOT)).replace(os.sep, "/") for page in PAGES}
    members = {str(path.parent.relative_to(ROOT)).replace(os.sep, "/") for path in ROOT.glob("*/*/pyproject.toml")}
    assert {"README.md", "core/README.md", "CONTRIBUTING.md", *(f"{member}/README.md" for member in members)} <= found


def run_text(text: str, folder: Path, standin: StandIn) -> None:
    """Runs a page that is given as text."""
    page = folder / "page.md"
    page.write_text(text)
    running = Page(folder, standin)
    try:
        for block in blocks(page):
            running.run(block, str(page))
    finally:
        running.close()


def test_a_file_is_what_stands_under_its_name(standin: StandIn, tmp_path: Path) -> None:
    """A block under a line that is only a name is written there, and not executed."""
    run_text("`made/by.py`:\n\n```python\nraise OSError\n```\n", tmp_path, standin)
    assert (tmp_path / "made" / "by.py").read_text() == "raise OSError\n"


@pytest.mark.parametrize(
    "text",
    [
        "```python\nassert headwater is None\n```",
        "```python\nthis is no code\n```",
        "```python\nheadwater.stream_sync('mock/cut', 'Hi')\n```",
        "```python\nasync def one(): ...\nawait two()\n```",
        "```sh\nheadwater no-such-command\n```",
        "```sh\nif\n```",
        "<!-- docs: leaves with 1 -->\n```sh\ntrue\n```",
        "<!-- docs: checked only: no reason -->\n```json\n{\n```",
        "<!-- docs: not known -->\n```json\n{}\n```",
        "```toml\n[a\n```",
        "```cobol\nSTOP RUN.\n```",
    ],
)
def test_what_is_wrong_on_a_page_is_found(text: str, standin: StandIn, tmp_path: Path) -> None:
    """Code that fails, an answer that ends badly, data that is none, a language that nobody checks."""
    found = None
    try:
        run_text(text, tmp_path, standin)
    except Exception as error:  # noqa: BLE001 - of whatever kind
        found = error
    assert found is not None
