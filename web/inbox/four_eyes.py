"""Says before a batch is signed that the same person may not sign twice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.runtime import Work
from handlers.accounts.roles import CHECKER, RELEASER
from handlers.payouts import batches
from handlers.payouts.tables import payment_batch


def require(work: Work, task: Any) -> None:
    """Raises NotAllowed if the actor already had a hand in the batch that a task is about.

    The handler refuses too, but only by an incident.
    """
    if task.role not in (CHECKER, RELEASER):
        return
    batch_id = work.connection.scalar(
        select(payment_batch.c.id).where(payment_batch.c.instance_id == task.instance_id)
    )
    if batch_id is not None:
        batches.require_other_person(work, batch_id)
