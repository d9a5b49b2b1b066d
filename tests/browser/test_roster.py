"""The roster and the queue on the screens of firms and offices."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import select, update

from engine.tables import user_task
from handlers.catalogue.tables import policy_version
from tests.browser.conftest import AXE, axe
from tests.handlers.rosters.people import number
from tests.web.district import district  # noqa: F401

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("RONGYIDUI_SHOTS")
ROWS = "\n".join(f"张{name}\t{number(n)}" for n, name in enumerate("甲乙丙丁", 1))


def shot(page, name):
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def clean(page):
    """Nothing sticks out of a narrow screen, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not AXE.exists() or axe(page) == []


@pytest.mark.parametrize("width", [1440, 390])
def test_a_roster_is_given_and_read(district, do, open_page, width):  # noqa: F811
    rule = {"persons": {"fact": "hires", "period": "ever"}, "until_exhausted": "refuse"}
    do(
        lambda work: work.connection.execute(
            update(policy_version).where(policy_version.c.id == "I@1").values(exclusivity=rule)
        )
    )
    first, second = district.firm(), district.firm()
    district.apply(district.person(first), roster=ROWS.splitlines()[1])
    district.person(second, login="wang")
    page = open_page("wang", "/policies/I@1/apply", width=width)
    page.fill("#field-roster", "张三\t360799199901010011")
    page.click("button[value=save]")
    page.wait_for_selector("#errors")
    shot(page, f"roster-wrong-{width}")
    clean(page)
    page.fill("#field-roster", ROWS)
    page.click("button[value=save]")
    page.wait_for_selector("text=共 4 人，计入 3 人")
    shot(page, f"roster-kept-{width}")
    clean(page)
    district.apply(district.person(second))
    case = district.cases()[1]
    do(
        lambda work: work.connection.exec_driver_sql(
            "update case_file set accepted_at = received_at"
        )
    )
    page.goto(f"/cases/{case.id}")
    page.wait_for_selector("text=前面还有 1 件")
    shot(page, f"roster-case-{width}")
    clean(page)
    task = do(
        lambda work: work.connection.scalar(
            select(user_task.c.id).where(user_task.c.instance_id == case.instance_id)
        )
    )
    district.officer("JFJ", "reviewer")
    desk = open_page("jfj-reviewer", f"/inbox/{task}", width=width, locale="en")
    desk.wait_for_selector("#field-reason")
    shot(desk, f"roster-task-{width}")
    clean(desk)
    desk.fill("#field-reason", "与参保名单比对")
    desk.click(".roster-reason button")
    desk.wait_for_selector(f"text={number(1)}")
    shot(desk, f"roster-read-{width}")
    clean(desk)
