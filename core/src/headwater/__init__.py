"""headwater: one stream from any language model.

    async with headwater.stream("provider/model-id", "Why is the sky blue?") as stream:
        async for piece in stream.text:
            print(piece, end="")

Names are resolved at first use: importing this package imports no plugin, no
HTTP stack and no event loop.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

__version__ = "0.1.0"

if TYPE_CHECKING:
    from ._assembly import Assembly as Assembly
    from ._auth import Key as Key
    from ._bound import BoundModel as BoundModel
    from ._catalogue import Catalogue as Catalogue
    from ._catalogue import CatalogueInfo as CatalogueInfo
    from ._catalogue import check_entry as check_entry
    from ._catalogue import read_catalogue as read_catalogue
    from ._catalogue import read_price as read_price
    from ._classify import classify as classify
    from ._classify import parse_retry_after as parse_retry_after
    from ._codec import from_dict as from_dict
    from ._codec import from_json as from_json
    from ._codec import to_dict as to_dict
    from ._codec import to_json as to_json
    from ._compatible import CompatibleProvider as CompatibleProvider
    from ._content import Audio as Audio
    from ._content import CodeExecution as CodeExecution
    from ._content import Document as Document
    from ._content import Image as Image
    from ._content import ProviderBlock as ProviderBlock
    from ._content import Refusal as Refusal
    from ._content import Source as Source
    from ._content import Text as Text
    from ._content import Thinking as Thinking
    from ._content import ToolCall as ToolCall
    from ._costs import TotalCost as TotalCost
    from ._costs import compute_cost as compute_cost
    from ._costs import total_cost as total_cost
    from ._events import EVENTS as EVENTS
    from ._events import BlockDelta as BlockDelta
    from ._events import BlockEnd as BlockEnd
    from ._events import BlockStart as BlockStart
    from ._events import CodeExecuted as CodeExecuted
    from ._events import Done as Done
    from ._events import Error as Error
    from ._events import Event as Event
    from ._events import ImageGenerated as ImageGenerated
    from ._events import PartialMessage as PartialMessage
    from ._events import RefusalDelta as RefusalDelta
    from ._events import RefusalEnd as RefusalEnd
    from ._events import RefusalStart as RefusalStart
    from ._events import SourceFound as SourceFound
    from ._events import Start as Start
    from ._events import Status as Status
    from ._events import TextDelta as TextDelta
    from ._events import TextEnd as TextEnd
    from ._events import TextStart as TextStart
    from ._events import ThinkingDelta as ThinkingDelta
    from ._events import ThinkingEnd as ThinkingEnd
    from ._events import ThinkingStart as ThinkingStart
    from ._events import ToolCallDelta as ToolCallDelta
    from ._events import ToolCallEnd as ToolCallEnd
    from ._events import ToolCallStart as ToolCallStart
    from ._events import UsageReported as UsageReported
    from ._events import derive as derive
    from ._flags import read_flags as read_flags
    from ._framing import FramingError as FramingError
    from ._framing import RawEvent as RawEvent
    from ._framing import make_framing as make_framing
    from ._grammar import BLOCK_GRAMMAR as BLOCK_GRAMMAR
    from ._grammar import STREAM_GRAMMAR as STREAM_GRAMMAR
    from ._grammar import Grammar as Grammar
    from ._grammar import GrammarViolation as GrammarViolation
    from ._grammar import check_grammar as check_grammar
    from ._handoff import fit as fit
    from ._handoff_rules import HandoffRules as HandoffRules
    from ._hub import Hub as Hub
    from ._json import DecodeError as DecodeError
    from ._json import decoder as decoder
    from ._json import dumps as dumps
    from ._json import loads as loads
    from ._kind_schemas import schema_of as schema_of
    from ._messages import AssistantMessage as AssistantMessage
    from ._messages import Context as Context
    from ._messages import Cost as Cost
    from ._messages import Message as Message
    from ._messages import Note as Note
    from ._messages import StopReason as StopReason
    from ._messages import Tool as Tool
    from ._messages import ToolResultMessage as ToolResultMessage
    from ._messages import Usage as Usage
    from ._messages import UserMessage as UserMessage
    from ._model import LEVELS as LEVELS
    from ._model import NO_AUTH as NO_AUTH
    from ._model import Auth as Auth
    from ._model import Capabilities as Capabilities
    from ._model import Credential as Credential
    from ._model import Level as Level
    from ._model import Model as Model
    from ._model import WireRequest as WireRequest
    from ._model import default_capabilities as default_capabilities
    from ._options import BUDGETS as BUDGETS
    from ._options import Options as Options
    from ._options import clamp_level as clamp_level
    from ._options import default_max_tokens as default_max_tokens
    from ._options import fit_budget as fit_budget
    from ._options import options as options
    from ._plan import NO_RETRY as NO_RETRY
    from ._plan import Attempt as Attempt
    from ._plan import Deadlines as Deadlines
    from ._plan import Limits as Limits
    from ._plan import Retry as Retry
    from ._prices import Price as Price
    from ._prices import PriceTier as PriceTier
    from ._registry import HookCall as HookCall
    from ._registry import Registry as Registry
    from ._schemas import SchemaRules as SchemaRules
    from ._schemas import narrow_schema as narrow_schema
    from ._schemas import strict_schema as strict_schema
    from ._stream import Stream as Stream
    from ._streams import Askable as Askable
    from ._streams import EventStream as EventStream
    from ._streams import StreamBase as StreamBase
    from ._streams import SyncEventStream as SyncEventStream
    from ._streams import SyncStreamBase as SyncStreamBase
    from ._structured import objects as objects
    from ._structured import parse as parse
    from ._structured import response_schema as response_schema
    from ._sync import SyncStream as SyncStream
    from ._tools import FunctionTool as FunctionTool
    from ._tools import make_result as make_result
    from ._tools import tool_from as tool_from
    from ._ui_messages import to_ui_messages as to_ui_messages
    from ._ui_reading import from_ui_messages as from_ui_messages
    from .errors import Aborted as Aborted
    from .errors import AuthenticationFailed as AuthenticationFailed
    from .errors import CircuitOpen as CircuitOpen
    from .errors import ConnectionFailed as ConnectionFailed
    from .errors import ContentFiltered as ContentFiltered
    from .errors import ContextOverflow as ContextOverflow
    from .errors import DeadlineExceeded as DeadlineExceeded
    from .errors import ErrorInfo as ErrorInfo
    from .errors import ErrorParts as ErrorParts
    from .errors import HeadwaterError as HeadwaterError
    from .errors import InvalidMessage as InvalidMessage
    from .errors import InvalidOutput as InvalidOutput
    from .errors import InvalidRequest as InvalidRequest
    from .errors import Kind as Kind
    from .errors import MalformedStream as MalformedStream
    from .errors import MissingKey as MissingKey
    from .errors import ModelNotFound as ModelNotFound
    from .errors import Overloaded as Overloaded
    from .errors import PermissionDenied as PermissionDenied
    from .errors import ProviderBroken as ProviderBroken
    from .errors import ProviderConflict as ProviderConflict
    from .errors import ProviderError as ProviderError
    from .errors import ProviderNotFound as ProviderNotFound
    from .errors import QuotaExceeded as QuotaExceeded
    from .errors import RateLimited as RateLimited
    from .errors import RequestError as RequestError
    from .errors import ServerFailed as ServerFailed
    from .errors import StreamError as StreamError
    from .errors import Truncated as Truncated
    from .errors import UnknownModel as UnknownModel
    from .errors import make_error as make_error
    from .hookspecs import Answer as Answer
    from .hookspecs import Blocking as Blocking
    from .hookspecs import Flow as Flow
    from .hookspecs import Following as Following
    from .hookspecs import LocalAnswer as LocalAnswer
    from .hookspecs import ModelConfig as ModelConfig
    from .hookspecs import Parser as Parser
    from .hookspecs import hookimpl as hookimpl

_MODULES: dict[str, str] = {
    "_assembly": ("Assembly"),
    "_auth": ("Key"),
    "_bound": ("BoundModel"),
    "_catalogue": ("Catalogue CatalogueInfo check_entry read_catalogue read_price"),
    "_classify": ("classify parse_retry_after"),
    "_codec": ("from_dict from_json to_dict to_json"),
    "_compatible": ("CompatibleProvider"),
    "_content": ("Audio CodeExecution Document Image ProviderBlock Refusal Source Text Thinking ToolCall"),
    "_costs": ("TotalCost compute_cost total_cost"),
    "_events": (
        "BlockDelta BlockEnd BlockStart CodeExecuted Done EVENTS Error Event ImageGenerated "
        "PartialMessage RefusalDelta RefusalEnd RefusalStart SourceFound Start Status TextDelta TextEnd "
        "TextStart ThinkingDelta ThinkingEnd ThinkingStart ToolCallDelta ToolCallEnd ToolCallStart "
        "UsageReported derive"
    ),
    "_grammar": ("BLOCK_GRAMMAR Grammar GrammarViolation STREAM_GRAMMAR check_grammar"),
    "_flags": ("read_flags"),
    "_framing": ("FramingError RawEvent make_framing"),
    "_handoff": ("fit"),
    "_handoff_rules": ("HandoffRules"),
    "_hub": ("Hub"),
    "_json": ("DecodeError decoder dumps loads"),
    "_messages": ("AssistantMessage Context Cost Message Note StopReason Tool ToolResultMessage Usage UserMessage"),
    "_model": ("Auth Capabilities Credential LEVELS Level Model NO_AUTH WireRequest default_capabilities"),
    "_options": ("BUDGETS Options clamp_level default_max_tokens fit_budget options"),
    "_plan": ("Attempt Deadlines Limits NO_RETRY Retry"),
    "_prices": ("Price PriceTier"),
    "_registry": ("HookCall Registry"),
    "_stream": ("Stream"),
    "_streams": ("Askable EventStream StreamBase SyncEventStream SyncStreamBase"),
    "_sync": ("SyncStream"),
    "_schemas": ("SchemaRules narrow_schema strict_schema"),
    "_kind_schemas": ("schema_of"),
    "_structured": ("objects parse response_schema"),
    "_tools": ("FunctionTool make_result tool_from"),
    "_ui_messages": ("to_ui_messages"),
    "_ui_reading": ("from_ui_messages"),
    "errors": (
        "Aborted AuthenticationFailed CircuitOpen ConnectionFailed ContentFiltered ContextOverflow "
        "DeadlineExceeded ErrorInfo ErrorParts HeadwaterError InvalidMessage InvalidOutput InvalidRequest Kind "
        "MalformedStream MissingKey ModelNotFound Overloaded PermissionDenied ProviderBroken "
        "ProviderConflict ProviderError ProviderNotFound QuotaExceeded RateLimited RequestError "
        "ServerFailed StreamError Truncated UnknownModel make_error"
    ),
    "hookspecs": ("Answer Blocking Flow Following LocalAnswer ModelConfig Parser hookimpl"),
}
"""Where each public name lives; a test holds it against the imports above."""

_HOMES: dict[str, str] = {name: module for module, names in _MODULES.items() for name in names.split()}

_DEFAULT_HUB = frozenset(
    (
        "bind",
        "capabilities",
        "catalogue",
        "compare_models",
        "complete",
        "complete_sync",
        "decode",
        "endpoint",
        "find_models",
        "model",
    )
) | {"models", "providers", "request", "stream", "stream_sync"}
"""What the default hub does, as functions of this module."""

_shared: Any = None
"""The default hub; not called _hub, which is the name of the module that makes it."""


def default_hub() -> Hub:
    """The hub behind the functions of this module, made at first use."""
    global _shared  # noqa: PLW0603 - the one convenience that is global
    if _shared is None:
        from ._hub import Hub

        _shared = Hub()
    return _shared


if TYPE_CHECKING:
    _default = Hub()
    bind: Final = _default.bind
    capabilities: Final = _default.capabilities
    catalogue: Final = _default.catalogue
    compare_models: Final = _default.compare_models
    complete: Final = _default.complete
    complete_sync: Final = _default.complete_sync
    decode: Final = _default.decode
    endpoint: Final = _default.endpoint
    find_models: Final = _default.find_models
    model: Final = _default.model
    models: Final = _default.models
    providers: Final = _default.providers
    request: Final = _default.request
    stream: Final = _default.stream
    stream_sync: Final = _default.stream_sync


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        found = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    elif name in _DEFAULT_HUB:
        found = getattr(default_hub(), name)
    elif name == "__all__":  # of `from headwater import *`, which imports all there is
        found = [name for name in __dir__() if not name.startswith("_")]
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*_HOMES, *_DEFAULT_HUB, "default_hub", "__version__"})
