"""The README's walk-through, one case in each mode, walked word for word in a real browser."""

from __future__ import annotations

import os
import re

import pytest

from handlers.sample.firms import make_firm
from tests.browser.conftest import PATIENCE
from tests.system.site import ROOT, running_site, until

PASSWORD = "Rongyi-2026"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def said(words: str) -> str:
    """A label, which must stand in the README's walk-through between 「 and 」."""
    assert f"「{words}」" in README, f"the README does not mention 「{words}」"
    return words


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A whole installation with the sample district, as script/server starts it."""
    given = os.environ.get("RONGYIDUI_WALK")
    if given:
        yield given
        return
    with running_site(tmp_path_factory.mktemp("walk"), "--sample") as site:
        yield site.address


@pytest.fixture
def enter(browser, address):
    """Signs somebody in; returns his page. What the console complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def sign_in(login: str):
        assert f"`{login}`" in README, f"the README does not mention {login}"
        context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/sign-in")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.locator("main").get_by_role("button", name="登录").click()
        page.wait_for_url(re.compile(r"/(inbox)?$"))
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert complaints == []


def open_menu(page, entry: str) -> None:
    page.locator("header nav").get_by_role("link", name=said(entry)).click()


def open_policy(page, words: str, name: str) -> None:
    open_menu(page, "政策目录")
    page.get_by_role("searchbox").or_(
        page.locator("main input[type=search], main input[name=q]")
    ).first.fill(said(words))
    page.get_by_role("button", name="搜索").click()
    page.get_by_role("link", name=re.compile(re.escape(said(name)))).first.click()


def do_task(page, task: str, *choices: str, texts: dict[str, str] | None = None) -> None:
    """Opens one's inbox, the named task, fills it in, submits."""
    open_menu(page, "待办")
    until(lambda: found(page, task), f"the task {task}", seconds=90)
    page.locator("main table").get_by_role("link", name=said(task)).first.click()
    page.locator("[data-form] form, [data-form] .fjs-form").first.wait_for()
    for choice in choices:
        choose(page, choice)
    for label, text in (texts or {}).items():
        page.locator("[data-form]").get_by_label(
            re.compile(rf"^\s*{re.escape(said(label))}")
        ).first.fill(text)
    submit(page)


def submit(page) -> None:
    page.get_by_role("button", name=said("提交"), exact=True).click()
    try:
        page.wait_for_url(re.compile(r"/inbox$"))
    except Exception:
        if folder := os.environ.get("RONGYIDUI_PICTURES"):
            page.screenshot(path=f"{folder}/not-submitted.png", full_page=True)
        raise


def choose(page, choice: str) -> None:
    """Clicks a choice by its label; a required one ends in a star."""
    label = re.compile(rf"^\s*{re.escape(said(choice))}\s*\*?\s*$")
    page.locator("[data-form] label").filter(has_text=label).first.click()


def look_again(page) -> None:
    """Loads the page once more; Chromium was seen to refuse reload() ("Not attached to an active
    page") shortly after a navigation."""
    page.goto(page.url)


def found(page, task: str) -> bool:
    look_again(page)
    return page.locator("main table").get_by_role("link", name=task).count() > 0


def pay(enter, number: int) -> None:
    """Maker, checker and releaser send what is due to the bank, the sample firm's line with it."""
    maker = enter("pay.maker")
    open_menu(maker, "兑付")
    name = make_firm(number).name
    until(lambda: due(maker, name), f"a line of {name}", seconds=120)
    for box in maker.locator("main table input[type=checkbox]").all():
        box.check()
    maker.get_by_role("button", name=said("组成批次")).click()
    do_task(enter("pay.checker"), "复核批次", "核对无误")
    do_task(enter("pay.releaser"), "签发批次", "同意签发")
    until(lambda: settled(maker), "the bank's answer", seconds=120)


def due(page, name: str) -> bool:
    look_again(page)
    return page.locator("main table").get_by_text(name).count() > 0


def settled(page) -> bool:
    look_again(page)
    return page.get_by_text("已结清").count() > 0


def last_case_is_paid(page) -> bool:
    open_menu(page, "我的办件")
    return page.locator("main table tbody tr").first.get_by_text(said("已兑付")).count() > 0


