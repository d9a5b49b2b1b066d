"""The inbox over HTTP, by role."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from engine import operations, user_tasks
from engine.actor import Actor
from engine.operations import Suspend
from engine.tables import instance, user_task

LI = ("JFJ", "reviewer")
HTML = {"Accept": "text/html"}
ANSWER = {"agreed": False, "count": 2}


@pytest.fixture
def task_id(runtime, start):
    start()
    with runtime.database.connect() as connection:
        return connection.scalar(select(user_task.c.id))


def post(client, path, json=None):
    return client.post(path, json=json, headers={"X-CSRFToken": client.csrf})


def row(runtime, task_id):
    with runtime.database.connect() as connection:
        return connection.execute(select(user_task).where(user_task.c.id == task_id)).one()


def test_the_inbox_shows_what_ones_posts_may_do(sign_in, task_id):
    page = sign_in("li", LI).get("/inbox", headers=HTML).get_data(as_text=True)
    assert "审批" in page and "2026-0001" in page and "剩 3 个工作日" in page
    page = sign_in("zhao", ("SGJ", "reviewer")).get("/inbox", headers=HTML).get_data(as_text=True)
    assert "2026-0001" not in page and "没有待办事项" in page


def test_a_text_narrows_the_inbox(sign_in, task_id):
    client = sign_in("li", LI)
    assert "2026-0001" in client.get("/inbox?q=0001").get_data(as_text=True)
    assert "没有符合" in client.get("/inbox?q=100%25").get_data(as_text=True)


def test_a_long_inbox_goes_on_where_the_page_before_ended(sign_in, start, monkeypatch):
    from web.inbox import listing

    monkeypatch.setattr(listing, "PAGE_SIZE", 2)
    for number in range(5):
        start(f"K-{number}")
    client, after, pages = sign_in("li", LI), "", []
    for _ in range(3):
        page = client.get(f"/inbox?after={after}").get_data(as_text=True)
        pages.append([n for n in range(5) if f"K-{n}" in page])
        after = page.partition("card-footer")[2].partition("after=")[2].partition('"')[0]
    assert [len(found) for found in pages] == [2, 2, 1] and not after
    assert sorted(n for found in pages for n in found) == [0, 1, 2, 3, 4]


def test_another_departments_task_is_refused_in_every_way(sign_in, task_id):
    client = sign_in("zhao", ("SGJ", "reviewer"))
    for path in ("", "/form", "/diagram"):
        assert client.get(f"/inbox/{task_id}{path}").status_code == 403, path
    for path in ("/claim", "/release"):
        assert post(client, f"/inbox/{task_id}{path}").status_code == 403, path
    for path in ("/draft", "/complete"):
        assert post(client, f"/inbox/{task_id}{path}", {"answer": ANSWER}).status_code == 403, path


def test_the_form_gets_only_the_data_it_names(sign_in, task_id):
    found = sign_in("li", LI).get(f"/inbox/{task_id}/form").get_json()
    assert [c["key"] for c in found["schema"]["components"]] == ["agreed", "count"]
    assert found["data"] == {} and found["answer"] == {}


def test_what_was_typed_is_kept_and_shown_again(sign_in, task_id):
    client = sign_in("li", LI)
    assert post(client, f"/inbox/{task_id}/draft", {"answer": {"count": 7}}).status_code == 200
    assert client.get(f"/inbox/{task_id}/form").get_json()["answer"]["count"] == 7
    assert "已暂存" in client.get("/inbox").get_data(as_text=True)


def test_an_amount_keeps_its_digits_on_the_way_to_the_browser_and_back(sign_in, task_id):
    client = sign_in("li", LI)
    body = '{"answer": {"count": 1200.10}}'
    headers = {"X-CSRFToken": client.csrf}
    path = f"/inbox/{task_id}"
    client.post(f"{path}/draft", data=body, content_type="application/json", headers=headers)
    assert '"count":1200.10' in client.get(f"{path}/form").get_data(as_text=True)


def test_completing_moves_the_case_on_and_leaves_the_inbox(runtime, sign_in, task_id):
    client = sign_in("li", LI)
    found = post(client, f"/inbox/{task_id}/complete", {"answer": ANSWER})
    assert found.get_json() == {"redirect": "/inbox"}
    page = client.get("/inbox").get_data(as_text=True)
    assert "已办结:审批 · 2026-0001" in page and "没有待办事项" in page
    with runtime.database.connect() as connection:
        assert connection.scalar(select(instance.c.status)) == "completed"


def test_a_wrong_field_is_named_beside_the_field(sign_in, task_id):
    client = sign_in("li", LI)
    found = post(client, f"/inbox/{task_id}/complete", {"answer": {"count": 0}})
    assert found.status_code == 422
    assert found.get_json()["fields"] == {"count": "数量: 不能小于 1"}


def test_broken_json_is_refused_with_a_sentence(sign_in, task_id):
    client = sign_in("li", LI)
    headers = {"X-CSRFToken": client.csrf}
    found = client.post(
        f"/inbox/{task_id}/complete", data="{", content_type="application/json", headers=headers
    )
    assert found.status_code == 422 and "JSON" in found.get_json()["message"]


def test_who_loses_the_race_for_a_task_reads_who_has_it(sign_in, task_id):
    li, wang = sign_in("li", LI), sign_in("wang", LI)
    assert post(li, f"/inbox/{task_id}/claim").status_code == 302
    lost = wang.post(
        f"/inbox/{task_id}/claim", headers={"X-CSRFToken": wang.csrf, "Accept": "text/html"}
    )
    page = lost.get_data(as_text=True)
    assert lost.status_code == 409
    assert "刚刚被别人领取" in page and "li 办理中" in page and "data-readonly" in page


def test_who_completes_too_late_gets_the_fresh_state(sign_in, task_id):
    li, wang = sign_in("li", LI), sign_in("wang", LI)
    post(li, f"/inbox/{task_id}/complete", {"answer": ANSWER})
    lost = post(wang, f"/inbox/{task_id}/complete", {"answer": ANSWER})
    assert lost.status_code == 409
    assert lost.get_json()["task"] == {"status": "completed", "assignee": "li", "editable": False}
    assert "已经办过" in lost.get_json()["message"]


def test_a_released_task_goes_back_to_the_group_with_what_was_typed(runtime, sign_in, task_id):
    li, wang = sign_in("li", LI), sign_in("wang", LI)
    post(li, f"/inbox/{task_id}/draft", {"answer": {"count": 7}})
    assert "领取人" in wang.get("/inbox?tab=taken").get_data(as_text=True)
    assert post(li, f"/inbox/{task_id}/release").status_code == 302
    assert row(runtime, task_id).assignee is None
    assert wang.get(f"/inbox/{task_id}/form").get_json()["answer"]["count"] == 7


def test_the_task_page_shows_case_form_and_diagram(sign_in, task_id):
    client = sign_in("li", LI)
    page = client.get(f"/inbox/{task_id}", headers=HTML).get_data(as_text=True)
    assert f'data-schema-url="/inbox/{task_id}/form"' in page
    assert "Task_Approve" in page and "Event_Start" in page
    assert client.get(f"/inbox/{task_id}/diagram").data.startswith(b"<?xml")


def test_a_firm_does_its_own_task_without_reading_internal_history(runtime, sign_in, task_id):
    unit = "enterprise:5f0c7a3e-0000-4000-8000-000000000001"
    with runtime.database.begin() as connection:
        connection.execute(update(user_task).values(role="applicant", department=unit))
    firm = sign_in("firm", (unit, "applicant"))
    page = firm.get(f"/inbox/{task_id}", headers=HTML).get_data(as_text=True)
    assert "办理经过" not in page and "data-diagram" not in page
    assert firm.get(f"/inbox/{task_id}/diagram").status_code == 403
    other = sign_in("other", ("enterprise:5f0c7a3e-0000-4000-8000-000000000002", "applicant"))
    assert other.get(f"/inbox/{task_id}").status_code == 403


def test_a_suspended_case_refuses_completion_but_shows_its_task(runtime, sign_in, task_id, do):
    client = sign_in("li", LI)
    instance_id = row(runtime, task_id).instance_id
    admin = Actor("admin", "管", frozenset([("XZSPJ", "system_administrator")]))
    runtime.run(admin, lambda work: operations.apply(work, instance_id, Suspend(), reason="核查"))
    assert client.get(f"/inbox/{task_id}").status_code == 200
    found = post(client, f"/inbox/{task_id}/complete", {"answer": ANSWER})
    assert found.status_code == 409 and "挂起" in found.get_json()["message"]
    assert row(runtime, task_id).status == "open"


def test_the_engine_agrees_with_the_inbox_about_what_is_open(runtime, sign_in, task_id):
    li = Actor("li", "李", frozenset([LI]))
    assert [t.id for t in runtime.run(li, user_tasks.open_tasks)] == [task_id]


def test_a_value_of_the_wrong_type_names_the_field_in_the_readers_language(sign_in, task_id):
    client = sign_in("li", LI)
    wrong = {"answer": {"count": "abc", "agreed": True}}
    for language, sentence in (
        ("zh", "数量: 应为数字,例如 1200.50"),
        ("en", "Number: Must be a number"),
    ):
        client.post("/display", data={"language": language}, headers={"X-CSRFToken": client.csrf})
        shown = client.get(f"/inbox/{task_id}/form").get_json()["schema"]["components"]
        assert shown[1]["label"] == sentence.partition(":")[0]
        found = post(client, f"/inbox/{task_id}/complete", wrong)
        assert found.status_code == 422
        assert found.get_json()["fields"]["count"].startswith(sentence)
