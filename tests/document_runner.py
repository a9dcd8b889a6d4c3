"""Executes the blocks of one page, in order, as its reader would: one folder, one namespace.

Python runs as in a notebook (`await` and `async with` at the top are allowed); `headwater`, `anyio` and a `hub` are
there. A stream that a block makes and leaves is read to its end. Shell blocks run in bash, where `headwater`,
`pip`, `pytest`, `python` and `curl` do what they would do, without a network.
"""

from __future__ import annotations

import ast
import base64
import inspect
import json
import os
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import anyio
import yaml
from document_answers import Said, chat
from document_blocks import DIRECTIVES, PROSE, Block
from document_standin import StandIn

import headwater
from headwater import Hub, Stream, SyncStream

HERE = Path(__file__).parent

PROGRAMS: Mapping[str, str] = {
    "headwater": '{python} {here}/document_standin.py {url} "$@"',
    "python": '{python} "$@"',
    "pytest": '{python} -m pytest -q -p no:cacheprovider "$@"',
    "pip": '{python} {here}/document_runner.py "$@"',
    "curl": "cat {answer}",
}
"""What a shell block finds under these names."""


class Page:
    """Runs the blocks of one page in `folder`."""

    def __init__(self, folder: Path, standin: StandIn) -> None:
        self.folder = folder
        self.standin = standin
        self.hub = Hub()
        self.names: dict[str, Any] = {
            "__name__": "page",
            "headwater": headwater,
            "anyio": anyio,
            "hub": self.hub,
            "standin": standin,
            "folder": folder,
            "question": "Why is the sky blue?",
            "token": _token(),
        }
        self.seen: list[Any] = []

    def run(self, block: Block, source: str) -> None:
        """Does with a block what is to be done; raises whatever goes wrong, with the place in `source`."""
        if block.use in ("file", "more"):
            place = self.folder / block.file
            place.parent.mkdir(parents=True, exist_ok=True)
            before = place.read_text(encoding="utf-8") if block.use == "more" else ""
            place.write_text(before + block.code, encoding="utf-8")
            return  # a part need not be whole; the file is read by whoever uses it
        if block.use == "ci" or block.language in PROSE or block.language in DIRECTIVES:
            return
        _CHECKS[block.language](block, source)
        if block.use in ("run", "setup") and block.language == "python":
            self._python(block, source)
        elif block.use == "run" and block.language in ("sh", "bash", "console"):
            self._shell(block, source)

    def _python(self, block: Block, source: str) -> None:
        tree = _tree(block, source)
        for statement in tree.body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
                call = ast.Call(ast.Name("_see", ast.Load()), [statement.value], [])
                statement.value = ast.copy_location(call, statement.value)
                ast.fix_missing_locations(statement)
        self.names["_see"] = self._see
        code = compile(tree, source, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)

        async def whole() -> None:
            made = eval(code, self.names)
            if inspect.isawaitable(made):
                await made
            for stream in [*self.seen, *self.names.values()]:
                if isinstance(stream, Stream) and not _was_read(stream):
                    (await stream.result()).raise_for_error()

        if code.co_flags & inspect.CO_COROUTINE or not _starts_a_loop(tree):
            anyio.run(whole)
        else:
            eval(code, self.names)
        for stream in [*self.seen, *self.names.values()]:
            if isinstance(stream, SyncStream) and not _was_read(stream):
                stream.result().raise_for_error()
        self.seen.clear()

    def _see(self, value: Any) -> Any:
        self.seen.append(value)
        return value

    def _shell(self, block: Block, source: str) -> None:
        code = block.code.replace("\n$ ", "\n").removeprefix("$ ")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", code],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=400,
        )
        if done.returncode != block.leaves_with:
            raise AssertionError(f"{source}: leaves with {done.returncode}\n{done.stdout[-4000:]}")
        self.names["output"] = done.stdout

    def _environment(self) -> dict[str, str]:
        programs, installed = self.folder / ".programs", self.folder / ".installed"
        if not programs.is_dir():
            programs.mkdir()
            answer = programs / "answer"
            answer.write_bytes(chat(Said(), {"stream": True}))
            known = {"python": sys.executable, "here": HERE, "url": self.standin.url, "answer": answer}
            for name, command in PROGRAMS.items():
                program = programs / name
                program.write_text(f"#!/bin/sh\nexec {command.format(**known)}\n")
                program.chmod(0o755)
        path = os.pathsep.join((str(programs), os.environ.get("PATH", "")))
        own = {"PATH": path, "HEADWATER_MODEL": "mock/tour", "HEADWATER_EFFORT": "quick", "PYTHONPATH": str(installed)}
        return {**os.environ, **own, "DOCUMENT_INSTALLED": str(installed)}

    def close(self) -> None:
        """Closes what the page left open."""
        for value in self.names.values():
            if isinstance(value, Hub):
                value.close()


def _token() -> str:
    """An access token as services give them: three parts, of which the second says whose it is."""
    account = {"https://api.openai.com/auth": {"chatgpt_account_id": "account"}}
    parts = ({"alg": "none"}, account, "signature")
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


def _was_read(stream: Stream | SyncStream) -> bool:
    return stream._entered  # pyright: ignore[reportPrivateUsage]


def _starts_a_loop(tree: ast.Module) -> bool:
    """Whether the block runs an event loop itself, so that none may run already."""
    starters = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "run"]
    return any(isinstance(one.value, ast.Name) and one.value.id in ("anyio", "asyncio", "trio") for one in starters)


def _tree(block: Block, source: str) -> ast.Module:
    tree = compile(
        "\n" * (block.line - 1) + block.code,
        source,
        "exec",
        flags=ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
        dont_inherit=True,
    )
    assert isinstance(tree, ast.Module)
    return tree


def _check_shell(block: Block, source: str) -> None:
    done = subprocess.run(["bash", "-n", "-c", block.code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{source}: {done.stderr}"


def _check_json(block: Block, source: str) -> None:
    try:
        json.loads(block.code)
    except ValueError:
        for line in block.code.splitlines():
            json.loads(line)


_CHECKS: Mapping[str, Callable[[Block, str], Any]] = {
    "python": _tree,
    "sh": _check_shell,
    "bash": _check_shell,
    "console": lambda block, source: None,
    "json": _check_json,
    "toml": lambda block, source: tomllib.loads(block.code),
    "yaml": lambda block, source: yaml.safe_load(block.code),
    "markdown": lambda block, source: None,
}
"""What holds a block of a language against the language; another language is an error, so that none goes unseen."""


def install(arguments: list[str]) -> int:
    """`pip install` without a network: folders are built and installed, names must be installed already."""
    verb, *wanted = [argument for argument in arguments if argument not in ("-q", "-e", "--quiet", "--editable")]
    if verb != "install" or any(argument.startswith("-") for argument in wanted):
        sys.exit(f"the pip of the tests does not know {shlex.join(arguments)}")
    for one in wanted:
        folder = Path(one.partition("[")[0] or ".")
        if one.startswith((".", "/")) and folder.is_dir():
            target = ("--target", os.environ["DOCUMENT_INSTALLED"], "--upgrade")
            flags = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
            subprocess.run([sys.executable, "-m", "pip", "install", *flags, *target, str(folder)], check=True)
        else:
            metadata.distribution(one.partition("[")[0])
    return 0


if __name__ == "__main__":
    sys.exit(install(sys.argv[1:]))
