"""The three administrators over HTTP: each does his own part and nothing of the others'."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import insert, select, text, update

from engine.tables import calendar_day
from handlers.accounts.tables import account, administration_event, department, membership
from tests.web.conftest import PASSWORD, csrf

SYSTEM_ADMIN = ("XZSPJ", "system_administrator")
SECURITY_ADMIN = ("XZSPJ", "security_administrator")
AUDIT_ADMIN = ("XZSPJ", "audit_administrator")


@pytest.fixture(autouse=True)
def bureau(runtime):
    with runtime.database.begin() as connection:
        connection.execute(
            insert(department).values(code="XZSPJ", name="区行政审批局", name_en="Approval")
        )


def page(client, path):
    found = client.get(path, headers={"Accept": "text/html"})
    assert found.status_code == 200, found.get_data(as_text=True)
    return found.get_data(as_text=True)


def post(client, path, **data):
    headers = {"X-CSRFToken": client.csrf, "Accept": "text/html"}
    return client.post(path, data=data, headers=headers)


def one(runtime, statement):
    with runtime.database.connect() as connection:
        return connection.execute(statement).first()


def account_id(runtime, login):
    return one(runtime, select(account.c.id).where(account.c.login == login))[0]


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        (SYSTEM_ADMIN, ["departments", "calendar", "processes"], ["accounts", "record"]),
        (SECURITY_ADMIN, ["accounts"], ["departments", "calendar", "processes", "record"]),
        (AUDIT_ADMIN, ["record"], ["departments", "calendar", "processes", "accounts"]),
    ],
)
def test_each_administrator_sees_only_his_own_part(sign_in, role, shown, hidden):
    client = sign_in("someone", role)
    overview = page(client, "/admin")
    for name in shown:
        assert f'href="/admin/{name}"' in overview
        assert client.get(f"/admin/{name}").status_code == 200
    for name in hidden:
        assert f'href="/admin/{name}"' not in overview
        assert client.get(f"/admin/{name}").status_code == 403


def test_a_new_accounts_password_is_shown_once_and_must_be_changed(app, runtime, sign_in):
    client = sign_in("sec", SECURITY_ADMIN)
    made = post(client, "/admin/accounts", login="zhang", name="张三")
    password = re.search(r"user-select-all\">([^<]+)<", made.get_data(as_text=True)).group(1)
    assert password not in page(client, f"/admin/accounts/{account_id(runtime, 'zhang')}")
    fresh = app.test_client()
    token = csrf(fresh)
    data = {"login": "zhang", "password": password, "csrf_token": token}
    assert fresh.post("/sign-in", data=data).status_code == 302
    assert fresh.get("/inbox", headers={"Accept": "text/html"}).location.endswith("/password")


def test_a_taken_login_is_said_beside_the_field_and_the_name_stays(sign_in):
    client = sign_in("sec", SECURITY_ADMIN)
    found = post(client, "/admin/accounts", login="SEC", name="另一位")
    words = found.get_data(as_text=True)
    assert found.status_code == 422 and "已被使用" in words and 'value="另一位"' in words


def test_blocking_ends_the_accounts_sessions_at_once(runtime, sign_in):
    victim, client = sign_in("zhang", ("XZSPJ", "clerk")), sign_in("sec", SECURITY_ADMIN)
    path = f"/admin/accounts/{account_id(runtime, 'zhang')}"
    assert victim.get("/inbox").status_code == 200
    assert post(client, f"{path}/block").status_code == 302
    assert victim.get("/inbox").status_code == 401
    assert post(client, f"{path}/unblock").status_code == 302
    assert one(runtime, select(account.c.active).where(account.c.login == "zhang"))[0]


def test_a_reset_password_replaces_the_old_one(app, runtime, sign_in):
    sign_in("zhang", ("XZSPJ", "clerk"))
    client = sign_in("sec", SECURITY_ADMIN)
    found = post(client, f"/admin/accounts/{account_id(runtime, 'zhang')}/password")
    assert "一次性密码" in found.get_data(as_text=True)
    fresh = app.test_client()
    data = {"login": "zhang", "password": PASSWORD, "csrf_token": csrf(fresh)}
    assert fresh.post("/sign-in", data=data).status_code == 422


def test_a_role_is_granted_with_dates_and_ended(runtime, sign_in):
    victim, client = sign_in("zhang", ("XZSPJ", "clerk")), sign_in("sec", SECURITY_ADMIN)
    path = f"/admin/accounts/{account_id(runtime, 'zhang')}"
    grant = {"unit": "XZSPJ", "role": "maker", "starts_on": "2026-03-01", "ends_on": "2026-02-01"}
    wrong = post(client, f"{path}/memberships", **grant)
    assert wrong.status_code == 422 and "不能早于" in wrong.get_data(as_text=True)
    assert victim.get("/finance").status_code == 403
    assert post(client, f"{path}/memberships", **{**grant, "ends_on": ""}).status_code == 302
    assert victim.get("/finance").status_code == 200
    row = one(runtime, select(membership).where(membership.c.role == "maker"))
    assert post(client, f"{path}/memberships/{row.id}/end").status_code == 302
    ended = one(runtime, select(membership.c.ends_on).where(membership.c.id == row.id))[0]
    assert str(ended) == "2026-03-02"


@pytest.mark.parametrize(
    ("unit", "role", "words"),
    [
        ("XZSPJ", "emperor", "请从列表中选择岗位"),
        ("NOWHERE", "clerk", "请从列表中选择部门"),
        ("XZSPJ", "applicant", "企业岗位只能授予企业人员"),
    ],
)
def test_a_foolish_grant_is_refused(runtime, sign_in, unit, role, words):
    sign_in("zhang", ("XZSPJ", "clerk"))
    client = sign_in("sec", SECURITY_ADMIN)
    path = f"/admin/accounts/{account_id(runtime, 'zhang')}/memberships"
    found = post(client, path, unit=unit, role=role, starts_on="2026-03-01")
    assert found.status_code == 422 and words in found.get_data(as_text=True)


def test_nobody_gives_himself_a_role_or_two_administrations(runtime, sign_in):
    sign_in("sys", SYSTEM_ADMIN)
    client = sign_in("sec", SECURITY_ADMIN)
    grant = {"unit": "XZSPJ", "starts_on": "2026-03-01"}
    own = f"/admin/accounts/{account_id(runtime, 'sec')}"
    assert post(client, f"{own}/memberships", role="maker", **grant).status_code == 403
    assert post(client, f"{own}/block").status_code == 403
    assert post(client, f"{own}/password").status_code == 403
    other = f"/admin/accounts/{account_id(runtime, 'sys')}/memberships"
    found = post(client, other, role="audit_administrator", **grant)
    assert found.status_code == 422 and "三个人分别担任" in found.get_data(as_text=True)


def test_another_persons_membership_is_not_ended_through_this_account(runtime, sign_in):
    sign_in("zhang", ("XZSPJ", "clerk"))
    sign_in("wang", ("XZSPJ", "maker"))
    client = sign_in("sec", SECURITY_ADMIN)
    row = one(runtime, select(membership.c.id).where(membership.c.role == "maker"))
    path = f"/admin/accounts/{account_id(runtime, 'zhang')}/memberships/{row.id}/end"
    assert post(client, path).status_code == 404


def test_departments_are_added_renamed_and_closed_only_when_empty(runtime, sign_in):
    client = sign_in("sys", SYSTEM_ADMIN)
    bad = post(client, "/admin/departments", code="1", name="")
    assert bad.status_code == 422 and "以字母开头" in bad.get_data(as_text=True)
    assert post(client, "/admin/departments", code="nb", name="区农办").status_code == 302
    closed = post(client, "/admin/departments/NB", name="农办", name_en="NB", active="0")
    assert closed.status_code == 302
    assert one(runtime, select(department.c.active).where(department.c.code == "NB"))[0] is False
    busy = post(client, "/admin/departments/XZSPJ", name="区行政审批局", active="0")
    assert busy.status_code == 409 and "先结束任职" in busy.get_data(as_text=True)


def test_calendar_days_count_from_the_moment_they_are_entered(runtime, sign_in):
    client = sign_in("sys", SYSTEM_ADMIN)
    assert "暂定" in page(client, "/admin/calendar?year=2031")
    entered = {"first": "2031-01-01", "last": "2031-01-03", "working": "0", "kind": "notice"}
    wrong = post(client, "/admin/calendar?year=2031", **entered, reason="")
    assert wrong.status_code == 422 and "2031-01-01" in wrong.get_data(as_text=True)
    assert post(client, "/admin/calendar", **entered, reason="国办发明电").status_code == 302
    after = page(client, "/admin/calendar?year=2031")
    assert "还没有录入" not in after and "国办发明电" in after
    assert post(client, "/admin/calendar/2031-01-02/remove").status_code == 302
    with runtime.database.connect() as connection:
        days = connection.scalars(select(calendar_day.c.day).order_by(calendar_day.c.day)).all()
    assert [str(d) for d in days] == ["2031-01-01", "2031-01-03"]


@pytest.mark.parametrize("first", ["", "yesterday", "2031-02-30"])
def test_a_day_that_is_none_is_refused(sign_in, first):
    client = sign_in("sys", SYSTEM_ADMIN)
    data = {"first": first, "working": "0", "kind": "local", "reason": "停电"}
    assert post(client, "/admin/calendar", **data).status_code == 422


def test_the_state_of_jobs_and_workers_is_shown(runtime, sign_in):
    with runtime.database.begin() as connection:
        connection.execute(
            text(
                "insert into procrastinate_jobs (queue_name, task_name, args, status, priority) "
                "values ('default', 'engine.retry', '{\"task_id\": \"1\"}', 'failed', 0)"
            )
        )
        connection.execute(
            text(
                "insert into procrastinate_workers (last_heartbeat) values (now() - '1 hour'::interval)"
            )
        )
    words = page(sign_in("sys", SYSTEM_ADMIN), "/admin/processes")
    assert "engine.retry" in words and "没有响应" in words and "还没有发布流程" in words


def test_the_record_shows_who_did_what_and_notices_tampering(runtime, sign_in):
    client = sign_in("sec", SECURITY_ADMIN)
    post(client, "/admin/accounts", login="zhang", name="张三")
    auditor = sign_in("aud", AUDIT_ADMIN)
    words = page(auditor, "/admin/record")
    assert "新建账户" in words and "核验通过" in words
    with runtime.database.begin() as connection:
        connection.execute(
            update(administration_event)
            .where(administration_event.c.detail == "zhang")
            .values(detail="li")
        )
    assert "被改动过" in page(auditor, "/admin/record")
