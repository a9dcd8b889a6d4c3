"""Every error of headwater.

    HeadwaterError
    +- ProviderError            finding a plugin
    |  +- ProviderNotFound      nobody installed offers that name
    |  +- ProviderBroken        its distribution could not be loaded or breaks the contract
    |  +- ProviderConflict      two distributions offer one name
    +- RequestError             you asked for what cannot be done; nothing was sent
    |  +- UnknownModel          no provider in the name, or no such provider
    |  +- MissingKey            no key where one is needed
    |  +- InvalidMessage        a stored conversation that cannot be read
    +- StreamError              the request was sent and did not end well; carries `partial`
       +- ConnectionFailed      network
       +- DeadlineExceeded      timeout
       +- RateLimited           rate_limit
       +- QuotaExceeded         quota
       +- AuthenticationFailed  authentication
       +- PermissionDenied      permission
       +- InvalidRequest        invalid_request
       +- ContextOverflow       context_overflow
       +- ContentFiltered       content_filter
       +- ModelNotFound         model_not_found
       +- Overloaded            overloaded
       +- ServerFailed          server
       +- MalformedStream       malformed
       +- Truncated             truncated
       +- Aborted               aborted
       +- CircuitOpen           circuit_open

A message has three parts: what happened, to whom, what to do next. The
provider's own words come along, shortened, with secrets removed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from attrs import frozen

if TYPE_CHECKING:
    from ._messages import AssistantMessage

Kind = Literal[
    "network",
    "timeout",
    "rate_limit",
    "quota",
    "authentication",
    "permission",
    "invalid_request",
    "context_overflow",
    "content_filter",
    "model_not_found",
    "overloaded",
    "server",
    "malformed",
    "truncated",
    "aborted",
    "circuit_open",
    "unknown",
]
"""What went wrong, in one word; the same whether a status line or an event said so."""

KINDS: frozenset[str] = frozenset(get_args(Kind))

RETRYABLE: frozenset[str] = frozenset(
    {"network", "timeout", "rate_limit", "overloaded", "server", "malformed", "truncated"}
)
"""Kinds for which the same request may succeed later, unless the provider says otherwise."""


@frozen
class ErrorInfo:
    """What is known of a failure: plain data, stored with the message it ended.

    `retry_after` is in seconds. `code` is the provider's own word for it.
    """

    kind: Kind
    message: str
    status: int | None = None
    code: str | None = None
    request_id: str | None = None
    retryable: bool = False
    retry_after: float | None = None
    provider: str | None = None
    model: str | None = None

    def to_exception(self, partial: AssistantMessage | None = None) -> StreamError:
        """The `StreamError` of the right class for this failure."""
        return STREAM_ERRORS.get(self.kind, StreamError)(self, partial)


@frozen
class ErrorParts:
    """What a service says of an error in a shape of its own; what is None is read as of any other service.

    `code` is its word for the error (looked up in `error_codes`), `message` its words, `retry_after` the seconds
    it asks to wait. `kind` goes over what follows from code, words and status. A value of another type counts as None.
    """

    code: str | None = None
    message: str | None = None
    retry_after: float | None = None
    kind: Kind | None = None


class HeadwaterError(Exception):
    """Anything headwater raises of its own."""


class ProviderError(HeadwaterError):
    """A provider's plugin could not be had."""


class ProviderNotFound(ProviderError):
    """Nothing installed or registered offers that name."""


class ProviderBroken(ProviderError):
    """A plugin failed to load or does not keep the contract; the cause is chained."""


class ProviderConflict(ProviderError):
    """Two distributions offer one name, and none was chosen."""


class RequestError(HeadwaterError, ValueError):
    """What was asked for cannot be done; nothing was sent."""


class UnknownModel(RequestError):
    """The name does not lead to a model."""


class MissingKey(RequestError):
    """The provider needs a key and none was given or found."""


class InvalidMessage(RequestError):
    """A stored message, event or conversation cannot be read."""


