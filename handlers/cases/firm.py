"""What a firm may do with its running case: take it back, object."""

from __future__ import annotations

import hashlib
from typing import TypedDict
from uuid import UUID

from sqlalchemy import select

from engine import messages
from engine.errors import Conflict, InvalidInput, NotAllowed
from engine.runtime import Work
from engine.tables import message_wait
from handlers.accounts.roles import (
    APPROVAL_BUREAU,
    CLERK,
    ENTERPRISE_ROLES,
    enterprise_unit,
)
from handlers.cases import case_files
from handlers.notices import public


class Withdrawal(TypedDict):
    """What the message `withdrawal` carries."""

    reason: str


class Objection(TypedDict):
    """What the message `objection` carries."""

    text: str


def withdraw(work: Work, case_id: UUID, reason: str) -> None:
    """Takes an application back before it is decided; the diagram does the rest.

    The firm's own people may do it, or the window for them. Raises Conflict once it is too late.
    """
    case = case_files.get(work, case_id)
    _require_firm_or_window(work, case.enterprise_id)
    _require_waiting(work, "withdrawal", case_id, "这个办件已经作出决定或已办结,不能撤回")
    messages.send(
        work, "withdrawal", str(case_id), {"reason": reason.strip()}, guard=f"withdrawal:{case_id}"
    )


def object(work: Work, case_id: UUID, text: str) -> None:
    """Objects to an account to be paid to, or to what a public notice says.

    Raises InvalidInput without a text, Conflict when nobody may object at this moment.
    """
    if not text.strip():
        raise InvalidInput(fields={"text": "请写明异议的内容和理由"})
    case_files.get(work, case_id)
    _require_waiting(work, "objection", case_id, "这个办件现在不在可以提出异议的阶段")
    # The same words twice are one objection (a double click).
    mark = hashlib.sha256(text.strip().encode()).hexdigest()[:16]
    fresh = messages.send(
        work, "objection", str(case_id), {"text": text.strip()}, guard=f"objection:{case_id}:{mark}"
    )
    if fresh:
        public.mark_objected(work, case_id, text.strip())


def _require_firm_or_window(work: Work, enterprise_id: UUID) -> None:
    unit = enterprise_unit(enterprise_id)
    allowed = any(work.actor.holds(unit, role) for role in ENTERPRISE_ROLES)
    if not allowed and not work.actor.holds(APPROVAL_BUREAU, CLERK):
        raise NotAllowed("只有本企业的人员或惠企专窗可以撤回申请")


def _require_waiting(work: Work, name: str, case_id: UUID, sentence: str) -> None:
    waiting = work.connection.scalar(
        select(message_wait.c.task_id)
        .where(message_wait.c.name == name, message_wait.c.key == str(case_id))
        .limit(1)
    )
    if waiting is None:
        raise Conflict(sentence)
