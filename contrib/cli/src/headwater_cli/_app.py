"""The commands and their options. Each imports what it needs when it is run, so that `--help` is quick."""

from __future__ import annotations

from typing import Annotated

import typer

from ._failures import explained

app = typer.Typer(
    name="headwater",
    help="One stream from any language model.",
    no_args_is_help=True,
    # Tracebacks with local variables would show keys.
    pretty_exceptions_enable=False,
)

ApiOption = Annotated[
    str | None, typer.Option("--api", metavar="NAME", help="The protocol, where a provider speaks several.")
]
OptionOption = Annotated[
    list[str] | None,
    typer.Option("--option", "-o", metavar="NAME=VALUE", help="An option of the model's api; repeat it for more."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"headwater {version('headwater')}, headwater-cli {version('headwater-cli')}")
        raise typer.Exit


@app.callback()
def headwater(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the versions.")
    ] = False,
) -> None:
    """One stream from any language model."""


@app.command()
def chat(
    prompt: Annotated[
        str | None, typer.Argument(help="What to ask. Piped input is added; without either, a conversation.")
    ] = None,
    *,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", envvar="HEADWATER_MODEL", metavar="PROVIDER/MODEL", help="Whom to ask."),
    ] = None,
    system: Annotated[str | None, typer.Option(help="The system prompt.")] = None,
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Ask there instead of the provider's own address.")
    ] = None,
    api: ApiOption = None,
    key_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="The environment variable that holds the key.")
    ] = None,
    thinking: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="How much to think: off, minimal, low ... max.")
    ] = None,
    max_tokens: Annotated[int | None, typer.Option(help="The most tokens to answer with.")] = None,
    temperature: Annotated[float | None, typer.Option(help="How freely words are chosen.")] = None,
    option: OptionOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print the events as JSON lines.")] = False,
) -> None:
    """Ask a model and watch its answer come.

    Its text goes to standard output, everything else to standard error.
    Ctrl-C ends the answer and keeps its text.
    """
    with explained():
        from ._asking import Wish
        from ._chat import run_chat

        wish = Wish(
            model=model,
            system=system,
            base_url=base_url,
            api=api,
            key_env=key_env,
            pairs=tuple(option or ()),
            options={"thinking": thinking, "max_tokens": max_tokens, "temperature": temperature},
        )
        code = run_chat(prompt, wish, json=json)
    raise typer.Exit(code)


@app.command()
def record(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the recording is called.")],
    prompt: Annotated[str, typer.Argument(help="What to ask.")],
    *,
    model: Annotated[str, typer.Option("--model", "-m", metavar="PROVIDER/MODEL", help="Whom to ask.")],
    folder: Annotated[str, typer.Option("--folder", "-f", metavar="FOLDER", help="Where it goes.")] = "tests/cassettes",
    system: Annotated[str | None, typer.Option(help="The system prompt.")] = None,
    base_url: Annotated[str | None, typer.Option(metavar="URL", help="Ask there instead.")] = None,
    api: ApiOption = None,
    key_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="The environment variable that holds the key.")
    ] = None,
    option: OptionOption = None,
    forgive: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="Looks like a key and is none; repeat it for more.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the events as JSON lines.")] = False,
) -> None:
    """Ask a model and record its answer, byte for byte, for tests and for `headwater replay`.

    Keys and what names a person or an account is left out; nothing is written where a secret is left in it.
    """
    with explained():
        from ._asking import Wish
        from ._recording import run_record

        wish = Wish(model, system, base_url, api, key_env, tuple(option or ()))
        code = run_record(prompt, wish, folder=folder, name=name, forgiven=tuple(forgive or ()), json=json)
    raise typer.Exit(code)


@app.command()
def replay(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The recording; its extension may be left out.")],
    *,
    speed: Annotated[float, typer.Option(help="How many times faster than it came; 0: at once.")] = 1.0,
    option: OptionOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print the events as JSON lines.")] = False,
) -> None:
    """Play a recorded answer back, with the pauses in which it came. No key, no network."""
    with explained():
        from ._recording import run_replay

        code = run_replay(file, speed=speed, pairs=tuple(option or ()), json=json)
    raise typer.Exit(code)


@app.command()
def providers(
    keys: Annotated[bool, typer.Option("--keys", help="Load each, and say which variables hold its key.")] = False,
    json: JsonOption = False,
) -> None:
    """List the installed providers (without loading any)."""
    with explained():
        from ._lists import list_providers

        list_providers(keys=keys, json=json)


@app.command()
def models(
    provider: Annotated[str | None, typer.Argument(help="Only this provider's.")] = None,
    json: JsonOption = False,
) -> None:
    """List the models that the installed providers know. Others can be asked for as well."""
    with explained():
        from ._lists import list_models

        code = list_models(provider, json=json)
    raise typer.Exit(code)


@app.command()
def capabilities(
    model: Annotated[str, typer.Argument(metavar="PROVIDER/MODEL", help="Which model.")], json: JsonOption = False
) -> None:
    """Say what can be asked of a model, what it costs and how long it may take. No network."""
    with explained():
        from ._capabilities import show_capabilities

        show_capabilities(model, json=json)


@app.command()
def doctor(json: JsonOption = False) -> None:
    """Say what is installed, what is broken, which keys are there, and what to do next."""
    with explained():
        from ._doctor import run_doctor

        code = run_doctor(json=json)
    raise typer.Exit(code)


@app.command()
def decode(
    model: Annotated[str, typer.Argument(metavar="PROVIDER[/MODEL]", help="Whose answer it is.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="The response body; - is standard input.")],
    *,
    message: Annotated[bool, typer.Option("--message", help="Print only the final message.")] = False,
    partial: Annotated[bool, typer.Option("--partial", help="With each event, the message as it stood.")] = False,
    api: ApiOption = None,
    status: Annotated[int, typer.Option(help="The HTTP status of the answer.")] = 200,
    headers: Annotated[
        list[str] | None,
        typer.Option(metavar="'NAME: VALUE'|FILE", help="A header of the answer, or a JSON file of them."),
    ] = None,
    chunk: Annotated[int | None, typer.Option(min=1, metavar="BYTES", help="Feed it in pieces of this size.")] = None,
    option: OptionOption = None,
) -> None:
    """Turn a captured response body into events, one JSON object a line.

    Leaves with 0 when the answer ended well, with 1 when it ended in an error.
    """
    with explained():
        from ._decode import Recording, run_decode

        recording = Recording(
            model=model,
            file=file,
            api=api,
            status=status,
            headers=tuple(headers or ()),
            chunk=chunk,
            pairs=tuple(option or ()),
        )
        code = run_decode(recording, message=message, partial=partial)
    raise typer.Exit(code)


@app.command("new-provider")
def new_provider(
    name: Annotated[str, typer.Argument(help="The provider's name, as in NAME/model-id.")],
    *,
    protocol: Annotated[
        str,
        typer.Option(
            "--protocol",
            "-p",
            help="What it speaks: openai-chat, openai-responses, anthropic, google, own (a skeleton) or local (it"
            " speaks to nobody: a function of yours).",
        ),
    ] = "openai-chat",
    into: Annotated[str, typer.Option(metavar="FOLDER", help="Where the project's folder is made.")] = ".",
) -> None:
    """Make the project of a provider plugin: it installs, is found, and passes the conformance suite."""
    with explained():
        from pathlib import Path

        from ._new_provider import make_provider

        make_provider(name, protocol, Path(into))
