"""The published diagrams of automatic redemption on a real database, up to the bank and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from engine import user_tasks
from engine.tables import user_task
from handlers.cases import lists
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy_version
from handlers.deadlines import clocks
from handlers.enterprises import negative_list
from handlers.payouts import batches
from tests.handlers.scene import (
    AMOUNT,
    CHECKER,
    CLERK,
    HEAD,
    MAKER,
    RELEASER,
    REVIEWER,
    with_shipped_diagrams,
)

DAY = date(2026, 3, 2)
DISHONEST = ("严重失信主体名单", "欠薪", DAY - timedelta(days=1), "信用中国")


@pytest.fixture
def district(scene):
    return with_shipped_diagrams(scene)


def push(scene, firm):
    """Proposes, reviews and signs a list of one firm; its case is opened but not yet begun on."""
    rows = [{"uscc": scene.uscc(firm)}]
    scene.do(lambda work: lists.propose_list(work, "A@1", DAY, rows), REVIEWER)
    answer(scene, "forms/list_review.form", REVIEWER, list_decision="submit")
    answer(scene, "forms/list_sign.form", HEAD, sign_decision="sign")


def answer(scene, form, actor, **given):
    wanted = (user_task.c.form == form, user_task.c.status == "open")
    task = scene.do(lambda work: work.connection.scalar(select(user_task.c.id).where(*wanted)))
    assert task is not None, form
    scene.do(lambda work: user_tasks.complete(work, task, given), actor)


def pay_what_is_due(scene):
    scene.bank()
    due = scene.do(lambda work: [row.id for row in batches.due_lines(work)])
    scene.do(lambda work: batches.make_batch(work, due), MAKER)
    answer(scene, "forms/batch_check.form", CHECKER, decision="approve")
    answer(scene, "forms/batch_release.form", RELEASER, decision="approve")
    scene.drain()


def only_case(scene):
    return scene.do(lambda work: work.connection.execute(select(case_file)).one())


def ask_for_confirmation(scene):
    scene.do(
        lambda work: work.connection.execute(
            update(policy_version).where(policy_version.c.id == "A@1").values(confirm_account=True)
        )
    )


def test_a_signed_line_is_paid_without_anybody_applying(district):
    push(district, district.firm())
    district.drain()
    case = only_case(district)
    assert (case.status, case.amount) == ("paying", AMOUNT)
    assert district.do(lambda work: clocks.standings(work, [case.id]))[case.id].limit_days == 5
    pay_what_is_due(district)
    case = only_case(district)
    assert case.status == "paid" and case.ended_at is not None


def test_a_firm_that_turns_dishonest_after_the_signature_is_not_paid(district):
    firm = district.firm()
    push(district, firm)
    district.do(lambda work: negative_list.add_listing(work, firm, *DISHONEST))
    district.drain()
    case = only_case(district)
    assert case.status == "returned" and "严重失信主体名单" in case.opinion
    assert district.entitlement_rows() == []
    assert district.do(lambda work: batches.due_lines(work)) == []


def test_money_waits_for_the_firm_and_then_for_the_window(district):
    ask_for_confirmation(district)
    push(district, district.firm())
    district.drain()
    assert district.entitlement_rows() == []
    district.runtime.time.set(datetime(2026, 3, 31, 2, tzinfo=UTC))
    district.drain()
    assert district.entitlement_rows() == []
    said = {"account_decision": "unreachable", "objection_text": "三次无人接听"}
    answer(district, "forms/phone_confirmation.form", CLERK, **said)
    district.drain()
    case = only_case(district)
    assert case.status == "returned" and "三次无人接听" in case.opinion
    assert district.entitlement_rows() == []


def test_a_firm_that_confirms_its_account_is_paid(district):
    ask_for_confirmation(district)
    firm = district.firm()
    push(district, firm)
    district.drain()
    confirming = district.applicant(firm)
    answer(district, "forms/account_confirmation.form", confirming, account_decision="confirm")
    district.drain()
    assert [row.amount for row in district.entitlement_rows()] == [Decimal("10000.00")]
    pay_what_is_due(district)
    assert only_case(district).status == "paid"
