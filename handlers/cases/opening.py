"""Opening a case: the only entry to the money (rules B1 and B2 of the plan)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, insert, or_, select, text

from engine import instances
from engine.calendar import SHANGHAI
from engine.errors import Conflict, InvalidInput, NotFound
from engine.runtime import Work
from engine.values import to_json
from handlers.accounts.roles import enterprise_unit
from handlers.cases.case_files import ENDED
from handlers.cases.tables import case_file, case_number, eligibility_line
from handlers.catalogue.policies import in_catalogue
from handlers.catalogue.tables import policy, policy_version
from handlers.eligibility.events import event_facts, event_key
from handlers.enterprises.tables import enterprise

CHANNELS = {
    "automatic": ("list",),
    "instant": ("portal", "window"),
    "promised": ("portal", "window"),
}


@dataclass(frozen=True)
class Opening:
    """What is asked for, checked."""

    version: Row[Any]
    firm: Row[Any]
    channel: str
    application: dict[str, Any]
    applicant: str
    received_at: datetime
    event_date: date
    event_key: str
    list_line_id: UUID | None


def open_case(
    work: Work,
    policy_version_id: str,
    enterprise_id: UUID,
    channel: str,
    application: dict[str, Any],
    applicant: str,
    received_at: datetime | None = None,
    event_date: date | None = None,
    list_line_id: UUID | None = None,
) -> UUID:
    """Writes a case and starts the diagram of its mode in the same transaction; returns its id.

    `applicant` is an account's id, or `system` for a line of a list. `received_at` is the true time
    of receipt (default: now); `event_date` picks the rules (default: the day of receipt).
    Raises InvalidInput if the policy is not in force (B2), the enterprise is closed or the channel
    does not fit the mode; Conflict if the same event is already being handled or was paid.
    """
    received_at = received_at or work.now
    if received_at > work.now:
        raise InvalidInput(fields={"received_at": "收件时间不能晚于现在"})
    event_date = event_date or received_at.astimezone(SHANGHAI).date()
    version = _version(work, policy_version_id)
    _require_in_force(work, version, event_date)
    _require_channel(version, channel)
    firm = _firm(work, enterprise_id)
    key = _event_key(work, version, firm, application, event_date, list_line_id)
    _require_first(work, version, firm, key)
    opening = Opening(
        version, firm, channel, application, applicant, received_at, event_date, key, list_line_id
    )
    return _write(work, opening)


def is_staged(version: Row[Any]) -> bool:
    """Whether a version is paid in stages; each stage is a case of its own."""
    return bool((version.exclusivity or {}).get("stages"))


def live_case(work: Work, version: Row[Any], enterprise_id: UUID, key: str) -> str | None:
    """The number of a case of the same event that is being handled or was paid.

    A paid case of a staged policy does not stand in the way of the next stage.
    """
    through = ENDED | {"paid"} if is_staged(version) else ENDED
    return work.connection.scalar(
        select(case_file.c.number)
        .join(policy_version, policy_version.c.id == case_file.c.policy_version_id)
        .where(
            policy_version.c.policy_id == version.policy_id,
            case_file.c.enterprise_id == enterprise_id,
            case_file.c.event_key == key,
            or_(
                case_file.c.status.not_in(through),
                # Returned to its department, which may yet decide otherwise.
                and_(case_file.c.status == "returned", case_file.c.ended_at.is_(None)),
            ),
        )
        .limit(1)
    )


def case_variable(case_id: UUID, number: str, opening: Opening) -> dict[str, Any]:
    """The variable `case` that every mode's diagram starts with; see docs/contract.md."""
    version, firm = opening.version, opening.firm
    return {
        "id": str(case_id),
        "number": number,
        "enterprise_id": str(firm.id),
        "enterprise": firm.name,
        "policy_id": version.policy_id,
        "policy": version.policy_name,
        "policy_version_id": version.id,
        "mode": version.mode,
        "channel": opening.channel,
        "owner": version.owner,
        "limit_days": version.limit_days,
        "expert_count": version.expert_count,
        "site_survey": version.site_survey,
        "notice_days": version.notice_days,
        "confirm_account": version.confirm_account,
        "staged": is_staged(version),
        "applicant_unit": enterprise_unit(firm.id),
        "received_at": opening.received_at.astimezone(SHANGHAI),
        "event_date": opening.event_date,
    }


