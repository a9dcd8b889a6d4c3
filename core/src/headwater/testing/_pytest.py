"""The checks as tests of pytest: a function of all cases, and a class for a provider."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from headwater import Hub
from headwater.testing._cases import Case, ConformanceFailure
from headwater.testing._conformance import CHECKS, Check
from headwater.testing._local import FORMS, Local, check_answers_here
from headwater.testing._provider import Provider, ProviderCheck
from headwater.testing._provider_checks import PROVIDER_CHECKS
from headwater.testing._secrets import check_no_secret

LOCAL_CHECK = "answers_here"

CHECKED = "headwater_checked"
"""The property of a test's report that says what it checked: provider, check, cassette, words."""


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
        _report(lambda: _look(checks[check], case, make_hub(), tmp_path))

    return test


@frozen
class Suite:
    """What a class of tests is made of: `problem` says why there are no cases, `gaps` what is not kept and why.

    `local` is what a function of this process is asked.
    """

    subject: Provider
    cases: Sequence[Case]
    problem: str | None
    gaps: Mapping[str, str]
    local: Local | None = None

    def make(self) -> type[Any]:
        """The class of tests; raises `ValueError` for a gap that no test has the name of."""
        name = self.subject.name
        known = [
            *PROVIDER_CHECKS,
            *([] if self.local is None else [LOCAL_CHECK]),
            *CHECKS,
            *(f"{check}[{case.name}]" for check in CHECKS for case in self.cases),
        ]
        for gap in self.gaps:
            if gap not in known and not self.problem:
                raise ValueError(
                    f"{self.subject.name!r} has no check {gap!r} to be a gap; there are {', '.join(known)}"
                )
        name = self.subject.name
        tests: dict[str, Any] = {"__doc__": f"What headwater promises of every provider, for {name}."}
        tests["test_streams"] = self._streams_test()
        tests |= {f"test_{check}": self._provider_test(check, look) for check, look in PROVIDER_CHECKS.items()}
        if self.local is not None:
            tests[f"test_{LOCAL_CHECK}"] = self._local_test(self.local)
        if self.cases:
            tests |= {f"test_{check}": self._case_test(check, look) for check, look in CHECKS.items()}
        return type(f"Test{name.title().replace('-', '')}", (), tests)

    def _streams_test(self) -> Callable[..., None]:
        words = "There are recorded answers to look at."
        told = (self.subject.name, "streams", ", ".join(case.name for case in self.cases), words)

        def test(test_class: Any, record_property: Any) -> None:
            import pytest

            record_property(CHECKED, told)
            if self.problem is not None:
                pytest.fail(self.problem, pytrace=False)

        test.__doc__ = words
        return test

    def _provider_test(self, name: str, check: ProviderCheck) -> Callable[..., None]:
        def test(test_class: Any, record_property: Any) -> None:
            record_property(CHECKED, (self.subject.name, name, "", _words(check)))
            _report(lambda: check(self.subject))

        test.__doc__ = check.__doc__
        for mark in self._marks(name):
            mark(test)
        return test

    def _local_test(self, local: Local) -> Callable[..., None]:
        import pytest

        @pytest.mark.parametrize("form", FORMS)
        def test(test_class: Any, form: str, record_property: Any) -> None:
            record_property(CHECKED, (self.subject.name, LOCAL_CHECK, form, _words(check_answers_here)))
            if form == "trio":
                pytest.importorskip("trio", reason="trio is not installed; headwater[testing] brings it")
            _report(lambda: check_answers_here(self.subject, local, form))

        test.__doc__ = check_answers_here.__doc__
        for mark in self._marks(LOCAL_CHECK):
            mark(test)
        return test

    def _case_test(self, name: str, check: Check) -> Callable[..., None]:
        import pytest

        params = [
            pytest.param(case, id=case.name, marks=self._marks(f"{name}[{case.name}]", name)) for case in self.cases
        ]

        @pytest.mark.parametrize("case", params)
        def test(test_class: Any, case: Case, tmp_path: Path, monkeypatch: Any, record_property: Any) -> None:
            record_property(CHECKED, (self.subject.name, name, case.name, _words(check)))
            monkeypatch.chdir(tmp_path)
            _report(lambda: _look(check, case, self.subject.make_hub(), tmp_path))

        test.__doc__ = check.__doc__
        return test

    def _marks(self, *names: str) -> list[Any]:
        """The mark of a gap, where one of the names is one: the test must fail."""
        import pytest

        reasons = [self.gaps[name] for name in names if name in self.gaps]
        return [pytest.mark.xfail(reason=reasons[0], strict=True)] if reasons else []


def _look(check: Check, case: Case, hub: Hub, folder: Path) -> None:
    """Runs a check; what it left in the folder is searched for a key."""
    try:
        if check is check_no_secret:
            check_no_secret(case, hub, folders=(folder,))
        else:
            check(case, hub)
    finally:
        hub.close()


def _report(look: Callable[[], None]) -> None:
    """Fails the test with the words of a check and nothing else."""
    import pytest

    report = None
    try:
        look()
    except ConformanceFailure as failure:
        report = str(failure)
    if report is not None:
        pytest.fail(report, pytrace=False)


def _words(check: Callable[..., None]) -> str:
    """The first line of a check's words."""
    return (check.__doc__ or "").strip().split("\n", 1)[0]
