"""The conformance checks that core ships, over every recorded stream whose plugin is installed."""

from __future__ import annotations

import corpus
import pytest

from headwater.testing import conformance_tests

if not corpus.readable():
    pytest.skip("there are no recordings here, or no plugin to read them", allow_module_level=True)

_hub = corpus.make_hub()

test_conformance = conformance_tests([recording.as_case(_hub) for recording in corpus.readable()], corpus.make_hub)
