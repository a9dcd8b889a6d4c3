"""The tree of errors, drawn from the classes, and what each kind of failure means."""

from __future__ import annotations

from headwater import HeadwaterError, errors

from .text import first_sentence, table

ADVICE = {
    "network": "nothing; headwater retries while nothing was told yet. Look at proxies and DNS when it stays",
    "timeout": "give more time with `deadlines=`, or another model; retried while nothing was told yet",
    "rate_limit": "wait `retry_after` seconds; retried when that is not too long",
    "quota": "add credit or raise the limit at the provider; waiting does not help",
    "authentication": "check the key, and that it is this provider's",
    "permission": "ask whoever owns the account for access to the model",
    "invalid_request": "read the provider's words in the message; the request has to change",
    "context_overflow": "shorten the conversation, or take a model with a larger context",
    "content_filter": "change what is asked; the text that came is in `partial`",
    "model_not_found": "check the id with `headwater models PROVIDER`",
    "overloaded": "try again later or another model; retried while nothing was told yet",
    "server": "try again later; retried while nothing was told yet",
    "malformed": "report it, with the bytes if you can: the provider broke its own protocol",
    "truncated": "ask again: the answer was cut. What came is in `partial`",
    "aborted": "nothing: this side ended it",
    "circuit_open": "wait until the breaker lets a probe through, or ask another model",
    "unknown": "read the provider's words in the message",
}
"""What to do about each kind; a test holds the names against `headwater.Kind`."""


def pages() -> dict[str, str]:
    """`errors/tree.md` and `errors/kinds.md`."""
    return {"errors/tree.md": f"```text\n{tree(HeadwaterError)}\n```\n", "errors/kinds.md": kinds()}


def tree(top: type) -> str:
    """The classes below one, as a tree with what each says of itself."""
    lines = [top.__name__, *_below(top, "")]
    width = max(len(name) for name, _ in (_parts(line) for line in lines)) + 2
    return "\n".join(f"{name:{width}}{said}".rstrip() for name, said in map(_parts, lines))


def _parts(line: str) -> tuple[str, str]:
    name, _, said = line.partition("\t")
    return name, said


def _below(top: type, indent: str) -> list[str]:
    lines: list[str] = []
    children = [kind for kind in top.__subclasses__() if kind.__module__ == "headwater.errors"]
    for place, kind in enumerate(children):
        last = place == len(children) - 1
        lines.append(f"{indent}+- {kind.__name__}\t{first_sentence(kind).rstrip('.')}")
        lines += _below(kind, indent + ("   " if last else "|  "))
    return lines


def kinds() -> str:
    """Kind, class, whether it is worth another try, and what to do."""
    rows = [
        [
            f"`{kind}`",
            f"`{errors.STREAM_ERRORS.get(kind, errors.StreamError).__name__}`",
            "yes" if kind in errors.RETRYABLE else "",
            advice,
        ]
        for kind, advice in ADVICE.items()
    ]
    return table(("kind", "class", "retryable", "what to do"), rows) + "\n"
