"""The suite finds the mistakes that authors make: each is planted into a sound plugin, which passes without it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from core_mutations import CAUGHT, MUTATIONS, SOURCE, Mutation, first_failure


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to import from and to work in; what a plugin leaves behind is taken away."""
    modules = tmp_path / "modules"
    modules.mkdir()
    monkeypatch.syspath_prepend(str(modules))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("SAMPLE", "0")
    handlers = list(logging.getLogger().handlers)
    yield modules
    logging.getLogger().handlers[:] = handlers


def test_the_sample_passes_the_suite(folder: Path) -> None:
    """Without a mistake, no check fails."""
    assert first_failure(folder, "sample_sound", SOURCE) is None


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("mutation", MUTATIONS, ids=[mutation.name for mutation in MUTATIONS])
def test_a_mistake_is_found(mutation: Mutation, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The suite names it."""
    assert mutation.old in SOURCE
    name = "sample_" + re.sub(r"\W", "_", mutation.name)
    CAUGHT[mutation.name] = first_failure(folder, name, SOURCE.replace(mutation.old, mutation.new))
    assert CAUGHT[mutation.name] is not None
