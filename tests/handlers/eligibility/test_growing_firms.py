"""The rules of growing firms from the list to the bank, with the shipped decisions and diagrams."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from engine.definitions import publish
from handlers.cases import lists
from handlers.cases.opening import open_case
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy_version
from handlers.eligibility.service_tasks import check_case
from handlers.eligibility.versions import version_for
from handlers.funds import indicators, ledger
from tests.engine.dmn.tables import dmn, literal, table
from tests.handlers.cases.test_automatic import answer, pay_what_is_due
from tests.handlers.eligibility.district import add_fact
from tests.handlers.scene import HEAD, REVIEWER
from tests.scenarios import play

DECISIONS = Path(__file__).parents[3] / "bpmn/decisions"


@pytest.fixture
def growing(scene):
    """A district with money enough; `use` puts a shipped decision in the place of policy A's."""

    def use(name: str, **exclusivity: Any) -> None:
        def act(work):
            content = (DECISIONS / f"{name}.dmn").read_bytes()
            publish(work, {**play.release(), f"bpmn/decisions/{name}.dmn": content})
            work.connection.execute(
                update(policy_version)
                .where(policy_version.c.id == "A@1")
                .values(
                    conditions_decision=f"{name}_conditions",
                    amount_decision=f"{name}_amount",
                    exclusivity=exclusivity,
                    valid_to=None,
                )
            )
            ledger.allot(work, scene.indicator_id, Decimal(10_000_000), "追加")

        scene.do(act)

    scene.use = use
    return scene


def know(scene, firm, day, **facts):
    for name, value in facts.items():
        scene.do(lambda work, n=name, v=value: add_fact(work, firm, n, v, day))


def pushed(scene, firm, day):
    """A list of the firm alone, signed; its line."""
    rows = [{"uscc": scene.uscc(firm)}]
    list_id = scene.do(lambda work: lists.propose_list(work, "A@1", day, rows), REVIEWER)
    (line,) = scene.do(lambda work: lists.lines(work, list_id))
    if line.status == "proposed":
        answer(scene, "forms/list_review.form", REVIEWER, list_decision="submit")
        answer(scene, "forms/list_sign.form", HEAD, sign_decision="sign", sign_opinion="同意")
        scene.drain()
    return line


def given(scene):
    rows = sorted(scene.entitlement_rows(), key=lambda row: (row.created_at, row.stage))
    return [(row.stage, row.amount, row.status) for row in rows]


def test_each_step_is_rewarded_once_however_the_firm_grows(growing):
    growing.use("JX_LH_02", event_key="once", stages=["1亿元", "2亿元", "5亿元"])
    firm = growing.firm()
    known = {"output_to_revenue_ratio": Decimal("0.9"), "first_time_reaching": True}
    first = {"annual_revenue": 120_000_000, "highest_prior_revenue": 0}
    know(growing, firm, date(2025, 12, 31), **known, **first)
    pushed(growing, firm, date(2026, 3, 2))
    pay_what_is_due(growing)
    assert given(growing) == [(1, Decimal("30000.00"), "paid")]

    # The register still says that it never reached a step; what was given is remembered.
    growing.runtime.time.set(datetime(2027, 3, 1, 1, 0, tzinfo=UTC))
    know(growing, firm, date(2026, 12, 31), annual_revenue=550_000_000)
    growing.do(
        lambda work: ledger.allot(work, open_next_year(work), Decimal(1_000_000), "年初预算")
    )
    line = pushed(growing, firm, date(2027, 3, 1))
    assert line.amount == Decimal("150000.00")
    assert [one[:2] for one in given(growing)] == [
        (1, Decimal("30000.00")),
        (2, Decimal("30000.00")),
        (3, Decimal("120000.00")),
    ]
    texts = [one["text"] for one in line.result["lines"]]
    assert texts[0] == "首次达到1亿元台阶3万元(该阶段已兑付)"


def open_next_year(work):
    return indicators.open_indicator(work, "Z1", 2027, "奖补资金", "JFJ")


def test_a_higher_title_pays_the_difference_only(growing):
    growing.use("GZ_02", highest_only=True)
    firm = growing.firm()
    know(growing, firm, date(2025, 6, 30), growth_title="瞪羚", growth_title_first=True)
    lower = pushed(growing, firm, date(2026, 1, 5))
    pay_what_is_due(growing)
    know(growing, firm, date(2026, 1, 31), growth_title="独角兽")
    rows = [{"uscc": growing.uscc(firm), "event_key": "独角兽认定"}]
    list_id = growing.do(
        lambda work: lists.propose_list(work, "A@1", date(2026, 3, 2), rows), REVIEWER
    )
    (higher,) = growing.do(lambda work: lists.lines(work, list_id))
    assert lower.amount + higher.amount == Decimal("4000000.00")
    assert "只补差额" in higher.result["lines"][-1]["text"]


def test_an_event_before_the_change_of_a_rule_is_paid_by_the_old_rule_though_applied_for_later(
    scene,
):
    """Version 1 gives 10,000 for events until February 14, version 2 gives 30,000 from then on."""

    def act(work):
        rules = [['not("房地产")', '"房地产除外"']]
        decisions = dmn(
            table("conditions", "RULE ORDER", [("行业", "industry", "")], ["text"], rules),
            literal("amount", "10000"),
            literal("amount_2", "30000"),
        )
        publish(work, {**play.release(), "bpmn/decisions/a.dmn": decisions})
        first = work.connection.execute(
            select(policy_version).where(policy_version.c.id == "I@1")
        ).one()
        work.connection.execute(
            update(policy_version)
            .where(policy_version.c.id == "I@1")
            .values(status="superseded", valid_to=date(2026, 2, 14))
        )
        second = first._asdict() | {"id": "I@2", "number": 2, "amount_decision": "amount_2"}
        second["valid_from"] = date(2026, 2, 15)
        work.connection.execute(insert(policy_version).values(second))

    scene.do(act)
    for event_day, version, amount in (
        (date(2026, 2, 14), "I@1", Decimal("10000.00")),
        (date(2026, 2, 15), "I@2", Decimal("30000.00")),
    ):
        firm = scene.firm()
        ruling = scene.do(lambda work, day=event_day: version_for(work, "I", day))
        assert ruling.id == version
        case_id = scene.do(
            lambda work, v=version, f=firm, day=event_day: open_case(
                work, v, f, "portal", {}, "a", event_date=day
            )
        )
        found = scene.do(
            lambda work, case_id=case_id: check_case(work, case_id=case_id, occasion="test")
        )
        assert (found["holds"], found["amount"]) == (True, amount)
    days = scene.do(lambda work: work.connection.scalars(select(case_file.c.received_at)).all())
    assert {day.date() for day in days} == {date(2026, 3, 2)}
