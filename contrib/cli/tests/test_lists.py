"""`headwater providers`, `models`, `doctor`, `--help`: what is installed, broken, set and loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from headwater_cli._app import app

Command = Callable[..., "subprocess.CompletedProcess[str]"]

CANARY = "sk-canary-5f1d2c"
COMMANDS = ("capabilities", "chat", "decode", "doctor", "models", "providers")
TIMED = ("-X", "importtime")


def imported(stderr: str) -> set[str]:
    """The modules that `-X importtime` lists."""
    return {line.rsplit("|", 1)[-1].strip() for line in stderr.splitlines() if line.startswith("import time:")}


def unwanted(modules: set[str]) -> set[str]:
    """Modules that cost time where nothing is asked of a model: plugins, the HTTP stack, event loops."""
    tops = {module.partition(".")[0] for module in modules}
    plugins = {top for top in tops if top.startswith("headwater_")} - {"headwater_cli"}
    return plugins | (tops & {"httpx", "httpcore", "anyio", "asyncio", "ssl"})


def install(folder: Path, distribution: str, entries: str, **modules: str) -> None:
    """Puts a distribution with these entry points and modules into a folder."""
    metadata = folder / f"{distribution.replace('-', '_')}-1.2.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
    (metadata / "entry_points.txt").write_text(entries)
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)


# -- starting


def test_help_loads_no_http_stack_and_no_plugin(run: Command) -> None:
    """What `--help` imports is the command's own."""
    done = run("--help", options=TIMED)
    assert done.returncode == 0
    assert all(command in done.stdout for command in COMMANDS)
    assert unwanted(imported(done.stderr)) == set()


def test_listing_providers_reads_metadata_only(run: Command) -> None:
    """Names and versions are there without any plugin being loaded."""
    done = run("providers", options=TIMED)
    assert f"openai\theadwater-openai {version('headwater-openai')}" in done.stdout.splitlines()
    assert unwanted(imported(done.stderr)) == set()


def test_the_installed_command_is_the_module() -> None:
    """`headwater` and `python -m headwater_cli` are the same function."""
    (entry,) = entry_points(group="console_scripts", name="headwater")
    assert entry.value == "headwater_cli:main"


def test_the_version_is_told(run: Command) -> None:
    """Of core and of the command."""
    expected = f"headwater {version('headwater')}, headwater-cli {version('headwater-cli')}\n"
    assert run("--version").stdout == expected


def test_the_default_hub_is_there_whichever_name_is_used_first(bare_environment: dict[str, str]) -> None:
    """Using the class `Hub` before a function of the default hub does not hide the latter."""
    program = "import headwater; headwater.Hub; print(headwater.providers == headwater.default_hub().providers)"
    done = subprocess.run(
        [sys.executable, "-c", program], env=bare_environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


# -- providers and models


def test_keys_are_told_by_name(run: Command) -> None:
    """Which variable holds a key, and whether it is set; never its value."""
    done = run("providers", "--keys", OPENAI_API_KEY=CANARY)
    lines = {line.split("\t")[0]: line.split("\t")[2] for line in done.stdout.splitlines()}
    assert (lines["openai"], lines["mock"]) == ("OPENAI_API_KEY set", "no key needed")
    assert CANARY not in done.stdout + done.stderr


def test_providers_as_json(run: Command) -> None:
    """For programs: names, distributions, keys."""
    found = json.loads(run("providers", "--keys", "--json", OPENAI_API_KEY=CANARY).stdout)
    openai = next(provider for provider in found if provider["name"] == "openai")
    assert openai["keys"] == [{"variable": "OPENAI_API_KEY", "set": True}]


@pytest.mark.usefixtures("no_keys")
def test_models_of_one_provider_are_listed() -> None:
    """One a line, as `-m` wants them; as JSON with the documented fields."""
    listed = CliRunner().invoke(app, ["models", "mock"])
    assert "mock/tour" in [line.split("\t")[0] for line in listed.stdout.splitlines()]
    found = json.loads(CliRunner().invoke(app, ["models", "mock", "--json"]).stdout)
    assert {"id", "name", "api", "provider", "baseUrl", "reasoning", "input", "cost", "contextWindow"} <= set(found[0])


@pytest.mark.usefixtures("no_keys")
def test_capabilities_of_a_model_are_shown() -> None:
    """Facts one a line, or all of them as JSON; prices of tiers and services among them."""
    shown = CliRunner().invoke(app, ["capabilities", "openai/gpt-5.5"]).stdout
    data = json.loads(CliRunner().invoke(app, ["capabilities", "openai/gpt-5.5", "--json"]).stdout)
    titles = ("context window", "levels", "price", "price, above 272,000 input tokens", "price, flex", "waits")
    assert [title for title in titles if not any(line.startswith(f"{title} ") for line in shown.splitlines())] == []
    assert (data["capabilities"]["responseModes"], data["known"]) == (["standard", "flex", "priority"], True)


def test_capabilities_of_an_unknown_model_say_so() -> None:
    """Unknown is never shown as nothing."""
    shown = CliRunner().invoke(app, ["capabilities", "openai/gpt-99"]).stdout
    lines = {line.partition("  ")[0]: line.partition("  ")[2].strip() for line in shown.splitlines()}
    assert (lines["price"], lines["context window"]) == ("unknown", "unknown")
    assert lines["known"].startswith("no")


def test_models_of_an_unknown_provider_are_code_2() -> None:
    """In one line, with what to do."""
    done = CliRunner().invoke(app, ["models", "nobody"])
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)


