"""Policies that pay until their money or places are used up: whoever was accepted first is first.

The order is that of acceptance; for the lines of a list that of its signing, then of its lines. What
an earlier case asks for is kept for it until it is decided, whoever is ready sooner. There are no
rows to keep in step: the queue is read from the cases that are open and hold no money yet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    Numeric,
    Select,
    Text,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from engine.errors import BusinessError
from engine.locks import alone
from engine.posting import send
from engine.runtime import Work
from engine.tables import message_wait
from handlers.cases.tables import case_file, eligibility_line, eligibility_list
from handlers.catalogue.tables import policy_version
from handlers.funds import indicators, ledger
from handlers.money import spoken
from handlers.payouts.tables import entitlement

HOLDING = ("frozen", "ordered", "paid", "failed")
REFUSE, NEXT_YEAR = "refuse", "next_year"
TURN = "turn"
Verdict = Literal["turn", "waits", "used_up"]


@dataclass(frozen=True)
class Place:
    """Where a case stands. `reserved` and `available` are yuan; `places` None: not counted.

    `unknown` of those ahead have no amount yet: nobody behind them can be sure of the money.
    """

    amount: Decimal | None
    ahead: int
    reserved: Decimal
    unknown: int
    available: Decimal
    places: int | None
    ahead_in_year: int
    rule: str

    @property
    def number(self) -> int:
        """The place, from 1."""
        return self.ahead + 1

    @property
    def expected(self) -> Decimal:
        """What is expected to be left when all ahead have been given theirs, yuan."""
        return max(Decimal(0), self.available - self.reserved)

    @property
    def verdict(self) -> Verdict:
        """Whether it may take its money now, waits, or finds nothing left."""
        amount = self.amount or Decimal(0)
        if amount > self.available or (self.places is not None and self.places < 1):
            return "waits" if self.rule == NEXT_YEAR else "used_up"
        if self.unknown or amount > self.available - self.reserved:
            return "waits"
        if self.places is not None and self.ahead_in_year >= self.places:
            return "waits"
        return "turn"


def rule_of(version: Any) -> str:
    """What `exclusivity.until_exhausted` of a version says: refuse, next_year or nothing."""
    return str((version.exclusivity or {}).get("until_exhausted") or "")


def place_of(work: Work, version: Any, case_id: UUID) -> Place | None:
    """Where a case stands; None if its policy keeps no queue, or it is not in it."""
    if not rule_of(version):
        return None
    return _place(work, version, case_id, version.policy_id)


def left(work: Work, version: Any, lock: bool = False) -> Decimal:
    """The money of this year that nobody holds, yuan; zero without an indicator."""
    try:
        indicator_id = indicators.indicator_for(work, version.indicator_code or "")
    except BusinessError:
        return Decimal(0)
    return ledger.available(work, indicator_id, lock)


def require_turn(work: Work, version: Any, row: Any) -> None:
    """Before money is frozen for an entitlement (its row) of a version.

    Until the transaction ends nobody else of the policy is given any. Raises BusinessError("queued")
    unless it is its case's turn.
    """
    if not rule_of(version):
        return
    alone(work, queue_of(row.policy_id))
    place = _of_entitlement(work, version, row)
    if place is not None and place.verdict != "turn":
        raise BusinessError("queued", said(place))


def wait(work: Work, version: Any, row: Any) -> Place | None:
    """An entitlement goes into the queue; whoever may go already is called at once.

    Raises BusinessError("used_up") if nothing is left for it.
    """
    # Kept to the commit: whoever makes room after this finds the case waiting.
    alone(work, queue_of(row.policy_id))
    place = _of_entitlement(work, version, row)
    if place is not None and place.verdict == "used_up":
        raise BusinessError("used_up", said(place))
    if place is None or place.verdict == "turn":
        send(work, TURN, str(row.id), {})
    return place


def said(place: Place) -> str:
    """Where a case stands, in words."""
    if place.verdict == "used_up":
        if place.places is not None and place.places < 1:
            return "本年度名额已满(额满即止),按受理先后已没有名额"
        return (
            f"资金已用完(额满即止):可用余额 {spoken(place.available)},"
            f"不足以兑付 {spoken(place.amount or Decimal(0))}"
        )
    return (
        f"按受理先后排队:第 {place.number} 位,前面还有 {place.ahead} 件,"
        f"预计可用余额 {spoken(place.expected)}"
    )


def call_next(work: Work, policy_id: str) -> int:
    """Calls those of a policy's queue whose turn has come, or for whom nothing is left; returns how
    many."""
    alone(work, queue_of(policy_id))
    called = 0
    for version, row, task_id in _waiting(work, policy_id):
        place = _of_entitlement(work, version, row)
        if place is None or place.verdict != "waits":
            # One call for each time that somebody waits.
            sent = send(work, TURN, str(row.id), {}, guard=f"{TURN}:{task_id}")
            called += sent is not None
    return called


def call_all(work: Work) -> None:
    """The same for every queue: money that finance has added, lists that were returned."""
    keys = select(message_wait.c.key).where(message_wait.c.name == TURN)
    policies = select(entitlement.c.policy_id).where(cast(entitlement.c.id, Text).in_(keys))
    for policy_id in sorted(set(work.connection.scalars(policies))):
        call_next(work, policy_id)


def decided(work: Work, version: Any, policy_id: str) -> None:
    """One of a policy's cases took its money, or will not: a job calls whoever need not wait now."""
    if rule_of(version):
        work.defer("payouts.call_next", {"policy_id": policy_id})


def queue_of(policy_id: str) -> str:
    """The lock of whoever looks at, or takes from, a policy's queue."""
    return f"queue {policy_id}"


