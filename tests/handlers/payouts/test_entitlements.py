from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, update

from engine.calendar import SHANGHAI
from engine.errors import BusinessError, InvalidInput, PermanentFailure
from engine.values import to_json
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy_version
from handlers.enterprises import bank_accounts, negative_list
from handlers.funds.tables import indicator
from handlers.payouts import entitlements, orders
from handlers.payouts.tables import entitlement, payment_order
from handlers.payouts.verify import verify
from tests.handlers.payouts.test_bank import findings
from tests.handlers.scene import AMOUNT


def statuses(scene):
    return [row.status for row in scene.entitlement_rows()]


def answered(scene, order_id, status):
    scene.do(
        lambda work: work.connection.execute(
            update(payment_order).where(payment_order.c.id == order_id).values(status=status)
        )
    )


def order_of(scene, owed):
    return scene.do(lambda work: orders.order(work, owed))


def owed_of(scene, order_id):
    return scene.order_row(order_id).entitlement_id


def test_the_same_case_is_entitled_once(scene):
    scene.entitlement(scene.firm())
    found = scene.entitlement_rows()[0]
    again = scene.do(lambda work: entitlements.entitle(work, found.case_id, AMOUNT))
    assert again == [found.id]


def test_another_case_of_the_same_event_is_not_payable(scene):
    firm = scene.firm()
    scene.entitlement(firm)
    first = scene.do(lambda work: work.connection.execute(select(case_file)).one())
    copy = dict(first._mapping) | {"id": firm, "number": "RJX"}
    scene.do(lambda work: work.connection.execute(insert(case_file).values(copy)))
    with pytest.raises(BusinessError, match=f"{first.number} 兑付") as caught:
        scene.do(lambda work: entitlements.entitle(work, firm, AMOUNT))
    assert caught.value.code == "not_payable"


def test_nothing_is_no_entitlement(scene):
    scene.entitlement(scene.firm())
    found = scene.entitlement_rows()[0]
    with pytest.raises(PermanentFailure):
        scene.do(lambda work: entitlements.entitle(work, found.case_id, Decimal("0.004")))


def test_a_staged_policy_owes_the_stages_that_are_due(scene):
    scene.do(
        lambda work: work.connection.execute(
            update(policy_version)
            .where(policy_version.c.id == "A@1")
            .values(exclusivity={"stages": ["当年", "第三年"]})
        )
    )
    scene.entitlement(scene.firm())
    row = scene.entitlement_rows()[0]
    parts = [
        {"text": "当年", "amount": Decimal(6000), "stage": 1},
        {"text": "第三年", "amount": Decimal(4000), "stage": 2},
    ]

    def act(work):
        work.connection.execute(entitlement.delete())
        work.connection.execute(
            update(case_file).values(check_result=to_json({"lines": parts, "failed": []}))
        )
        return entitlements.entitle(work, row.case_id, Decimal(9000))

    scene.do(act)
    assert [(r.stage, r.amount) for r in scene.entitlement_rows()] == [(1, 6000), (2, 3000)]


def test_every_reason_against_a_payment_is_told(scene):
    firm = scene.firm(account=False)
    owed = scene.entitlement(firm)

    def act(work):
        negative_list.add_listing(
            work, firm, "严重失信主体名单", "虚假材料", date(2026, 3, 1), "信用中国"
        )
        work.connection.execute(update(policy_version).values(status="suspended"))

    scene.do(act)
    with pytest.raises(BusinessError) as caught:
        scene.do(lambda work: entitlements.check(work, owed))
    said = str(caught.value)
    assert "目录" in said and "收款账户" in said and "严重失信主体名单" in said


def test_an_order_is_due_at_the_close_of_the_next_working_day(scene):
    order_id = scene.ordered(scene.firm())
    due = scene.order_row(order_id).due_at.astimezone(SHANGHAI)
    assert f"{due:%Y-%m-%d %H:%M}" == "2026-03-03 18:00"


def test_money_that_is_not_reserved_is_not_ordered(scene):
    owed = scene.entitlement(scene.firm())
    with pytest.raises(PermanentFailure, match="没有冻结"):
        order_of(scene, owed)


def test_an_order_on_its_way_is_not_ordered_again(scene):
    order_id = scene.ordered(scene.firm())
    assert order_of(scene, owed_of(scene, order_id))[0] == order_id


