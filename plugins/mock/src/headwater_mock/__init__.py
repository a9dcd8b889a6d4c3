"""A scripted provider for headwater: no key, no network, the same answer every time.

`provider` and `api` are what is installed: the models `mock/tour`, `mock/echo` and so
on. `MockProvider` is for tests and demos: it says what it is told to, and keeps
a log of what it was asked.
"""

from __future__ import annotations

from ._api import MockOptions, MockRequest, api
from ._provider import BuiltInProvider, Call, MockProvider, Response, provider
from ._reply import Failure, Reply

__all__ = [
    "BuiltInProvider",
    "Call",
    "Failure",
    "MockOptions",
    "MockProvider",
    "MockRequest",
    "Reply",
    "Response",
    "api",
    "provider",
]
