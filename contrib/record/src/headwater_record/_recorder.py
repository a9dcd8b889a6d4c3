"""The recorder: stands under a hub's clients, and writes cassettes."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from headwater import Context, Flow, Hub, Model, Options, RequestError, WireRequest, hookimpl

from ._client import watched
from ._exchange import Exchange
from ._search import SHORTEST, find_secret, secrets_of
from ._secrets import UNSECRET, SecretLeft, harmless, plain_body, plain_place, plain_url

if TYPE_CHECKING:
    from headwater.testing import Cassette


@frozen
class _Asked:
    """A request that a hub made for a model."""

    model: Model
    wire: WireRequest


class Recorder:
    """Records the answers of models, for `write` to make cassettes of.

    `folder` is where they go, `name` what the first is called (`name-2` and so on for those after it; more
    than one where a request was tried again). `secrets` must not be in a file, beside those the requests are
    made with; `forgiven` look like keys and are none. `keep_headers` are names of headers
    written beside the harmless ones. `request_body=False` leaves out what was asked.

    Answers to other requests (tokens, lists of models) are not recorded. May be shared between threads.
    Raises `RequestError` for a name that no cassette can have.
    """

    def __init__(
        self,
        folder: str | Path,
        name: str = "answer",
        *,
        secrets: Iterable[str] = (),
        forgiven: Collection[str] = (),
        keep_headers: Iterable[str] = (),
        request_body: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder: Path = Path(folder)
        self.name: str = _checked(name)
        self.exchanges: list[Exchange] = []
        """What was sent since the last `write`, in its order."""
        self._secrets = set(secrets)
        self._forgiven = tuple(forgiven)
        self._keep = frozenset(name.lower() for name in keep_headers)
        self._request_body = request_body
        self._clock = clock
        self._asked: list[_Asked] = []
        self._lock = threading.Lock()

    def hub(self, **settings: Any) -> Hub:
        """A new hub whose answers are recorded; `settings` are those of `Hub`."""
        hub = Hub(wrap_client=self.wrap_client, **settings)
        self.listen(hub)
        return hub

    def wrap_client(self, client: Any) -> Any:
        """A client that records what goes through `client`; for `Hub(wrap_client=...)`, with `listen`."""
        return watched(client, self._note, self._clock)

    def listen(self, hub: Hub) -> None:
        """Has a hub of your own (with `wrap_client`) tell whom it asks."""
        hub.use(_Listening(self._hear, self._know))

    def write(self) -> list[Path]:
        """Writes a cassette for each answer since the last time; gives the paths of their bodies.

        Raises `SecretLeft`, and writes nothing at all, when one of them holds a secret.
        """
        from headwater.testing import write_cassette

        with self._lock:
            exchanges, asked = self.exchanges, self._asked
            self.exchanges, self._asked = [], []
        answers = [(one, whose) for one in exchanges if one.status and (whose := _whose(one, asked)) is not None]
        made: list[tuple[Cassette, str]] = []
        for number, (exchange, whose) in enumerate(answers, start=1):
            name = self.name if number == 1 else f"{self.name}-{number}"
            cassette = self._cassette(name, exchange, whose.model)
            self._check(cassette, exchange, whose.wire.framing)
            made.append((cassette, whose.wire.framing))
        return [write_cassette(self.folder, cassette, framing=framing) for cassette, framing in made]

    # -- inside

    def _note(self, exchange: Exchange) -> None:
        with self._lock:
            self.exchanges.append(exchange)

    def _hear(self, asked: _Asked) -> None:
        with self._lock:
            self._asked.append(asked)

    def _know(self, secrets: Iterable[str]) -> None:
        with self._lock:
            self._secrets.update(secret for secret in secrets if len(secret) >= SHORTEST and not secret.isdigit())

    def _cassette(self, name: str, exchange: Exchange, model: Model) -> Cassette:
        from headwater.testing import Cassette

        request = {
            "method": exchange.method,
            "url": plain_url(exchange.url),
            "headers": harmless(exchange.request_headers, self._keep),
            **({"body": plain_body(exchange.request_body)} if self._request_body and exchange.request_body else {}),
        }
        return Cassette(
            name,
            exchange.body,
            provider=model.provider,
            model=plain_place(model.id),
            api=model.api,
            status=exchange.status,
            headers=harmless(exchange.headers, self._keep),
            timing=exchange.timing,
            ending=exchange.ending or "left",
            request=request,
            origin=f"recorded on {datetime.now(UTC):%Y-%m-%d}",
        )

    def _check(self, cassette: Cassette, exchange: Exchange, framing: str) -> None:
        """Raises `SecretLeft` where a file of the cassette would hold a secret."""
        headers = [(name, value) for name, value in exchange.request_headers.items() if name.lower() not in UNSECRET]
        secrets = secrets_of(exchange.url, headers, self._secrets)
        beside = asdict(cassette, recurse=False)
        written = {
            "the body of the answer": (beside.pop("body"), framing),
            "the headers of the answer": (_as_json(dict(beside.pop("headers"))), None),
            "the request": (_as_json(dict(beside.pop("request"))), None),
            "what is noted beside them": (_as_json(beside), None),
        }
        for where, (data, cut) in written.items():
            kind = find_secret(data, secrets, self._forgiven, framing=cut)
            if kind is not None:
                raise SecretLeft(
                    f"the recording {cassette.name!r} of {cassette.provider}/{cassette.model} holds {kind} in {where};"
                    " nothing was written: ask so that it is not told, or forgive it if it is no secret"
                )


def _checked(name: str) -> str:
    """The name; said before anything is asked, for an answer may cost money."""
    taken = name.startswith("README") or name.endswith((".meta", ".expected", "."))
    if taken or not re.fullmatch(r"\w[\w.+-]*", name):
        raise RequestError(
            f"{name[:60]!r} cannot name a recording; use letters, digits, dots and hyphens, and say the folder apart"
        )
    return name


def _as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace")


class _Listening:
    """A plugin beside all others that tells of each request a hub makes for a model, and of the secrets it has."""

    def __init__(self, tell: Callable[[_Asked], None], know: Callable[[Iterable[str]], None]) -> None:
        self._tell = tell
        self._know = know

    @hookimpl(wrapper=True)
    def prepare(self, secrets: Mapping[str, str]) -> Generator[None, Flow | None, Flow | None]:
        """Takes note of the secrets from which requests are made and signed; some are in no header."""
        self._know(secrets.values())
        return (yield)

    @hookimpl(wrapper=True)
    def transform_messages(
        self, model: Model, context: Context, options: Options
    ) -> Generator[None, WireRequest, WireRequest]:
        """Passes on what the api made, and tells of it."""
        wire = yield
        self._tell(_Asked(model, wire))
        return wire


def _whose(exchange: Exchange, asked: Iterable[_Asked]) -> _Asked | None:
    """For which model an exchange was made: the same body was asked for it, or at the same address.

    None for what is no question to a model: an exchange of tokens, a list.
    """
    latest = list(reversed(list(asked)))
    body = next((one for one in latest if one.wire.body and one.wire.body == exchange.request_body), None)
    return body or next((one for one in latest if one.wire.url == exchange.url), None)
