"""The monitor over HTTP, by role: searching, reading, suspending, retrying, cancelling."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import user_tasks
from engine.actor import Actor
from engine.tables import event, incident, instance, user_task
from tests.engine.drain import drain

ADMIN = ("XZSPJ", "system_administrator")
MANAGER = ("XZSPJ", "manager")
LI = Actor("li", "李", frozenset([("JFJ", "reviewer")]))
HTML = {"Accept": "text/html"}


def text(client, path):
    found = client.get(path, headers=HTML)
    assert found.status_code == 200, found.get_data(as_text=True)
    return found.get_data(as_text=True)


def post(client, path, **data):
    return client.post(path, data=data, headers={"X-CSRFToken": client.csrf, **HTML})


def status(runtime):
    with runtime.database.connect() as connection:
        return connection.scalar(select(instance.c.status))


@pytest.fixture
def broken(runtime, start):
    """An instance that stands at a failed step; returns (instance id, incident id)."""
    instance_id = start()
    with runtime.database.connect() as connection:
        task_id = connection.scalar(select(user_task.c.id))
    from sqlalchemy import text as sql

    with runtime.database.begin() as connection:
        connection.execute(sql("alter table paid rename to paid_away"))
    answer = {"agreed": True, "count": 3}
    runtime.run(LI, lambda work: user_tasks.complete(work, task_id, answer))
    for _ in range(6):
        drain(runtime, even_scheduled=True)
    with runtime.database.begin() as connection:
        connection.execute(sql("alter table paid_away rename to paid"))
        return instance_id, connection.scalar(select(incident.c.id))


def test_instances_are_found_by_key_process_status_and_trouble(sign_in, start, broken):
    start("2026-0777")
    client = sign_in("boss", MANAGER)
    page = text(client, "/monitor")
    assert "2026-0777" in page and "2026-0001" in page
    assert "2026-0001" not in text(client, "/monitor?q=0777")
    assert "2026-0777" not in text(client, "/monitor?trouble=1")
    assert "2026-0001" in text(client, "/monitor?trouble=1&process=example&status=running")
    assert "没有符合条件" in text(client, "/monitor?process=nothing")


def test_a_long_list_goes_on_where_the_page_before_ended(sign_in, start, monkeypatch):
    from web.monitor import search

    monkeypatch.setattr(search, "PAGE_SIZE", 2)
    for number in range(3):
        start(f"K-{number}")
    client = sign_in("boss", MANAGER)
    first = text(client, "/monitor")
    after = first.partition("card-footer")[2].partition("after=")[2].partition('"')[0]
    second = text(client, f"/monitor?after={after}")
    shown = [n for page in (first, second) for n in range(3) if f"K-{n}" in page]
    assert sorted(shown) == [0, 1, 2]


def test_an_instance_shows_tokens_waits_data_and_timeline(sign_in, start):
    instance_id = start()
    client = sign_in("boss", MANAGER)
    page = text(client, f"/monitor/{instance_id}")
    assert "Task_Approve" in page and "催办" in page and "19.90" in page and "启动" in page
    assert client.get(f"/monitor/{instance_id}/diagram").data.startswith(b"<?xml")
    assert client.get(f"/monitor/{instance_id}/diagram?process=payout").status_code == 404


def test_a_manager_reads_but_does_not_act(sign_in, start):
    instance_id = start()
    client = sign_in("boss", MANAGER)
    assert f"/monitor/{instance_id}/cancel" not in text(client, f"/monitor/{instance_id}")
    for act in ("suspend", "resume", "cancel", "skip", "move", "back", "restart", "migrate"):
        path = f"/monitor/{instance_id}/{act}"
        assert post(client, path, reason="x").status_code == 403
        assert client.get(path, headers=HTML).status_code == 403


def test_a_reviewer_does_not_see_the_monitor(sign_in, start):
    instance_id = start()
    client = sign_in("li", ("JFJ", "reviewer"))
    assert client.get("/monitor").status_code == 403
    assert client.get(f"/monitor/{instance_id}").status_code == 403


def test_suspending_and_resuming_need_a_reason_and_are_recorded(runtime, sign_in, start):
    instance_id = start()
    client = sign_in("root", ADMIN)
    assert "恢复前不能提交" in text(client, f"/monitor/{instance_id}/suspend")
    refused = post(client, f"/monitor/{instance_id}/suspend", reason=" ")
    assert refused.status_code == 422 and "请写明原因" in refused.get_data(as_text=True)
    assert post(client, f"/monitor/{instance_id}/suspend", reason="核查线索").status_code == 302
    assert status(runtime) == "suspended"
    again = post(client, f"/monitor/{instance_id}/suspend", reason="再挂一次")
    assert again.status_code == 409 and "请先恢复" in again.get_data(as_text=True)
    assert post(client, f"/monitor/{instance_id}/resume", reason="查清").status_code == 302
    page = text(client, f"/monitor/{instance_id}")
    assert status(runtime) == "running" and "核查线索" in page and "查清" in page


def test_cancelling_says_what_goes_and_takes_it_away(runtime, sign_in, start):
    instance_id = start()
    client = sign_in("root", ADMIN)
    page = text(client, f"/monitor/{instance_id}/cancel")
    gone = page.partition("收回")[2]
    assert "审批" in gone and "催办" in gone and "已取消" in page
    assert status(runtime) == "running"
    assert post(client, f"/monitor/{instance_id}/cancel", reason="重复受理").status_code == 302
    assert status(runtime) == "cancelled"
    with runtime.database.connect() as connection:
        assert connection.scalar(select(user_task.c.status)) == "cancelled"
        reasons = connection.scalars(select(event.c.reason).where(event.c.kind == "cancelled"))
        assert reasons.all() == ["重复受理"]


def test_an_incident_is_retried_with_a_reason(runtime, sign_in, broken):
    _, incident_id = broken
    client = sign_in("root", ADMIN)
    assert "付款" in text(client, f"/monitor/incidents/{incident_id}")
    assert str(incident_id) in text(client, "/monitor/incidents")
    path = f"/monitor/incidents/{incident_id}/retry"
    assert post(client, path, changes="", reason="").status_code == 422
    wrong = post(client, path, changes="{oops", reason="试")
    assert wrong.status_code == 422 and "{oops" in wrong.get_data(as_text=True)
    shown = post(client, path, changes='{"total": 12.50}', act="preview")
    assert "total" in shown.get_data(as_text=True) and status(runtime) == "running"
    assert str(incident_id) in text(client, "/monitor/incidents")
    assert post(client, path, changes='{"total": 12.50}', reason="金额更正").status_code == 302
    drain(runtime)
    with runtime.database.connect() as connection:
        from sqlalchemy import text as sql

        assert str(connection.scalar(sql("select amount from paid"))) == "12.50"
    assert "没有异常" in text(client, "/monitor/incidents")
    assert post(client, path, changes="", reason="再试").status_code == 409


def test_a_retry_that_fails_again_says_so(runtime, sign_in, start, monkeypatch):
    from sqlalchemy import text as sql

    start()
    with runtime.database.begin() as connection:
        connection.execute(sql("alter table noted rename to noted_away"))
    runtime.time.set(runtime.time.now().replace(day=20))
    for _ in range(6):
        drain(runtime, even_scheduled=True)
    with runtime.database.connect() as connection:
        incident_id = connection.scalar(select(incident.c.id))
    client = sign_in("root", ADMIN)
    found = post(client, f"/monitor/incidents/{incident_id}/retry", changes="", reason="试")
    assert found.location.endswith(f"/monitor/incidents/{incident_id}")
    assert "仍然出错" in text(client, f"/monitor/incidents/{incident_id}")
    assert status(runtime) == "running"


def test_messages_that_nobody_has_taken_are_shown_without_what_is_in_them(runtime, sign_in):
    from datetime import timedelta

    from engine import messages
    from engine.actor import SYSTEM

    def send(work):
        messages.send(work, "settled", "K-1", {"secret": "不显示"}, time_to_live=timedelta(days=1))
        messages.send(work, "settled", "", {}, business_key="K-2")

    runtime.run(SYSTEM, send)
    page = text(sign_in("m", MANAGER), "/monitor/messages")
    assert "K-1" in page and "K-2" in page and "无人等待" in page and "不显示" not in page
    assert "/monitor/messages" in text(sign_in("m"), "/monitor")
