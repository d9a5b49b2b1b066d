"""What an operator does to an instance is felt by its case, its money and its batch."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import operations, verify
from engine.actor import Actor
from engine.operations import Cancel, Move, Restart, Skip
from engine.reactions import Refused
from handlers.cases import lists
from handlers.funds import verify as funds_verify
from handlers.funds.tables import indicator
from handlers.notices.tables import notice
from handlers.payouts import batches
from handlers.payouts import verify as payouts_verify
from tests.handlers.cases import test_automatic
from tests.handlers.cases.test_automatic import DAY, only_case, pay_what_is_due, push
from tests.handlers.scene import AMOUNT, REVIEWER

district = test_automatic.district
ROOT = Actor("root", "管理员", frozenset([("XZSPJ", "system_administrator")]))


def findings(scene):
    def act(work):
        return [
            *verify.findings(work),
            *funds_verify.verify(work.connection),
            *payouts_verify.verify(work.connection),
        ]

    return scene.do(act)


def preview(scene, instance_id, operation):
    return scene.do(lambda work: operations.preview(work, instance_id, operation), ROOT)


def apply(scene, instance_id, operation, reason="重复办理"):
    return scene.do(
        lambda work: operations.apply(work, instance_id, operation, reason=reason), ROOT
    )


def held(scene):
    """What is set aside on the indicator, in yuan."""
    statement = select(indicator).where(indicator.c.id == scene.indicator_id)
    row = scene.do(lambda work: work.connection.execute(statement).one())
    return row.frozen + row.ordered


@pytest.fixture
def case(district):
    """An automatic case whose payment order is due: its money is set aside."""
    push(district, district.firm())
    district.drain()
    return only_case(district)


def test_cancelling_frees_the_money_and_ends_the_case(district, case):
    assert held(district) == AMOUNT
    shown = preview(district, case.instance_id, Cancel())
    assert str(shown.effects[0]).startswith("释放冻结") and held(district) == AMOUNT
    apply(district, case.instance_id, Cancel(), "重复办理")
    found = district.case(case.id)
    assert (found.status, held(district)) == ("terminated", 0) and found.ended_at is not None
    (owed,) = district.entitlement_rows()
    assert (owed.status, owed.reason) == ("cancelled", "重复办理")
    assert district.do(batches.due_lines) == []
    told = district.do(lambda w: w.connection.scalars(select(notice.c.body)).all())
    assert any("重复办理" in body for body in told)
    assert findings(district) == []
    apply(district, case.instance_id, Restart(), "撤销终止")
    assert district.case(case.id).status == "paying" and held(district) == AMOUNT
    shown = preview(district, case.instance_id, Move(to="End_Paid"))
    assert "还没有办结" in str(shown.refusals[0])
    assert findings(district) == []


def test_money_in_a_payment_batch_keeps_its_case_from_being_cancelled(district, case):
    order = district.do(lambda work: [row.id for row in batches.due_lines(work)])
    batch_id = district.batch(*order)
    shown = preview(district, case.instance_id, Cancel())
    assert ["支付批次" in str(r) for r in shown.refusals] == [True]
    with pytest.raises(Refused):
        apply(district, case.instance_id, Cancel())
    assert (district.case(case.id).status, held(district)) == ("paying", AMOUNT)
    batch = district.do(lambda work: batches.get(work, batch_id))
    for wrong in (Skip(), Restart()):
        assert "三个人" in str(preview(district, batch.instance_id, wrong).refusals[0])
    apply(district, batch.instance_id, Cancel(), "重新组批")
    assert district.do(lambda work: batches.get(work, batch_id)).status == "rejected"
    apply(district, case.instance_id, Cancel())
    assert held(district) == 0 and findings(district) == []


def test_a_case_started_over_is_frozen_once_and_paid_once(district, case):
    shown = apply(district, case.instance_id, Restart(), "名单核对有误")
    assert any("释放冻结" in str(s) for s in shown.effects)
    assert held(district) == AMOUNT
    owed = sorted(row.status for row in district.entitlement_rows())
    assert owed == ["cancelled", "ordered"] and findings(district) == []
    pay_what_is_due(district)
    assert district.case(case.id).status == "paid" and held(district) == 0
    assert "不能从头重办" in str(preview(district, case.instance_id, Restart()).refusals[0])
    assert findings(district) == []


def test_cancelling_an_unsigned_list_makes_it_void(district):
    rows = [{"uscc": district.uscc(district.firm())}]
    list_id = district.do(lambda work: lists.propose_list(work, "A@1", DAY, rows), REVIEWER)
    row = district.do(lambda work: lists.get(work, list_id))
    apply(district, row.instance_id, Cancel(), "另行上报")
    assert district.do(lambda work: lists.get(work, list_id)).status == "cancelled"
    assert findings(district) == []
