"""What the tests of Copilot share: helpers beside this file."""

from __future__ import annotations

import sys
from pathlib import Path

# Under importlib mode a test cannot import its neighbour; the helpers `copilot_*` are for all of them.
sys.path.insert(0, str(Path(__file__).parent))
