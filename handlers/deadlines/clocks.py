"""The clock of a case: working days from acceptance, standing still while others have the turn.

Day 0 is the day of acceptance; the limit ends at the close of business. A pause moves the due date
of the clock, of the instance's timers and of its open user tasks by the working days it lasted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from engine import held_timers
from engine.calendar import SHANGHAI, WorkingCalendar
from engine.errors import PermanentFailure
from engine.ids import new_id
from engine.rows import By, Question, among
from engine.runtime import Work
from engine.tables import clock, clock_segment, user_task
from handlers.cases.tables import case_file

KINDS = {
    "supplement": "等待企业补正材料",
    "expert_review": "专家评审",
    "site_survey": "现场勘查",
    "public_notice": "公示",
    "objection": "处理异议",
    "queue": "排队等候资金",
    "stopped": "办理中止",
}
YELLOW_PERCENT, RED_PERCENT = 60, 80


@dataclass(frozen=True)
class Standing:
    """How a case's clock stands. `light` is green, yellow, red or overdue."""

    limit_days: int
    started_at: datetime
    due_at: datetime
    provisional: bool
    days_left: int
    light: str
    paused: str = ""
    paused_reason: str = ""
    paused_since: datetime | None = None
    stopped_at: datetime | None = None


def subject(case_id: UUID) -> str:
    """What a case's clock is kept under."""
    return f"case:{case_id}"


def start(work: Work, case_id: UUID, limit_days: int) -> datetime:
    """Starts a case's clock; returns the due instant. A second start changes nothing."""
    known = of_case(work, case_id)
    if known is not None:
        return _instant(known.due_at)
    due, clock_id = work.calendar.due(work.now, limit_days), new_id()
    values = {
        "id": clock_id,
        "subject": subject(case_id),
        "limit_days": limit_days,
        "started_at": work.now,
        "due_at": due.at,
        "due_provisional": due.provisional,
    }
    work.rows.insert(clock, values)
    work.rows.seed(_PAUSE, clock_id, None)
    return due.at


def of_case(work: Work, case_id: UUID) -> Row[Any] | None:
    """The clock's row, or None before acceptance."""
    return work.known(CLOCK, subject(case_id), lock=True)


def _ask(work: Work, subjects: list[str], lock: bool) -> dict[str, Row[Any]]:
    rows = work.connection.execute(
        select(clock).where(among(clock.c.subject, subjects)).order_by(clock.c.id).with_for_update()
    )
    return {row.subject: row for row in rows}


CLOCK = Question(_ask, {clock: By("subject")})


def pause(work: Work, case_id: UUID, kind: str, reason: str) -> None:
    """Stops the counting and says why; a pause of another kind takes over from a running one.

    Without a running clock (before acceptance, after the end) there is nothing to stop.
    Raises PermanentFailure for a kind that is not known.
    """
    if kind not in KINDS:
        raise PermanentFailure(f"没有 {kind} 这种停钟事由,可用的有: {'、'.join(KINDS)}")
    row = of_case(work, case_id)
    if row is None or row.stopped_at is not None:
        return
    running = _open_segment(work, row.id)
    if running is not None:
        if running.kind == kind:
            return
        row = _close(work, case_id, row, running)
    work.connection.execute(
        insert(clock_segment).values(
            clock_id=row.id,
            kind=kind,
            reason=reason,
            approver=work.actor.id,
            started_at=work.now,
        )
    )
    instance_id = _instance_of(work, case_id)
    if instance_id is not None:
        held_timers.hold(work, instance_id)


class Deadline(TypedDict):
    """What diagrams read of a running clock."""

    due_at: datetime | None


def resume(work: Work, case_id: UUID) -> datetime | None:
    """Lets the clock run again; returns the new due instant, None if there is no clock."""
    row = of_case(work, case_id)
    if row is None:
        return None
    running = _open_segment(work, row.id)
    if running is None:
        return _instant(row.due_at)
    row = _close(work, case_id, row, running)
    instance_id = _instance_of(work, case_id)
    if instance_id is not None:
        held_timers.let_go(work, instance_id, lambda due, since: put_off(work, due, since))
    return _instant(row.due_at)


def stop(work: Work, case_id: UUID) -> None:
    """Ends the counting; a running pause ends with it."""
    row = of_case(work, case_id)
    if row is None or row.stopped_at is not None:
        return
    running = _open_segment(work, row.id)
    if running is not None:
        _close(work, case_id, row, running)
    work.rows.update(clock, row.id, {"stopped_at": work.now}, of={"subject": row.subject})


def reopen(work: Work, case_id: UUID, reason: str) -> None:
    """Lets a clock that was stopped for good run again; the time in between does not count."""
    row = of_case(work, case_id)
    if row is None or row.stopped_at is None:
        return
    work.connection.execute(
        insert(clock_segment).values(
            clock_id=row.id,
            kind="stopped",
            reason=reason,
            approver=work.actor.id,
            started_at=row.stopped_at,
            ended_at=work.now,
        )
    )
    due = put_off(work, row.due_at, row.stopped_at)
    work.connection.execute(
        update(clock)
        .where(clock.c.id == row.id)
        .values(
            due_at=due,
            due_provisional=not work.calendar.knows(_day(due).year),
            stopped_at=None,
        )
    )


