"""What is installed, plugin by plugin; one that is broken is described and leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

from headwater import Hub, Model, ProviderError, RequestError, UnknownModel
from headwater.hookspecs import APIS, PROVIDERS

ANY_MODEL = "any"
"""An id for questions that concern all models of a provider."""

MOCK = "mock"
"""The provider whose answers are made up."""


@frozen
class Plugin:
    """One name in one entry-point group: who offers it and whether it works.

    `distributions` carry their version. `variables` may hold its key, in the order in which
    they are looked at; empty: it needs none. `problem` says what is wrong and what to do.
    `needs` says in words what it must have before it can be asked, where that is no variable of a key.
    `models` counts those of its catalogue, which is of the day `dated`. `here` is a model that answers in this
    process and needs no key.
    """

    name: str
    distributions: Sequence[str]
    variables: Sequence[str] = ()
    problem: str | None = None
    models: int = 0
    dated: str | None = None
    needs: str | None = None
    here: str | None = None

    def keys(self, environ: Mapping[str, str]) -> list[str]:
        """The variables that are set."""
        return [name for name in self.variables if environ.get(name, "").strip()]


def list_names(hub: Hub, group: str = PROVIDERS) -> list[Plugin]:
    """The plugins of a group by name; reads metadata only."""
    return [Plugin(name, hub.registry.distributions(name, group)) for name in hub.registry.names(group)]


def list_withheld(hub: Hub) -> list[str]:
    """Names of providers and apis that are installed and may not load; reads metadata only."""
    return sorted({*hub.registry.withheld(PROVIDERS), *hub.registry.withheld(APIS)})


def examine_providers(hub: Hub) -> list[Plugin]:
    """The providers, each loaded and asked for the variables of its key."""
    return [_examine_provider(hub, plugin) for plugin in list_names(hub)]


def examine_apis(hub: Hub) -> list[Plugin]:
    """The apis, each loaded."""
    return [_examine(plugin, lambda name: hub.registry.load(name, APIS)) for plugin in list_names(hub, APIS)]


def _examine_provider(hub: Hub, plugin: Plugin) -> Plugin:
    found: list[Model] = []
    examined = _examine(plugin, lambda name: found.append(describe(hub, name)))
    if not found:
        return examined
    model = found[0]
    problem = None
    if model.api not in hub.registry.names(APIS):
        problem = (
            f"provider {plugin.name!r} of {_offers(plugin)} speaks {model.api}, which no installed package offers;"
            " install the package of that api"
        )
    variables = [credential.env for credential in model.auth.credentials if credential.env]
    info = hub.catalogue(plugin.name)
    own = "needs credentials of its own, or key=" if model.auth.credentials and not variables else None
    here = str(model) if hub.models(plugin.name) and is_local(model) and not model.auth.credentials else None
    return Plugin(
        plugin.name, plugin.distributions, variables, problem or info.problem, info.models, info.date, own, here
    )


def is_local(model: Model) -> bool:
    """Whether a model answers in this process: nothing can be sent to where it is."""
    return not model.base_url.startswith(("http://", "https://"))


def find_local(plugins: Sequence[Plugin]) -> str | None:
    """A model that can be asked without a key or a server, other than the mock provider's."""
    return next((plugin.here for plugin in plugins if plugin.here and plugin.name != MOCK and not plugin.problem), None)


def describe(hub: Hub, provider: str) -> Model:
    """The model that stands for all of a provider; raises what its plugin raises."""
    known = hub.models(provider)
    return hub.model(f"{provider}/{known[0] if known else ANY_MODEL}")


def _examine(plugin: Plugin, look: Callable[[str], object]) -> Plugin:
    """The plugin with its problem, where looking at it shows one."""
    try:
        look(plugin.name)
    except ProviderError as error:
        return Plugin(plugin.name, plugin.distributions, problem=str(error))
    except UnknownModel:
        pass  # it works, and has no model for any id
    except RequestError as error:  # it works, and must be told more before it can describe a model
        return Plugin(plugin.name, plugin.distributions, needs=str(error))
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises is said of that plugin
        words = f"{plugin.name!r} of {_offers(plugin)} raised {type(error).__name__}: {error}; report it to its author"
        return Plugin(plugin.name, plugin.distributions, problem=words)
    return plugin


def _offers(plugin: Plugin) -> str:
    return " and ".join(plugin.distributions) or "this process"
