from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from engine import user_tasks
from engine.errors import InvalidInput
from engine.tables import user_task
from handlers.cases import lists
from handlers.cases.tables import case_file, eligibility_list
from handlers.enterprises import negative_list
from handlers.enterprises.tables import enterprise
from handlers.payouts import batches
from tests.handlers.scene import CHECKER, HEAD, RELEASER, REVIEWER

DAY = date(2026, 3, 2)


def proposed(scene, *codes, **more):
    rows = [{"uscc": code, **more} for code in codes]
    return scene.do(lambda work: lists.propose_list(work, "A@1", DAY, rows), REVIEWER)


def lines(scene, list_id):
    return scene.do(lambda work: lists.lines(work, list_id))


def answer_open_task(scene, role, actor):
    task = scene.do(
        lambda work: work.connection.scalar(
            select(user_task.c.id)
            .where(user_task.c.role == role, user_task.c.status == "open")
            .limit(1)
        )
    )
    scene.do(lambda work: user_tasks.complete(work, task, {}), actor)


def sign(scene):
    answer_open_task(scene, "head", HEAD)
    scene.drain()


def test_every_bad_line_gets_every_reason_and_none_is_lost(scene):
    good = scene.firm()
    closed = scene.firm(status="closed", account=False)
    poor = scene.firm(account=False, industry="房地产")
    listed = scene.firm()
    scene.do(
        lambda work: negative_list.add_listing(
            work, listed, "严重失信主体名单", "欠薪", DAY - timedelta(days=9), "信用中国"
        )
    )
    codes = [scene.uscc(firm) for firm in (good, good, closed, poor, listed)]
    found = lines(scene, proposed(scene, *codes, "NOSUCH"))
    assert [line.status for line in found] == ["proposed", *["returned"] * 5]
    said = ["|".join(line.reasons) for line in found]
    assert said[0] == ""
    assert "重复出现" in said[1]
    assert "已注销" in said[2] and "收款账户" in said[2]
    assert "房地产除外" in said[3] and "收款账户" in said[3]
    assert "严重失信主体名单" in said[4]
    assert "没有登记" in said[5]


def test_an_amount_that_differs_from_the_rule_goes_back(scene):
    found = lines(scene, proposed(scene, scene.uscc(scene.firm()), amount="9,999"))
    assert "不一致" in found[0].reasons[0]


def test_an_amount_that_is_no_number_is_refused_with_its_line(scene):
    with pytest.raises(InvalidInput, match="第 1 行"):
        proposed(scene, scene.uscc(scene.firm()), amount="一万")


def test_the_system_proposes_the_firms_that_match(scene):
    fits = scene.firm()
    scene.firm(industry="房地产")
    list_id = scene.do(lambda work: lists.propose_list(work, "A@1", DAY), REVIEWER)
    assert [(line.enterprise_id, line.amount) for line in lines(scene, list_id)] == [
        (fits, Decimal("10000.00"))
    ]


def test_a_policy_that_is_applied_for_has_no_list(scene):
    with pytest.raises(InvalidInput, match="不是免申即享"):
        scene.do(lambda work: lists.propose_list(work, "I@1", DAY, [{"uscc": "x"}]), REVIEWER)


def test_a_signed_list_opens_a_case_for_each_good_line(scene):
    codes = [scene.uscc(scene.firm()) for _ in range(3)]
    list_id = proposed(scene, *codes, "NOSUCH")
    sign(scene)
    found = lines(scene, list_id)
    assert [line.status for line in found] == ["opened"] * 3 + ["returned"]
    cases = scene.do(lambda work: work.connection.execute(select(case_file)).all())
    assert {case.status for case in cases} == {"approved"}
    head = scene.do(lambda work: work.connection.execute(select(eligibility_list)).one())
    assert (head.status, head.signed_by) == ("signed", "head")
    assert [row.status for row in scene.entitlement_rows()] == ["ordered"] * 3


def test_the_same_list_twice_pays_once(scene):
    scene.bank()
    firm = scene.firm()
    first = proposed(scene, scene.uscc(firm))
    second = proposed(scene, scene.uscc(firm))
    assert [line.status for line in lines(scene, second)] == ["proposed"]
    sign(scene)
    sign(scene)
    statuses = sorted(lines(scene, found)[0].status for found in (first, second))
    assert statuses == ["opened", "returned"]
    orders = scene.do(lambda work: [row.id for row in batches.due_lines(work)])
    assert len(orders) == 1
    scene.batch(*orders)
    answer_open_task(scene, "checker", CHECKER)
    answer_open_task(scene, "releaser", RELEASER)
    scene.drain()
    assert [row.status for row in scene.entitlement_rows()] == ["paid"]
    third = proposed(scene, scene.uscc(firm))
    assert "已兑付或正在办理" in lines(scene, third)[0].reasons[0]


def test_opening_a_signed_list_again_changes_nothing(scene):
    list_id = proposed(scene, scene.uscc(scene.firm()))
    sign(scene)
    again = scene.do(lambda work: lists.open_from_list(work, list_id))
    scene.drain()
    assert again == {"opened": 1, "returned": 0}
    assert len(scene.entitlement_rows()) == 1


def test_a_firm_that_closes_after_screening_goes_back_with_the_reason(scene):
    firm = scene.firm()
    list_id = proposed(scene, scene.uscc(firm))
    scene.do(
        lambda work: work.connection.execute(
            update(enterprise).where(enterprise.c.id == firm).values(status="closed")
        )
    )
    sign(scene)
    found = lines(scene, list_id)[0]
    assert found.status == "returned" and "已注销" in found.reasons[-1]
    assert scene.entitlement_rows() == []


def test_a_cancelled_list_keeps_its_lines_and_opens_nothing(scene):
    list_id = proposed(scene, scene.uscc(scene.firm()))
    scene.do(lambda work: lists.cancel_list(work, list_id, "政策调整"))
    found = lines(scene, list_id)[0]
    assert found.status == "left_out" and "政策调整" in found.reasons[-1]
