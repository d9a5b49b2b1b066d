"""Fills the table of handlers: imports every capability's service tasks."""

from __future__ import annotations

from importlib import import_module, util

CAPABILITIES = (
    "cases", "catalogue", "deadlines", "eligibility", "enterprises", "funds", "notices", "payouts",
    "routing",
)  # fmt: skip


def load() -> None:
    """Registers the service tasks of every capability; safe to call again."""
    for name in CAPABILITIES:
        if util.find_spec(f"handlers.{name}.service_tasks"):
            import_module(f"handlers.{name}.service_tasks")
