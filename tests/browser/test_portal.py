"""The portal, the window and the lists in Chromium: whole journeys, axe, no complaints, no overflow."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import axe
from tests.web.district import PDF, district, post  # noqa: F401

pytestmark = pytest.mark.browser
HEADER = "统一社会信用代码,金额,事项标识\n"


def look_at(page, path: str) -> None:
    """A page that axe, the console and a narrow screen find nothing wrong with."""
    page.goto(path)
    page.wait_for_load_state("load")
    assert axe(page) == [], path
    assert page.complaints == [], path
    beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(beyond) <= 0, f"{path} is wider than the screen"
    assert page.locator("h1").count() == 1, path


def test_a_firm_prepares_sends_and_withdraws_an_application(district, open_page):  # noqa: F811
    firm = district.firm()
    district.person(firm, login="li")
    page = open_page("li", "/", locale="zh-CN")
    page.get_by_role("link", name="扩岗补助").first.click()
    page.goto("/policies/I@1")
    page.get_by_role("link", name="申请兑现").click()
    page.get_by_role("button", name="提交申请").click()
    assert "还有" in page.locator("#errors").inner_text()
    assert [c for c in page.complaints if "422" not in c] == []
    page.get_by_label("招用人数").fill("3")
    page.get_by_label("劳动合同").set_input_files(
        {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="保存草稿").click()
    assert page.get_by_text("合同.pdf").count() == 1
    page.get_by_label("事项发生日期").fill("2026-03-01")
    page.get_by_label("资金付到这个账户").check()
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url(re.compile("/cases/[0-9a-f-]{36}$"))
    (case,) = district.cases()
    assert case.number in page.locator("main").inner_text()
    page.get_by_role("link", name="撤回申请").click()
    page.get_by_role("button", name="确认撤回").click()
    page.wait_for_url(re.compile("/cases/[0-9a-f-]{36}$"))
    district.scene.drain()
    page.reload()
    assert "已撤回" in page.locator("main").inner_text()


@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_of_a_firm_is_accessible_and_fits(district, open_page, width):  # noqa: F811
    firm = district.firm()
    client = district.person(firm, "legal_representative", login="li")
    district.apply(client)
    district.scene.drain()
    district.apply(client, "P", action="save")
    (case,) = district.cases()
    page = open_page("li", "/", width=width)
    if width == 1440:
        page.get_by_role("button", name="关怀版").click()
        page.wait_for_selector("html[data-care]")
    case_pages = [f"/cases/{case.id}{end}" for end in ("", "/receipt", "/withdrawal")]
    for path in (
        "/",
        "/?q=nothing",
        "/policies/I@1",
        "/policies/I@1/check",
        "/policies/P@1/apply",
        "/cases",
        *case_pages,
        "/notices",
        "/account",
        "/public-notices",
    ):
        look_at(page, path)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_window_and_the_lists_are_accessible_and_fit(district, open_page, width):  # noqa: F811
    firm = district.firm(name="丙电子有限公司")
    district.officer("XZSPJ", "clerk")
    clerk = open_page("xzspj-clerk", "/window", width=width)
    for path in (
        "/window",
        "/window?q=丙电子",
        f"/window/firms/{firm}",
        f"/window/firms/{firm}/policies/P@1",
    ):
        look_at(clerk, path)
    reviewer = district.officer("JFJ", "reviewer")
    form = {"event_date": "2026-03-01", "uscc": district.scene.uscc(firm)}
    opened = post(reviewer, "/lists/new/A/matching", form).location
    page = open_page("jfj-reviewer", "/lists", width=width)
    for path in ("/lists", "/lists/new", "/lists/new/A?matching=yes", opened):
        look_at(page, path)


def test_a_file_with_bad_rows_shows_them_in_the_browser(district, open_page):  # noqa: F811
    code = district.scene.uscc(district.firm())
    district.officer("JFJ", "reviewer")
    page = open_page("jfj-reviewer", "/lists/new/A?event_date=2026-03-01")
    content = f"{HEADER}{code},10000,k1\n123,5,k2\n".encode("gbk")
    page.get_by_label("文件").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="上传并核对").click()
    assert "18 位" in page.locator("main").inner_text()
    page.get_by_role("button", name="只用其余 1 行生成名单").click()
    page.wait_for_url(re.compile("/lists/[0-9a-f-]{36}$"))
    assert code in page.locator("main").inner_text()