def put_off(work: Work, due: datetime, since: datetime) -> datetime:
    """A due instant, later by the working days from `since` to now; the time of day stays."""
    days = work.calendar.between(_day(since), _day(work.now))
    if days <= 0:
        return due
    local = due.astimezone(SHANGHAI)
    day, _ = work.calendar.add(local.date(), days)
    return datetime.combine(day, local.timetz()).astimezone(UTC)


def is_paused(work: Work, case_id: UUID) -> bool:
    """Whether a case's clock stands still."""
    row = of_case(work, case_id)
    return row is not None and _open_segment(work, row.id) is not None


def light(work: Work, case: Row[Any]) -> str:
    """green, yellow (60 % used), red (80 % used or due today) or overdue; green without a clock."""
    found = standings(work, [case.id]).get(case.id)
    return found.light if found else "green"


def standings(work: Work, case_ids: list[UUID]) -> dict[UUID, Standing]:
    """How the clocks of these cases stand; cases without a clock are left out."""
    by_subject = {subject(case_id): case_id for case_id in case_ids}
    paused = clock_segment.alias("paused")
    rows = work.connection.execute(
        select(
            clock,
            paused.c.kind.label("paused_kind"),
            paused.c.reason.label("paused_reason"),
            paused.c.started_at.label("paused_since"),
        )
        .outerjoin(paused, (paused.c.clock_id == clock.c.id) & paused.c.ended_at.is_(None))
        .where(clock.c.subject.in_(by_subject))
    )
    return {by_subject[row.subject]: _standing(work, row) for row in rows}


def segments(work: Work, case_id: UUID) -> list[Row[Any]]:
    """Every time the clock stood still, oldest first."""
    return list(
        work.connection.execute(
            select(clock_segment)
            .join(clock, clock.c.id == clock_segment.c.clock_id)
            .where(clock.c.subject == subject(case_id))
            .order_by(clock_segment.c.id)
        )
    )


def _standing(work: Work, row: Row[Any]) -> Standing:
    at = row.stopped_at or row.paused_since or work.now
    left = work.calendar.between(_day(at), _day(row.due_at))
    return Standing(
        limit_days=row.limit_days,
        started_at=row.started_at,
        due_at=row.due_at,
        provisional=row.due_provisional,
        days_left=left,
        light=_light(work.calendar, row, at, left),
        paused=row.paused_kind or "",
        paused_reason=row.paused_reason or "",
        paused_since=row.paused_since,
        stopped_at=row.stopped_at,
    )


def _light(calendar: WorkingCalendar, row: Row[Any], at: datetime, left: int) -> str:
    if at > row.due_at:
        return "overdue"
    used_percent = (row.limit_days - left) * 100
    if left == 0 or used_percent >= RED_PERCENT * row.limit_days:
        return "red"
    if used_percent >= YELLOW_PERCENT * row.limit_days:
        return "yellow"
    return "green"


def _close(work: Work, case_id: UUID, row: Row[Any], segment: Row[Any]) -> Row[Any]:
    work.connection.execute(
        update(clock_segment).where(clock_segment.c.id == segment.id).values(ended_at=work.now)
    )
    due = put_off(work, row.due_at, segment.started_at)
    instance_id = _instance_of(work, case_id)
    if due != row.due_at and instance_id is not None:
        _put_off_tasks(work, instance_id, segment.started_at)
    moved = work.connection.execute(
        update(clock)
        .where(clock.c.id == row.id)
        .values(due_at=due, due_provisional=not work.calendar.knows(_day(due).year))
        .returning(clock)
    ).one()
    return moved


def _put_off_tasks(work: Work, instance_id: UUID, since: datetime) -> None:
    """Tasks that were open before the pause; one that came with it has a limit of its own."""
    rows = work.connection.execute(
        select(user_task.c.id, user_task.c.due_at).where(
            user_task.c.instance_id == instance_id,
            user_task.c.status == "open",
            user_task.c.created_at < since,
            user_task.c.due_at.is_not(None),
        )
    ).all()
    for row in rows:
        due = put_off(work, row.due_at, since)
        work.connection.execute(
            update(user_task)
            .where(user_task.c.id == row.id)
            .values(due_at=due, moved_by=user_task.c.moved_by + (due - row.due_at))
        )


def _open_segment(work: Work, clock_id: UUID) -> Row[Any] | None:
    return work.known(_PAUSE, clock_id)


def _pauses(work: Work, clock_ids: list[UUID], lock: bool) -> dict[UUID, Row[Any]]:
    rows = work.connection.execute(
        select(clock_segment).where(
            among(clock_segment.c.clock_id, clock_ids), clock_segment.c.ended_at.is_(None)
        )
    )
    return {row.clock_id: row for row in rows}


_PAUSE = Question(_pauses, {clock_segment: By("clock_id")})


def _instance_of(work: Work, case_id: UUID) -> UUID | None:
    return work.connection.scalar(select(case_file.c.instance_id).where(case_file.c.id == case_id))


def _day(at: datetime) -> Any:
    return at.astimezone(SHANGHAI).date()


def _instant(at: Any) -> datetime:
    found: datetime = at
    return found
