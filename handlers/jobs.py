"""Every capability's own kinds of jobs: `handlers/<capability>/jobs.py` with `register`."""

from __future__ import annotations

from importlib import import_module, util

from engine.jobs import JobTable
from engine.runtime import Runtime
from handlers.registry import CAPABILITIES


def register(table: JobTable, runtime: Runtime) -> None:
    """Adds the district's jobs to a worker's table."""
    for name in CAPABILITIES:
        if util.find_spec(f"handlers.{name}.jobs"):
            import_module(f"handlers.{name}.jobs").register(table, runtime)