def test_a_settled_order_clears_the_ledger_once(scene):
    order_id = scene.ordered(scene.firm())
    owed = owed_of(scene, order_id)
    answered(scene, order_id, "success")
    scene.do(lambda work: entitlements.settle(work, owed))
    scene.do(lambda work: entitlements.settle(work, owed))
    assert statuses(scene) == ["paid"]
    assert scene.do(lambda work: work.connection.execute(select(indicator)).one()).cleared == AMOUNT
    assert findings(scene) == []


def test_without_the_banks_success_nothing_is_settled(scene):
    order_id = scene.ordered(scene.firm())
    with pytest.raises(PermanentFailure):
        scene.do(lambda work: entitlements.settle(work, owed_of(scene, order_id)))


def test_a_failed_payment_keeps_its_money_for_the_next_attempt(scene):
    firm = scene.firm()
    order_id = scene.ordered(firm)
    owed = owed_of(scene, order_id)
    answered(scene, order_id, "failed")
    scene.do(lambda work: entitlements.fail(work, owed, "户名不符"))
    assert statuses(scene) == ["failed"] and findings(scene) == []
    case_id = scene.entitlement_rows()[0].case_id
    assert scene.case(case_id).status == "payment_failed"  # the firm has the turn
    second, _ = order_of(scene, owed)
    assert scene.case(case_id).status == "paying"
    assert scene.order_row(second).attempt == 2
    assert findings(scene) == []


def test_an_unknown_payment_can_be_neither_failed_nor_ordered_again_nor_cancelled(scene):
    order_id = scene.ordered(scene.firm())
    owed = owed_of(scene, order_id)
    answered(scene, order_id, "unknown")
    with pytest.raises(PermanentFailure):
        scene.do(lambda work: entitlements.fail(work, owed, "?"))
    with pytest.raises(PermanentFailure):
        scene.do(lambda work: entitlements.cancel(work, owed, "?"))
    assert order_of(scene, owed)[0] == order_id


def test_a_cancelled_entitlement_frees_its_money(scene):
    order_id = scene.ordered(scene.firm())
    scene.do(lambda work: entitlements.cancel(work, owed_of(scene, order_id), "企业放弃"))
    assert statuses(scene) == ["cancelled"]
    assert scene.order_row(order_id).status == "cancelled"
    row = scene.do(lambda work: work.connection.execute(select(indicator)).one())
    assert row.available == row.budget
    assert findings(scene) == []


def test_a_corrected_account_is_used_for_the_next_attempt(scene):
    firm = scene.firm()
    order_id = scene.ordered(firm)
    owed = owed_of(scene, order_id)
    answered(scene, order_id, "failed")
    scene.do(lambda work: entitlements.fail(work, owed, "账户已销户"))

    def act(work):
        name = bank_accounts.usable_account(work, firm).holder
        new = bank_accounts.declare(work, firm, name, "建设银行", "105428000018", "43670000777")
        orders.correct_account(work, owed, name, "建设银行", "105428000018", new)
        return new

    new = scene.do(act)
    second, _ = order_of(scene, owed)
    assert scene.order_row(second).account_id == new


def test_an_account_under_another_name_is_refused(scene):
    firm, other = scene.firm(), scene.firm()
    owed = owed_of(scene, scene.ordered(firm))

    def act(work):
        found = bank_accounts.usable_account(work, firm)
        orders.correct_account(work, owed, "别家公司", "建行", "105428000018", found.id)

    with pytest.raises(InvalidInput) as caught:
        scene.do(act)
    assert "holder" in caught.value.fields

    def foreign(work):
        found = bank_accounts.usable_account(work, other)
        orders.correct_account(work, owed, found.holder, "建行", "105428000018", found.id)

    with pytest.raises(InvalidInput) as caught:
        scene.do(foreign)
    assert "number_id" in caught.value.fields


def test_two_successes_for_one_entitlement_are_found(scene):
    order_id = scene.ordered(scene.firm())
    answered(scene, order_id, "success")
    row = scene.order_row(order_id)
    copy = dict(row._mapping) | {"id": row.account_id, "attempt": 2}
    scene.do(lambda work: work.connection.execute(insert(payment_order).values(copy)))
    with scene.runtime.database.connect() as connection:
        assert any("最多一次" in sentence for sentence in verify(connection))
