"""Eligibility: conditions, facts, exclusions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select

from engine.definitions import publish
from engine.errors import NotFound
from engine.values import from_json
from engine.xml import OURS
from handlers.cases.tables import case_file, decision_trace
from handlers.eligibility.check import check
from handlers.eligibility.due import objection
from handlers.eligibility.service_tasks import check_case
from tests.engine.dmn.tables import dmn, table
from tests.handlers.eligibility.district import (
    DAY,
    add_case,
    add_fact,
    add_firm,
    add_listing,
    add_payment,
    add_policy,
    release,
)

GOOD = {"output_value": Decimal(3_000_000)}


@pytest.fixture
def version(work):
    release(work)
    return add_policy(work)


def test_a_firm_that_meets_every_condition_qualifies(work, version):
    answer = check(work, version, add_firm(work, GOOD), DAY)
    assert answer.holds is True
    assert [c.text for c in answer.conditions] == [
        "在区注册满1年",
        "上年度产值达到200万元",
        "房地产、建筑业除外",
    ]
    assert answer.failed == []


def test_a_failed_condition_says_what_is_what_is_asked_and_how_much_lacks(work, version):
    firm = add_firm(work, {"output_value": Decimal("1800000.50")})
    found = check(work, version, str(firm), DAY)
    assert found.holds is False
    english = found.conditions[1].english
    assert found.to_data()["conditions"][1] == {
        "text": "上年度产值达到200万元",
        "holds": False,
        "actual": "1,800,000.5 元",
        "threshold": "不低于 200 万元",
        "missing": "还差 199,999.5 元",
        "source": "区统计部门",
        "as_of": date(2025, 12, 31),
        "english": english,
    }
    assert found.conditions[1].english == {
        "actual": "1,800,000.5 yuan",
        "threshold": "at least 2,000,000 yuan",
        "missing": "199,999.5 yuan short",
    }
    assert found.failed == ["上年度产值达到200万元"]


def test_a_missing_fact_leaves_the_answer_unknown(work, version):
    answer = check(work, version, add_firm(work), DAY)
    assert answer.holds is None
    assert answer.unknown == ["上年度产值达到200万元"]
    assert answer.missing_facts == ["output_value"]
    condition = answer.conditions[1]
    assert (condition.actual, condition.missing) == (None, "缺少数据: 上年度产值")


def test_a_failed_condition_outweighs_an_unknown_one(work, version):
    assert check(work, version, add_firm(work, industry="房地产"), DAY).holds is False


def test_of_a_fact_the_newest_before_the_event_date_counts(work, version):
    firm = add_firm(work, {"output_value": Decimal(1)})
    add_fact(work, firm, "output_value", Decimal(2_000_000), date(2026, 2, 1))
    add_fact(work, firm, "output_value", Decimal(5), date(2026, 4, 1))
    assert check(work, version, firm, DAY).holds is True
    assert check(work, version, firm, date(2026, 1, 31)).holds is False
    assert check(work, version, firm, date(2026, 4, 1)).holds is False


@pytest.mark.parametrize(
    ("day", "years"),
    [(date(2020, 12, 31), "0 年"), (date(2021, 1, 1), "1 年"), (date(2025, 12, 31), "5 年")],
)
def test_years_in_the_district_are_whole_years_on_the_event_date(work, version, day, years):
    answer = check(work, version, add_firm(work, GOOD), day)
    assert (answer.conditions[0].actual, answer.conditions[0].source) == (years, "市场主体登记")


def test_what_the_applicant_states_fills_what_nobody_recorded(work, version):
    answer = check(work, version, add_firm(work), DAY, {"output_value": Decimal(2_500_000)})
    assert answer.holds is True
    assert (answer.conditions[1].source, answer.conditions[1].as_of) == ("企业申报", None)


def test_what_the_applicant_states_replaces_an_official_fact_only_if_the_policy_asks(work, version):
    firm = add_firm(work, {"output_value": Decimal(1)})
    stated = {"output_value": Decimal(9_000_000), "paid_before": Decimal(-5)}
    assert check(work, version, firm, DAY, stated).holds is False
    asking = add_policy(work, "Q", inputs=[{"name": "output_value", "label": "产值"}])
    assert check(work, asking, firm, DAY, stated).holds is True


def test_a_negative_listing_fails_with_list_reason_and_source(work, version):
    firm = add_firm(work, GOOD)
    add_listing(work, firm, date(2026, 1, 5))
    answer = check(work, version, firm, DAY)
    assert answer.failed == ["未被列入严重失信主体名单"]
    last = answer.conditions[-1]
    assert last.actual == "2026年1月5日因“逾期未履行义务”被列入"
    assert last.english["text"] == "Not listed in “严重失信主体名单”"
    assert (last.source, last.as_of) == ("信用中国", date(2026, 1, 5))


@pytest.mark.parametrize(
    ("listed", "removed", "holds"),
    [
        (date(2025, 1, 1), date(2025, 6, 1), True),
        (date(2025, 1, 1), DAY, True),
        (date(2025, 1, 1), date(2026, 3, 2), False),
        (date(2026, 3, 2), None, False),
        (date(2026, 3, 3), None, True),
    ],
)
def test_a_listing_counts_on_the_event_date_and_today(work, version, listed, removed, holds):
    firm = add_firm(work, GOOD)
    add_listing(work, firm, listed, removed)
    assert check(work, version, firm, DAY).holds is holds


@pytest.mark.parametrize(("status", "said"), [("moved", "已迁出本区"), ("closed", "已注销")])
def test_a_firm_that_left_does_not_qualify(work, version, status, said):
    answer = check(work, version, add_firm(work, GOOD, status=status), DAY)
    assert answer.failed == ["企业在本区正常存续"]
    assert answer.conditions[-1].actual == said


def test_one_event_is_redeemed_once(work, version):
    firm = add_firm(work, GOOD)
    once = add_policy(work, "Q", exclusivity={"once_per_event": True})
    case = add_payment(work, firm, Decimal(1), once, event_key="E1")
    assert check(work, once, firm, DAY, event_key="E1").failed == ["同一事项未重复享受本政策"]
    assert check(work, once, firm, DAY, event_key="E2").holds is True
    assert check(work, once, firm, DAY, event_key="E1", case_id=case).holds is True


def test_policies_of_one_group_exclude_each_other_in_a_year(work, version):
    firm = add_firm(work, GOOD)
    first = add_policy(work, "A", exclusivity={"group": "科技"})
    second = add_policy(work, "B", exclusivity={"group": "科技"})
    third = add_policy(work, "C", exclusivity={"group": "人才"})
    add_payment(work, firm, Decimal(1), first)
    answer = check(work, second, firm, DAY)
    assert answer.failed == ["同一年度未享受互斥的其他政策"]
    assert "政策A" in (answer.conditions[-1].actual or "")
    assert check(work, first, firm, DAY).holds is True
    assert check(work, third, firm, DAY).holds is True
    assert check(work, second, firm, date(2027, 1, 1)).holds is True


def test_a_cancelled_entitlement_excludes_nothing(work, version):
    firm = add_firm(work, GOOD)
    first = add_policy(work, "A", exclusivity={"group": "科技"})
    second = add_policy(work, "B", exclusivity={"group": "科技"})
    add_payment(work, firm, Decimal(1), first, status="cancelled")
    assert check(work, second, firm, DAY).holds is True


def test_the_task_keeps_the_answer_and_why_it_was_asked(work, version):
    firm = add_firm(work)
    case = add_case(work, firm, application={"output_value": {"$decimal": "2000000"}})
    answer = check_case(work, case_id=case, occasion="受理")
    assert answer["holds"] is True
    stored = work.connection.scalar(select(case_file.c.check_result).where(case_file.c.id == case))
    assert from_json(stored) == answer
    trace = work.connection.execute(select(decision_trace)).one()
    assert (trace.case_id, trace.occasion, trace.at) == (case, "受理", work.now)
    assert trace.result["policy_version_id"] == "P@1"
    assert trace.result["release_id"] > 0


def test_what_cannot_be_checked_is_said(work):
    version = add_policy(work)
    firm = add_firm(work)
    with pytest.raises(NotFound, match="还没有发布"):
        check(work, version, firm, DAY)
    release(work)
    with pytest.raises(NotFound, match="没有这家企业"):
        check(work, version, uuid4(), DAY)
    with pytest.raises(NotFound, match="没有决策 nowhere"):
        check(work, add_policy(work, "Q", conditions_decision="nowhere"), firm, DAY)
    with pytest.raises(NotFound, match="没有这个办件"):
        check_case(work, case_id=uuid4(), occasion="受理")


def test_the_places_of_a_year_are_counted_over_all_firms(work, version):
    places = add_policy(work, "Q", exclusivity={"year_count": 2})
    firm = add_firm(work, GOOD)
    last = [add_payment(work, add_firm(work, GOOD), Decimal(1), places) for _ in range(2)][-1]
    add_payment(work, add_firm(work, GOOD), Decimal(1), places, status="cancelled")
    found = check(work, places, firm, DAY)
    assert found.failed == ["年度名额未满"]
    assert found.conditions[-1].actual == "2026 年已给 2 个"
    assert check(work, places, firm, date(2026, 3, 1)).holds is False
    assert check(work, places, firm, date(2027, 3, 1)).holds is True
    assert check(work, places, firm, DAY, case_id=last).holds is True
    case = work.connection.execute(
        select(case_file).where(case_file.c.id == add_case(work, firm, places))
    ).one()
    assert "2026 年已给 2 个" in (objection(work, case, Decimal(1)) or "")


def test_an_english_reader_is_told_in_english_what_the_columns_name_in_english(work):
    named = table(
        "conditions",
        "RULE ORDER",
        [("上年度产值(元)", "output_value", ""), ("行业", "industry", "")],
        ["text"],
        [[">= 2000000", "-", '"产值达标"'], ["-", '"制造业"', '"属于制造业"']],
    ).replace(
        'label="上年度产值(元)"', f'label="上年度产值(元)" xmlns:r="{OURS}" r:label_en="Output"'
    )
    publish(work, {"bpmn/decisions/a.dmn": dmn(named)})
    answer = check(work, add_policy(work), add_firm(work), DAY)
    output, industry = (condition.english for condition in answer.conditions)
    assert (output["text"], output["missing"]) == (
        "Output at least 2,000,000 yuan",
        "no data: Output",
    )
    assert "text" not in industry


def test_a_table_may_say_its_texts_in_english_itself(work):
    said = table(
        "conditions",
        "RULE ORDER",
        [("行业", "industry", "")],
        ["text", "text_en"],
        [['"制造业"', '"属于制造业"', '"In manufacturing"']],
    )
    money = table(
        "amount",
        "FIRST",
        [("行业", "industry", "")],
        ["amount", "text", "text_en"],
        [["-", "10000", '"每家 1 万元"', '"10,000 yuan each"']],
    )
    publish(work, {"bpmn/decisions/a.dmn": dmn(said, money)})
    version = add_policy(work, amount_decision="amount")
    answer = check(work, version, add_firm(work), DAY).to_data()
    assert answer["conditions"][0]["english"]["text"] == "In manufacturing"
    assert answer["lines"][0]["english"] == {"text": "10,000 yuan each"}
