"""Takes the pictures of docs/images: `script/screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.system.site import ROOT, running_site

IMAGES = ROOT / "docs" / "images"
PASSWORD = "Rongyi-2026"


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder), "--sample") as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        take(browser, site.address)
        browser.close()


def take(browser, address: str) -> None:
    def enter(login: str) -> Page:
        context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.locator("main").get_by_role("button", name="登录").click()
        page.wait_for_load_state()
        return page

    def keep(page: Page, name: str) -> None:
        page.wait_for_timeout(1200)
        page.screenshot(path=str(IMAGES / f"{name}.png"))

    firm = enter("firm1.accountant")
    keep(firm, "catalogue")
    firm.goto(f"{address}/policies/GK-01@2/apply")
    firm.locator("input[name=stated-rd_expense_confirmed][value=yes]").check()
    firm.locator("input[name=account]").check()
    firm.get_by_role("button", name="提交申请").click()
    firm.wait_for_load_state()
    clerk = enter("window.a")
    clerk.goto(f"{address}/inbox")
    clerk.locator("main table").get_by_role("link", name="核对申请材料").first.click()
    clerk.locator("[data-form] label").filter(has_text="受理").first.click()
    clerk.get_by_role("button", name="提交", exact=True).click()
    clerk.wait_for_load_state()
    reviewer = enter("jfj.reviewer")
    reviewer.goto(f"{address}/inbox")
    keep(reviewer, "inbox")
    reviewer.locator("main table").get_by_role("link", name="审核").first.click()
    keep(reviewer, "task")
    firm.reload()
    keep(firm, "case")
    author = enter("analyst.author")
    author.goto(f"{address}/studio")
    author.locator("main").get_by_role("link", name="即申即享").first.click()
    author.wait_for_timeout(2500)
    keep(author, "studio")
    manager = enter("manager")
    manager.goto(f"{address}/monitor")
    manager.locator("main table a").first.click()
    keep(manager, "monitor")


if __name__ == "__main__":
    main()
