"""The conformance checks that core ships, over every recorded stream whose plugin is installed."""

from __future__ import annotations

from collections.abc import Mapping

import corpus
import pytest

from headwater.testing import CHECKS, ConformanceFailure, conformance_tests

if not corpus.readable():
    pytest.skip("there are no recordings here, or no plugin to read them", allow_module_level=True)

STOPS_EARLY = (
    "says STOP with every chunk: cut after the first, it looks whole when the bytes end well, and is an error "
    "when the connection breaks; text after a STOP does come"
)

EXEMPT_FROM_CUTS: Mapping[str, str] = {
    "google-generative-ai/firebase-ai-streaming-failure-unknown-finish-enum": STOPS_EARLY,
    "google-generative-ai/firebase-ai-streaming-success-citations": STOPS_EARLY,
}
"""Streams that the check `cuts` does not go together with, and why; one that passes after all fails below."""

_hub = corpus.make_hub()

_CASES = {one.id: one.as_case(_hub) for one in corpus.readable([*corpus.recordings(), *corpus.unjudged()])}
# over real connections all streams are played by test_corpus_replay
_REST = {name: check for name, check in CHECKS.items() if name not in ("cuts", "sockets")}
_CUTTABLE = [case for id, case in _CASES.items() if id not in EXEMPT_FROM_CUTS]

test_conformance = conformance_tests(_CASES.values(), corpus.make_hub, _REST)

test_conformance_of_cuts = conformance_tests(_CUTTABLE, corpus.make_hub, {"cuts": CHECKS["cuts"]})


@pytest.mark.parametrize("id", [id for id in EXEMPT_FROM_CUTS if id in _CASES])
def test_what_is_exempt_from_cuts_has_to_be(id: str) -> None:
    """A stream that passes needs no exemption."""
    with pytest.raises(ConformanceFailure):
        CHECKS["cuts"](_CASES[id], corpus.make_hub())


def test_exemptions_name_streams_that_exist() -> None:
    """Every stream that is exempt is in the corpus."""
    assert set(EXEMPT_FROM_CUTS) <= {recording.id for recording in corpus.recordings()}
