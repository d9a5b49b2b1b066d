"""The engine's own kinds of jobs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from engine import instances, messages, operations, outside, process_starts, timers
from engine.actor import SYSTEM
from engine.errors import Conflict, NotFound, VersionConflict
from engine.jobs import JobTable
from engine.operations import batches
from engine.operations.retry import failed_instance
from engine.runtime import Runtime, Work
from engine.values import from_json


def register(table: JobTable, runtime: Runtime) -> None:
    """Adds the engine's jobs to a worker's table."""

    def call_outside(task_id: str) -> None:
        outside.call(runtime, UUID(task_id))

    def fire_timers(due: list[list[str]]) -> None:
        timers.fire_together(runtime, [(UUID(task_id), element) for task_id, element in due])

    def deliver_message(message_id: str) -> None:
        messages.deliver(runtime, UUID(message_id))

    def start_process(process_id: str, instance_id: str, data: Any, begin: str = "") -> None:
        def act(work: Work) -> None:
            given, identity = from_json(data), UUID(instance_id)
            instances.start(work, process_id, given, instance_id=identity, begin=begin)

        try:
            runtime.run(SYSTEM, act)
        except Conflict:
            return

    def start_due(process_id: str, element: str) -> None:
        process_starts.start_due(runtime, process_id, element)

    def retry(task_id: str) -> None:
        def act(work: Work) -> None:
            failed = UUID(task_id)
            instance_id = failed_instance(work, failed)
            operations.apply(work, instance_id, operations.Retry(failed), reason="自动重试")

        try:
            runtime.run(SYSTEM, act)
        except VersionConflict:
            raise
        except (Conflict, NotFound):
            return

    def operate(batch: str) -> None:
        batches.run_piece(runtime, UUID(batch))

    table.add(batches.JOB, operate)
    table.add("engine.call_outside", call_outside, queue="outside")
    table.add("engine.fire_timers", fire_timers)
    table.add("engine.deliver_message", deliver_message)
    table.add("engine.start_process", start_process)
    table.add("engine.start_due", start_due)
    table.add("engine.retry", retry)
