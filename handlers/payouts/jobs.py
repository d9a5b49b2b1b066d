"""The jobs of the payouts: calling those whose turn has come."""

from __future__ import annotations

from engine.actor import SYSTEM
from engine.jobs import JobTable
from engine.runtime import Runtime
from handlers.payouts import queue


def register(table: JobTable, runtime: Runtime) -> None:
    """Adds `payouts.call_next` to a worker's table."""

    def call_next(policy_id: str) -> None:
        runtime.run(SYSTEM, lambda work: queue.call_next(work, policy_id))

    table.add("payouts.call_next", call_next)
