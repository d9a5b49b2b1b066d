"""Working through the inbox in a browser: the district's own diagrams and forms, keyboard only."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine import definitions
from tests.browser.conftest import axe
from tests.web.conftest import person
from tests.web.district import district

__all__ = ["district"]
pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
CLERK = ("XZSPJ", "clerk")
PEOPLE = {
    "clerk": CLERK,
    "clerk2": CLERK,
    "reviewer": ("JFJ", "reviewer"),
    "boss": ("XZSPJ", "system_administrator"),
    "maker": ("XZSPJ", "maker"),
    "finance": ("CZJ", "finance"),
    "security": ("XZSPJ", "security_administrator"),
}


def picture(page, name):
    """Keeps a picture for people to look at, in the folder that RONGYIDUI_PICTURES names."""
    folder = os.environ.get("RONGYIDUI_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name.strip('/').replace('/', '-')}.png", full_page=True)


@pytest.fixture
def town(district):
    """One application for policy I under the district's own diagrams, waiting for acceptance."""
    names = ("bpmn/instant.bpmn", "bpmn/acceptance.bpmn", "bpmn/payout.bpmn")
    names += ("bpmn/payment_batch.bpmn",)
    own = {name: (ROOT / name).read_bytes() for name in names}
    own |= {f"forms/{p.name}": p.read_bytes() for p in (ROOT / "forms").glob("*.form")}

    def prepare(work):
        definitions.publish(work, own)
        for login, membership in PEOPLE.items():
            person(work, login, membership)

    district.scene.do(prepare)
    firm = district.firm()
    answer = district.apply(district.person(firm))
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return district


def first_task(page):
    page.locator("tbody a").first.click()
    page.wait_for_selector("[data-form][data-ready]")
    page.wait_for_selector("[data-diagram][data-ready]")


def test_a_clerk_accepts_an_application_from_the_inbox(town, open_page):
    page = open_page("clerk", "/inbox")
    assert page.complaints == [] and axe(page) == []
    picture(page, "inbox")
    first_task(page)
    assert page.complaints == [] and axe(page) == []
    assert page.locator(".djs-element.is-here").count() == 1
    assert page.locator(".bjs-powered-by").is_visible()
    picture(page, "task")
    page.get_by_role("button", name="提交").click()
    assert page.locator(".fjs-form-field-error").first.is_visible()
    page.locator("[data-form] input[type=radio]").first.check()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/inbox")
    assert "已办结" in page.locator(".site-messages").inner_text()
    assert page.complaints == []


def test_what_a_person_typed_survives_a_lost_race(town, open_page):
    first, second = open_page("clerk", "/inbox"), open_page("clerk2", "/inbox")
    first_task(first)
    first_task(second)
    for page in (first, second):
        page.locator("[data-form] input[type=radio]").last.check()
        page.locator("textarea").first.fill("不在本区登记")
    first.get_by_role("button", name="提交").click()
    first.wait_for_url("**/inbox")
    second.get_by_role("button", name="提交").click()
    alert = second.locator(".task-form [role=alert]")
    alert.wait_for()
    assert "已" in alert.inner_text()
    assert second.locator("textarea").first.input_value() == "不在本区登记"


@pytest.mark.parametrize(
    ("login", "path"),
    [
        ("boss", "/monitor"),
        ("boss", "/monitor/incidents"),
        ("maker", "/finance"),
        ("finance", "/finance/indicators"),
        ("security", "/admin/accounts"),
        ("boss", "/admin"),
        ("boss", "/admin/departments"),
        ("boss", "/admin/calendar"),
        ("boss", "/admin/processes"),
    ],
)
def test_pages_are_accessible_and_fit_a_phone(town, open_page, login, path):
    for number in range(3 if path == "/finance" else 0):
        town.scene.ordered(town.scene.firm(tail=f"432{number}"))
    page = open_page(login, path)
    assert page.complaints == [] and axe(page) == []
    picture(page, path)
    page.set_viewport_size({"width": 390, "height": 844})
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    picture(page, path + "-390")
    assert wide <= 0, f"the page is {wide} pixels wider than the phone"


def test_an_instance_is_watched_in_large_type(town, open_page):
    page = open_page("boss", "/monitor")
    page.get_by_role("button", name="关怀版").click()
    page.locator("tbody a").first.click()
    page.wait_for_selector("[data-diagram][data-ready]")
    assert page.locator("html[data-care]").count() == 1
    assert page.complaints == [] and axe(page) == []
    picture(page, "instance-care")


def test_the_selected_sum_follows_the_boxes(town, open_page):
    for number in range(2):
        town.scene.ordered(town.scene.firm(tail=f"432{number}"))
    page = open_page("maker", "/finance")
    for box in page.locator("[name=order_ids]").all():
        box.check()
    page.locator("output", has_text="已选 2 笔").wait_for()
    page.locator("[name=order_ids]").first.uncheck()
    page.locator("output", has_text="已选 1 笔").wait_for()
    assert "10,000.00" in page.locator("output").inner_text()
    page.get_by_role("button", name="组成批次").click()
    page.wait_for_url("**/finance/batches/*")
    assert axe(page) == [] and page.complaints == []
    picture(page, "batch")
