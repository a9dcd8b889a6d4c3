"""Records what providers send, byte for byte and with its timing, and plays it back.

`Recorder` stands under a hub's clients; what it writes are the cassettes of `headwater.testing`,
without secrets. `provider` is what is installed: the models `replay/PATH`.
"""

from __future__ import annotations

from ._recorder import Recorder
from ._replay import ReplayProvider, provider
from ._secrets import SecretLeft

__all__ = ["Recorder", "ReplayProvider", "SecretLeft", "provider"]