def test_an_instant_case_is_redeemed_as_the_readme_says(enter):
    firm = enter("firm1.accountant")
    open_policy(firm, "高企", "高新技术企业认定区级补助")
    firm.get_by_role("link", name=said("申请兑现")).click()
    firm.get_by_label("是", exact=True).check()
    firm.get_by_label(said("资金付到这个账户，信息无误")).check()
    firm.get_by_role("button", name=said("提交申请")).click()
    do_task(enter("window.a"), "核对申请材料", "受理")
    do_task(enter("jfj.reviewer"), "审核", "同意兑现", texts={"审批意见": "符合条件"})
    pay(enter, 1)
    until(lambda: last_case_is_paid(firm), "the money", seconds=90)


def test_a_promised_case_is_redeemed_as_the_readme_says(enter):
    firm = enter("firm7.accountant")
    open_policy(firm, "信息化", "企业信息化、智能化改造奖励")
    firm.get_by_role("link", name=said("申请兑现")).click()
    firm.get_by_label(re.compile("改造项目名称")).fill("仓储信息化")
    firm.get_by_label(re.compile("软硬件购置额")).fill("500000")
    firm.get_by_label(re.compile("新设备购置额")).fill("0")
    firm.locator("input[name=stated-it_running][value=yes]").check()
    firm.locator("input[name=stated-equipment_in_use][value=yes]").check()
    for upload in firm.locator("main form input[type=file]").all():
        upload.set_input_files(
            {"name": "材料.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%sample\n"}
        )
    firm.get_by_label(said("资金付到这个账户，信息无误")).check()
    firm.get_by_label(said("我已阅读并承诺")).check()
    firm.get_by_role("button", name=said("交法定代表人确认")).click()
    legal = enter("firm7.legal")
    open_menu(legal, "我的办件")
    legal.locator("main").get_by_role("link", name=re.compile("智能化改造奖励")).first.click()
    legal.get_by_label(said("我已阅读并承诺")).check()
    legal.get_by_role("button", name=said("提交申请")).click()
    do_task(legal, "签署承诺书", "我已阅读并作出上述承诺", texts={"法定代表人姓名": "王示例"})
    do_task(enter("window.a"), "核对申请材料", "受理")
    reviewer = enter("jfj.reviewer")
    do_survey(reviewer)
    do_task(reviewer, "经办人审核", "同意兑现", texts={"审批意见": "勘查属实"})
    do_task(enter("jfj.head"), "负责人审批", "同意经办意见")
    pay(enter, 7)
    until(lambda: last_case_is_paid(firm), "the money", seconds=90)


def do_survey(page) -> None:
    open_menu(page, "待办")
    until(lambda: found(page, "现场勘查"), "the survey", seconds=90)
    page.locator("main table").get_by_role("link", name=said("现场勘查")).first.click()
    form = page.locator("[data-form]")
    form.get_by_label(re.compile("勘查地点")).fill("企业厂区")
    form.get_by_label(re.compile("参加人员")).fill("示例经办")
    form.get_by_label(re.compile("勘查记录")).fill("设备在用,与申报一致")
    choose(page, "与申报一致")
    date = form.locator("input.flatpickr-input, input[type=text]").first
    date.click()
    page.locator(".flatpickr-day.today").first.click()
    time = form.locator(".fjs-timepicker input, input[id*=time]").first
    time.fill("10:00")
    time.press("Enter")
    submit(page)


def test_an_automatic_list_is_redeemed_as_the_readme_says(enter):
    reviewer = enter("jfj.reviewer")
    open_menu(reviewer, "名单")
    reviewer.get_by_role("link", name=said("新建名单")).click()
    reviewer.get_by_role("link", name=re.compile(said("首次认定高新技术企业奖励"))).first.click()
    reviewer.get_by_role("button", name=said("开始匹配")).click()
    reviewer.get_by_role("button", name=said("用所选企业生成名单")).click()
    do_task(reviewer, "审定名单", "提交负责人签发")
    do_task(enter("jfj.head"), "签发名单", "同意,推送兑付")
    pay(enter, 3)
    firm = enter("firm3.accountant")
    until(lambda: last_case_is_paid(firm), "the money", seconds=90)
