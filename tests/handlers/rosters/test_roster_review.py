"""A reviewer strikes persons off a roster: the amount follows, and everybody concerned can read why."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from engine import instances, user_tasks, verify
from engine.definitions import publish
from engine.errors import Conflict, InvalidInput, NotAllowed
from engine.tables import event, user_task
from engine.values import from_json
from handlers.eligibility import roster_review
from handlers.notices.tables import notice
from tests.engine.dmn.tables import dmn, literal, table
from tests.handlers.rosters.conftest import count_persons, opened
from tests.handlers.scene import CLERK, HEAD, REVIEWER
from tests.scenarios import play


@pytest.fixture
def review(scene):
    """Opens a case of these persons with the shipped diagrams and takes it to its review."""
    rules = [['not("房地产")', '"房地产除外"']]
    decisions = dmn(
        table("conditions", "RULE ORDER", [("行业", "industry", "")], ["text"], rules),
        literal("amount", "hires * 1500"),
    )
    scene.do(lambda w: publish(w, {**play.release(), "bpmn/decisions/a.dmn": decisions}))
    count_persons(scene, {"fact": "hires", "period": "ever"})

    def to_review(*serials):
        case_id = scene.do(lambda work: opened(work, scene.firm(), *serials))
        complete(scene, case_id, CLERK, {"decision": "accept"})
        return case_id

    return to_review


def task_of(scene, case_id):
    instance_id = scene.case(case_id).instance_id
    of_case = (user_task.c.instance_id == instance_id, user_task.c.status == "open")
    return scene.do(lambda work: work.connection.execute(select(user_task).where(*of_case)).one())


def complete(scene, case_id, actor, answer):
    task = task_of(scene, case_id)
    scene.do(lambda work: user_tasks.complete(work, task.id, answer), actor)


def strike(scene, case_id, rows, reason="未在本企业参保", actor=REVIEWER):
    task = task_of(scene, case_id)
    scene.do(lambda work: roster_review.strike(work, task.id, rows, reason), actor)


def answer_of(scene, case_id):
    return from_json(scene.case(case_id).check_result)


def test_the_amount_follows_on_the_page_in_the_form_and_in_what_is_approved(scene, review):
    case_id = review(1, 2, 3, 4)
    before = task_of(scene, case_id)
    strike(scene, case_id, [2, 4])
    found = answer_of(scene, case_id)
    assert found["amount"] == Decimal("3000.00")
    (condition,) = [one for one in found["conditions"] if one["source"] == "人员名册"]
    assert condition["actual"] == "名册 4 人,计入 2 人;第 2、4 行经审核剔除"
    assert condition["english"]["actual"].endswith("rows 2, 4 struck off by the reviewer")
    struck = [line for line in found["lines"] if line["amount"] == 0]
    assert [line["text"] for line in struck] == [
        f"名册第 {row} 行:经审核剔除(不限年度),不再计算" for row in (2, 4)
    ]
    task = task_of(scene, case_id)
    assert task.id == before.id
    seen = scene.do(lambda work: instances.data_for(work, task.instance_id, task.id))
    assert seen["eligibility"] == found
    complete(scene, case_id, REVIEWER, {"decision": "approve", "opinion": "同意"})
    scene.drain()
    (owed,) = scene.entitlement_rows()
    assert owed.amount == Decimal("3000.00")


def test_the_history_and_the_firm_say_who_struck_whom_off_and_why(scene, review):
    case_id = review(1, 2, 3)
    strike(scene, case_id, [3, 1])
    of_case = (event.c.instance_id == scene.case(case_id).instance_id, event.c.kind == "corrected")
    (told,) = scene.do(lambda work: work.connection.execute(select(event).where(*of_case)).all())
    assert (told.actor, told.reason) == (REVIEWER.id, "第 1、3 行经审核不计入: 未在本企业参保")
    last = select(notice.c.body).order_by(notice.c.sent_at.desc(), notice.c.kind.desc())
    bodies = scene.do(lambda work: work.connection.scalars(last).all())
    (body,) = [one for one in bodies if "名册" in one]
    assert "第 1、3 行经审核不计入: 未在本企业参保" in body and "1,500.00 元" in body
    with verify.consistent(scene.runtime) as work:
        assert list(verify.findings(work, processes=1)) == []


def test_who_is_struck_off_counts_for_another_case_and_comes_back_only_if_still_free(scene, review):
    first, second = review(1, 2), review(2, 3)
    assert answer_of(scene, second)["amount"] == Decimal("1500.00")
    strike(scene, first, [2])
    strike(scene, second, [2])  # checks it again: person 2 is free now
    assert answer_of(scene, second)["amount"] == Decimal("1500.00")
    task = task_of(scene, first)
    scene.do(lambda work: roster_review.restore(work, task.id, [2], "已补参保记录"), REVIEWER)
    found = answer_of(scene, first)
    assert found["amount"] == Decimal("1500.00")
    assert "第 2 行已由其他办件计入" in str(found["conditions"])


def test_whoever_is_left_with_nobody_is_refused_with_that_reason(scene, review):
    case_id = review(1, 2)
    strike(scene, case_id, [1, 2])
    assert answer_of(scene, case_id)["failed"] == ["同一人只计一次(不限年度):第 1-2 行均经审核剔除"]


@pytest.mark.parametrize(
    ("rows", "reason", "field"),
    [([1], " ", "reason"), ([], "x", "rows"), ([1], "360799199901010011 未参保", "reason")],
)
def test_without_rows_or_a_reason_or_with_a_number_nobody_is_struck_off(
    scene, review, rows, reason, field
):
    case_id = review(1, 2)
    with pytest.raises(InvalidInput) as refused:
        strike(scene, case_id, rows, reason)
    assert list(refused.value.fields) == [field]
    assert answer_of(scene, case_id)["amount"] == Decimal("3000.00")


def test_only_who_reviews_the_case_may(scene, review):
    case_id = review(1, 2)
    for actor in (CLERK, HEAD, scene.applicant(scene.case(case_id).enterprise_id)):
        with pytest.raises(NotAllowed):
            strike(scene, case_id, [1], actor=actor)
    task = task_of(scene, case_id)
    complete(scene, case_id, REVIEWER, {"decision": "approve", "opinion": "同意"})
    with pytest.raises(Conflict):
        scene.do(lambda work: roster_review.strike(work, task.id, [1], "x"), REVIEWER)
