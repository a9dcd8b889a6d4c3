"""The tests of the catalogues' maker: what they share is in catalogue_sources.py."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for the modules that tests share