class InvalidOutput(HeadwaterError, ValueError):
    """What a model wrote (arguments of a tool, a structured answer) has not the form it was asked for.

    `problems` lists everything that is wrong, each as `path: reason`; its words can be given to the model.
    """

    def __init__(self, what: str, problems: Sequence[str]) -> None:
        super().__init__(what, tuple(problems))
        self.what = what
        self.problems: tuple[str, ...] = tuple(problems)

    def __str__(self) -> str:
        return f"{self.what} do not fit: {'; '.join(self.problems)}"


class StreamError(HeadwaterError):
    """A request that was sent and did not end well.

    `info` says what happened, `partial` holds everything received before it.
    """

    def __init__(self, info: ErrorInfo, partial: AssistantMessage | None = None) -> None:
        super().__init__(info, partial)
        self.info = info
        self.partial = partial

    def __str__(self) -> str:
        return self.info.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.info!r})"

    @property
    def kind(self) -> Kind:
        """What went wrong, in one word."""
        return self.info.kind

    @property
    def status(self) -> int | None:
        """The HTTP status, where there was one."""
        return self.info.status

    @property
    def code(self) -> str | None:
        """The provider's own code for the failure."""
        return self.info.code

    @property
    def request_id(self) -> str | None:
        """The provider's id of the request, for its support."""
        return self.info.request_id

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later."""
        return self.info.retryable

    @property
    def retry_after(self) -> float | None:
        """Seconds the provider asks to wait."""
        return self.info.retry_after

    @property
    def provider(self) -> str | None:
        """Name of the provider that was asked."""
        return self.info.provider

    @property
    def model(self) -> str | None:
        """Id of the model that was asked."""
        return self.info.model


class ConnectionFailed(StreamError):
    """The connection could not be made, or broke."""


class DeadlineExceeded(StreamError):
    """A time limit passed: for the first event, between events, or in all."""


class RateLimited(StreamError):
    """Too many requests or tokens; `retry_after` where the provider said it."""


class QuotaExceeded(StreamError):
    """No credit or quota left; waiting does not help."""


class AuthenticationFailed(StreamError):
    """The key is missing, wrong or expired."""


class PermissionDenied(StreamError):
    """The key is known, and not allowed to do this."""


class InvalidRequest(StreamError):
    """The provider refused the request as it stands."""


class ContextOverflow(StreamError):
    """The conversation is longer than the model takes."""


class ContentFiltered(StreamError):
    """The provider or model refused for what was asked or answered."""


class ModelNotFound(StreamError):
    """The provider knows no such model, or not for this key."""


class Overloaded(StreamError):
    """The provider has no capacity at the moment."""


class ServerFailed(StreamError):
    """The provider failed inside."""


class MalformedStream(StreamError):
    """The answer is not in the provider's protocol."""


class Truncated(StreamError):
    """The bytes ended before the protocol's terminal signal."""


class Aborted(StreamError):
    """The stream was ended from this side."""


class CircuitOpen(StreamError):
    """Not tried: this provider failed too often just now."""


STREAM_ERRORS: Mapping[str, type[StreamError]] = {
    "network": ConnectionFailed,
    "timeout": DeadlineExceeded,
    "rate_limit": RateLimited,
    "quota": QuotaExceeded,
    "authentication": AuthenticationFailed,
    "permission": PermissionDenied,
    "invalid_request": InvalidRequest,
    "context_overflow": ContextOverflow,
    "content_filter": ContentFiltered,
    "model_not_found": ModelNotFound,
    "overloaded": Overloaded,
    "server": ServerFailed,
    "malformed": MalformedStream,
    "truncated": Truncated,
    "aborted": Aborted,
    "circuit_open": CircuitOpen,
}


def make_error(kind: Kind, message: str, **details: Any) -> ErrorInfo:
    """An `ErrorInfo` whose `retryable` follows from its kind unless given."""
    details.setdefault("retryable", kind in RETRYABLE)
    return ErrorInfo(kind, message, **details)
