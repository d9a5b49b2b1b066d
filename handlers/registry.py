"""Fills the registry: importing a capability's `service_tasks` registers what diagrams may call."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from engine.service_tasks import REGISTRY, Registry

CAPABILITIES = (
    "accounts",
    "catalogue",
    "enterprises",
    "eligibility",
    "cases",
    "routing",
    "deadlines",
    "funds",
    "payouts",
    "notices",
)


def load() -> Registry:
    """Imports every capability's service tasks and returns the full registry. Safe to repeat."""
    for name in CAPABILITIES:
        module = f"handlers.{name}.service_tasks"
        if find_spec(module):
            import_module(module)
    return REGISTRY
