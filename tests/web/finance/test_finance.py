"""The payout desk and the indicators over HTTP, by role."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, update

from engine.tables import user_task
from handlers.accounts.tables import account
from handlers.funds import indicators, ledger
from handlers.payouts import entitlements
from handlers.payouts.tables import bank_answer, payment_batch, payment_order
from tests.handlers.scene import build, with_shipped_diagrams

MAKER = ("XZSPJ", "maker")
CHECKER = ("XZSPJ", "checker")
FINANCE = ("CZJ", "finance")


@pytest.fixture
def scene(runtime, tmp_path):
    found = build(runtime, tmp_path)
    yield found
    found.close()


def page(client, path):
    found = client.get(path, headers={"Accept": "text/html"})
    assert found.status_code == 200, found.get_data(as_text=True)
    return found.get_data(as_text=True)


def make(client, *order_ids):
    headers = {"X-CSRFToken": client.csrf, "Accept": "text/html"}
    data = {"order_ids": [str(one) for one in order_ids]}
    return client.post("/finance/batches", data=data, headers=headers)


def test_the_desk_shows_due_lines_by_indicator_with_the_accounts_tail_only(scene, sign_in):
    scene.ordered(scene.firm("4321"))
    words = page(sign_in("maker", MAKER), "/finance")
    assert "Z1 奖补资金" in words and "10,000.00" in words
    assert "尾号 4321" in words and "622200004321" not in words


def test_a_maker_makes_a_batch_that_waits_for_its_checker(scene, runtime, sign_in):
    first, second = scene.ordered(scene.firm()), scene.ordered(scene.firm())
    client = sign_in("maker", MAKER)
    made = make(client, first, second)
    assert made.status_code == 302
    words = page(client, made.location)
    assert "待复核" in words and "20,000.00" in words and "maker" in words
    with runtime.database.connect() as connection:
        assert connection.scalar(select(payment_batch.c.lines)) == 2
    assert "没有应付款项" in page(client, "/finance")
    checker = sign_in("checker", CHECKER)
    assert "/inbox/" in page(checker, made.location)


def test_the_selection_says_count_and_sum(scene, sign_in):
    order_id = scene.ordered(scene.firm())
    client = sign_in("maker", MAKER)
    data = {"order_ids": [str(order_id)]}
    found = client.post("/finance/selection", data=data, headers={"X-CSRFToken": client.csrf})
    assert "已选 1 笔" in found.get_data(as_text=True) and "10,000.00" in found.get_data(
        as_text=True
    )


def test_all_lines_are_ticked_at_one_click(scene, sign_in):
    scene.ordered(scene.firm())
    client = sign_in("maker", MAKER)
    assert page(client, "/finance?tick=all").count(" checked") == 1
    assert page(client, "/finance?tick=none").count(" checked") == 0


def test_nothing_chosen_is_refused_with_a_sentence(scene, sign_in):
    scene.ordered(scene.firm())
    found = make(sign_in("maker", MAKER))
    assert found.status_code == 422 and "请至少选择一笔" in found.get_data(as_text=True)


def test_a_line_that_another_maker_took_is_a_conflict(scene, sign_in):
    order_id = scene.ordered(scene.firm())
    assert make(sign_in("maker", MAKER), order_id).status_code == 302
    found = make(sign_in("second", MAKER), order_id)
    assert found.status_code == 409 and "请刷新后重选" in found.get_data(as_text=True)


@pytest.mark.parametrize("membership", [CHECKER, FINANCE, ("JFJ", "maker")])
def test_only_a_maker_of_the_approval_bureau_makes_batches(scene, runtime, sign_in, membership):
    order_id = scene.ordered(scene.firm())
    client = sign_in("someone", membership)
    assert "组成批次" not in page(client, "/finance")
    assert make(client, order_id).status_code == 403
    assert scene.order_row(order_id).status == "due"


def test_who_made_a_batch_does_not_check_it(scene, runtime, sign_in):
    client = sign_in("both", MAKER, CHECKER)
    make(client, scene.ordered(scene.firm()))
    with runtime.database.connect() as connection:
        task_id = connection.scalar(select(user_task.c.id).where(user_task.c.status == "open"))
    found = client.post(
        f"/inbox/{task_id}/complete",
        data=json.dumps({"answer": {"passed": True}}),
        content_type="application/json",
        headers={"X-CSRFToken": client.csrf},
    )
    assert found.status_code == 403 and "三个人" in found.get_json()["message"]
    claimed = client.post(f"/inbox/{task_id}/claim", headers={"X-CSRFToken": client.csrf})
    assert claimed.status_code == 403


def test_an_unknown_answer_is_locked_with_the_reason(scene, runtime, sign_in):
    order_id = scene.ordered(scene.firm())
    client = sign_in("maker", MAKER)
    made = make(client, order_id)
    with runtime.database.begin() as connection:
        batch_id = connection.scalar(select(payment_batch.c.id))
        connection.execute(update(payment_order).values(status="unknown"))
        connection.execute(
            insert(bank_answer).values(
                batch_id=batch_id, order_id=order_id, result="unknown", serial="",
                message="处理超时", raw={}, received_at=runtime.time.now(),
            )
        )  # fmt: skip
    words = page(client, made.location)
    assert "锁定" in words and "不能重发" in words and "处理超时" in words
    assert make(client, order_id).status_code == 409


def test_batches_are_listed_newest_first_over_pages(scene, sign_in, monkeypatch):
    from web.finance import batch_pages

    monkeypatch.setattr(batch_pages, "PAGE_SIZE", 1)
    client = sign_in("maker", MAKER)
    numbers = []
    for _ in range(2):
        words = page(client, make(client, scene.ordered(scene.firm())).location)
        numbers.append(words.partition("<h1>批次 ")[2].partition(" ")[0])
    first = page(client, "/finance/batches")
    after = first.partition("card-footer")[2].partition("after=")[2].partition('"')[0]
    second = page(client, f"/finance/batches?after={after}")
    shown = [n for words in (first, second) for n in numbers if f">{n}</a>" in words]
    assert sorted(shown) == sorted(numbers)


def test_indicators_balance_and_warn_at_80_and_95_percent(scene, runtime, sign_in):
    def fill(work):
        for code, budget, frozen in (("Z80", 100, 80), ("Z95", 100, 95), ("Z79", 100, "79.99")):
            found = indicators.open_indicator(work, code, 2026, code, "JFJ")
            ledger.allot(work, found, Decimal(budget), "年初预算")
            ledger.freeze(work, found, Decimal(frozen), None, "测试")

    scene.do(fill)
    words = page(sign_in("fin", FINANCE), "/finance/indicators")
    assert (
        "80% 请关注" in words and "95% 即将用完" in words and "79%</td>" in " ".join(words.split())
    )
    assert "100,300.00" in words


def test_the_ledger_shows_every_entry_over_pages(scene, sign_in, monkeypatch):
    from web.finance import funds

    monkeypatch.setattr(funds, "PAGE_SIZE", 2)
    scene.ordered(scene.firm())
    client = sign_in("fin", FINANCE)
    path, seen = f"/finance/indicators/{scene.indicator_id}", []
    for _ in range(3):
        words = page(client, path)
        seen += [kind for kind in ("下达指标", "支付指令", "释放") if kind in words]
        found = words.partition("card-footer")[2].partition("before=")[2].partition('"')[0]
        path = f"/finance/indicators/{scene.indicator_id}?before={found}"
    assert not found and {"下达指标", "支付指令"} <= set(seen)


def test_reviewers_do_not_see_the_desk(scene, runtime, sign_in):
    client = sign_in("li", ("JFJ", "reviewer"))
    assert client.get("/finance").status_code == 403
    assert client.get("/finance/indicators").status_code == 403
    with runtime.database.connect() as connection:
        assert connection.scalar(select(account.c.active).where(account.c.login == "li"))


def test_a_maker_books_a_payment_that_the_bank_gave_back_with_the_reason(scene, runtime, sign_in):
    with_shipped_diagrams(scene)
    order_id = scene.ordered(scene.firm())
    client = sign_in("maker", MAKER)
    made = make(client, order_id).location

    def paid(work):
        work.connection.execute(update(payment_order).values(status="success"))
        entitlements.settle(work, scene.entitlement_rows()[0].id)

    scene.do(paid)
    assert "登记退票" in page(client, made)
    assert "登记退票" not in page(sign_in("checker", CHECKER), made)

    def book(reason):
        headers = {"X-CSRFToken": client.csrf, "Accept": "text/html"}
        address = f"{made}/lines/{order_id}/return"
        return client.post(address, data={"reason": reason}, headers=headers)

    refused = book(" ")
    assert refused.status_code == 422 and "请写明银行退票的原因" in refused.get_data(as_text=True)
    assert book("账号已销户").status_code == 302
    words = page(client, made)
    assert "退票已登记" in words and ">登记退票<" not in words
    case = scene.case(scene.entitlement_rows()[0].case_id)
    clerk = sign_in("clerk", ("XZSPJ", "clerk"))
    shown = page(clerk, f"/cases/{case.id}")
    assert "账户待更正" in shown and "更正收款账户" in shown
