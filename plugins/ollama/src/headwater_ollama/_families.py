"""Families of models that Ollama serves: whether they think, and how they are told to.

A server says what a model can do when asked (`manage.show`); these are for those who do not ask. A model
that nobody knows may be asked to think, and its server refuses where it cannot. Source: wire/ollama-chat
sections 2 and 6 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SWITCH: Mapping[str, str] = dict.fromkeys(("minimal", "low", "medium", "high", "xhigh", "max"), "on")
"""Levels of a model that thinks or does not: every one is `true`."""

DEFAULTS: Mapping[str, Any] = {
    "reasoning": True,
    "levels": {"off": "off", **SWITCH},
    "input": ("text", "image"),
}

_SILENT: Mapping[str, Any] = {"reasoning": False, "levels": {}}
_BLIND: Mapping[str, Any] = {"input": ("text",)}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    # Takes grades, and cannot be stopped.
    "gpt-oss": {**_BLIND, "levels": {"minimal": "low", "low": "low", "medium": "medium", "high": "high"}},
    "deepseek-r1": _BLIND,
    "qwen3": _BLIND,
    "qwen3-vl": {"input": ("text", "image")},
    "qwen3-coder": {**_SILENT, **_BLIND},
    "qwen2": {**_SILENT, **_BLIND},
    "qwen2.5vl": {**_SILENT, "input": ("text", "image")},
    "llama2": {**_SILENT, **_BLIND},
    "llama3": {**_SILENT, **_BLIND},
    "llama3.2-vision": {**_SILENT, "input": ("text", "image")},
    "llama4": _SILENT,
    "llava": _SILENT,
    "codellama": {**_SILENT, **_BLIND},
    "gemma:": {**_SILENT, **_BLIND},
    "gemma2": {**_SILENT, **_BLIND},
    "gemma3": _SILENT,
    "mistral": {**_SILENT, **_BLIND},
    "mistral-small3": _SILENT,
    "mixtral": {**_SILENT, **_BLIND},
    "phi3": {**_SILENT, **_BLIND},
    "phi4": {**_SILENT, **_BLIND},
    "phi4-reasoning": {"reasoning": True, **_BLIND},
    "phi4-mini-reasoning": {"reasoning": True, **_BLIND},
}
"""Beginning of an id and what its family is like; the longest beginning wins."""