# -- the doctor


def test_the_doctor_names_versions_keys_and_the_next_step(run: Command) -> None:
    """Python, headwater, plugins, and which variable switches a real provider on."""
    said = run("doctor").stdout
    assert f"headwater      {version('headwater')}" in said
    assert f"headwater-mock {version('headwater-mock')}" in said
    assert "keys set       none" in said
    assert "OPENAI_API_KEY" in said
    assert "see headwater providers --keys" in said.splitlines()[-1]


def test_the_doctor_shows_names_of_keys_and_no_value(run: Command) -> None:
    """Also as JSON."""
    for form in ([], ["--json"]):
        done = run("doctor", *form, OPENAI_API_KEY=CANARY)
        assert "OPENAI_API_KEY" in done.stdout
        assert "-m openai/MODEL" in done.stdout
        assert CANARY not in done.stdout + done.stderr


def test_who_needs_more_than_a_key_is_not_said_to_need_none(run: Command) -> None:
    """A resource that must be named, credentials that no variable holds; in words and as data."""
    lines = dict(line.split("\t")[::2] for line in run("providers", "--keys").stdout.splitlines())
    assert "AZURE_OPENAI_ENDPOINT" in lines["azure-openai"]
    assert (lines["mock"], lines["replay"]) == ("no key needed", "no key needed")
    told = json.loads(run("doctor", "--json", GOOGLE_CLOUD_PROJECT="acme").stdout)
    needs = {one["name"]: one["needs"] for one in told["providers"]}
    assert (needs["google-vertex"], needs["openai"]) == ("needs credentials of its own, or key=", None)


def test_the_doctor_says_what_may_not_load(run: Command) -> None:
    """In words and as data; what may is listed as ever."""
    allowed = "mock,headwater-openai"
    said = run("doctor", HEADWATER_PLUGINS=allowed).stdout
    told = json.loads(run("doctor", "--json", HEADWATER_PLUGINS=allowed).stdout)
    assert "anthropic" in next(line for line in said.splitlines() if line.startswith("may not load"))
    assert [one["name"] for one in told["providers"]] == ["mock", "openai"]
    assert "anthropic-messages" in told["withheld"]


