"""Opening a case: the only entry to the money (rules B1 and B2 of the plan)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypedDict, cast
from uuid import UUID

from sqlalchemy import Row, case, func, or_, select

from engine import instances
from engine.calendar import SHANGHAI
from engine.errors import Conflict, InvalidInput, NotFound
from engine.ids import new_id
from engine.locks import alone
from engine.rows import By, Question, among, rows_by_key
from engine.runtime import Work
from engine.values import to_json
from handlers.accounts.roles import enterprise_unit
from handlers.acting import LAST_PERSON
from handlers.cases import case_files
from handlers.cases.case_files import ENDED
from handlers.cases.tables import case_file, case_number, eligibility_line
from handlers.catalogue import policies
from handlers.catalogue.policies import in_catalogue
from handlers.catalogue.tables import policy_version
from handlers.deadlines.clocks import CLOCK, subject
from handlers.eligibility.events import event_facts, event_key
from handlers.enterprises.register import FIRM
from handlers.payouts.entitlements import OF_CASE
from handlers.rosters import claims
from handlers.rosters.rule import person_rule

LINE = rows_by_key(eligibility_line)
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
    roster_id: UUID | None = None


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
    roster_id: UUID | None = None,
) -> UUID:
    """Writes a case and starts the diagram of its mode in the same transaction; returns its id.

    The persons of its roster are claimed. Raises as `checked` does.
    """
    opening = checked(
        work,
        policy_version_id,
        enterprise_id,
        channel,
        application,
        applicant,
        received_at,
        event_date,
        list_line_id,
        roster_id,
    )
    claims.claim(work, roster_id, opening.version, opening.event_date)
    return open_all(work, [opening])[0]


def checked(
    work: Work,
    policy_version_id: str,
    enterprise_id: UUID,
    channel: str,
    application: dict[str, Any],
    applicant: str,
    received_at: datetime | None = None,
    event_date: date | None = None,
    list_line_id: UUID | None = None,
    roster_id: UUID | None = None,
) -> Opening:
    """What is asked for, if a case may be opened; nothing is written.

    `applicant` is an account's id, or `system` for a line of a list. `received_at` is the true time
    of receipt (default: now); `event_date` picks the rules (default: the day of receipt).
    Raises InvalidInput if the policy is not in force (B2), the enterprise is closed, the channel
    does not fit the mode or the roster of a policy that counts persons is missing; Conflict if the
    same event is already being handled or was paid.
    """
    received_at = received_at or work.now
    if received_at > work.now:
        raise InvalidInput(fields={"received_at": "收件时间不能晚于现在"})
    event_date = event_date or received_at.astimezone(SHANGHAI).date()
    version = policies.get_version(work, policy_version_id)
    _require_in_force(work, version, event_date)
    _require_channel(version, channel)
    firm = _firm(work, enterprise_id)
    key = _event_key(work, version, firm, application, event_date, list_line_id)
    _require_first(work, version, firm, key)
    _require_roster(version, roster_id)
    return Opening(
        version,
        firm,
        channel,
        application,
        applicant,
        received_at,
        event_date,
        key,
        list_line_id,
        roster_id,
    )


def open_all(work: Work, openings: Sequence[Opening]) -> list[UUID]:
    """Writes the cases of what has been checked, and starts their diagrams; returns their ids."""
    numbers = _numbers(work, len(openings))
    cases = [
        _write(work, opening, number) for opening, number in zip(openings, numbers, strict=True)
    ]
    for mode in dict.fromkeys(opening.version.mode for opening in openings):
        started = [
            start
            for start, opening in zip(cases, openings, strict=True)
            if opening.version.mode == mode
        ]
        instances.start_together(work, mode, started)
    return [UUID(start.data["case"]["id"]) for start in cases]


def is_staged(version: Row[Any]) -> bool:
    """Whether a version is paid in stages; each stage is a case of its own."""
    return bool((version.exclusivity or {}).get("stages"))


def live_case(work: Work, version: Row[Any], enterprise_id: UUID, key: str) -> str | None:
    """The number of a case of the same event that is being handled or was paid.

    A paid case of a staged policy does not stand in the way of the next stage.
    """
    through = ENDED | {"paid"} if is_staged(version) else ENDED
    live = work.known(LIVE, (version.policy_id, enterprise_id, key)) or []
    return next((case.number for case in live if case.status not in through), None)


def _live(
    work: Work, keys: list[tuple[str, UUID, str]], lock: bool
) -> dict[tuple[str, UUID, str], list[Any]]:
    rows = work.connection.execute(
        select(
            policy_version.c.policy_id,
            case_file.c.enterprise_id,
            case_file.c.event_key,
            case_file.c.number,
            # One returned to its department, which may yet decide otherwise, is not over.
            case((_RETURNED & case_file.c.ended_at.is_(None), ""), else_=case_file.c.status).label(
                "status"
            ),
        )
        .join(policy_version, policy_version.c.id == case_file.c.policy_version_id)
        .where(
            among(case_file.c.enterprise_id, list({firm for _, firm, _ in keys})),
            among(policy_version.c.policy_id, list({policy_id for policy_id, _, _ in keys})),
            or_(
                case_file.c.status.not_in(ENDED),
                _RETURNED & case_file.c.ended_at.is_(None),
            ),
        )
        .order_by(case_file.c.number)
    )
    found: dict[tuple[str, UUID, str], list[Any]] = {}
    for row in rows:
        found.setdefault((row.policy_id, row.enterprise_id, row.event_key), []).append(row)
    return found


_RETURNED = case_file.c.status == "returned"
LIVE = Question(
    _live,
    {case_file: By("enterprise_id", ("status", "event_key", "ended_at")), policy_version: None},
    owner=lambda key: key[1],
)
"""The cases of a policy, an enterprise and an event that have not come to nothing."""


class CaseVariable(TypedDict):
    """The variable `case`; see docs/contract.md."""

    id: str
    number: str
    enterprise_id: str
    enterprise: str
    policy_id: str
    policy: str
    policy_version_id: str
    mode: Literal["automatic", "instant", "promised"]
    channel: Literal["list", "portal", "window"]
    owner: str
    limit_days: int
    expert_count: int | None
    site_survey: bool
    notice_days: int | None
    confirm_account: bool
    staged: bool
    applicant_unit: str
    received_at: datetime
    event_date: date


def case_variable(case_id: UUID, number: str, opening: Opening) -> CaseVariable:
    """The variable `case` that every mode's diagram starts with."""
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
        "channel": cast(Literal["list", "portal", "window"], opening.channel),
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


