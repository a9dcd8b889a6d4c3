"""A model bound to a hub: the simplest of what can be asked (`Askable`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ._asking import Prompt
from ._messages import AssistantMessage
from ._model import Capabilities, Model

if TYPE_CHECKING:
    from ._hub import Hub
    from ._stream import Stream
    from ._sync import SyncStream


class BoundModel:
    """A model, the hub that asks it, and what is said with every request; made by `Hub.bind`."""

    def __init__(self, hub: Hub, model: Model, arguments: Mapping[str, Any]) -> None:
        self.hub = hub
        self.model = model
        self.arguments: dict[str, Any] = dict(arguments)

    @property
    def name(self) -> str:
        """The model's name, `provider/model-id`."""
        return str(self.model)

    @property
    def capabilities(self) -> Capabilities:
        """What can be asked of the model."""
        return self.hub.capabilities(self.model)

    def stream(self, prompt: Prompt, **arguments: Any) -> Stream:
        """The model's answer; takes what `Hub.stream` takes, which wins over what it was bound with."""
        return self.hub.stream(self.model, prompt, **self.arguments | arguments)

    def stream_sync(self, prompt: Prompt, **arguments: Any) -> SyncStream:
        """`stream` for plain programs."""
        return self.hub.stream_sync(self.model, prompt, **self.arguments | arguments)

    async def complete(self, prompt: Prompt, **arguments: Any) -> AssistantMessage:
        """The whole answer; raises `StreamError` (with `.partial`) when it ends badly."""
        return await self.hub.complete(self.model, prompt, **self.arguments | arguments)

    def complete_sync(self, prompt: Prompt, **arguments: Any) -> AssistantMessage:
        """`complete` for plain programs."""
        return self.hub.complete_sync(self.model, prompt, **self.arguments | arguments)

    def resume(self, cursor: Mapping[str, Any]) -> Stream:
        """The answer a `Stream.cursor` belongs to, told from its beginning; see `Hub.resume`."""
        return self.hub.resume(cursor, model=self.model, **self._for_resuming())

    def resume_sync(self, cursor: Mapping[str, Any]) -> SyncStream:
        """`resume` for plain programs."""
        return self.hub.resume_sync(cursor, model=self.model, **self._for_resuming())

    def _for_resuming(self) -> dict[str, Any]:
        return {name: said for name, said in self.arguments.items() if name in ("key", "retry", "deadlines")}

    def __repr__(self) -> str:
        return f"<BoundModel {self.name}>"
