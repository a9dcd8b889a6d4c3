"""What the Gemini API has beside answers: its models, counts of tokens, and caches of long prompts.

Each function gives a flow, to be run by a hub:

    model = hub.model("google/gemini-3-flash")
    cache = await hub.run(manage.create_cache(model, context, seconds=600), model)      # or hub.run_sync
    hub.stream(model, "And in one word?", cached_content=cache.name)

A flow raises `RequestError` for what cannot be asked and `StreamError` for what is refused. Source:
wire/google-generative-ai, sections 6 and 9 (November 2026).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from attrs import frozen

from headwater import Answer, Context, DecodeError, Model, WireRequest, classify, dumps, fit, loads

from ._compat import read_compat
from ._errors import ERROR_CODES
from ._generate_request import generate_body, model_path
from ._loose import mapping, objects, word
from ._options import GoogleOptions

Steps = Generator[Any, Any, Any]

_PAGE = 1000


@frozen
class Cache:
    """A cache of a prompt: the name that `cached_content` takes, the tokens it holds, and until when (RFC 3339)."""

    name: str
    tokens: int = 0
    expires: str | None = None


def list_models(model: Model) -> Generator[Any, Any, list[str]]:
    """A flow that gives the ids of the models that generate content."""
    found: list[str] = []
    page = ""
    while True:
        told = yield from _ask(model, f"models?pageSize={_PAGE}{page}", method="GET")
        for one in objects(told.get("models")):
            methods = one.get("supportedGenerationMethods")
            if not isinstance(methods, list) or "generateContent" in methods:
                found.append((word(one.get("name")) or "").removeprefix("models/"))
        following = word(told.get("nextPageToken"))
        if following is None:
            return found
        page = f"&pageToken={following}"


def count_tokens(model: Model, context: Context) -> Generator[Any, Any, int]:
    """A flow that gives the tokens of a prompt: system prompt, tools and messages."""
    body = {"generateContentRequest": {"model": model_path(model), **_body(model, context)}}
    told = yield from _ask(model, f"{model_path(model)}:countTokens", body)
    return _number(told.get("totalTokens"))


def create_cache(
    model: Model, context: Context, *, seconds: int = 3600, display_name: str | None = None
) -> Generator[Any, Any, Cache]:
    """A flow that keeps a prompt at the provider for so many seconds; the model's least size holds."""
    named = {"displayName": display_name} if display_name else {}
    body = {"model": model_path(model), **_body(model, context), "ttl": f"{seconds}s", **named}
    return _cache((yield from _ask(model, "cachedContents", body)))


def extend_cache(model: Model, name: str, *, seconds: int) -> Generator[Any, Any, Cache]:
    """A flow that keeps a cache for so many seconds from now."""
    return _cache((yield from _ask(model, name, {"ttl": f"{seconds}s"}, method="PATCH")))


def delete_cache(model: Model, name: str) -> Generator[Any, Any, None]:
    """A flow that ends a cache."""
    yield from _ask(model, name, method="DELETE")


def _body(model: Model, context: Context) -> dict[str, Any]:
    fitted, _ = fit(context, model)
    return generate_body(model, read_compat(model), fitted, GoogleOptions(), [])


def _cache(told: Mapping[str, Any]) -> Cache:
    tokens = _number(mapping(told.get("usageMetadata")).get("totalTokenCount"))
    return Cache(word(told.get("name")) or "", tokens, word(told.get("expireTime")))


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _ask(model: Model, path: str, body: Mapping[str, Any] | None = None, *, method: str = "POST") -> Steps:
    """The object the provider answers with; raises the `StreamError` of a refusal."""
    answer: Answer = yield WireRequest(
        f"{model.base_url}/{path}", b"" if body is None else dumps(body), method, model.headers
    )
    if not 200 <= answer.status < 300:
        raise classify(
            answer.status,
            answer.body,
            answer.headers,
            codes=ERROR_CODES,
            provider=model.provider,
            model=model.id,
        ).to_exception()
    try:
        return mapping(loads(answer.body))
    except DecodeError:
        return {}
