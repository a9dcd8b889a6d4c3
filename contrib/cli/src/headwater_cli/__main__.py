"""`python -m headwater_cli` is `headwater`."""

from __future__ import annotations

from . import main

if __name__ == "__main__":
    main()
