"""A request's body while it is written, with what goes beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, field, frozen

from headwater import Context, Model, Note

from ._compat import MessagesCompat
from ._options import MessagesOptions


@frozen
class MessagesBody:
    """What a request says, for any envelope.

    `body` holds `model` and `stream` as Anthropic's own endpoint wants them; `version` (None: none) and
    `betas` go into headers there, elsewhere into the body. `notes` report what was changed to fit the model.
    """

    body: Mapping[str, Any]
    version: str | None
    betas: tuple[str, ...]
    notes: tuple[Note, ...]


@define
class Draft:
    """One request in the making: what is asked of whom, and what is written of it so far."""

    model: Model
    compat: MessagesCompat
    context: Context
    options: MessagesOptions
    body: dict[str, Any] = field(factory=dict[str, Any])
    betas: list[str] = field(factory=list[str])
    notes: list[Note] = field(factory=list[Note])

    def dropped(self, name: str, reason: str) -> None:
        """Notes an option that is left out."""
        self.notes.append(Note("dropped", f"options.{name}", reason))

    def changed(self, name: str, reason: str) -> None:
        """Notes an option that is sent as something else."""
        self.notes.append(Note("changed", f"options.{name}", reason))

    def output_config(self, **fields: Any) -> None:
        """Adds to `output_config`."""
        self.body["output_config"] = {**self.body.get("output_config", {}), **fields}
