"""Keeping rosters: numbers encrypted, read with a reason that is recorded, erased after their time.

个人信息保护法, articles 6, 19, 28 and 51: no more than the purpose needs, no longer than it needs,
encrypted. The purpose is to verify the persons with the social insurance register and to pay nobody
twice. So name and number are encrypted together and readable until `KEPT` after the case has ended;
afterwards the keyed hash alone stays, without which one person could be counted again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Row, delete, func, insert, or_, select, update

from engine.errors import EngineError, InvalidInput
from engine.ids import new_id
from engine.runtime import Work
from handlers.cases.tables import application_draft, case_file, eligibility_line
from handlers.rosters import identity
from handlers.rosters.reading import Person
from handlers.rosters.tables import person_claim, roster, roster_person, roster_reading

KEPT = timedelta(days=730)  # after the end of the case: time for audit and recovery
DRAFT_KEPT = timedelta(days=90)  # after a draft was saved last
CHUNK = 500


@dataclass(frozen=True, repr=False)
class Identity:
    """A person in clear. It has no repr, so that no log shows it."""

    name: str
    number: str


def keep(work: Work, policy_id: str, persons: list[Person]) -> UUID:
    """Writes a roster; returns its id."""
    key = _key(work)
    fernet = Fernet(key)
    roster_id = new_id()
    work.connection.execute(
        insert(roster).values(
            id=roster_id, policy_id=policy_id, given_at=work.now, given_by=work.actor.id
        )
    )
    rows = [_row(roster_id, person, fernet, key) for person in persons]
    if rows:
        work.connection.execute(insert(roster_person), rows)
    return roster_id


def discard(work: Work, roster_id: UUID) -> None:
    """Deletes a roster that was replaced or whose draft is gone; one that a case has is kept."""
    used = select(case_file.c.id).where(case_file.c.roster_id == roster_id)
    work.connection.execute(delete(roster).where(roster.c.id == roster_id, ~used.exists()))


def size(work: Work, roster_id: UUID) -> tuple[int, Decimal]:
    """How many persons a roster has, and the sum of their bases."""
    row = work.connection.execute(
        select(func.count(), func.coalesce(func.sum(roster_person.c.basis), 0)).where(
            roster_person.c.roster_id == roster_id
        )
    ).one()
    return int(row[0]), Decimal(row[1])


def read(work: Work, roster_id: UUID, reason: str) -> dict[int, Identity]:
    """Names and numbers in clear by position; who asked and why is recorded.

    The caller has checked that this person may. Raises InvalidInput without a reason, EngineError if
    the key is not the one they were encrypted with.
    """
    if not reason.strip():
        raise InvalidInput(fields={"reason": "请写明查看完整证件号码的用途"})
    work.connection.execute(
        insert(roster_reading).values(
            id=new_id(),
            roster_id=roster_id,
            at=work.now,
            account=work.actor.id,
            reason=reason.strip()[:200],
        )
    )
    fernet = Fernet(_key(work))
    rows = work.connection.execute(
        select(roster_person.c.position, roster_person.c.identity_encrypted).where(
            roster_person.c.roster_id == roster_id, roster_person.c.identity_encrypted.is_not(None)
        )
    )
    return {row.position: _opened(fernet, row.identity_encrypted) for row in rows}


def readings(work: Work, roster_id: UUID) -> list[Row[Any]]:
    """Who has read a roster's numbers, the last one first."""
    table = roster_reading
    return list(
        work.connection.execute(
            select(table).where(table.c.roster_id == roster_id).order_by(table.c.at.desc())
        )
    )


def erase_old(work: Work) -> int:
    """Erases what has been kept for its time; returns the number of rosters.

    A roster that no case, no line to be opened and no recent draft has goes altogether.
    """
    return _erase_ended(work) + _delete_forgotten(work)


def erase_daily(work: Work) -> None:
    """The same, for the calendar."""
    erase_old(work)


def _erase_ended(work: Work) -> int:
    old = list(
        work.connection.scalars(
            select(roster.c.id)
            .join(case_file, case_file.c.roster_id == roster.c.id)
            .where(roster.c.erased_at.is_(None), case_file.c.ended_at < work.now - KEPT)
            .limit(CHUNK)
        )
    )
    empty = {"identity_encrypted": None, "name_masked": "", "number_masked": ""}
    work.connection.execute(
        update(roster_person).where(roster_person.c.roster_id.in_(old)).values(**empty)
    )
    work.connection.execute(update(roster).where(roster.c.id.in_(old)).values(erased_at=work.now))
    return len(old)


def _delete_forgotten(work: Work) -> int:
    in_case = select(case_file.c.id).where(case_file.c.roster_id == roster.c.id).exists()
    in_list = (
        select(eligibility_line.c.id)
        .where(
            eligibility_line.c.roster_id == roster.c.id,
            eligibility_line.c.status.in_(["proposed", "opened"]),
        )
        .exists()
    )
    in_draft = (
        select(application_draft.c.id)
        .where(
            application_draft.c.roster_id == roster.c.id,
            application_draft.c.saved_at >= work.now - DRAFT_KEPT,
        )
        .exists()
    )
    claims = select(person_claim.c.roster_id).where(person_claim.c.roster_id == roster.c.id)
    forgotten = list(
        work.connection.scalars(
            select(roster.c.id)
            .where(
                ~or_(in_case, in_list, in_draft, claims.exists()),
                roster.c.given_at < work.now - DRAFT_KEPT,
            )
            .limit(CHUNK)
        )
    )
    for holder in (application_draft, eligibility_line):
        work.connection.execute(
            update(holder).where(holder.c.roster_id.in_(forgotten)).values(roster_id=None)
        )
    work.connection.execute(delete(roster).where(roster.c.id.in_(forgotten)))
    return len(forgotten)


def _key(work: Work) -> bytes:
    key = work.runtime.outside.get("field_key")
    if not key:
        raise EngineError("没有设置字段密钥(field_key),不能保存或读取人员名册")
    return key.encode() if isinstance(key, str) else bytes(key)


def _row(roster_id: UUID, person: Person, fernet: Fernet, key: bytes) -> dict[str, Any]:
    clear = json.dumps([person.name, person.number], ensure_ascii=False)
    return {
        "roster_id": roster_id,
        "position": person.position,
        "kind": person.kind,
        "number_hash": identity.fingerprint(key, person.kind, person.number),
        "identity_encrypted": fernet.encrypt(clear.encode()),
        "name_masked": identity.masked_name(person.name),
        "number_masked": identity.masked_number(person.number),
        "basis": person.basis,
    }


def _opened(fernet: Fernet, encrypted: bytes) -> Identity:
    try:
        name, number = json.loads(fernet.decrypt(bytes(encrypted)))
    except InvalidToken as error:
        raise EngineError(
            "无法读取人员名册:字段密钥与保存时不同,请恢复原来的密钥(field_key)"
        ) from error
    return Identity(name, number)
