"""Where the keys of AWS come from: given with the request, in the environment, or by the chain of botocore.

The chain (profiles, assumed roles, single sign-on, web identity, processes, containers,
instances) needs the extra `aws`; it looks at the process's own environment and files,
may ask servers, and blocks while it does.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from importlib.util import find_spec
from threading import Lock
from typing import Any

from headwater import RequestError, make_error

from ._signing import AwsKeys

BEARER = "AWS_BEARER_TOKEN_BEDROCK"
ACCESS_KEY_ID = "AWS_ACCESS_KEY_ID"
SECRET_ACCESS_KEY = "AWS_SECRET_ACCESS_KEY"
SESSION_TOKEN = "AWS_SESSION_TOKEN"


def aws_key(access_key_id: str, secret_access_key: str, session_token: str | None = None) -> str:
    """Keys of AWS as one `key=` for a request: `ID:SECRET`, or `ID:SECRET:TOKEN` for a session."""
    return ":".join((access_key_id, secret_access_key, *((session_token,) if session_token else ())))


def read_key(key: str) -> AwsKeys | None:
    """The keys that `aws_key` made one of; None for a bearer token, in which there is no colon."""
    access_key_id, colon, rest = key.partition(":")
    if not colon:
        return None
    secret, _, token = rest.partition(":")
    if not access_key_id or not secret:
        raise RequestError("a key for amazon-bedrock is a bearer token or ID:SECRET[:TOKEN]; see aws_key")
    return AwsKeys(access_key_id, secret, token or None)


def environment_keys(secrets: Mapping[str, str]) -> AwsKeys | None:
    """The keys that stand in variables; None where there are none."""
    access_key_id, secret = secrets.get(ACCESS_KEY_ID), secrets.get(SECRET_ACCESS_KEY)
    if not access_key_id or not secret:
        return None
    return AwsKeys(access_key_id, secret, secrets.get(SESSION_TOKEN) or None)


def has_chain() -> bool:
    """Whether botocore is there to look further."""
    return find_spec("botocore") is not None


class Chain:
    """Keys from botocore's chain, found once for each profile and renewed by botocore before they expire.

    May be used from several threads; one account is asked for by one of them at a time.
    """

    def __init__(self) -> None:
        self._found: dict[str | None, Any] = {}
        self._locks: dict[str | None, Lock] = {}
        self._lock = Lock()

    def keys(self, profile: str | None) -> AwsKeys:
        """The keys of a profile (None: the usual one). Blocks; raises `RequestError` or `AuthenticationFailed`."""
        with self._lock:
            lock = self._locks.setdefault(profile, Lock())
        with lock:
            try:
                return self._keys(profile)
            except ImportError as error:
                raise RequestError(
                    "amazon-bedrock found no keys in the environment, and botocore, which looks further, is not"
                    " installed; set AWS_BEARER_TOKEN_BEDROCK, or pip install 'headwater-amazon-bedrock[aws]'"
                ) from error

    def _keys(self, profile: str | None) -> AwsKeys:
        session: Any = importlib.import_module("botocore.session")
        failure: Any = importlib.import_module("botocore.exceptions").BotoCoreError
        try:
            found = self._found.get(profile)
            if found is None:
                found = session.Session(profile=profile).get_credentials()
            frozen = None if found is None else found.get_frozen_credentials()
        except failure as error:
            raise make_error(
                "authentication", f"amazon-bedrock got no keys from AWS: {error}", provider="amazon-bedrock"
            ).to_exception() from error
        if frozen is None or not frozen.access_key or not frozen.secret_key:
            raise RequestError(
                "amazon-bedrock found no keys: no variables, profile, role, container or instance gave any;"
                " set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
            )
        self._found[profile] = found
        return AwsKeys(frozen.access_key, frozen.secret_key, frozen.token or None)
