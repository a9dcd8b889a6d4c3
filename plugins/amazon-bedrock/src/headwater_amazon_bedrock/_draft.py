"""A ConverseStream request while it is written."""

from __future__ import annotations

from typing import Any, Literal

from attrs import define, field

from headwater import Context, Model, Note

from ._compat import ConverseCompat
from ._options import ConverseOptions


@define
class Draft:
    """One request in the making: what is asked of whom, and what is written of it so far.

    `fields` are the model's own, beside Converse (`additionalModelRequestFields`).
    """

    model: Model
    compat: ConverseCompat
    context: Context
    options: ConverseOptions
    body: dict[str, Any] = field(factory=dict[str, Any])
    fields: dict[str, Any] = field(factory=dict[str, Any])
    notes: list[Note] = field(factory=list[Note])

    def note(self, action: Literal["changed", "dropped", "added"], path: str, reason: str) -> None:
        """Notes what is not sent as it was asked."""
        self.notes.append(Note(action, path, reason))

    def dropped(self, name: str, reason: str) -> None:
        """Notes an option that is left out."""
        self.note("dropped", f"options.{name}", reason)

    def infer(self, **settings: Any) -> None:
        """Adds to `inferenceConfig`."""
        self.body["inferenceConfig"] = {**self.body.get("inferenceConfig", {}), **settings}

    def output(self, **settings: Any) -> None:
        """Adds to `outputConfig`."""
        self.body["outputConfig"] = {**self.body.get("outputConfig", {}), **settings}
