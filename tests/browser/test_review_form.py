"""The review's form as shipped: what it shows of experts and survey, and which amount it asks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import render_template_string

from engine.actor import SYSTEM
from tests.browser.test_parts import FORM_PAGE
from tests.web.conftest import person
from web.access import public

pytestmark = pytest.mark.browser
FORM = json.loads((Path(__file__).parents[2] / "forms/review.form").read_text())
CASE = {"case": {"enterprise": "甲公司", "policy": "乙政策", "number": "1"}}
DECIDED_BY_REVIEW = {
    **CASE,
    "eligibility": {"holds": True, "amount": None, "failed": []},
    "scores": {"mean": "70.00", "high": 90, "low": 50, "given": 3, "conflicts": 0},
    "survey_result": "fail",
    "survey_findings": "所报设备不在现场",
}
COMPUTED = {**CASE, "eligibility": {"holds": True, "amount": "1000.00", "failed": []}}


@pytest.fixture
def shown(app, runtime, open_page):
    """The text of the form for some data, after choosing to approve."""
    given = {"schema": FORM, "answer": {"decision": "approve"}}
    runtime.run(SYSTEM, lambda work: person(work, "li"))

    @app.get("/try/review")
    @public
    def review():
        return render_template_string(FORM_PAGE, given=given)

    def show(data):
        given["data"] = data
        page = open_page("li", "/try/review")
        page.locator("[data-ready]").wait_for()
        assert page.complaints == []
        return page.locator("[data-form]").inner_text()

    return show


def test_the_review_decides_where_no_rule_computes_and_is_told_of_split_scores(shown):
    text = shown(DECIDED_BY_REVIEW)
    assert "评审核定的金额" in text and "不填则按系统核算金额" not in text
    assert "专家评分相差 40 分" in text
    assert "现场勘查与申报不一致:所报设备不在现场" in text


def test_the_rule_s_amount_may_be_left_as_it_is(shown):
    text = shown(COMPUTED)
    assert "不填则按系统核算金额" in text and "评审核定的金额" not in text
    assert "专家评" not in text and "勘查" not in text
