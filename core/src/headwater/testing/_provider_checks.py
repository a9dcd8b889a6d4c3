"""What a provider's plugin must hold to beside reading its answers: one check for each promise."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from headwater import ProviderError, RequestError
from headwater.testing._handoffs import check_handoff
from headwater.testing._hooks import check_pure
from headwater.testing._imports import check_imports
from headwater.testing._provider import Provider, ProviderCheck
from headwater.testing._requests import check_capabilities, check_options


def check_registered(provider: Provider) -> None:
    """The plugin is found by its name, loads, and describes a model."""
    hub = provider.make_hub()
    try:
        provider.model(hub)
    except (ProviderError, RequestError) as error:
        provider.fail("registered", f"provider {provider.name!r}", str(error), error)


PROVIDER_CHECKS: Mapping[str, ProviderCheck] = MappingProxyType(
    {
        "registered": check_registered,
        "imports": check_imports,
        "pure": check_pure,
        "options": check_options,
        "capabilities": check_capabilities,
        "handoff": check_handoff,
    }
)
"""Every check of a provider by its name."""
