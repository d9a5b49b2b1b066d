"""The window: finding the firm, taking its application, the receipt."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from handlers.accounts.tables import account
from handlers.enterprises.tables import enterprise
from tests.conftest import START
from tests.web.district import page, post


@pytest.fixture
def clerk(district):
    return district.officer("XZSPJ", "clerk")


def take(district, clerk, firm, letter="I", **changes):
    form = district.form(letter, received_at="2026-03-02T08:59", **changes)
    return post(clerk, f"/window/firms/{firm}/policies/{letter}@1", form)


def test_a_firm_is_found_by_name_and_a_whole_code_opens_it(district, clerk, do):
    firm = district.firm(name="丙电子有限公司")
    assert "丙电子有限公司" in page(clerk, "/window?q=丙电子")
    code = do(
        lambda w: w.connection.scalar(select(enterprise.c.uscc).where(enterprise.c.id == firm))
    )
    answer = clerk.get(f"/window?q={code}", headers={"Accept": "text/html"})
    assert answer.status_code == 302 and answer.location.endswith(f"/window/firms/{firm}")
    assert "校验位不符" in page(clerk, f"/window?q={code[:17]}{'0' if code[17] != '0' else '1'}")


def test_the_firms_page_offers_what_it_may_apply_for(district, clerk):
    text = page(clerk, f"/window/firms/{district.firm()}")
    assert "扩岗补助" in text and "项目配套资助" in text and "高新认定奖励" not in text
    assert "尾号 4321" in text


def test_the_clerk_takes_an_application_and_is_recorded(district, clerk, do):
    firm = district.firm()
    answer = take(district, clerk, firm)
    (case,) = district.cases()
    assert answer.status_code == 302 and answer.location.endswith(f"/cases/{case.id}/receipt")
    login = do(
        lambda w: w.connection.scalar(
            select(account.c.login).where(account.c.id == case.registered_by)
        )
    )
    assert (case.channel, login) == ("window", "xzspj-clerk")
    receipt = page(clerk, f"/cases/{case.id}/receipt")
    for words in (case.number, "xzspj-clerk", "合同.pdf", "5 个工作日"):
        assert words in receipt


def test_a_late_entry_needs_a_reason_and_keeps_the_true_time(district, clerk):
    firm = district.firm()
    late = {"received_at": "2026-02-27T16:30"}
    refused = post(clerk, f"/window/firms/{firm}/policies/I@1", {**district.form("I"), **late})
    assert refused.status_code == 422 and "补录原因" in refused.get_data(as_text=True)
    form = {**district.form("I"), **late, "event_date": "2026-02-27", "received_reason": "断网"}
    assert post(clerk, f"/window/firms/{firm}/policies/I@1", form).status_code == 302
    (case,) = district.cases()
    assert case.received_at.isoformat().startswith("2026-02-27T08:30")
    assert case.application["补录原因"] == "断网" and case.received_at < START


def test_nothing_is_received_in_the_future(district, clerk):
    form = {**district.form("I"), "received_at": "2026-03-02T23:00"}
    answer = post(clerk, f"/window/firms/{district.firm()}/policies/I@1", form)
    assert answer.status_code == 422 and "不能晚于现在" in answer.get_data(as_text=True)


def test_the_next_shift_goes_on_with_a_half_taken_application(district, clerk):
    firm = district.firm()
    assert take(district, clerk, firm, action="save").status_code == 302
    colleague = district.sign_in("other", ("XZSPJ", "clerk"))
    assert "未办完的收件" in page(colleague, f"/window/firms/{firm}")
    assert 'value="3"' in page(colleague, f"/window/firms/{firm}/policies/I@1")
    # what the window is preparing is not the firm's own draft
    assert "继续填写" not in page(district.person(firm), "/cases")


def test_the_window_takes_a_signed_commitment(district, clerk):
    assert take(district, clerk, district.firm(), "P").status_code == 302
    (case,) = district.cases()
    assert "纸质承诺书" in case.application["承诺书"]


@pytest.mark.parametrize(
    ("unit", "role"), [("JFJ", "reviewer"), ("XZSPJ", "maker"), ("JFJ", "clerk")]
)
def test_only_the_bureaus_clerks_serve_the_window(district, unit, role):
    officer = district.officer(unit, role)
    firm = district.firm()
    page(officer, "/window", 403)
    page(officer, f"/window/firms/{firm}", 403)
    assert take(district, officer, firm).status_code == 403 and not district.cases()
