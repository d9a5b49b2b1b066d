"""A value of the wrong type: the page names the field, says what to do, and loses nothing."""

from __future__ import annotations

import json

import pytest

from tests.browser.test_inbox import first_task, picture, town
from tests.web.district import district

__all__ = ["district", "town"]
pytestmark = pytest.mark.browser
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"


def test_a_clerk_reads_in_english_on_a_phone_which_field_is_wrong(town, open_page):
    page = open_page("clerk", "/inbox", width=390, locale="en-US")
    first_task(page)
    # A form in an old tab, or another program: what it hands in is checked on the server.
    wrong = json.dumps({"answer": {"decision": "acept"}})
    page.route("**/complete*", lambda route: route.continue_(post_data=wrong))
    page.locator("[data-form] input[type=radio]").first.check()
    page.get_by_role("button", name="Submit").click()
    page.locator(".fjs-form-field-error").first.wait_for()
    picture(page, "wrong-clerk")
    field = page.locator(".fjs-form-field", has=page.locator(".fjs-form-field-error"))
    assert "Result of the check" in field.inner_text()
    assert "Choose from the list" in field.inner_text()
    assert page.locator("[data-form] input[type=radio]").first.is_checked()
    assert page.evaluate(OVERFLOW) <= 0


def test_a_firm_reads_which_number_is_none_and_keeps_what_it_typed(district, open_page):
    district.person(district.firm(), login="li")
    page = open_page("li", "/policies/I@1/apply")
    page.get_by_label("招用人数").fill("三十人")
    page.get_by_label("资金付到这个账户").check()
    page.get_by_role("button", name="提交申请").click()
    page.locator("#errors").wait_for()
    picture(page, "wrong-firm")
    assert "招用人数: 请填写数字" in page.locator("#errors").inner_text()
    assert page.get_by_label("招用人数").input_value() == "三十人"
    assert page.get_by_label("资金付到这个账户").is_checked()
    assert page.evaluate(OVERFLOW) <= 0
