"""A provider as the checks of its plugin look at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from attrs import frozen

from headwater import Hub, Model, ProviderError, RequestError
from headwater.testing._cases import ConformanceFailure


@frozen
class Provider:
    """A provider as the checks look at it: its name, the hub that has it, the id of a model to ask."""

    name: str
    make_hub: Callable[[], Hub]
    asked: str | None = None

    @property
    def model_id(self) -> str:
        """The id that is asked: as given, else the first of the catalogue, else `any`."""
        if self.asked is not None:
            return self.asked
        try:
            known = self.make_hub().models(self.name)
        except (ProviderError, RequestError):  # said by a check of its own, for all tests to be found
            return "any"
        return known[0] if known else "any"

    def model(self, hub: Hub) -> Model:
        """That model."""
        return hub.model(f"{self.name}/{self.model_id}")

    def models(self, hub: Hub) -> list[Model]:
        """That model, and of each further kind in the catalogue the first: another api, or thinking otherwise."""
        asked = self.model(hub)
        found = {_kind(hub, asked): asked}
        for model_id in hub.models(self.name):
            model = hub.model(f"{self.name}/{model_id}")
            found.setdefault(_kind(hub, model), model)
        return list(found.values())

    def fail(self, check: str, where: str, words: str, cause: BaseException | None = None) -> NoReturn:
        """Ends a check with what differs, and where."""
        raise ConformanceFailure(self.name, check, f"{where}: {words}") from cause


def _kind(hub: Hub, model: Model) -> tuple[object, ...]:
    """What two models may differ in so that asking one shows nothing of the other."""
    said = hub.capabilities(model)
    return model.api, said.reasoning, said.thinking


ProviderCheck = Callable[[Provider], None]
