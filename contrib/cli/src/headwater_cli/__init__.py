"""The `headwater` command.

Nothing of headwater is imported before a command needs it: `headwater --help` loads no
HTTP stack, no event loop and no plugin.
"""

from __future__ import annotations


def main() -> None:
    """Runs the command line; leaves with its exit code.

    0: all went well. 1: an answer, a recorded stream or a plugin failed. 2: what was asked for
    cannot be done, nothing was sent. 130: ended by Ctrl-C.
    """
    from ._app import app
    from ._output import prepare_output

    prepare_output()
    app(prog_name="headwater")


__all__ = ["main"]
