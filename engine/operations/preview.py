"""What an operation does, in words and lists: the same before and after it is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select

from engine.runtime import Work
from engine.sentence import Sentence
from engine.spiff.tokens import Token
from engine.tables import incident, message_wait, outside_call, timer, user_task
from engine.values import to_json


@dataclass(frozen=True)
class Item:
    """Something an instance waits for. `kind` is task, timer, message, call or incident."""

    kind: str
    task_id: UUID
    element: str
    name: str
    due: datetime | None = None
    assignee: str | None = None
    role: str = ""
    department: str = ""
    typed: bool = False
    """Whether somebody has typed a part of the answer already."""
    cause: str = ""
    """Of an incident: what went wrong."""

    @property
    def key(self) -> tuple[str, UUID, str]:
        return self.kind, self.task_id, self.element

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "task_id": str(self.task_id),
            "element": self.element,
            "name": self.name,
            "due": self.due.isoformat() if self.due else None,
            "assignee": self.assignee,
            "role": self.role,
            "department": self.department,
            "typed": self.typed,
            "cause": self.cause,
        }


@dataclass
class Preview:
    """What will happen, or has happened. Nothing happens while there are refusals.

    `version` is the instance's as it was seen; give it to `apply` as `expected_version`.
    """

    operation: str
    instance_id: UUID
    version: int
    status_before: str
    status_after: str = ""
    taken: list[Token] = field(default_factory=list)
    placed: list[Token] = field(default_factory=list)
    removed: list[Item] = field(default_factory=list)
    kept: list[Item] = field(default_factory=list)
    added: list[Item] = field(default_factory=list)
    changed: dict[str, Any] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    """Names of data that are no longer there."""
    effects: list[Sentence] = field(default_factory=list)
    warnings: list[Sentence] = field(default_factory=list)
    refusals: list[Sentence] = field(default_factory=list)

    @property
    def allowed(self) -> bool:
        return not self.refusals

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; data in tagged form (`engine.values`)."""
        return {
            "operation": self.operation,
            "instance_id": str(self.instance_id),
            "version": self.version,
            "allowed": self.allowed,
            "status_before": self.status_before,
            "status_after": self.status_after,
            "taken": [token_json(t) for t in self.taken],
            "placed": [token_json(t) for t in self.placed],
            **{name: [i.as_json() for i in getattr(self, name)] for name in _ITEMS},
            "changed": to_json(self.changed),
            "dropped": self.dropped,
            **{name: [s.as_json() for s in getattr(self, name)] for name in _SENTENCES},
        }


_ITEMS = ("removed", "kept", "added")
_SENTENCES = ("effects", "warnings", "refusals")


def token_json(token: Token) -> dict[str, Any]:
    """A token as plain JSON values."""
    return {
        "task_id": str(token.task_id),
        "scope": str(token.scope or ""),
        "place": token.place,
        "element": token.element,
        "name": token.name,
        "process": token.process,
        "kind": token.kind,
    }


def items(work: Work, instance_id: UUID, names: dict[str, str]) -> list[Item]:
    """What an instance's rows wait for."""

    def rows(table: Table, *conditions: Any) -> Any:
        return work.connection.execute(
            select(table).where(table.c.instance_id == instance_id, *conditions)
        )

    def named(element: str) -> str:
        return names.get(element, element)

    found = [
        Item(
            "task", r.id, r.element, r.name, r.due_at, r.assignee, r.role, r.department,
            bool(r.saved_answer),
        )
        for r in rows(user_task, user_task.c.status == "open")
    ]  # fmt: skip
    found += [Item("timer", r.task_id, r.element, named(r.element), r.due_at) for r in rows(timer)]
    found += [Item("message", r.task_id, r.element, named(r.element)) for r in rows(message_wait)]
    calls = rows(outside_call, outside_call.c.status == "waiting")
    found += [Item("call", r.task_id, r.element, named(r.element)) for r in calls]
    live = rows(incident, incident.c.status != "resolved")
    found += [Item("incident", r.task_id, r.element, named(r.element), cause=r.cause) for r in live]
    return sorted(found, key=lambda i: (i.kind, i.element, str(i.task_id)))


def compare(preview: Preview, before: list[Item], after: list[Item]) -> None:
    """Writes what goes, stays and comes."""
    known, wanted = {i.key for i in before}, {i.key for i in after}
    preview.removed = [i for i in before if i.key not in wanted]
    preview.kept = [i for i in after if i.key in known]
    preview.added = [i for i in after if i.key not in known]


def warn_of_failures(preview: Preview, retried: UUID | None) -> None:
    """Warns of what fails at once: new incidents, and the one that was retried."""
    again = [i for i in preview.kept if i.task_id == retried]
    for one in (*preview.added, *again):
        if one.kind == "incident":
            preview.warnings.append(
                Sentence(
                    f"“{one.name}”会立即出错: {one.cause}",
                    f"“{one.name}” fails at once: {one.cause}",
                )
            )
