"""Policies that pay until their money is used up: whoever was accepted first is first."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from engine import user_tasks
from engine.definitions import publish
from engine.tables import clock_segment, incident, message, user_task
from engine.values import from_json
from handlers.cases import firm as acts
from handlers.cases import lists
from handlers.cases.opening import open_case
from handlers.catalogue import policies
from handlers.catalogue.tables import policy_version
from handlers.deadlines import clocks
from handlers.eligibility.check import check
from handlers.funds import ledger
from handlers.payouts import queue
from tests.engine.dmn.tables import dmn, literal, table
from tests.handlers.scene import CLERK, HEAD, REVIEWER, Scene
from tests.scenarios import play

EACH = 10_000


class Queue:
    """The real diagrams over a small district whose policies pay until the money is used up."""

    version = "I@1"

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        rules = [['not("房地产")', '"房地产除外"']]
        decisions = dmn(
            table("conditions", "RULE ORDER", [("行业", "industry", "")], ["text"], rules),
            literal("amount", str(EACH)),
        )
        files = {**play.release(), "bpmn/decisions/a.dmn": decisions}
        scene.do(lambda work: publish(work, files))
        self.rule(until_exhausted="refuse")

    def rule(self, **exclusivity: Any) -> None:
        statement = update(policy_version).values(exclusivity=exclusivity)
        self.scene.do(lambda work: work.connection.execute(statement))

    def money(self, places: float) -> None:
        """Leaves money for so many cases."""
        change = Decimal(str(places * EACH)) - Decimal(100_000)
        indicator = self.scene.indicator_id
        self.scene.do(lambda work: ledger.allot(work, indicator, change, "调整"))

    def opened(self, firm: UUID | None = None) -> UUID:
        firm = firm or self.scene.firm()
        found = self.scene.do(lambda work: open_case(work, self.version, firm, "portal", {}, "a"))
        return found

    def accepted(self) -> UUID:
        """A case that was accepted a minute after the one before."""
        found = self.opened()
        self.later(minutes=1)
        self.complete(found, CLERK, {"decision": "accept"})
        return found

    def later(self, **by: int) -> None:
        time = self.scene.runtime.time
        time.set(time.now() + timedelta(**by))

    def complete(self, case_id: UUID, actor: Any, answer: dict[str, Any]) -> None:
        instance = self.scene.case(case_id).instance_id

        def act(work: Any) -> None:
            task = work.connection.scalar(
                select(user_task.c.id).where(
                    user_task.c.instance_id == instance, user_task.c.status == "open"
                )
            )
            user_tasks.complete(work, task, answer)

        self.scene.do(act, actor)

    def approve(self, case_id: UUID) -> None:
        answer = {"decision": "approve", "opinion": "同意", "amount": Decimal(EACH)}
        self.complete(case_id, REVIEWER, answer)

    def refuse(self, case_id: UUID) -> None:
        answer = {
            "decision": "refuse",
            "reason": "不符合条件",
            "explanation": "不符合政策规定的条件,以后符合时可以再申请",
        }
        self.complete(case_id, REVIEWER, answer)

    def states(self, *case_ids: UUID) -> list[str]:
        """How each case's last entitlement stands; empty without one."""
        rows = {row.case_id: row.status for row in self.scene.entitlement_rows()}
        return [rows.get(case_id, "") for case_id in case_ids]

    def place(self, case_id: UUID) -> queue.Place | None:
        def act(work: Any) -> queue.Place | None:
            return queue.place_of(work, policies.get_version(work, self.version), case_id)

        return self.scene.do(act)

    def troubles(self) -> list[str]:
        rows = self.scene.do(lambda work: work.connection.execute(select(incident)).all())
        return [row.message for row in rows]


def only(work: Any) -> UUID:
    return work.connection.scalars(select(user_task.c.id).where(user_task.c.status == "open")).one()


@pytest.fixture
def line(scene):
    return Queue(scene)


def test_who_is_ready_sooner_waits_for_who_was_accepted_sooner(line):
    line.money(1)
    first, second = line.accepted(), line.accepted()
    line.approve(second)
    assert line.states(first, second) == ["", "computed"]
    place = line.place(second)
    assert (place.number, place.ahead, place.expected) == (2, 1, Decimal(0))
    assert queue.said(place) == "按受理先后排队:第 2 位,前面还有 1 件,预计可用余额 0.00 元"
    line.approve(first)
    line.scene.drain()
    assert line.states(first, second) == ["ordered", "cancelled"]
    assert line.troubles() == []


def test_where_the_money_is_enough_for_all_ahead_nobody_waits(line):
    line.money(2)
    first, second = line.accepted(), line.accepted()
    line.approve(second)
    assert line.states(first, second) == ["", "ordered"]
    line.approve(first)
    assert line.states(first) == ["ordered"]


@pytest.mark.parametrize("end", ["refused", "withdrawn"])
def test_an_earlier_case_that_comes_to_nothing_makes_room_for_the_next(line, end):
    line.money(1)
    first, second = line.accepted(), line.accepted()
    line.approve(second)
    if end == "refused":
        line.refuse(first)
    else:
        case = line.scene.case(first)
        line.scene.do(
            lambda work: acts.withdraw(work, first, "不办了"),
            line.scene.applicant(case.enterprise_id),
        )
    line.scene.drain()
    assert line.states(second) == ["ordered"]
    assert line.troubles() == []