def _version(work: Work, policy_version_id: str) -> Row[Any]:
    row = work.connection.execute(
        select(policy_version, policy.c.name.label("policy_name"), policy.c.owner)
        .join(policy, policy.c.id == policy_version.c.policy_id)
        .where(policy_version.c.id == policy_version_id)
    ).first()
    if row is None:
        raise NotFound("目录中没有这项政策")
    return row


def _require_in_force(work: Work, version: Row[Any], event_date: date) -> None:
    if not in_catalogue(work, version, event_date):
        raise InvalidInput(
            f"《{version.policy_name}》在 {event_date} 不在有效的政策目录内,不能受理和拨付",
            {"policy_version_id": "请选择目录内有效的政策"},
        )


def _require_channel(version: Row[Any], channel: str) -> None:
    if channel not in CHANNELS[version.mode]:
        raise InvalidInput(
            f"《{version.policy_name}》"
            + ("由主管部门按名单推送,无需申请" if version.mode == "automatic" else "须由企业申请"),
            {"channel": "受理渠道与兑现方式不符"},
        )


def _firm(work: Work, enterprise_id: UUID) -> Row[Any]:
    row = work.connection.execute(
        select(enterprise).where(enterprise.c.id == enterprise_id)
    ).first()
    if row is None:
        raise NotFound("没有登记这家企业")
    if row.status == "closed":
        raise InvalidInput(f"{row.name} 已注销,不能申请", {"enterprise_id": "企业已注销"})
    return row


def _event_key(
    work: Work,
    version: Row[Any],
    firm: Row[Any],
    application: dict[str, Any],
    event_date: date,
    list_line_id: UUID | None,
) -> str:
    """A line's own key counts only where the policy does not say what its event is made of."""
    if list_line_id is None or event_facts(version):
        return event_key(work, version, firm.id, application, event_date)
    found: str | None = work.connection.scalar(
        select(eligibility_line.c.event_key).where(eligibility_line.c.id == list_line_id)
    )
    if found is None:
        raise NotFound("名单中没有这一行")
    return found


def _require_first(work: Work, version: Row[Any], firm: Row[Any], key: str) -> None:
    """Two applications for one event at the same moment wait for each other here."""
    work.connection.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"),
        {"key": f"case {version.policy_id} {firm.id} {key}"},
    )
    known = live_case(work, version, firm.id, key)
    if known is not None:
        raise Conflict(f"{firm.name} 的同一事项已有办件 {known},不能重复申请")


def _write(work: Work, opening: Opening) -> UUID:
    case_id, instance_id = uuid.uuid4(), uuid.uuid4()
    number = _number(work)
    version = opening.version
    work.connection.execute(
        insert(case_file).values(
            id=case_id,
            number=number,
            policy_version_id=version.id,
            enterprise_id=opening.firm.id,
            mode=version.mode,
            channel=opening.channel,
            owner=version.owner,
            status="received",
            applicant=opening.applicant,
            registered_by=work.actor.id,
            received_at=opening.received_at,
            event_date=opening.event_date,
            event_key=opening.event_key,
            application=to_json(opening.application),
            instance_id=instance_id,
            list_line_id=opening.list_line_id,
        )
    )
    data = {"case": case_variable(case_id, number, opening)}
    instances.start(work, version.mode, data, business_key=number, instance_id=instance_id)
    return case_id


def _number(work: Work) -> str:
    """RJ, the day in Shanghai, and a running number of at least four digits."""
    running = work.connection.scalar(case_number)
    return f"RJ{work.now.astimezone(SHANGHAI):%Y%m%d}{running:04d}"
