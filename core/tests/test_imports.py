"""What an import costs, and which names are public."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import headwater

HEAVY = ["httpx", "httpcore", "anyio", "asyncio", "trio", "pluggy", "attrs", "cattrs", "msgspec", "ssl", "socket"]
SOURCE = Path(headwater.__file__)

PUBLIC = """
    Aborted Answer AssistantMessage Assembly Attempt Audio Auth AuthenticationFailed BLOCK_GRAMMAR BUDGETS BlockDelta
    BlockEnd BlockStart Blocking Capabilities CircuitOpen CodeExecuted CodeExecution CompatibleProvider ConnectionFailed
    ContentFiltered Context ContextOverflow Cost Credential DeadlineExceeded Deadlines DecodeError Document Done EVENTS
    Error ErrorInfo Event Flow FramingError Grammar GrammarViolation HandoffRules HeadwaterError Hub Image
    ImageGenerated InvalidMessage InvalidRequest Key Kind LEVELS Level Limits LocalAnswer MalformedStream Message
    MissingKey Model ModelConfig ModelNotFound NO_AUTH NO_RETRY Note Options Overloaded Parser PartialMessage
    PermissionDenied Price PriceTier ProviderBlock ProviderBroken ProviderConflict ProviderError ProviderNotFound
    QuotaExceeded RateLimited RawEvent Refusal RefusalDelta RefusalEnd RefusalStart Registry RequestError Retry
    STREAM_GRAMMAR ServerFailed Source SourceFound Start Status StopReason Stream StreamError SyncStream Text TextDelta
    TextEnd TextStart Thinking ThinkingDelta ThinkingEnd ThinkingStart Tool ToolCall ToolCallDelta ToolCallEnd
    ToolCallStart ToolResultMessage Truncated UnknownModel Usage UsageReported UserMessage WireRequest __version__
    capabilities check_grammar clamp_level classify complete complete_sync decode decoder default_capabilities
    default_hub default_max_tokens dumps endpoint fit fit_budget from_dict from_json hookimpl loads make_error
    make_framing model models options parse_retry_after providers request stream stream_sync to_dict to_json
"""
"""What others build on; a name may come, none may go."""


def loaded_after(program: str) -> set[str]:
    """The modules a fresh interpreter has loaded after running a program."""
    report = f"{program}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_loads_nothing_heavy() -> None:
    """Neither a stack for HTTP, nor an event loop, nor anything of a plugin; of headwater only itself."""
    plain = loaded_after("pass")
    loaded = loaded_after("import headwater") - plain
    assert {name for name in loaded if name.split(".")[0] in HEAVY} == set()
    assert {name for name in loaded if name.startswith("headwater")} == {"headwater"}


@pytest.mark.parametrize(
    "program", ["headwater.Text", "headwater.UserMessage", "headwater.StreamError", "headwater.RawEvent"]
)
def test_data_needs_no_loop_and_no_http(program: str) -> None:
    """Types can be used where there is neither."""
    loaded = loaded_after(f"import headwater; {program}")
    assert loaded.isdisjoint({"httpx", "anyio", "trio", "asyncio"})


def test_making_a_hub_and_listing_imports_no_plugin() -> None:
    """Names come from metadata; the client and the loop come with the first stream."""
    loaded = loaded_after("import headwater; hub = headwater.Hub(); hub.providers()")
    assert {name for name in loaded if name.startswith("headwater_")} == set()
    assert loaded.isdisjoint({"httpx", "anyio", "trio"})


def test_reading_cassettes_loads_no_loop_and_no_http() -> None:
    """They are read where nothing is tested too: what only a check needs comes with the check."""
    loaded = loaded_after("from headwater.testing import read_cassette")
    assert loaded.isdisjoint({"httpx", "httpcore", "anyio", "asyncio", "trio", "pytest"})


def test_decoding_a_recorded_answer_needs_no_http() -> None:
    """Nor a loop: everything up to the driver can be embedded where there is neither."""
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import anyio
sys.modules["httpx"] = None
from core_fake import HELLO, fake_hub
print(*[event.type for event in fake_hub().decode("fake/m", HELLO)])
"""
    assert {"text_delta", "done"} < loaded_after(program)


# -- names


def typed_names() -> dict[str, str]:
    """Where the type checker finds each name: the imports under TYPE_CHECKING, `name as name`."""
    tree = ast.parse(SOURCE.read_text())
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            found.update({alias.name: node.module for alias in node.names if alias.asname == alias.name})
    return found


def test_the_table_of_names_and_the_type_checkers_imports_agree() -> None:
    """Name by name, module by module."""
    assert typed_names() == headwater._HOMES


def test_dir_lists_what_can_be_had() -> None:
    """And nothing private; each name is there when it is asked for."""
    listed = dir(headwater)
    expected = {*headwater._HOMES, *headwater._DEFAULT_HUB, "default_hub", "__version__"}
    assert set(listed) == expected
    assert [name for name in listed if getattr(headwater, name, None) is None] == []


@pytest.mark.parametrize("name", sorted(headwater._HOMES))
def test_a_public_name_is_its_modules_own(name: str) -> None:
    """The object is the same, wherever it is taken from."""
    module = importlib.import_module(f"headwater.{headwater._HOMES[name]}")
    assert getattr(headwater, name) is getattr(module, name)


def test_the_public_names_are_pinned() -> None:
    """What others build on does not go away unseen."""
    assert set(PUBLIC.split()) - set(dir(headwater)) == set()


def test_the_default_hubs_functions_are_typed() -> None:
    """Each stands under TYPE_CHECKING as well, and does what the hub's method does."""
    tree = ast.parse(SOURCE.read_text())
    typed = {
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.value, ast.Attribute)
        and isinstance(node.target, ast.Name)
    }
    assert typed == set(headwater._DEFAULT_HUB)
    assert headwater.providers() == headwater.default_hub().providers()


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        headwater.nonsense  # noqa: B018


def test_the_package_is_typed() -> None:
    """Type checkers look into it."""
    assert (SOURCE.parent / "py.typed").exists()