def test_whoever_finds_nothing_left_goes_back_to_be_refused_with_that_reason(line):
    line.money(1)
    first, second = line.accepted(), line.accepted()
    line.approve(first)
    line.approve(second)  # the amount is no longer there: back to the review at once
    line.scene.drain()
    assert line.states(first, second) == ["ordered", ""]
    line.refuse(second)
    assert from_json(line.scene.case(second).refusal)["failed"] == ["资金未用完(额满即止)"]
    assert line.scene.case(second).status == "refused"


def test_one_that_waited_in_vain_is_checked_again_and_the_answer_says_why(line):
    line.money(1)
    first, second = line.accepted(), line.accepted()
    line.approve(second)
    line.approve(first)
    line.scene.drain()
    case = line.scene.case(second)
    assert case.status == "returned" and case.ended_at is None
    result = from_json(case.check_result)
    assert result["holds"] is False and result["failed"] == ["资金未用完(额满即止)"]
    line.refuse(second)
    assert from_json(line.scene.case(second).refusal)["failed"] == ["资金未用完(额满即止)"]


def test_with_next_years_budget_they_wait_for_it(line):
    line.rule(until_exhausted="next_year")
    line.money(1)
    first, second = line.accepted(), line.accepted()
    line.approve(first)
    line.approve(second)
    line.scene.drain()
    assert line.states(first, second) == ["ordered", "computed"]
    line.scene.do(lambda work: ledger.allot(work, line.scene.indicator_id, Decimal(EACH), "追加"))
    line.scene.do(queue.call_all)
    line.scene.drain()
    assert line.states(second) == ["ordered"]


def test_the_clock_stands_still_in_the_queue_and_says_why(line):
    line.money(1)
    first, second = line.accepted(), line.accepted()
    line.approve(second)
    standing = line.scene.do(lambda work: clocks.standings(work, [second]))[second]
    assert standing.paused == "queue" and "排队" in standing.paused_reason
    line.later(days=7)
    line.refuse(first)
    line.scene.drain()
    (segment,) = line.scene.do(lambda work: work.connection.execute(select(clock_segment)).all())
    assert segment.ended_at is not None
    assert line.scene.do(lambda work: clocks.standings(work, [second]))[second].paused == ""


def test_a_case_without_an_amount_yet_keeps_those_behind_it_waiting(line):
    line.money(5)
    first = line.accepted()
    line.scene.do(
        lambda work: work.connection.exec_driver_sql(
            "update case_file set check_result = null, amount = null"
        )
    )
    second = line.accepted()
    line.approve(second)
    assert line.states(second) == ["computed"] and line.place(second).unknown == 1
    line.refuse(first)
    line.scene.drain()
    assert line.states(second) == ["ordered"]


def test_places_are_given_in_the_order_of_acceptance_too(line):
    line.rule(until_exhausted="refuse", year_count=1)
    first, second = line.accepted(), line.accepted()
    line.approve(second)
    assert line.states(second) == ["computed"]
    line.approve(first)
    line.scene.drain()
    assert line.states(first, second) == ["ordered", "cancelled"]
    assert line.scene.case(second).status == "returned"


def test_the_lines_of_a_list_take_the_money_in_their_order(line):
    line.money(2)
    firms = [line.scene.firm() for _ in range(3)]
    codes = [line.scene.uscc(firm) for firm in firms]

    def propose(work):
        return lists.propose_list(work, "A@1", date(2026, 3, 2), [{"uscc": code} for code in codes])

    line.scene.do(propose)
    line.scene.drain()

    list_answers = (
        (REVIEWER, {"list_decision": "submit"}),
        (HEAD, {"sign_decision": "sign", "sign_opinion": "同意"}),
    )
    for actor, answer in list_answers:
        line.scene.do(
            lambda work, answer=answer: user_tasks.complete(work, only(work), answer), actor
        )
        line.scene.drain()
    rows = {row.enterprise_id: row.status for row in line.scene.entitlement_rows()}
    assert [rows.get(firm) for firm in firms] == ["ordered", "ordered", None]


def test_a_firm_checking_itself_hears_that_nothing_is_left(line):
    line.money(0)
    firm = line.scene.firm()
    answer = line.scene.do(lambda work: check(work, "I@1", firm, date(2026, 3, 2)))
    assert answer.holds is False and answer.failed == ["资金未用完(额满即止)"]


def test_two_at_the_same_moment_never_take_more_than_there_is_and_nobody_is_forgotten(line):
    """Two workers: one refuses the first case while the other puts the second one in the queue."""
    line.money(1)
    for _ in range(4):
        first, second = line.accepted(), line.accepted()
        gate = threading.Barrier(2)
        faults: list[BaseException] = []

        def run(act: Any, case_id: UUID, gate=gate, faults=faults) -> None:
            gate.wait(20)
            try:
                act(case_id)
            except BaseException as error:
                faults.append(error)

        threads = [
            threading.Thread(target=run, args=(line.refuse, first)),
            threading.Thread(target=run, args=(line.approve, second)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert faults == []
        line.scene.drain()
        assert line.states(second) == ["ordered"] and line.troubles() == []
        line.scene.do(
            lambda work: ledger.allot(work, line.scene.indicator_id, Decimal(EACH), "追加")
        )
    waiting = line.scene.do(
        lambda work: work.connection.execute(
            select(message).where(message.c.name == "turn", message.c.delivered_at.is_(None))
        ).all()
    )
    assert waiting == []
