"""What is due is asked again where money is given, one case of a firm at a time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import OperationalError

from engine.actor import SYSTEM
from engine.definitions import publish
from engine.errors import BusinessError, PermanentFailure
from engine.values import to_json
from handlers.cases import decisions
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy_version
from handlers.eligibility.service_tasks import check_case
from handlers.enterprises.tables import enterprise_fact
from handlers.payouts import entitlements
from tests.engine.dmn.tables import dmn, literal, table
from tests.handlers import diagrams

D = Decimal
CAPPED = "min(8000, max(0, 10000 - year_paid))"


@pytest.fixture
def capped(scene):
    """The scene, whose policies give 8,000 yuan a case and at most 10,000 a year."""
    rules = [['not("房地产")', '"房地产除外"']]
    content = dmn(
        table("conditions", "RULE ORDER", [("行业", "industry", "")], ["text"], rules),
        literal("amount", CAPPED),
    )
    scene.do(lambda work: publish(work, {**diagrams.FILES, "bpmn/decisions/a.dmn": content}))
    return scene


def reviewed(scene, firm, key, version="P@1", **values):
    """A case that has been checked; returns its id."""
    case_id = uuid4()

    def act(work):
        work.connection.execute(
            insert(case_file).values(
                id=case_id,
                number=f"RJ-{key}",
                policy_version_id=version,
                enterprise_id=firm,
                mode="promised",
                channel="portal",
                owner="JFJ",
                status="reviewing",
                applicant="a",
                registered_by="a",
                received_at=work.now,
                event_date=values.get("event_date", date(2026, 3, 2)),
                event_key=key,
                application={},
            )
        )
        check_case(work, case_id=case_id, occasion="review")

    scene.do(act)
    return case_id


def ruled(scene, version, **values):
    scene.do(
        lambda work: work.connection.execute(
            update(policy_version).where(policy_version.c.id == version).values(**values)
        )
    )


def entitle(scene, case_id, amount):
    return scene.do(lambda work: entitlements.entitle(work, case_id, D(amount)))


def amounts(scene):
    return sorted(row.amount for row in scene.entitlement_rows())


def test_two_cases_reviewed_together_do_not_exceed_the_yearly_cap(capped):
    firm = capped.firm()
    first, second = reviewed(capped, firm, "一月"), reviewed(capped, firm, "二月")
    entitle(capped, first, 8000)
    with pytest.raises(BusinessError, match="现在只应兑付") as caught:
        entitle(capped, second, 8000)
    assert caught.value.code == "not_payable"
    assert "RJ-二月" in str(caught.value)
    assert amounts(capped) == [8000]
    entitle(capped, second, 2000)
    assert amounts(capped) == [2000, 8000]


def test_another_years_and_another_firms_payments_leave_the_cap_alone(capped):
    firm = capped.firm()
    entitle(capped, reviewed(capped, firm, "一月"), 8000)
    ruled(capped, "P@1", valid_to=date(2027, 12, 31))
    later = reviewed(capped, firm, "二月", event_date=date(2027, 3, 2))
    entitle(capped, later, 8000)
    entitle(capped, reviewed(capped, capped.firm(), "三月"), 8000)
    assert amounts(capped) == [8000, 8000, 8000]


def test_a_cancelled_entitlement_is_due_again(capped):
    firm = capped.firm()
    (owed,) = entitle(capped, reviewed(capped, firm, "一月"), 8000)
    capped.do(lambda work: entitlements.cancel(work, owed, "企业放弃"))
    entitle(capped, reviewed(capped, firm, "二月"), 8000)


def test_less_than_is_due_may_be_given(capped):
    entitle(capped, reviewed(capped, capped.firm(), "一月"), "7999.99")
    assert amounts(capped) == [D("7999.99")]


def test_what_the_review_decides_is_not_bounded(capped):
    ruled(capped, "P@1", amount_decision="")
    firm = capped.firm()
    entitle(capped, reviewed(capped, firm, "一月"), 123456)
    entitle(capped, reviewed(capped, firm, "二月"), 99999)
    assert amounts(capped) == [99999, 123456]


def test_while_one_case_of_a_firm_is_given_money_the_other_waits(capped):
    firm, other = capped.firm(), capped.firm()
    first, second = reviewed(capped, firm, "一月"), reviewed(capped, firm, "二月")
    elsewhere = reviewed(capped, other, "三月")

    def impatient(case_id):
        def act(work):
            work.connection.execute(text("set local lock_timeout = '100ms'"))
            entitlements.entitle(work, case_id, D(8000))

        capped.runtime.run(SYSTEM, act, tries=1)

    def act(work):
        entitlements.entitle(work, first, D(8000))
        impatient(elsewhere)
        with pytest.raises(OperationalError, match="lock timeout"):
            impatient(second)

    capped.do(act)
    with pytest.raises(BusinessError):
        impatient(second)
    assert amounts(capped) == [8000, 8000]


def test_an_approval_above_what_is_still_due_goes_back_to_the_review(capped):
    firm = capped.firm()
    first, second = reviewed(capped, firm, "一月"), reviewed(capped, firm, "二月")
    capped.do(lambda work: decisions.approve(work, first, "同意", None))
    entitle(capped, first, 8000)
    with pytest.raises(BusinessError) as caught:
        capped.do(lambda work: decisions.approve(work, second, "同意", None))
    assert caught.value.code == "amount_above_rule"
    assert capped.case(second).status == "reviewing"
    capped.do(lambda work: check_case(work, case_id=second, occasion="review"))
    assert capped.do(lambda work: decisions.approve(work, second, "同意", None)) == 2000


def test_of_a_group_only_one_policy_is_given(capped):
    for version in ("P@1", "I@1"):
        ruled(capped, version, exclusivity={"group": "技改"})
    firm = capped.firm()
    first, second = reviewed(capped, firm, "一月"), reviewed(capped, firm, "二月", "I@1")
    entitle(capped, first, 1000)
    with pytest.raises(BusinessError, match="RJ-一月"):
        entitle(capped, second, 1000)


def title(scene, firm, value):
    scene.do(
        lambda work: work.connection.execute(
            insert(enterprise_fact).values(
                enterprise_id=firm,
                name="scenic_grade",
                value=to_json(value),
                as_of=date(2026, 1, 31),
                source="文旅部门",
            )
        )
    )


def test_a_title_that_nobody_has_registered_is_not_paid_for(capped):
    ruled(capped, "P@1", exclusivity={"event_facts": ["scenic_grade"]})
    firm = capped.firm()
    case_id = reviewed(capped, firm, "scenic_grade:?")
    with pytest.raises(PermanentFailure, match="scenic_grade 的登记数据"):
        entitle(capped, case_id, 5000)
    assert capped.entitlement_rows() == []
    title(capped, firm, "4A")
    entitle(capped, case_id, 5000)
    assert [row.event_key for row in capped.entitlement_rows()] == ["scenic_grade:4A"]
    assert capped.case(case_id).event_key == "scenic_grade:4A"


def test_a_title_given_meanwhile_is_not_given_again(capped):
    ruled(capped, "P@1", exclusivity={"event_facts": ["scenic_grade"]})
    firm = capped.firm()
    title(capped, firm, "4A")
    first, second = (reviewed(capped, firm, key) for key in ("scenic_grade:4A", "scenic_grade:?"))
    entitle(capped, first, 1000)
    with pytest.raises(BusinessError, match="已兑付该事项"):
        entitle(capped, second, 1000)
