"""The what-if page: numbers of the tables, compared with those in force."""

from __future__ import annotations

from datetime import date

import pytest

from engine.definitions import publish, save_draft
from handlers.enterprises.register import record_facts
from tests.engine.dmn.tables import dmn, table
from tests.handlers import diagrams
from tests.web.district import district, page

__all__ = ["district"]
PATH = "bpmn/decisions/a.dmn"


def decisions(staff: int, amount: int) -> bytes:
    asked = [("人数", "staff", "")]
    return dmn(
        table("conditions", "RULE ORDER", asked, ["text"], [[f">= {staff}", '"人数"']]),
        table("amount", "FIRST", asked, ["amount", "text"], [["-", str(amount), '"定额"']]),
    )


@pytest.fixture
def analyst(district):
    district.scene.do(lambda work: publish(work, {**diagrams.FILES, PATH: decisions(10, 10000)}))
    for staff in (5, 10, 20):
        fact = {"enterprise_id": district.firm(), "name": "staff", "value": staff}
        day = {"as_of": date(2025, 12, 31), "source": "统计"}
        district.scene.do(lambda work, fact=fact | day: record_facts(work, [fact]))
    return district.officer("XZSPJ", "analyst")


def test_another_threshold_shows_firms_and_money(analyst):
    assert "扩岗补助" in page(analyst, "/studio/what-if")
    text = page(analyst, "/studio/what-if/I@1")
    assert 'value="&gt;= 10"' in text and "改一个数字" in text
    text = page(
        analyst, "/studio/what-if/I@1?asked=1&cell:conditions_r1/0=>%3D+5&cell:amount_r1/1=9000"
    )
    assert "20,000.00" in text and "27,000.00" in text and "+7,000.00" in text
    assert "新增符合 1，不再符合 0，结果有变化的共 3。" in text


def test_a_draft_is_what_is_tried(district, analyst):
    district.scene.do(lambda work: save_draft(work, PATH, decisions(20, 10000), None))
    assert "有草稿" in page(analyst, "/studio/what-if")
    text = page(analyst, "/studio/what-if/I@1?asked=1")
    assert "取自草稿" in text and "不再符合 1" in text and "-10,000.00" in text


def test_what_is_no_feel_is_said_at_its_cell(analyst):
    text = page(analyst, "/studio/what-if/I@1?asked=1&cell:conditions_r1/0=>%3D+(", 422)
    assert 'aria-invalid="true"' in text


def test_only_analysts_try(district, analyst):
    page(district.officer("JFJ", "reviewer"), "/studio/what-if/I@1", 403)
