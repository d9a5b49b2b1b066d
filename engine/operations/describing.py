"""One instance as plain JSON: where it stands, what it waits for, its data and its version."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from engine import instances
from engine.operations.preview import items, token_json
from engine.runtime import Work
from engine.spiff import tokens
from engine.values import from_json, to_json


def described(work: Work, instance_id: UUID) -> dict[str, Any]:
    """What an operator has to know before an operation. Raises NotFound."""
    row = instances.get(work, instance_id)
    data, here = from_json(row.outcome or {}), []
    if row.state is not None:
        run = instances.restore(work, row)
        data, here = run.current_data(), tokens.held(run)
    return {
        "id": str(row.id),
        "process": row.process_id,
        "release": row.release_id,
        "business_key": row.business_key,
        "status": row.status,
        "version": row.lock_version,
        "started_at": row.started_at.isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "tokens": [token_json(token) for token in here],
        "waits": [item.as_json() for item in items(work, instance_id, {})],
        "data": to_json(data),
    }
