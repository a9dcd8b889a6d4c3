# `just` lists the recipes. They expect `.venv`; `just setup` makes it.

bin := if os_family() == "windows" { ".venv/Scripts" } else { ".venv/bin" }
python := bin / "python"

_list:
    @"{{just_executable()}}" --list

# make .venv with every member, editable, and the tools
setup:
    python3 -m venv .venv
    {{python}} -m pip install -q -r requirements/test.txt

# run the tests: `just test`, `just test core/tests -k framing`
test *arguments:
    {{python}} -m pytest {{arguments}}

# check style and format
lint:
    {{bin}}/ruff check .
    {{bin}}/ruff format --check .

# check types
types:
    {{bin}}/pyright --pythonpath {{python}}

# check that imports go down only
floors:
    {{bin}}/lint-imports

# build the site into docs/_build/html
docs:
    {{python}} -m pip install -q -r requirements/docs.txt
    {{bin}}/sphinx-build -W --keep-going -q docs docs/_build/html

# build every wheel and sdist, and try each plugin alone
packaging:
    {{python}} tests/packaging/check.py

# run the benchmarks
bench *arguments:
    {{python}} -m pytest benchmarks --benchmark-only {{arguments}}

# put the code into its standard form
format:
    {{bin}}/ruff check --fix .
    {{bin}}/ruff format .
