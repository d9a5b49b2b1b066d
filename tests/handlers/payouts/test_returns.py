"""退票: money that comes back is paid once more by itself, whichever way the account is put right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine import operations, user_tasks
from engine.errors import Conflict, InvalidInput, NotAllowed
from engine.reactions import Refused
from engine.tables import user_task
from handlers.enterprises import bank_accounts, negative_list
from handlers.funds.tables import indicator
from handlers.payouts import batches, entitlements, returns
from handlers.payouts.tables import payment_order
from tests.conftest import START
from tests.handlers.payouts.test_bank import findings
from tests.handlers.scene import AMOUNT, CLERK, MAKER, with_shipped_diagrams


@pytest.fixture
def paid(scene):
    """An order that the bank has paid."""
    with_shipped_diagrams(scene)
    order_id = scene.ordered(scene.firm())

    def act(work):
        work.connection.execute(update(payment_order).values(status="success"))
        entitlements.settle(work, scene.entitlement_rows()[0].id)

    scene.do(act)
    return order_id


def come_back(scene, order_id):
    scene.do(lambda work: returns.book_return(work, order_id, "账号已销户"), MAKER)
    scene.drain()
    return scene.entitlement_rows()[0]


def declare(scene, firm, tail):
    """A new account of the firm, declared."""

    def act(work):
        name = work.connection.exec_driver_sql("select name from enterprise").scalar_one()
        number = f"62220000{tail}"
        return bank_accounts.declare(work, firm, name, "工商银行", "102428000015", number), name

    return scene.do(act)


def correct(scene, firm):
    """The firm answers the task with another account."""
    number_id, name = declare(scene, firm, "7777")
    answer = {"holder": name, "bank": "工商银行", "cnaps": "102428000015", "number_id": number_id}
    answer["number_id"] = str(number_id)

    def act(work):
        task = work.connection.scalars(select(user_task.c.id).where(user_task.c.status == "open"))
        user_tasks.complete(work, task.one(), answer)

    scene.do(act, scene.applicant(firm))
    scene.drain()


def attempts(scene):
    rows = scene.do(
        lambda work: work.connection.execute(
            select(payment_order.c.attempt, payment_order.c.status).order_by(
                payment_order.c.attempt
            )
        ).all()
    )
    return [tuple(row) for row in rows]


def test_money_that_comes_back_is_reserved_again_and_the_firm_has_the_turn(scene, paid):
    owed = come_back(scene, paid)
    row = scene.do(lambda work: work.connection.execute(select(indicator)).one())
    assert (row.frozen, row.cleared) == (AMOUNT, 0)
    case = scene.case(owed.case_id)
    assert (owed.status, case.status, case.ended_at) == ("failed", "payment_failed", None)
    (task,) = scene.do(lambda work: work.connection.execute(select(user_task)).all())
    assert (task.name, task.role, task.instance_id) == (
        "更正收款账户",
        "applicant",
        case.instance_id,
    )
    assert findings(scene) == []


@pytest.mark.parametrize("way", ["task", "account page"])
def test_it_is_paid_again_by_itself_once_an_account_is_confirmed(scene, paid, way):
    owed = come_back(scene, paid)
    if way == "task":
        correct(scene, owed.enterprise_id)
    else:
        account_id, _ = declare(scene, owed.enterprise_id, "8888")
        scene.do(lambda work: bank_accounts.confirm(work, account_id))
        scene.drain()
    assert attempts(scene) == [(1, "failed"), (2, "due")]
    assert scene.case(owed.case_id).status == "paying"
    (line,) = scene.do(batches.due_lines)
    assert line.number_tail == ("7777" if way == "task" else "8888")
    open_tasks = select(user_task.c.id).where(user_task.c.status == "open")
    assert scene.do(lambda work: work.connection.scalars(open_tasks).all()) == []
    settle_second(scene, line)
    assert scene.case(owed.case_id).status == "paid"
    assert scene.entitlement_rows()[0].status == "paid" and findings(scene) == []


def settle_second(scene, line):
    from engine.posting import send

    def act(work):
        second = payment_order.c.id == line.id
        work.connection.execute(update(payment_order).where(second).values(status="success"))
        send(work, "payment", str(line.entitlement_id), {"result": "settled", "reason": None})

    scene.do(act)
    scene.drain()


def test_a_firm_that_was_listed_meanwhile_is_not_paid_again(scene, paid):
    owed = come_back(scene, paid)
    listed = ("严重失信主体名单", "欠薪", START.date() - timedelta(days=1), "信用中国")
    scene.do(lambda work: negative_list.add_listing(work, owed.enterprise_id, *listed))
    correct(scene, owed.enterprise_id)
    case = scene.case(owed.case_id)
    assert scene.entitlement_rows()[0].status == "cancelled"
    assert case.status == "returned" and "严重失信主体名单" in case.opinion
    row = scene.do(lambda work: work.connection.execute(select(indicator)).one())
    assert (row.frozen, row.ordered, row.cleared) == (0, 0, 0) and findings(scene) == []


def test_a_return_is_booked_once_with_a_reason_and_by_a_maker_only(scene, paid):
    with pytest.raises(NotAllowed):
        scene.do(lambda work: returns.book_return(work, paid, "?"), CLERK)
    with pytest.raises(InvalidInput):
        scene.do(lambda work: returns.book_return(work, paid, " "), MAKER)
    scene.do(lambda work: returns.book_return(work, paid, "?"), MAKER)
    with pytest.raises(Conflict):
        scene.do(lambda work: returns.book_return(work, paid, "?"), MAKER)


def test_paying_again_is_not_started_over(scene, paid):
    owed = come_back(scene, paid)
    instance_id = scene.case(owed.case_id).instance_id
    with pytest.raises(Refused, match="退票重付"):
        scene.do(
            lambda work: operations.apply(
                work, instance_id, operations.Restart(latest=False), reason="重办"
            )
        )
