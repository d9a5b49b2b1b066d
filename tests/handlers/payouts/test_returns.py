from __future__ import annotations

import pytest
from sqlalchemy import select, update

from engine.errors import Conflict, NotAllowed
from handlers.funds.tables import indicator
from handlers.payouts import entitlements, orders, returns
from handlers.payouts.tables import payment_order
from tests.handlers.payouts.test_bank import findings
from tests.handlers.scene import AMOUNT, CLERK, MAKER


@pytest.fixture
def paid(scene):
    """An order that the bank has paid."""
    order_id = scene.ordered(scene.firm())

    def act(work):
        work.connection.execute(update(payment_order).values(status="success"))
        entitlements.settle(work, scene.entitlement_rows()[0].id)

    scene.do(act)
    return order_id


def test_money_that_comes_back_is_reserved_again_and_can_be_paid_once_more(scene, paid):
    scene.do(lambda work: returns.book_return(work, paid, "账户冻结"), MAKER)
    row = scene.do(lambda work: work.connection.execute(select(indicator)).one())
    assert (row.frozen, row.cleared) == (AMOUNT, 0)
    owed = scene.entitlement_rows()[0]
    assert (owed.status, scene.case(owed.case_id).status) == ("failed", "payment_failed")
    assert findings(scene) == []
    second, _ = scene.do(lambda work: orders.order(work, owed.id))
    assert scene.order_row(second).attempt == 2
    assert findings(scene) == []


def test_a_return_is_booked_once_and_by_a_maker_only(scene, paid):
    with pytest.raises(NotAllowed):
        scene.do(lambda work: returns.book_return(work, paid, "?"), CLERK)
    scene.do(lambda work: returns.book_return(work, paid, "?"), MAKER)
    with pytest.raises(Conflict):
        scene.do(lambda work: returns.book_return(work, paid, "?"), MAKER)
