"""The checks as tests of pytest: one function that a plugin's test file calls."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from headwater import Hub
from headwater.testing._cases import Case, ConformanceFailure
from headwater.testing._conformance import CHECKS, Check
from headwater.testing._secrets import check_no_secret


def conformance_tests(
    cases: Iterable[Case], hub_factory: Callable[[], Hub] = Hub, checks: Mapping[str, Check] = CHECKS
) -> Callable[..., None]:
    """A test of every case with every check, for a plugin's test file:

        from headwater.testing import Case, conformance_tests

        CASES = [Case("a tool call", "acme/large", Path("tool-call.sse").read_bytes())]
        test_conformance = conformance_tests(CASES)

    Needs pytest. One hub of `hub_factory` serves all tests; its clients are closed after each.
    """
    import pytest

    cases = list(cases)
    make_hub = functools.cache(hub_factory)

    @pytest.mark.parametrize("check", list(checks))
    @pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])
    def test(case: Case, check: str, tmp_path: Path, monkeypatch: Any) -> None:
        """The plugin passes this check with this recorded answer."""
        monkeypatch.chdir(tmp_path)
        hub = make_hub()
        found, report = checks[check], None
        try:
            if found is check_no_secret:
                check_no_secret(case, hub, folders=(tmp_path,))
            else:
                found(case, hub)
        except ConformanceFailure as failure:
            report = str(failure)
        finally:
            hub.close()
        if report is not None:
            pytest.fail(report, pytrace=False)

    return test
