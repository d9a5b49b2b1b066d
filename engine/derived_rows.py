"""The rows that follow from an instance's state: user tasks, timers, message waits, outside calls.

What an instance waits for now is compared with what the database says, and the difference written.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from engine import posting
from engine.calendar import is_built_in
from engine.changes import Changes
from engine.history import Entry
from engine.runtime import Work
from engine.spiff.run import MessageWanted, OutsideCall, PersonWanted, TimerArmed, Waiting
from engine.standings import WaitingRows
from engine.values import to_json


class Derived:
    """What the rows of some instances will be, gathered into `changes`; jobs follow from it."""

    def __init__(self, work: Work, changes: Changes) -> None:
        self.work, self.changes = work, changes
        self._waits: list[UUID] = []
        self._calls: list[UUID] = []

    def follow(self, instance_id: UUID, waiting: Waiting, rows: WaitingRows) -> list[Entry]:
        """Takes what an instance waits for now; returns the history of it."""
        self._timers(instance_id, waiting.timers, rows)
        self._message_waits(instance_id, posting.waits_of(waiting), rows)
        self._outside_calls(instance_id, waiting.calls, waiting.failed, rows)
        return self._user_tasks(instance_id, waiting.people, rows)

    def ask_jobs(self) -> None:
        """Once the rows are written: jobs for the new calls, and for messages that are there already."""
        self.work.defer_all(
            "engine.call_outside", [{"task_id": str(one)} for one in self._calls], queue="outside"
        )
        if self._waits:
            found = posting.buffered(self.work, self._waits)
            self.work.defer_all("engine.deliver_message", [{"message_id": str(m)} for m in found])

    def _user_tasks(
        self, instance_id: UUID, people: list[PersonWanted], rows: WaitingRows
    ) -> list[Entry]:
        wanted = {person.task_id for person in people}
        gone = [task_id for task_id in rows.user_tasks if task_id not in wanted]
        for task_id in gone:
            self.changes.add("withdraw_task", id=task_id, ended_at=self.work.now)
        fresh = [person for person in people if person.task_id not in rows.user_tasks]
        for person in fresh:
            self.changes.add("open_task", **_user_task(self.work, instance_id, person))
        return [
            *(Entry("withdrawn", *rows.user_tasks[task_id], task_id) for task_id in gone),
            *map(_assigned, fresh),
        ]

    def _timers(self, instance_id: UUID, armed: list[TimerArmed], rows: WaitingRows) -> None:
        for task_id, element in _gone(rows.timers, armed):
            self.changes.add("drop_timer", task_id=task_id, element=element)
        for found in armed:
            if (found.task_id, found.element) not in rows.timers:
                self.changes.add(
                    "arm_timer",
                    task_id=found.task_id,
                    element=found.element,
                    instance_id=instance_id,
                    due_at=found.due,
                    due_provisional=is_provisional(self.work, found.due),
                    armed_at=self.work.now,
                )

    def _message_waits(
        self, instance_id: UUID, wanted: list[MessageWanted], rows: WaitingRows
    ) -> None:
        for task_id, element in _gone(rows.waits, wanted):
            self.changes.add("end_wait", task_id=task_id, element=element)
        for found in wanted:
            if (found.task_id, found.element) not in rows.waits:
                self._waits.append(found.task_id)
                self.changes.add(
                    "wait",
                    task_id=found.task_id,
                    element=found.element,
                    instance_id=instance_id,
                    name=found.name,
                    key=found.key,
                )

    def _outside_calls(
        self, instance_id: UUID, calls: list[OutsideCall], failed: set[UUID], rows: WaitingRows
    ) -> None:
        for task_id in rows.calls - {call.task_id for call in calls} - failed:
            self.changes.add("cancel_call", task_id=task_id)
        for call in calls:
            if call.arguments is not None:
                self._calls.append(call.task_id)
                self.changes.add("call", **_outside_call(self.work, instance_id, call))


def is_provisional(work: Work, due: datetime | None) -> bool:
    """Whether a due instant rests on a year whose holiday notice is not known."""
    if due is None:
        return False
    years = range(work.now.year, due.year + 1)
    return not all(is_built_in(y) or work.calendar.knows(y) for y in years)


def _gone(
    known: set[tuple[UUID, str]], wanted: Iterable[TimerArmed | MessageWanted]
) -> set[tuple[UUID, str]]:
    return known - {(found.task_id, found.element) for found in wanted}


def _assigned(person: PersonWanted) -> Entry:
    group = {"role": person.role, "department": person.department}
    return Entry("assigned", person.element, person.name, person.task_id, group)


def _user_task(work: Work, instance_id: UUID, person: PersonWanted) -> dict[str, Any]:
    return {
        "id": person.task_id,
        "instance_id": instance_id,
        "element": person.element,
        "name": person.name,
        "role": person.role,
        "department": person.department,
        "form": person.form,
        "instructions": person.instructions,
        "status": "open",
        "due_at": person.due,
        "due_provisional": is_provisional(work, person.due),
        "created_at": work.now,
    }


def _outside_call(work: Work, instance_id: UUID, call: OutsideCall) -> dict[str, Any]:
    checked = work.runtime.registry.get(call.handler).arguments(call.arguments or {})
    return {
        "task_id": call.task_id,
        "instance_id": instance_id,
        "element": call.element,
        "handler": call.handler,
        "arguments": to_json({k: str(v) if isinstance(v, UUID) else v for k, v in checked.items()}),
        "idempotency_key": f"{instance_id}:{call.task_id}",
        "status": "waiting",
        "attempts": 0,
        "created_at": work.now,
    }