def _firm(work: Work, enterprise_id: UUID) -> Any:
    row = work.known(FIRM, enterprise_id)
    if row is None:
        raise NotFound("没有登记这家企业")
    if row.status == "closed":
        raise InvalidInput(f"{row.name} 已注销,不能申请", {"enterprise_id": "企业已注销"})
    return row


def _require_roster(version: Row[Any], roster_id: UUID | None) -> None:
    if person_rule(version) is not None and roster_id is None:
        raise InvalidInput(
            f"《{version.policy_name}》按人计算,请填写人员名册", {"roster": "请填写人员名册"}
        )


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
    line = work.known(LINE, list_line_id)
    if line is None:
        raise NotFound("名单中没有这一行")
    return str(line.event_key)


def _require_first(work: Work, version: Row[Any], firm: Row[Any], key: str) -> None:
    """Two applications for one event at the same moment wait for each other here."""
    if alone(work, opening_lock(version.policy_id, firm.id, key)):
        work.rows.forget(LIVE, (version.policy_id, firm.id, key))
    known = live_case(work, version, firm.id, key)
    if known is not None:
        raise Conflict(f"{firm.name} 的同一事项已有办件 {known},不能重复申请")


def opening_lock(policy_id: str, enterprise_id: UUID, key: str) -> str:
    """The lock of whoever opens a case of an event."""
    return f"case {policy_id} {enterprise_id} {key}"


def _write(work: Work, opening: Opening, number: str) -> instances.Start:
    case_id = new_id()
    start = instances.Start({"case": case_variable(case_id, number, opening)}, number)
    version = opening.version
    values = {
        "id": case_id,
        "number": number,
        "policy_version_id": version.id,
        "enterprise_id": opening.firm.id,
        "mode": version.mode,
        "channel": opening.channel,
        "owner": version.owner,
        "status": "received",
        "applicant": opening.applicant,
        "registered_by": work.actor.id,
        "received_at": opening.received_at,
        "event_date": opening.event_date,
        "event_key": opening.event_key,
        "application": to_json(opening.application),
        "instance_id": start.id,
        "list_line_id": opening.list_line_id,
        "roster_id": opening.roster_id,
    }
    case_files.opened(work, values, version, opening.firm)
    if opening.list_line_id is not None:
        line = {"status": "opened", "case_id": case_id}
        work.rows.update(eligibility_line, opening.list_line_id, line)
    # Of a new case there can be nothing yet.
    work.rows.seed(CLOCK, subject(case_id), None)
    work.rows.seed(OF_CASE, case_id, [])
    work.rows.seed(LAST_PERSON, start.id, None)
    return start


def _numbers(work: Work, count: int) -> list[str]:
    """RJ, the day in Shanghai, and a running number of at least four digits."""
    running = work.connection.scalars(
        select(case_number.next_value()).select_from(func.generate_series(1, count))
    )
    return [f"RJ{work.now.astimezone(SHANGHAI):%Y%m%d}{number:04d}" for number in running]
