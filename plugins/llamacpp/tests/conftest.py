"""What the tests of llamacpp share: the scripted model, and one real server for all of them."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Under importlib mode a test cannot import its neighbour; the helper `llama_scripts` is for all of them.
sys.path.insert(0, str(Path(__file__).parent))

from llama_scripts import FORMS, Llama

from headwater import Hub
from headwater_llamacpp import LlamaProvider

PACKED = "scripted.gguf.gz"


def fixtures() -> Path:
    """Where the scripted model lies: `HEADWATER_FIXTURES`, or beside the clone."""
    beside = Path(__file__).resolve().parents[3].parent / "shared" / "fixtures"
    return Path(os.environ.get("HEADWATER_FIXTURES", beside))


@pytest.fixture(scope="session")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripted model, unpacked."""
    packed = fixtures() / PACKED
    if not packed.is_file():
        pytest.skip(f"there is no {packed}; HEADWATER_FIXTURES says where {PACKED} lies")
    path = tmp_path_factory.mktemp("model") / "scripted.gguf"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    return path


@pytest.fixture(scope="session")
def provider() -> Iterator[LlamaProvider]:
    """A provider of the tests' own, whose servers end with them."""
    made = LlamaProvider()
    yield made
    made.close()


@pytest.fixture
def hub(provider: LlamaProvider) -> Iterator[Hub]:
    """A hub with that provider."""
    made = Hub(environ={})
    made.register("llamacpp", provider)
    yield made
    made.close()


@pytest.fixture
def llama(hub: Hub, provider: LlamaProvider, scripted: Path) -> Llama:
    """The running server, and the ways to it."""
    return Llama(hub, provider, scripted)


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    """Each of the three forms of a stream."""
    return request.param
