"""The one door from the web to operations: who may do them is asked here, on every way in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Row

from engine import declared, instances, messages, operations, process_starts
from engine.errors import InvalidInput, NotAllowed
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


def start(
    work: Work, process: str, data: dict[str, Any], business_key: str, request: str | None
) -> UUID:
    """`instances.start`, for operators. Raises InvalidInput that names a wrong field."""
    require_operator(work)
    if not process:
        raise InvalidInput(fields={"process": _("请写明流程的编号")})
    data = declared.start_data(work, process, data)
    return instances.start(work, process, data, business_key, request=request)


def tell(work: Work, data: dict[str, Any], request: str | None) -> list[UUID]:
    """`process_starts.tell`, for operators: the instances whose processes begin by it."""
    require_operator(work)
    return process_starts.tell(work, data, request)


def send(
    work: Work,
    name: str,
    payload: dict[str, Any],
    *,
    key: str = "",
    business_key: str | None = None,
    guard: str | None = None,
    time_to_live: timedelta | None = None,
    request: str | None = None,
) -> tuple[Row[Any], bool]:
    """`messages.send`, for operators: the message (as of `messages.get`) and whether it was sent.

    One whose `guard` was used before is not sent; it gets the first one. Raises InvalidInput that
    names a wrong field.
    """
    require_operator(work)
    if not name:
        raise InvalidInput(fields={"name": _("请写明消息的名称")})
    if bool(key) == bool(business_key):
        raise InvalidInput(fields={"key": _("请在 key 与 business_key 中恰好写明一个")})
    payload = declared.payload(work.runtime.registry, name, payload)
    found = messages.send(
        work, name, key, payload, guard, time_to_live, request, business_key or None
    )
    if found is None:
        return messages.of_guard(work, guard or ""), False
    return messages.get(work, found), True


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


def message_json(work: Work, row: Row[Any]) -> dict[str, Any]:
    """A message and what has become of it, without its payload, as plain JSON values."""
    return {
        "id": str(row.id),
        "name": row.name,
        "key": row.key,
        "business_key": row.business_key,
        "status": messages.fate(work, row),
        "sent_at": row.sent_at.isoformat(),
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        "delivered_at": row.delivered_at.isoformat() if row.delivered_at else None,
        "instance": str(row.instance_id) if row.instance_id else None,
    }


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