def _waiting(work: Work, policy_id: str) -> list[tuple[Any, Any, UUID]]:
    rows = work.connection.execute(
        select(entitlement, message_wait.c.task_id, policy_version.c.exclusivity)
        .add_columns(policy_version.c.indicator_code)
        .join(message_wait, message_wait.c.key == cast(entitlement.c.id, Text))
        .join(policy_version, policy_version.c.id == entitlement.c.policy_version_id)
        .where(
            message_wait.c.name == TURN,
            entitlement.c.policy_id == policy_id,
            entitlement.c.status == "computed",
        )
        .order_by(entitlement.c.id)
    )
    return [(row, row, row.task_id) for row in rows]


def _of_entitlement(work: Work, version: Any, row: Any) -> Place | None:
    """The place of its case; of a staged case's amounts this one counts."""
    found = _place(work, version, row.case_id, row.policy_id, lock=True)
    return None if found is None else replace(found, amount=row.amount)


def _place(
    work: Work, version: Any, case_id: UUID, policy_id: str, lock: bool = False
) -> Place | None:
    queue = _ranked(policy_id).subquery("queue")
    row = work.connection.execute(select(queue).where(queue.c.case_id == case_id)).first()
    if row is None:
        return None
    most = (version.exclusivity or {}).get("year_count")
    return Place(
        amount=row.amount,
        ahead=row.ahead,
        reserved=Decimal(row.reserved),
        unknown=row.unknown,
        available=left(work, version, lock),
        places=None if most is None else int(most) - _taken(work, policy_id, int(row.year)),
        ahead_in_year=row.ahead_in_year,
        rule=rule_of(version),
    )


def _taken(work: Work, policy_id: str, year: int) -> int:
    held = (
        select(func.count(entitlement.c.case_id.distinct()))
        .join(case_file, case_file.c.id == entitlement.c.case_id)
        .where(
            entitlement.c.policy_id == policy_id,
            entitlement.c.status.in_(HOLDING),
            extract("year", case_file.c.event_date) == year,
        )
    )
    return int(work.connection.scalar(held) or 0)


def _ranked(policy_id: str) -> Select[Any]:
    """The queue of a policy in its order, each with how many and how much are ahead."""
    one = union_all(_open_cases(policy_id), _unopened_lines(policy_id)).subquery("one")
    order = [one.c.moment, one.c.list_number, one.c.position, one.c.number]
    before: tuple[None, int] = (None, -1)
    return select(
        one.c.case_id,
        one.c.year,
        one.c.amount,
        (func.row_number().over(order_by=order) - 1).label("ahead"),
        func.coalesce(func.sum(one.c.amount).over(order_by=order, rows=before), 0).label(
            "reserved"
        ),
        func.count()
        .filter(one.c.amount.is_(None))
        .over(order_by=order, rows=before)
        .label("unknown"),
        (func.row_number().over(partition_by=one.c.year, order_by=order) - 1).label(
            "ahead_in_year"
        ),
    )


def _open_cases(policy_id: str) -> Select[Any]:
    """Cases that were accepted, are not over and wait for money: with an entitlement what it is, else
    what was approved, else what the last check computed."""
    owed = (
        select(
            entitlement.c.case_id,
            func.sum(entitlement.c.amount)
            .filter(entitlement.c.status == "computed")
            .label("waiting"),
        )
        .where(entitlement.c.policy_id == policy_id, entitlement.c.status != "cancelled")
        .group_by(entitlement.c.case_id)
        .subquery("owed")
    )
    estimate = func.coalesce(
        case_file.c.amount, cast(case_file.c.check_result[("amount", "$decimal")].astext, Numeric)
    )
    return (
        select(
            case_file.c.id.label("case_id"),
            case_file.c.number,
            extract("year", case_file.c.event_date).label("year"),
            case((owed.c.case_id.is_not(None), owed.c.waiting), else_=estimate).label("amount"),
            func.coalesce(eligibility_list.c.signed_at, case_file.c.accepted_at).label("moment"),
            func.coalesce(eligibility_list.c.number, "").label("list_number"),
            func.coalesce(eligibility_line.c.position, 0).label("position"),
        )
        .join(policy_version, policy_version.c.id == case_file.c.policy_version_id)
        .outerjoin(owed, owed.c.case_id == case_file.c.id)
        .outerjoin(eligibility_line, eligibility_line.c.id == case_file.c.list_line_id)
        .outerjoin(eligibility_list, eligibility_list.c.id == eligibility_line.c.list_id)
        .where(
            policy_version.c.policy_id == policy_id,
            case_file.c.ended_at.is_(None),
            or_(case_file.c.accepted_at.is_not(None), eligibility_list.c.id.is_not(None)),
            # All that is owed is held already.
            or_(owed.c.case_id.is_(None), owed.c.waiting.is_not(None)),
        )
    )


def _unopened_lines(policy_id: str) -> Select[Any]:
    """Lines of signed lists whose cases a job has yet to open."""
    return (
        select(
            cast(null(), case_file.c.id.type).label("case_id"),
            literal("").label("number"),
            extract("year", eligibility_list.c.event_date).label("year"),
            eligibility_line.c.amount,
            eligibility_list.c.signed_at.label("moment"),
            eligibility_list.c.number.label("list_number"),
            eligibility_line.c.position,
        )
        .join(eligibility_list, eligibility_list.c.id == eligibility_line.c.list_id)
        .join(policy_version, policy_version.c.id == eligibility_list.c.policy_version_id)
        .where(
            and_(
                policy_version.c.policy_id == policy_id,
                eligibility_list.c.status == "signed",
                eligibility_line.c.status == "proposed",
            )
        )
    )
