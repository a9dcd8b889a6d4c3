"""What a failure becomes: one line on standard error, and an exit code."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import typer

from ._output import complain, give_up_output, remark

FAILED = 1
"""An answer, a recorded stream or a plugin failed."""

REFUSED = 2
"""What was asked for cannot be done; nothing was sent."""

INTERRUPTED = 130
"""Ended by Ctrl-C (128 and the number of SIGINT, as shells have it)."""


@contextmanager
def explained() -> Generator[None, None, None]:
    """Inside, headwater's errors, output that cannot be written, and Ctrl-C end the program with one line
    and their exit code. A reader that left is no error: then it ends without a word.
    """
    from headwater.errors import HeadwaterError, StreamError

    try:
        yield
    except StreamError as error:
        complain(error)
        raise typer.Exit(FAILED) from error
    except HeadwaterError as error:
        complain(error)
        raise typer.Exit(REFUSED) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        complain(f"input or output failed: {error.strerror or error}")
        give_up_output()
        raise typer.Exit(FAILED) from error
    except KeyboardInterrupt as error:
        remark("interrupted")
        raise typer.Exit(INTERRUPTED) from error