def test_the_doctor_names_a_plugin_made_for_another_headwater_and_a_damaged_catalogue(
    run: Command, tmp_path: Path
) -> None:
    """Each on its line, with how to mend it."""
    install(tmp_path, "newer-plugin", "[headwater.providers]\nnewer = absent_module:provider\n")
    (metadata,) = tmp_path.glob("newer*/METADATA")
    metadata.write_text(metadata.read_text() + "Requires-Dist: headwater>=9\n")
    source = """
from headwater import CompatibleProvider

provider = CompatibleProvider("torn", "https://example.com", "mock", catalogue_file="torn_plugin:none.json")
"""
    install(tmp_path, "torn-plugin", "[headwater.providers]\ntorn = torn_plugin:provider\n", torn_plugin=source)
    told = json.loads(run("doctor", "--json", PYTHONPATH=str(tmp_path)).stdout)
    problems = {one["name"]: one["problem"] for one in told["providers"] if one["problem"]}
    assert "newer-plugin 1.2 is made for headwater >=9, but" in problems["newer"]
    assert "none.json" in problems["torn"]


def test_a_model_of_this_process_is_named_where_no_key_is_set(run: Command, tmp_path: Path) -> None:
    """By the doctor, and by a chat that shows the tour: it needs neither a key nor a server."""
    source = """
from headwater import Model, hookimpl

class Provider:
    @hookimpl
    def create_model(self, model_id):
        return Model(model_id, "parrot", "mock", "local:")

    @hookimpl
    def catalogue(self):
        return ["grey"]

provider = Provider()
"""
    install(tmp_path, "parrot-plugin", "[headwater.providers]\nparrot = parrot_plugin:provider\n", parrot_plugin=source)
    doctor = run("doctor", PYTHONPATH=str(tmp_path)).stdout.splitlines()[-1]
    chat = run("chat", "Hi", PYTHONPATH=str(tmp_path)).stderr.splitlines()[0]
    assert ["headwater chat -m parrot/grey" in said for said in (doctor, chat)] == [True, True]


def test_broken_and_conflicting_plugins_are_named_and_leave_the_others_alone(run: Command, tmp_path: Path) -> None:
    """A missing module, a plugin that raises, a provider without an api, two distributions with one name."""
    install(tmp_path, "absent-plugin", "[headwater.providers]\nabsent = absent_module:provider\n")
    install(
        tmp_path,
        "raising-plugin",
        "[headwater.providers]\nraising = raising:provider\nmute = raising:mute\n",
        raising="""
from headwater import CompatibleProvider, hookimpl

class Provider:
    @hookimpl
    def create_model(self, model_id, config):
        raise KeyError(model_id)

provider = Provider()
mute = CompatibleProvider(name="mute", base_url="https://example.com", api="smoke-signals")
""",
    )
    install(tmp_path, "second-plugin", "[headwater.providers]\nmock = absent_module:provider\n")
    done = run("doctor", "--json", PYTHONPATH=str(tmp_path))
    providers = {one["name"]: one for one in json.loads(done.stdout)["providers"]}
    problems = {name: one["problem"] for name, one in providers.items() if one["problem"]}
    assert done.returncode == 1
    assert {"absent", "raising", "mute", "mock"} <= set(problems)
    assert "openai" in providers
    assert "absent-plugin 1.2 could not be loaded" in problems["absent"]
    assert "raised KeyError" in problems["raising"]
    assert "smoke-signals" in problems["mute"]
    assert "second-plugin 1.2" in problems["mock"]
    said = run("doctor", PYTHONPATH=str(tmp_path)).stdout
    assert all(problem.splitlines()[0] in said for problem in problems.values())


def test_a_key_is_printed_by_no_command(run: Command, tmp_path: Path) -> None:
    """A canary in every variable that may hold a key, searched for in all output."""
    found = json.loads(run("providers", "--keys", "--json").stdout)
    keys: dict[str, Any] = {key["variable"]: CANARY for provider in found for key in provider["keys"]}
    assert keys
    body = tmp_path / "body"
    body.write_text("data: {}\n\n")
    for arguments in (
        ["chat", "hi"],
        ["chat", "hi", "-m", "openai/x", "--base-url", "http://127.0.0.1:1", "-o", "colour=red"],
        ["providers", "--keys"],
        ["models"],
        ["doctor"],
        ["doctor", "--json"],
        ["decode", "openai", str(body)],
    ):
        done = run(*arguments, **keys)
        assert CANARY not in done.stdout + done.stderr
