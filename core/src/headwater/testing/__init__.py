"""For the tests of plugins and programs: a server that misbehaves on demand, and the conformance checks.

A plugin that passes `conformance_tests` over its recorded answers reads them the way
headwater promises: see each check's own words in `CHECKS`. Only `conformance_tests` needs pytest.
"""

from __future__ import annotations

from headwater.testing._breaks import check_abort, check_cuts
from headwater.testing._cases import Case, ConformanceFailure
from headwater.testing._cassettes import Cassette, CassetteError, read_cassette, read_cassettes, write_cassette
from headwater.testing._conformance import (
    CHECKS,
    Check,
    check_all,
    check_grammar_holds,
    check_joined,
    check_partial_views,
    check_splits,
    check_two_at_once,
)
from headwater.testing._expected import check_expected
from headwater.testing._garbage import check_garbage, check_types, check_unknown
from headwater.testing._histories import histories
from headwater.testing._provider import Provider, ProviderCheck
from headwater.testing._provider_checks import PROVIDER_CHECKS, check_registered
from headwater.testing._pytest import conformance_tests
from headwater.testing._secrets import check_no_secret
from headwater.testing._server import Chunking, Fault, LoopbackServer, Reply, Request
from headwater.testing._suite import provider_suite

__all__ = [
    "CHECKS",
    "PROVIDER_CHECKS",
    "Case",
    "Cassette",
    "CassetteError",
    "Check",
    "Chunking",
    "ConformanceFailure",
    "Fault",
    "LoopbackServer",
    "Provider",
    "ProviderCheck",
    "Reply",
    "Request",
    "check_abort",
    "check_all",
    "check_cuts",
    "check_expected",
    "check_garbage",
    "check_grammar_holds",
    "check_joined",
    "check_no_secret",
    "check_partial_views",
    "check_registered",
    "check_splits",
    "check_two_at_once",
    "check_types",
    "check_unknown",
    "conformance_tests",
    "histories",
    "provider_suite",
    "read_cassette",
    "read_cassettes",
    "write_cassette",
]
