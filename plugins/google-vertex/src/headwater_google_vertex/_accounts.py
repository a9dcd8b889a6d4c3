"""Application default credentials, kept and renewed: one lock per account, in a worker thread.

`google-auth` finds the credentials and gets their tokens; it is imported at first use. Source:
wire/google-generative-ai, section 1 (November 2026).
"""

from __future__ import annotations

import warnings
from importlib import import_module
from threading import Lock
from typing import Any

from attrs import field, frozen

from headwater import Kind, StreamError, make_error

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)

_ADVICE = (
    "run `gcloud auth application-default login`, set GOOGLE_APPLICATION_CREDENTIALS to a file of credentials,"
    " or give key=..."
)


@frozen
class Token:
    """An access token, the project its account belongs to, and the one that is charged (None: not told)."""

    value: str = field(repr=False)
    project: str | None = None
    quota_project: str | None = None


class Accounts:
    """The accounts in use, by the file of their credentials (None: where Google's tools look)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._accounts: dict[str | None, _Account] = {}

    def token(self, file: str | None) -> Token:
        """A token that holds for minutes at least; blocks while one is fetched.

        Raises `StreamError` of kind authentication or network.
        """
        with self._lock:
            account = self._accounts.setdefault(file, _Account(file))
        return account.token()


class _Account:
    """One account: its credentials, once they were found, and the lock under which they are renewed."""

    def __init__(self, file: str | None) -> None:
        self._file = file
        self._lock = Lock()
        self._found: tuple[Any, str | None] | None = None

    def token(self) -> Token:
        from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError, TransportError

        with self._lock:
            try:
                if self._found is None:
                    self._found = _find(self._file)
                credentials, project = self._found
                if not credentials.valid:
                    _renew(credentials)
            except DefaultCredentialsError as error:
                raise _failure("authentication", f"found no credentials ({_words(error)}); {_ADVICE}") from error
            except TransportError as error:
                raise _failure("network", f"could not be asked for a token: {_words(error)}") from error
            except RefreshError as error:
                kind: Kind = "server" if getattr(error, "retryable", False) else "authentication"
                raise _failure(kind, f"gave no token ({_words(error)}); {_ADVICE}") from error
            except (GoogleAuthError, OSError, ValueError) as error:
                raise _failure("authentication", f"cannot use the credentials ({_words(error)}); {_ADVICE}") from error
            return Token(credentials.token, project, getattr(credentials, "quota_project_id", None))


def _find(file: str | None) -> tuple[Any, str | None]:
    """Credentials and their project, from a file or from wherever Google's tools keep them."""
    auth: Any = import_module("google.auth")
    with warnings.catch_warnings():
        # That a file may name a server of its own, and that a person's account has no quota, is the user's to know.
        warnings.simplefilter("ignore")
        if file is None:
            return auth.default(scopes=SCOPES)
        return auth.load_credentials_from_file(file, scopes=SCOPES)


def _renew(credentials: Any) -> None:
    import requests
    from google.auth.transport.requests import Request

    with requests.Session() as session:
        credentials.refresh(Request(session))


def _failure(kind: Kind, words: str) -> StreamError:
    return make_error(kind, f"google-vertex {words}", provider="google-vertex").to_exception()


def _words(error: Exception) -> str:
    """The first line of an error, which may have a whole answer behind it."""
    said = str(error.args[0] if error.args else error)
    return said.splitlines()[0][:300] if said else type(error).__name__
