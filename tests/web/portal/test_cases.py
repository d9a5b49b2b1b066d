"""Following a case: who sees it, what it says, withdrawing."""

from __future__ import annotations

import pytest

from tests.web.district import page, post


@pytest.fixture
def opened(district):
    """A firm with a case that a reviewer has; (firm, its client, case)."""
    firm = district.firm()
    client = district.person(firm)
    district.apply(client)
    district.scene.drain()
    (case,) = district.cases()
    return firm, client, case


@pytest.mark.parametrize(
    ("unit", "role", "status"),
    [
        ("JFJ", "reviewer", 200),
        ("JFJ", "head", 200),
        ("XZSPJ", "clerk", 200),
        ("XZSPJ", "manager", 200),
        ("XZSPJ", "auditor", 200),
        ("CZJ", "reviewer", 404),
        ("CZJ", "head", 404),
        ("XZSPJ", "maker", 403),
        ("CZJ", "finance", 403),
        ("XZSPJ", "system_administrator", 403),
    ],
)
def test_only_those_concerned_see_a_case(district, opened, unit, role, status):
    _firm, _client, case = opened
    officer = district.officer(unit, role)
    page(officer, f"/cases/{case.id}", status)
    page(officer, f"/cases/{case.id}/receipt", status)


def test_a_firm_cannot_see_or_touch_anothers_case(district, opened):
    _firm, client, case = opened
    document = page(client, f"/cases/{case.id}").split(f"/cases/{case.id}/documents/")[1][:36]
    assert client.get(f"/cases/{case.id}/documents/{document}").status_code == 200
    stranger = district.person(district.firm())
    page(stranger, f"/cases/{case.id}", 404)
    page(stranger, f"/cases/{case.id}/documents/{document}", 404)
    page(stranger, f"/cases/{case.id}/withdrawal", 404)
    assert post(stranger, f"/cases/{case.id}/withdrawal").status_code == 404
    assert post(stranger, f"/cases/{case.id}/objection", {"text": "x"}).status_code == 404
    assert case.number not in page(stranger, "/cases")


def test_a_visitor_is_asked_to_sign_in(district, opened, client):
    _firm, _client, case = opened
    answer = client.get(f"/cases/{case.id}", headers={"Accept": "text/html"})
    assert answer.status_code == 302 and "/sign-in" in answer.location


def test_the_firm_reads_whose_turn_it_is_and_until_when(district, opened):
    _firm, client, case = opened
    text = page(client, f"/cases/{case.id}")
    assert "区经发局 · 部门经办" in text and "剩 5 个工作日" in text
    listed = page(client, "/cases")
    assert case.number in listed and "区经发局 · 部门经办" in listed


def test_a_withdrawal_shows_its_effect_and_ends_the_case(district, opened):
    _firm, client, case = opened
    asked = page(client, f"/cases/{case.id}/withdrawal")
    assert case.number in asked and "立即结束" in asked and "可以重新申请" in asked
    assert district.cases()[0].status == "received"
    assert post(client, f"/cases/{case.id}/withdrawal", {"reason": "填错了"}).status_code == 302
    district.scene.drain()
    assert district.cases()[0].status == "withdrawn"
    text = page(client, f"/cases/{case.id}")
    assert "撤回申请</a>" not in text and "已撤回" in text
    assert district.apply(client).status_code == 302


def test_nobody_objects_while_nobody_waits_for_it(district, opened):
    _firm, client, case = opened
    answer = post(client, f"/cases/{case.id}/objection", {"text": "不对"})
    assert answer.status_code == 302 and answer.location.endswith(f"/cases/{case.id}")
    assert "现在不在可以提出异议的阶段" in page(client, f"/cases/{case.id}")


def test_a_paused_clock_says_why(district, opened):
    from handlers.deadlines import clocks

    _firm, client, case = opened

    def pause(work):
        clocks.start(work, case.id, 5)
        clocks.pause(work, case.id, "site_survey", "三月五日到厂勘查")

    district.scene.do(pause)
    text = page(client, f"/cases/{case.id}")
    assert "计时暂停" in text and "三月五日到厂勘查" in text
    assert "计时暂停" in page(client, "/cases")


def test_a_refusal_is_explained_with_remedies(district, opened):
    from handlers.cases import decisions

    _firm, client, case = opened
    district.scene.do(lambda work: decisions.refuse(work, case.id, "条件不符", "规模未达到"))
    text = page(client, f"/cases/{case.id}")
    for words in ("不予兑现", "条件不符", "规模未达到", "某文件第三条", "申请复核"):
        assert words in text
    notices = page(client, "/notices")
    notice = notices.split('href="/notices/')[1][:36]
    printed = page(client, f"/notices/{notice}")
    assert "不予兑现告知书" in printed and "规模未达到" in printed and case.number in printed


def test_a_notice_is_unread_until_its_firm_opens_it_and_closed_to_others(district, opened):
    from handlers.notices import send

    _firm, client, case = opened
    district.scene.do(lambda work: send.send(work, case.id, "received"))
    notice = page(client, "/notices").split('href="/notices/')[1][:36]
    page(district.person(district.firm()), f"/notices/{notice}", 404)
    page(district.officer("CZJ", "reviewer"), f"/notices/{notice}", 404)
    page(district.officer("XZSPJ", "clerk"), f"/notices/{notice}")
    assert "未读" in page(client, "/notices")
    page(client, f"/notices/{notice}")
    assert "未读" not in page(client, "/notices")


def test_the_payment_is_shown_with_the_tail_of_the_account_only(district):
    firm = district.firm()
    client = district.person(firm)
    district.scene.ordered(firm)
    (case,) = district.cases()
    text = page(client, f"/cases/{case.id}")
    assert "10,000.00" in text and "尾号 4321" in text and "622200004321" not in text


def test_public_notices_are_open_to_anybody(district, opened, client):
    from handlers.cases import case_files
    from handlers.notices import public

    _firm, _client, case = opened
    assert "目前没有公示" in page(client, "/public-notices")

    def publish(work):
        case_files.change(work, case.id, amount=10000)
        public.publish(work, case.id, 5)

    district.scene.do(publish)
    text = page(client, "/public-notices")
    assert "10,000.00" in text and "扩岗补助" in text and "4321" not in text
