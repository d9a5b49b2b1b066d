"""The same queue with the diagram of promised redemption: signed, accepted, reviewed, signed off."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select, update

from engine.actor import Actor
from engine.tables import user_task
from engine.values import from_json
from handlers.cases import firm as acts
from handlers.catalogue.tables import policy_version
from handlers.deadlines import clocks
from handlers.funds import ledger
from handlers.notices import public
from handlers.notices.tables import public_notice
from handlers.payouts import queue
from tests.handlers.payouts.test_queue import EACH, Queue
from tests.handlers.scene import CLERK, HEAD


class Promised(Queue):
    """No experts and no survey; a public notice of so many days."""

    version = "P@1"

    def days_of_notice(self, days: int) -> None:
        statement = update(policy_version).values(expert_count=0, notice_days=days)
        self.scene.do(lambda work: work.connection.execute(statement))

    def accepted(self) -> UUID:
        found = self.opened()
        signed = {"commitment_agreed": True, "commitment_signer": "李四"}
        self.complete(found, self.legal_representative(found), signed)
        self.later(minutes=1)
        self.complete(found, CLERK, {"decision": "accept"})
        return found

    def approve(self, case_id: UUID) -> None:
        super().approve(case_id)
        self.complete(case_id, HEAD, {"head_decision": "agree"})

    def legal_representative(self, case_id: UUID) -> Actor:
        unit = f"enterprise:{self.scene.case(case_id).enterprise_id}"
        return Actor("li", "李四", frozenset([(unit, "legal_representative")]))

    def add_money(self) -> None:
        """Finance adds money for one more; the calendar's sweep finds out."""
        indicator = self.scene.indicator_id
        self.scene.do(lambda work: ledger.allot(work, indicator, Decimal(EACH), "追加"))
        self.scene.do(queue.call_all)
        self.scene.drain()


@pytest.fixture
def line(scene):
    found = Promised(scene)
    found.days_of_notice(0)
    return found


def test_the_one_accepted_first_has_the_money_though_the_other_was_decided_first(line):
    line.money(1)
    first, second = line.accepted(), line.accepted()
    line.approve(second)
    assert line.states(first, second) == ["", "computed"]
    assert (line.place(second).number, line.place(second).ahead) == (2, 1)
    line.approve(first)
    line.scene.drain()
    assert line.states(first, second) == ["ordered", "cancelled"]
    case = line.scene.case(second)
    assert case.status == "returned" and case.ended_at is None
    assert from_json(case.check_result)["failed"] == ["资金未用完(额满即止)"]
    line.refuse(second)
    line.complete(second, HEAD, {"head_decision": "agree"})
    assert line.scene.case(second).status == "refused" and line.troubles() == []


@pytest.mark.parametrize("rule", ["refuse", "next_year"])
def test_with_more_money_the_waiting_one_goes_on_by_itself(line, rule):
    line.rule(until_exhausted=rule)
    line.money(1)
    first, second = line.accepted(), line.accepted()
    line.approve(second)
    line.scene.drain()
    assert line.states(first, second) == ["", "computed"]
    line.add_money()
    assert line.states(first, second) == ["", "ordered"]
    line.approve(first)
    assert line.states(first) == ["ordered"] and line.troubles() == []


def test_taking_it_back_during_the_public_notice_ends_the_case_and_frees_the_money(line):
    line.days_of_notice(5)
    line.money(1)
    first = line.accepted()
    line.days_of_notice(0)
    second = line.accepted()
    line.approve(second)
    line.approve(first)
    assert line.scene.case(first).status == "public_notice"
    assert line.states(second) == ["computed"]  # the money is kept for who was accepted first
    line.scene.do(
        lambda work: acts.withdraw(work, first, "项目终止"), line.legal_representative(first)
    )
    line.scene.drain()
    case = line.scene.case(first)
    assert (case.status, case.opinion) == ("withdrawn", "项目终止") and case.ended_at
    assert line.states(first, second) == ["", "ordered"]
    assert line.scene.do(public.running) == []
    (notice,) = line.scene.do(lambda work: work.connection.execute(select(public_notice)).all())
    assert notice.status == "ended" and notice.ends_at == line.scene.runtime.time.now()
    standing = line.scene.do(lambda work: clocks.standings(work, [first]))[first]
    assert standing.stopped_at and not standing.paused
    line.later(days=30)
    line.scene.drain()
    assert line.scene.case(first).status == "withdrawn" and line.troubles() == []


def test_taking_it_back_while_an_objection_is_looked_into_ends_the_case_too(line):
    line.days_of_notice(5)
    first = line.accepted()
    line.approve(first)
    line.scene.do(lambda work: acts.object(work, first, "与事实不符"))
    line.scene.drain()
    line.scene.do(
        lambda work: acts.withdraw(work, first, "项目终止"), line.legal_representative(first)
    )
    line.scene.drain()
    assert line.scene.case(first).status == "withdrawn"
    left = select(user_task.c.name).where(user_task.c.status == "open")
    assert line.scene.do(lambda work: work.connection.scalars(left).all()) == []
