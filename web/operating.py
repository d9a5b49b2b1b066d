"""The one door from the web to operations: who may do them is asked here, on every way in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from engine import operations
from engine.errors import NotAllowed
from engine.operations import Operation, Preview, batches, drafts
from engine.runtime import Work
from handlers.accounts.roles import (
    ANALYST,
    ANALYST_APPROVER,
    AUDITOR,
    MANAGER,
    SYSTEM_ADMINISTRATOR,
)

READERS = (MANAGER, AUDITOR, ANALYST, ANALYST_APPROVER, SYSTEM_ADMINISTRATOR)
OPERATORS = (ANALYST_APPROVER, SYSTEM_ADMINISTRATOR)


def may_operate(work: Work) -> bool:
    """Whether the actor may do operations."""
    return work.actor.has_role(*OPERATORS)


def require_operator(work: Work) -> None:
    """Raises NotAllowed unless the actor may do operations."""
    if not may_operate(work):
        raise NotAllowed


def preview(work: Work, instance_id: UUID, operation: Operation) -> Preview:
    """`operations.preview`, for operators."""
    require_operator(work)
    return operations.preview(work, instance_id, operation)


def apply(
    work: Work,
    instance_id: UUID,
    operation: Operation,
    *,
    reason: str,
    expected_version: int | None = None,
) -> Preview:
    """`operations.apply`, for operators."""
    require_operator(work)
    return operations.apply(
        work, instance_id, operation, reason=reason, expected_version=expected_version
    )


def start_batch(
    work: Work,
    operation: Operation,
    instance_ids: Iterable[UUID],
    *,
    reason: str,
    dry: bool = False,
) -> UUID:
    """`batches.start`, for operators."""
    require_operator(work)
    return batches.start(work, operation, instance_ids, reason=reason, dry=dry)


def stop_batch(work: Work, batch_id: UUID) -> None:
    """`batches.stop`, for operators."""
    require_operator(work)
    batches.stop(work, batch_id)


def discard_draft(work: Work, path: str, *, reason: str, expected_version: int | None) -> None:
    """`drafts.discard`, for operators."""
    require_operator(work)
    drafts.discard(work, path, reason=reason, expected_version=expected_version)


def batch_json(found: batches.Progress) -> dict[str, Any]:
    """A batch's progress as plain JSON values."""
    return {
        "id": str(found.id),
        "operation": found.operation,
        "arguments": found.arguments,
        "reason": found.reason,
        "dry": found.dry,
        "created_at": found.created_at.isoformat(),
        "created_by": found.created_by,
        "ended_at": found.ended_at.isoformat() if found.ended_at else None,
        "stopped": found.stopped_at is not None,
        "total": found.total,
        "waiting": found.waiting,
        "done": found.done,
        "refused": found.refused,
    }
