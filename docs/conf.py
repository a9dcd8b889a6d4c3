"""Sphinx: `sphinx-build -W --keep-going docs docs/_build/html`, or `just docs`. Nothing is fetched."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

project = "headwater"
author = "The headwater authors"
copyright = "the headwater authors"
release = version = version_of("headwater")

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "generated/events", "generated/errors", "generated/hooks", "generator"]
suppress_warnings = ["myst.strikethrough"]

html_theme = "furo"
html_title = f"headwater {release}"
html_copy_source = False
html_show_sphinx = False
# Fonts and scripts come with the theme; nothing is loaded from elsewhere.
html_theme_options = {"navigation_with_keys": True}


def setup(app: Any) -> None:
    """Writes the generated pages before the sources are looked for."""
    import generator

    app.connect("config-inited", lambda *_: generator.write(HERE / "generated"))
