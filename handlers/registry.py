"""Fills the registry with what diagrams may name: handlers, by importing them, and roles.

Beside them, each capability's `reactions` to what operators do to an instance are registered.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from engine.service_tasks import REGISTRY, Registry
from handlers.accounts.roles import ROLES

CAPABILITIES = (
    "accounts",
    "catalogue",
    "enterprises",
    "rosters",
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
        for part in ("service_tasks", "reactions"):
            module = f"handlers.{name}.{part}"
            if find_spec(module):
                import_module(module)
    REGISTRY.roles = frozenset(ROLES)
    return REGISTRY
