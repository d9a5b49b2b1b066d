"""The jobs of eligibility: matching, chunk by chunk, each in a transaction of its own."""

from __future__ import annotations

from uuid import UUID

from engine.actor import SYSTEM
from engine.jobs import JobTable
from engine.runtime import Runtime
from handlers.eligibility import runs


def register(table: JobTable, runtime: Runtime) -> None:
    """Adds `eligibility.match` to a worker's table."""

    def match(run_id: str) -> None:
        while runtime.run(SYSTEM, lambda work: runs.go_on(work, UUID(run_id))):
            pass

    table.add(runs.JOB, match)
