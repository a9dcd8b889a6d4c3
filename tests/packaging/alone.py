"""Run in an environment with one plugin: `alone.py PLUGIN...` says what of it does not work there.

Each argument is an entry point of a provider. It must be listed, load, describe a model and make a request, without
a network and without any vendor's own library. Prints a JSON list of problems.
"""

import json
import sys

VENDORS = {"anthropic", "boto3", "cohere", "google.genai", "mistralai", "ollama", "openai", "litellm", "langchain"}
SETTINGS = {
    "AWS_REGION": "us-east-1",
    "AZURE_OPENAI_ENDPOINT": "https://example.openai.azure.com",
    "GOOGLE_CLOUD_PROJECT": "example",
    "GOOGLE_CLOUD_LOCATION": "europe-west4",
}

REFUSES = {"replay"}
"""Providers that refuse any id that nobody has recorded, and say so."""


def problems(names: list[str], modules: list[str]) -> list[str]:
    """What does not work."""
    import importlib

    from headwater import Hub, UnknownModel

    found: list[str] = []
    for module in modules:
        importlib.import_module(module)
    hub = Hub(environ=SETTINGS)
    for name in names:
        if name not in hub.providers():
            found.append(f"{name} is not listed")
            continue
        try:
            wire = hub.request(f"{name}/any", "Why is the sky blue?")
            if not isinstance(wire.body, bytes):
                found.append(f"{name} makes no request")
        except UnknownModel as error:
            found += [] if name in REFUSES else [f"{name}: {error}"]
        except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
            found.append(f"{name}: {type(error).__name__}: {error}")
    found += [f"{vendor} was imported" for vendor in sorted(VENDORS & set(sys.modules))]
    return found


if __name__ == "__main__":
    names, modules = sys.argv[1].split(","), sys.argv[2].split(",")
    print(json.dumps(problems([name for name in names if name], modules)))
