"""Whether a key stays where it belongs: in the request's headers, and nowhere else.

A key that looks like no vendor's (so that no pattern hides it) is used over real sockets
against a server that answers well, badly, and with the key itself. Then it is searched for
in whatever a program could print, log, store or send on.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import traceback
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from typing import Any

from headwater import NO_RETRY, Credential, HeadwaterError, Hub, to_json
from headwater.testing._cases import Case, Probe, plan_for, shown
from headwater.testing._server import Fault, LoopbackServer, Reply, Request

CANARY = "canary.7c1f.tweet"
"""The part of every key that is searched for."""

_JSON = {"content-type": "application/json"}


def check_no_secret(case: Case, hub: Hub, *, folders: Iterable[Path] = ()) -> None:
    """A key is in no repr, error, event, log record (httpx's too), traceback, pickle or URL.

    Nor in a file below `folders`. A model that answers without HTTP has no key to lose and passes.
    """
    probe = Probe("no_secret", case, hub)
    if probe.plan.answer_locally(probe.plan.wire) is not None:
        return
    searched = _Search(probe)
    with _log_records() as records:
        for credential in probe.plan.model.auth.credentials or (Credential(),):
            key = f"{credential.key_prefix}{CANARY}"
            for name, reply in _replies(case, key).items():
                _ask(searched, key, name, reply)
            _refused(searched, key)
    for record in records:
        searched.text("a log record", record)
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                searched.text(f"the file {path.name}", path.read_bytes())


def _replies(case: Case, key: str) -> Mapping[str, Reply]:
    """Answers of all kinds; the bad ones say the key."""
    refusal = f'{{"error": {{"message": "no such key: {key}", "code": "{key}", "type": "{key}"}}}}'.encode()
    page = f"<html><title>{key}</title>{key}</html>".encode()
    half = case.body[: len(case.body) // 2]
    return {
        "the recorded answer": Reply(case.body, status=case.status, headers=dict(case.headers)),
        "a connection that is reset": Reply(case.body, fault=Fault.reset(len(half))),
        "an answer that is no HTTP": Reply(fault=Fault.garbage_status_line()),
        "a refusal that says the key": Reply(refusal, status=401, headers=_JSON),
        "a refused request that says the key": Reply(refusal, status=400, headers={**_JSON, "x-request-id": key}),
        "a failure that says the key": Reply(page, status=500, headers={"content-type": "text/html"}),
        "an error in the stream that says the key": Reply(half + b"\n\ndata: " + refusal + b"\n\n"),
        "a page that says the key": Reply(page, headers={"content-type": "text/html"}),
        "a redirect that says the key": Reply(status=302, headers={"location": f"https://example.org/{key}"}),
    }


def _ask(searched: _Search, key: str, name: str, reply: Reply) -> None:
    """One request, and a search through all that comes of it."""
    probe = searched.probe
    case, hub = probe.case, probe.hub
    with LoopbackServer() as server:
        server.reply(reply)
        stream = hub.stream_sync(case.model, "(canary)", key=key, base_url=server.url, retry=NO_RETRY, **case.options)
        with stream:
            searched.value(f"the stream, {name}", stream)
            events = list(stream)
        hub.close()
        _check_requests(searched, key, name, server.requests)
    searched.value(f"the stream at its end, {name}", stream)
    searched.data(f"the stream's attempts, {name}", stream.attempts)
    searched.data(f"the model, {name}", stream.model)
    for event in events:
        searched.data(f"the event {event.type}, {name}", event)
    searched.data(f"the message, {name}", stream.message)
    searched.text(f"the message as JSON, {name}", to_json(stream.message))
    searched.raising(f"the error, {name}", stream.message.raise_for_error)


def _check_requests(searched: _Search, key: str, name: str, requests: Iterable[Request]) -> None:
    """The key, or nothing of it, went with each request; it never stands in a URL or a body."""
    requests = list(requests)
    if not requests:
        searched.probe.fail(name, "no request reached the server, so nothing was shown")
    for request in requests:
        searched.text(f"the request's URL, {name}", f"{request.path}?{request.query}")
        searched.text(f"the request's body, {name}", request.body)
    if not any(key in value for request in requests for value in request.headers.values()):
        searched.probe.fail(name, "the key was not sent, so nothing was shown")


def _refused(searched: _Search, key: str) -> None:
    """Requests that are refused before they are sent, and what is known before one is."""
    case, hub = searched.probe.case, searched.probe.hub
    arguments: dict[str, Any] = {"key": key, **case.options}
    searched.text("the plan's repr", repr(plan_for(hub, case.model, arguments)))
    searched.data("the wire request", hub.request(case.model, "(canary)", **arguments))

    def ask(**changed: Any) -> None:
        with hub.stream_sync(case.model, "(canary)", retry=NO_RETRY, **{**arguments, **changed}) as stream:
            stream.result().raise_for_error()

    nowhere = "http://127.0.0.1:9"
    searched.raising("a key that no header takes", lambda: ask(key=f"{key}é\n", base_url=nowhere))
    searched.raising("a key over plain HTTP", lambda: ask(base_url="http://example.org"))
    searched.raising("an address where nobody listens", lambda: ask(base_url=nowhere))
    searched.raising("an option nobody knows", lambda: ask(headwater_unknown=1))
    searched.raising("a URL that is none", lambda: ask(base_url="ftp//nowhere.invalid"))
    hub.close()


class _Search:
    """Looks for the canary, and fails the check where it is."""

    def __init__(self, probe: Probe) -> None:
        self.probe = probe

    def text(self, where: str, text: str | bytes) -> None:
        """Fails when the canary stands in a text."""
        sought: Any = CANARY if isinstance(text, str) else CANARY.encode()
        place = text.find(sought)
        if place >= 0:
            around: Any = text[max(0, place - 80) : place + 40]
            self.probe.fail(where, f"holds the key: {shown(around)}")

    def value(self, where: str, value: Any) -> None:
        """Fails when the canary stands in a value's repr or words."""
        self.text(f"the repr of {where}", repr(value))
        self.text(f"the words of {where}", str(value))

    def data(self, where: str, value: Any) -> None:
        """`value`, for what can be stored: fails when the canary stands in its pickle, or there is none."""
        self.value(where, value)
        try:
            pickled = pickle.dumps(value)
        except (TypeError, AttributeError, pickle.PicklingError) as error:
            self.probe.fail(where, f"cannot be pickled: {error}", error)
        self.text(f"the pickle of {where}", pickled)

    def raising(self, where: str, call: Callable[[], Any]) -> None:
        """Fails when the canary stands in the exception that a call raises, or in its traceback."""
        try:
            call()
        except HeadwaterError as error:
            self.data(where, error)
            self.text(f"the traceback of {where}", "".join(traceback.format_exception(error)))
        except Exception as error:  # noqa: BLE001 - whatever else it is, it is reported
            self.probe.fail(where, f"raises {type(error).__name__} instead of an error of headwater's", error)


@contextlib.contextmanager
def _log_records() -> Generator[list[str]]:
    """All that anybody logs, at the lowest level, with its arguments and tracebacks.

    But for the HTTP library's records of the headers it received: it shows those of any peer as they came.
    """
    records: list[str] = []
    handler = logging.Handler(0)

    def keep(record: logging.LogRecord) -> None:
        told = logging.Formatter().format(record)
        if "receive_response_headers" not in told:
            records.append(f"{told} {record.args!r}")

    handler.emit = keep
    root = logging.getLogger()
    loggers = [logging.getLogger(name) for name in ("headwater", "httpx", "httpcore", "anyio")]
    levels = [(logger, logger.level) for logger in (root, *loggers)]
    root.addHandler(handler)
    for logger, _ in levels:
        logger.setLevel(1)
    try:
        yield records
    finally:
        root.removeHandler(handler)
        for logger, level in levels:
            logger.setLevel(level)
