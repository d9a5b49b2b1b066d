from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from engine import operations
from engine.actor import Actor
from engine.errors import Conflict, InvalidInput, NotAllowed, PermanentFailure
from engine.tables import incident, instance
from handlers.catalogue.tables import policy_version
from handlers.enterprises import bank_accounts, negative_list
from handlers.payouts import batches
from handlers.payouts.tables import payment_order
from tests.handlers.payouts.test_bank import answer_task
from tests.handlers.scene import CHECKER, CLERK, MAKER, RELEASER

BOTH = Actor("both", "", frozenset([("XZSPJ", "checker"), ("XZSPJ", "releaser")]))
ALL = Actor("all", "", frozenset([("XZSPJ", r) for r in ("maker", "checker", "releaser")]))


def retry(work, task_id):
    row = work.connection.execute(select(incident).where(incident.c.task_id == task_id)).one()
    operations.apply(work, row.instance_id, operations.Retry(task_id), reason="再试")


def test_due_lines_come_the_most_urgent_first_and_page_by_key(scene):
    orders = [scene.ordered(scene.firm()) for _ in range(3)]
    first = scene.do(lambda work: batches.due_lines(work, limit=2))
    rest = scene.do(
        lambda work: batches.due_lines(work, after=(first[-1].due_at, first[-1].id), limit=2)
    )
    assert {row.id for row in [*first, *rest]} == set(orders)
    assert first[0].number_tail == "0000" and not hasattr(first[0], "number_encrypted")


def test_a_batch_takes_its_lines_and_starts_its_diagram(scene):
    orders = [scene.ordered(scene.firm()) for _ in range(2)]
    batch_id = scene.batch(*orders)
    row = scene.do(lambda work: batches.get(work, batch_id))
    assert (row.lines, row.total, row.maker) == (2, Decimal("20000.00"), "maker")
    assert scene.do(batches.due_lines) == []
    keys = scene.do(lambda work: work.connection.scalars(select(instance.c.business_key)).all())
    assert keys == [row.number]


def test_only_a_maker_makes_a_batch(scene):
    order_id = scene.ordered(scene.firm())
    with pytest.raises(NotAllowed):
        scene.do(lambda work: batches.make_batch(work, [order_id]), CLERK)


def test_a_line_is_in_one_batch_only(scene):
    order_id = scene.ordered(scene.firm())
    scene.batch(order_id)
    with pytest.raises(Conflict):
        scene.batch(order_id)


def test_a_firm_that_turned_dishonest_is_stopped_with_the_reason(scene):
    firm = scene.firm()
    order_id = scene.ordered(firm)
    scene.do(
        lambda work: negative_list.add_listing(
            work, firm, "严重失信主体名单", "虚假材料", date(2026, 3, 1), "信用中国"
        )
    )
    with pytest.raises(InvalidInput, match="严重失信主体名单"):
        scene.batch(order_id)


def test_an_account_that_was_closed_stops_its_line(scene):
    firm = scene.firm()
    order_id = scene.ordered(firm)

    def act(work):
        bank_accounts.close(work, bank_accounts.usable_account(work, firm).id)

    scene.do(act)
    with pytest.raises(InvalidInput, match="收款账户"):
        scene.batch(order_id)


def test_an_order_follows_its_firms_change_of_account(scene):
    firm = scene.firm()
    order_id = scene.ordered(firm)

    def act(work):
        name = bank_accounts.usable_account(work, firm).holder
        new = bank_accounts.declare(work, firm, name, "建设银行", "105428000018", "43670000777")
        bank_accounts.confirm(work, new)
        return new

    new = scene.do(act)
    scene.batch(order_id)
    assert scene.order_row(order_id).account_id == new


def test_a_policy_suspended_since_stops_its_lines(scene):
    order_id = scene.ordered(scene.firm())
    scene.do(
        lambda work: work.connection.execute(update(policy_version).values(status="suspended"))
    )
    with pytest.raises(InvalidInput, match="目录"):
        scene.batch(order_id)


def test_the_maker_cannot_check_his_own_batch(scene):
    order_id = scene.ordered(scene.firm())
    batch_id = scene.do(lambda work: batches.make_batch(work, [order_id]), ALL)
    with pytest.raises(PermanentFailure, match="复核人不能是制单人"):
        scene.do(lambda work: batches.check(work, batch_id), ALL)


@pytest.mark.parametrize("person", [BOTH, ALL])
def test_the_checker_and_the_maker_cannot_release(scene, person):
    order_id = scene.ordered(scene.firm())
    maker = ALL if person is ALL else MAKER
    batch_id = scene.do(lambda work: batches.make_batch(work, [order_id]), maker)
    checker = CHECKER if person is ALL else BOTH
    scene.do(lambda work: batches.check(work, batch_id), checker)
    with pytest.raises(PermanentFailure, match="签发人不能是"):
        scene.do(lambda work: batches.release(work, batch_id), person)


def test_a_page_can_ask_beforehand_who_may_not(scene):
    order_id = scene.ordered(scene.firm())
    batch_id = scene.do(lambda work: batches.make_batch(work, [order_id]), ALL)
    scene.do(lambda work: batches.require_other_person(work, batch_id), CHECKER)
    with pytest.raises(NotAllowed, match="三个人"):
        scene.do(lambda work: batches.require_other_person(work, batch_id), ALL)


def test_in_the_diagram_one_person_twice_is_an_incident_that_another_can_cure(scene):
    scene.bank()
    order_id = scene.ordered(scene.firm())
    batch_id = scene.do(lambda work: batches.make_batch(work, [order_id]), MAKER)
    answer_task(scene, "checker", BOTH)
    answer_task(scene, "releaser", BOTH)
    scene.drain()
    found = scene.do(lambda work: work.connection.execute(select(incident)).one())
    assert found.status == "open" and "签发人不能是" in found.cause
    scene.do(lambda work: retry(work, found.task_id))  # the system does not launder it
    assert scene.do(lambda work: batches.get(work, batch_id)).releaser is None
    scene.do(lambda work: retry(work, found.task_id), RELEASER)
    assert scene.do(lambda work: batches.get(work, batch_id)).releaser == "releaser"


def test_a_rejected_batch_gives_its_lines_back(scene):
    order_id = scene.ordered(scene.firm())
    batch_id = scene.batch(order_id)
    scene.do(lambda work: batches.reject(work, batch_id, "重组"))
    assert scene.order_row(order_id).status == "due"
    scene.batch(order_id)


def test_a_released_batch_cannot_be_rejected(scene):
    batch_id = scene.batch(scene.ordered(scene.firm()))
    scene.do(lambda work: batches.check(work, batch_id), CHECKER)
    scene.do(lambda work: batches.release(work, batch_id), RELEASER)
    with pytest.raises(Conflict):
        scene.do(lambda work: batches.reject(work, batch_id, "晚了"))


def test_a_batch_whose_lines_were_changed_is_not_checked(scene):
    batch_id = scene.batch(order_id := scene.ordered(scene.firm()))
    scene.do(
        lambda work: work.connection.execute(
            update(payment_order)
            .where(payment_order.c.id == order_id)
            .values(amount=Decimal("99999.00"))
        )
    )
    with pytest.raises(PermanentFailure, match="不符"):
        scene.do(lambda work: batches.check(work, batch_id), CHECKER)
