"""Lists that a department pushes (免申即享): proposed, screened line by line, opened as cases.

No line is ever lost: one that cannot be paid stays, with every reason, until its department has
dealt with it. The same list twice pays once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from engine import instances
from engine.calendar import SHANGHAI
from engine.errors import Conflict, InvalidInput, NotFound
from engine.ids import new_id
from engine.runtime import Work
from handlers.acting import person_behind
from handlers.cases import screening
from handlers.cases.tables import eligibility_line, eligibility_list, list_number
from handlers.catalogue.tables import policy, policy_version
from handlers.eligibility.events import key_of
from handlers.money import yuan
from handlers.rosters import claims, keeping
from handlers.rosters.rule import person_rule

CHUNK = 500  # lines of one job: of 200 the statements of a chunk are a twentieth of it
LARGEST = 20_000  # lines of one list


def propose_list(
    work: Work,
    policy_version_id: str,
    event_date: date,
    rows: Iterable[Mapping[str, Any]] | None = None,
) -> UUID:
    """Writes a list and starts its diagram; returns its id.

    `rows` are uploaded ones ({uscc, amount?, event_key?, persons?: list of rosters' Person});
    without them the system proposes the enterprises that match. Raises InvalidInput if the policy is
    not an automatic one, counts persons and a row has none, or there is nothing to propose.
    """
    version = _version(work, policy_version_id)
    if version.mode != "automatic":
        raise InvalidInput(f"《{version.policy_name}》不是免申即享政策,不能按名单推送")
    if person_rule(version) is not None and rows is None:
        raise InvalidInput(f"《{version.policy_name}》按人计算,请随名单给出每家企业的人员名册")
    key = key_of(version, {}, event_date)  # screening fills in what only the firm's facts tell
    found = (
        _uploaded(rows, key, version)
        if rows is not None
        else _matching(work, version, event_date, key)
    )
    if not found:
        raise InvalidInput("名单是空的: 没有可推送的企业")
    if len(found) > LARGEST:
        raise InvalidInput(f"一份名单最多 {LARGEST} 行,请分成几份")
    return _write(work, version, event_date, found)


class Screened(TypedDict):
    """`holding` counts the lines with nothing against them, `total` is their sum in yuan."""

    lines: int
    holding: int
    total: Decimal


class Opened(TypedDict):
    """How many lines get a case and how many go back with reasons."""

    opened: int
    returned: int


def screen_list(work: Work, list_id: UUID) -> Screened:
    """Examines every line that has no case yet."""
    head = get(work, list_id)
    for found in screening.screen(work, head, lines(work, list_id)):
        work.connection.execute(
            update(eligibility_line)
            .where(eligibility_line.c.id == found.line_id)
            .values(
                enterprise_id=found.enterprise_id,
                amount=found.amount,
                status="returned" if found.reasons else "proposed",
                reasons=found.reasons,
                result=found.result,
                event_key=found.event_key,
            )
        )
    return counts(work, list_id)


def counts(work: Work, list_id: UUID) -> Screened:
    """What a list holds as it stands."""
    row = work.connection.execute(
        select(
            func.count().label("lines"),
            func.count().filter(eligibility_line.c.status == "proposed").label("holding"),
            func.sum(eligibility_line.c.amount)
            .filter(eligibility_line.c.status == "proposed")
            .label("total"),
        ).where(eligibility_line.c.list_id == list_id)
    ).one()
    return {"lines": row.lines, "holding": row.holding, "total": yuan(row.total or 0)}


def open_from_list(work: Work, list_id: UUID) -> Opened:
    """Signs a list and asks jobs to open a case for each of its good lines.

    Safe to repeat: a line that has its case is left alone.
    """
    head = get(work, list_id, lock=True)
    if head.status == "cancelled":
        raise Conflict(f"名单 {head.number} 已作废")
    work.connection.execute(
        update(eligibility_list)
        .where(eligibility_list.c.id == list_id, eligibility_list.c.status == "proposed")
        .values(
            status="signed",
            signed_by=person_behind(work, head.instance_id),
            signed_at=work.now,
        )
    )
    by_status: dict[str, list[str]] = {"proposed": [], "opened": [], "returned": [], "left_out": []}
    for line in lines(work, list_id):
        by_status[line.status].append(str(line.id))
    waiting = by_status["proposed"]
    for place in range(0, len(waiting), CHUNK):
        work.defer("cases.open_lines", {"line_ids": waiting[place : place + CHUNK]})
    return {
        "opened": len(waiting) + len(by_status["opened"]),
        "returned": len(by_status["returned"]),
    }


def cancel_list(work: Work, list_id: UUID, reason: str) -> None:
    """Gives a list up before it is signed; its lines stay with the reason."""
    head = get(work, list_id, lock=True)
    if head.status == "signed":
        raise Conflict(f"名单 {head.number} 已签发,不能作废")
    work.connection.execute(
        update(eligibility_list).where(eligibility_list.c.id == list_id).values(status="cancelled")
    )
    for line in lines(work, list_id):
        claims.release(work, line.roster_id)
        work.connection.execute(
            update(eligibility_line)
            .where(eligibility_line.c.id == line.id, eligibility_line.c.status != "opened")
            .values(status="left_out", reasons=[*line.reasons, f"名单作废: {reason}"])
        )


def leave_out(work: Work, line_id: UUID, reason: str) -> None:
    """Takes a line out of a list that is not signed yet. Raises InvalidInput without a reason."""
    if not reason.strip():
        raise InvalidInput(fields={"reason": "请写明不推送这家企业的理由"})
    line = work.connection.execute(
        select(eligibility_line).where(eligibility_line.c.id == line_id).with_for_update()
    ).first()
    if line is None:
        raise NotFound("名单中没有这一行")
    if get(work, line.list_id).status != "proposed" or line.status == "opened":
        raise Conflict("名单已签发,不能再调整")
    claims.release(work, line.roster_id)
    work.connection.execute(
        update(eligibility_line)
        .where(eligibility_line.c.id == line_id)
        .values(status="left_out", reasons=[*line.reasons, f"部门剔除: {reason.strip()}"])
    )


def get(work: Work, list_id: UUID, lock: bool = False) -> Row[Any]:
    """A list's row with its policy's. Raises NotFound."""
    statement = (
        select(
            eligibility_list,
            policy.c.id.label("policy_id"),
            policy.c.name.label("policy_name"),
            policy.c.owner,
            policy_version.c.exclusivity,
            policy_version.c.inputs,
        )
        .join(policy_version, policy_version.c.id == eligibility_list.c.policy_version_id)
        .join(policy, policy.c.id == policy_version.c.policy_id)
        .where(eligibility_list.c.id == list_id)
    )
    if lock:
        statement = statement.with_for_update(of=eligibility_list)
    row = work.connection.execute(statement).first()
    if row is None:
        raise NotFound("没有这份名单")
    return row


def lines(work: Work, list_id: UUID, after: int = 0, limit: int | None = None) -> list[Row[Any]]:
    """The lines of a list by position; `after` is the position of the last one shown."""
    return list(
        work.connection.execute(
            select(eligibility_line)
            .where(eligibility_line.c.list_id == list_id, eligibility_line.c.position > after)
            .order_by(eligibility_line.c.position)
            .limit(limit)
        )
    )


def _version(work: Work, policy_version_id: str) -> Row[Any]:
    row = work.connection.execute(
        select(policy_version, policy.c.name.label("policy_name"), policy.c.owner)
        .join(policy, policy.c.id == policy_version.c.policy_id)
        .where(policy_version.c.id == policy_version_id)
    ).first()
    if row is None:
        raise NotFound("目录中没有这项政策")
    return row


def _uploaded(
    rows: Iterable[Mapping[str, Any]], key: str, version: Row[Any]
) -> list[dict[str, Any]]:
    counts_persons = person_rule(version) is not None
    found = []
    for place, row in enumerate(rows, 1):
        if counts_persons != bool(row.get("persons")):
            raise InvalidInput(
                f"第 {place} 行没有人员名册: 《{version.policy_name}》按人计算"
                if counts_persons
                else f"第 {place} 行有人员名册,但《{version.policy_name}》不按人计算"
            )
        found.append(
            {
                "uscc": str(row.get("uscc") or "").strip().upper(),
                "amount": _amount(row.get("amount"), place),
                "event_key": str(row.get("event_key") or "").strip() or key,
                "persons": list(row.get("persons") or []),
            }
        )
    return found


def _amount(value: Any, place: int) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        return yuan(Decimal(str(value).replace(",", "")))
    except InvalidOperation:
        raise InvalidInput(f"第 {place} 行的金额 {value} 不是数字,请更正后重新上传") from None


def _matching(work: Work, version: Row[Any], event_date: date, key: str) -> list[dict[str, Any]]:
    from handlers.eligibility.matching import matching_enterprises

    return [
        {"uscc": match.uscc, "amount": match.amount, "event_key": key, "persons": []}
        for match in matching_enterprises(work, version.id, event_date)
    ]


def _write(work: Work, version: Row[Any], event_date: date, found: list[dict[str, Any]]) -> UUID:
    list_id, instance_id = new_id(), new_id()
    running = work.connection.scalar(list_number)
    number = f"MD{work.now.astimezone(SHANGHAI):%Y%m%d}{running:04d}"
    work.connection.execute(
        insert(eligibility_list).values(
            id=list_id,
            number=number,
            policy_version_id=version.id,
            event_date=event_date,
            status="proposed",
            created_by=work.actor.id,
            created_at=work.now,
            instance_id=instance_id,
        )
    )
    work.connection.execute(
        insert(eligibility_line),
        [
            {
                "id": new_id(),
                "list_id": list_id,
                "position": place,
                "status": "proposed",
                "reasons": [],
                "uscc": line["uscc"],
                "amount": line["amount"],
                "event_key": line["event_key"],
                "roster_id": keeping.keep(work, version.policy_id, line["persons"])
                if line["persons"]
                else None,
            }
            for place, line in enumerate(found, 1)
        ],
    )
    data = {"list": _list_variable(version, list_id, number, found)}
    instances.start(work, "eligibility_list", data, business_key=number, instance_id=instance_id)
    return list_id


class ListVariable(TypedDict):
    """The variable `list`; see docs/contract.md."""

    id: str
    number: str
    policy_id: str
    policy: str
    owner: str
    lines: int
    total: Decimal


def _list_variable(
    version: Row[Any], list_id: UUID, number: str, found: list[dict[str, Any]]
) -> ListVariable:
    return {
        "id": str(list_id),
        "number": number,
        "policy_id": version.policy_id,
        "policy": version.policy_name,
        "owner": version.owner,
        "lines": len(found),
        "total": sum((line["amount"] or Decimal(0) for line in found), Decimal(0)),
    }
