"""Each policy's decisions, against amounts worked out by hand from the sources."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from engine.dmn import Decisions
from engine.lint.model import Release
from engine.service_tasks import REGISTRY
from engine.xml import ours
from handlers.eligibility.amounts import amount_of
from handlers.sample.firms import fact_list, make_firm
from handlers.sample.load import decision_files, sample_policies
from tests.declared import unlike

D = Decimal
DECISIONS = Decisions(decision_files())
POLICIES = {entry["id"]: entry for entry in sample_policies()}
VERSIONS = [version for entry in POLICIES.values() for version in entry["versions"]]
GIVEN = {"registered_in_district_years", "industry", "year_paid", "paid_before", "stage"}

ELDER = {
    "elder_care_project": "新建", "beds": 300, "bed_months_able": 0, "bed_months_mild": 0,
    "bed_months_moderate": 0, "bed_months_severe": 0,
}  # fmt: skip
SHOP = {
    "newly_opened_in_statistics": False, "second_year_growth_met": False,
    "new_ecommerce_leader": False, "annual_online_wholesale": 0, "annual_online_retail": 0,
    "online_retail_growth_met": False, "online_retail_increase": 0,
}  # fmt: skip
LOAN = {
    "loan_amount": D(5_000_000), "loan_rate": D("0.0435"), "subsidy_rate_cap": D("0.041"),
    "lpr_one_year": D("0.031"), "loan_months": 6,
}  # fmt: skip
TOUR = {
    "annual_inbound_visitors": 1999, "tourist_trains": 0, "train_passengers": 0,
    "charter_flights": 0, "flight_passengers": 0, "self_drive_tours": 0, "tour_cars": 0,
    "tour_people": 0,
}  # fmt: skip
STUDENT = {
    "graduate_degree": "本科", "graduate_person_years": 0, "intern_months": 0,
    "startup_rent": D(0), "local_minimum_wage": D(1850),
}  # fmt: skip
RANK = {
    "rd_rank": 21, "rd_growth": D("0.5"), "rd_expense": D(9_000_000),
    "rd_headquarters_relocated": False, "rd_headquarters_years": 0,
}  # fmt: skip

# (decision, facts, total in yuan by hand; None: no row applies)
AMOUNTS: list[tuple[str, dict[str, Any], str | None]] = [
    ("GZ_01", {"above_scale": True}, "200000"),
    ("GZ_01", {"above_scale": False}, "100000"),
    ("GZ_01_2024", {"above_scale": True}, "150000"),
    ("GZ_02", {"growth_title": "独角兽"}, "4000000"),
    ("GZ_02", {"growth_title": "潜在独角兽"}, "1500000"),
    ("GZ_02", {"growth_title": "种子独角兽"}, "1000000"),
    ("GZ_02", {"growth_title": "瞪羚"}, "200000"),
    ("GZ_02", {"growth_title": "潜在瞪羚"}, "100000"),
    # 25 % of 1,234,567.89 = 308,641.9725, the part of a fen dropped
    ("GZ_03", {"national_project_type": "国家重大科技专项", "national_grant_received": D("1234567.89")}, "308641.97"),
    ("GZ_03", {"national_project_type": "国家重大科技专项", "national_grant_received": D(12_000_000)}, "3000000"),
    ("GZ_03", {"national_project_type": "国家重大科技专项", "national_grant_received": D(12_000_001)}, "3000000"),
    ("GZ_03", {"national_project_type": "国家重点研发计划", "national_grant_received": D(9_999_999)}, "1999999.80"),
    ("GZ_03", {"national_project_type": "国家重点研发计划", "national_grant_received": D(10_000_001)}, "2000000"),
    ("GZ_04", {"platform_type": "国家重点实验室"}, "3000000"),
    ("GZ_04", {"platform_type": "省实验室"}, "2000000"),
    ("GZ_05", {"innovation_review_passed": True}, "100000"),
    ("GZ_06", {"engineers_meeting_service_terms": 3, "year_paid": D(0)}, "60000"),
    ("GZ_06", {"engineers_meeting_service_terms": 51, "year_paid": D(0)}, "1000000"),
    ("GZ_06", {"engineers_meeting_service_terms": 10, "year_paid": D(900_000)}, "100000"),
    ("GZ_06", {"engineers_meeting_service_terms": 10, "year_paid": D(1_000_000)}, "0"),
    ("GZ_07", {"science_prize": "国家一等"}, "2000000"),
    ("GZ_07", {"science_prize": "国家二等"}, "1000000"),
    ("GZ_07", {"science_prize": "省特等"}, "500000"),
    ("GZ_07", {"science_prize": "省一等"}, "200000"),
    ("GZ_07", {"science_prize": "省二等"}, "100000"),
    # 5 % of 333,333.33 = 16,666.6665, rounded down as the source says
    ("GZ_08", {"contract_role": "输出方", "contract_amount_received": D("333333.33")}, "16666.66"),
    ("GZ_08", {"contract_role": "吸纳方", "contract_amount_received": D(4_000_000)}, "800000"),
    ("GZ_08", {"contract_role": "吸纳方", "contract_amount_received": D(5_000_001)}, "1000000"),
    ("GZ_11", {"scenic_grade": "5A"}, "600000"),
    ("GZ_11", {"scenic_grade": "4A"}, "300000"),
    ("GZ_11", {"scenic_grade": "3A"}, "100000"),
    ("GZ_13", {**TOUR, "annual_inbound_visitors": 2000}, "10000"),
    ("GZ_13", {**TOUR}, "0"),
    # 2,500 × 5 + 2 × 30,000 + 3 × 20,000 + 1 × 10,000
    ("GZ_13", {"annual_inbound_visitors": 2500, "tourist_trains": 2, "train_passengers": 600, "charter_flights": 3, "flight_passengers": 100, "self_drive_tours": 1, "tour_cars": 30, "tour_people": 100}, "142500"),
    ("GZ_13", {**TOUR, "self_drive_tours": 2, "tour_cars": 29, "tour_people": 200}, "0"),
    ("GZ_15", {"stage": 1, "listing_milestone": "完成股改"}, "3000000"),
    ("GZ_15", {"stage": 2, "listing_milestone": "完成股改"}, "0"),
    ("GZ_15", {"stage": 2, "listing_milestone": "辅导备案"}, "3000000"),
    ("GZ_15", {"stage": 3, "listing_milestone": "核准批复"}, "7000000"),
    ("GZ_15", {"stage": 4, "listing_milestone": "首发上市"}, "17000000"),
    ("GZ_15", {"listing_milestone": "首发上市"}, "30000000"),
    # 3,000,000 × (4.10 % − (3.10 % − 1.50 %)) × 6/12 = 3,000,000 × 2.5 % ÷ 2
    ("GZ_17", LOAN, "37500"),
    # the loan's own rate is below the cap: 1,000,000 × (3.6 % − 1.6 %) × 7/12 = 11,666.666…
    ("GZ_17", {**LOAN, "loan_amount": D(1_000_000), "loan_rate": D("0.036"), "loan_months": 7}, "11666.66"),
    ("GZ_17", {**LOAN, "loan_rate": D("0.015")}, "0"),
    ("GZ_18", {"employer_paid_premium": D("12345.67")}, "12345.67"),
    ("GZ_19", {**STUDENT, "graduate_degree": "硕士", "graduate_person_years": 2}, "20000"),
    ("GZ_19", {**STUDENT, "graduate_person_years": 3}, "15000"),
    # 2 × 3,000 + 4 × 1,850 + 60 % of 10,000.50
    ("GZ_19", {**STUDENT, "graduate_degree": "专科", "graduate_person_years": 2, "intern_months": 4, "startup_rent": D("10000.50")}, "19400.30"),
    ("GK_01", {"hnte_recognition": "首次", "above_scale": False, "rd_expense": D("3999999.99")}, "399999.99"),
    ("GK_01", {"hnte_recognition": "首次", "above_scale": False, "rd_expense": D(9_000_000)}, "400000"),
    ("GK_01", {"hnte_recognition": "首次", "above_scale": True, "rd_expense": D(9_000_000)}, "600000"),
    ("GK_01", {"hnte_recognition": "重新认定", "above_scale": False, "rd_expense": D(9_000_000)}, "200000"),
    ("GK_01", {"hnte_recognition": "重新认定", "above_scale": True, "rd_expense": D(2_500_000)}, "250000"),
    ("GK_01", {"hnte_recognition": "重新认定", "above_scale": True, "rd_expense": D(3_000_001)}, "300000"),
    ("GK_01_2024", {"hnte_recognition": "首次", "above_scale": False, "rd_expense": D(1_000_000)}, "80000"),
    ("GK_03", {**RANK, "rd_rank": 10, "rd_growth": D("0.10")}, "200000"),
    ("GK_03", {**RANK, "rd_rank": 11, "rd_growth": D("0.15")}, "100000"),
    ("GK_03", {**RANK, "rd_rank": 11, "rd_growth": D("0.149")}, "0"),
    ("GK_03", {**RANK, "rd_headquarters_relocated": True, "rd_headquarters_years": 2}, "900000"),
    ("GK_03", {**RANK, "rd_headquarters_relocated": True, "rd_headquarters_years": 3}, "0"),
    ("GK_03", {**RANK, "rd_rank": 1, "rd_headquarters_relocated": True, "rd_headquarters_years": 1, "rd_expense": D(30_000_000)}, "2200000"),
    ("JX_01", {"enterprise_size": "大型", "prior_year_unemployment_premium": D("100000.05")}, "30000.01"),
    ("JX_01", {"enterprise_size": "微型", "prior_year_unemployment_premium": D("1000.01")}, "600.00"),
    ("JX_01", {"enterprise_size": "中型", "prior_year_unemployment_premium": D(50_000)}, "30000"),
    ("JX_02", {"youth_hires": 7}, "10500"),
    ("JX_03", {"certificate_type": "绿色食品新增", "certificates": 2}, "20000"),
    ("JX_03", {"certificate_type": "绿色食品续展", "certificates": 1}, "10000"),
    ("JX_03", {"certificate_type": "有机新增", "certificates": 1}, "10000"),
    ("JX_03", {"certificate_type": "有机再认证", "certificates": 3}, "15000"),
    ("JX_03", {"certificate_type": "农产品地理标志新增", "certificates": 1}, "40000"),
    ("JX_03", {"certificate_type": "名特优新新增", "certificates": 1}, "20000"),
    ("JX_03", {"certificate_type": "全国绿色食品原料标准化基地新增", "certificates": 1}, "100000"),
    ("JX_03", {"certificate_type": "全国有机农产品基地新增", "certificates": 1}, "50000"),
    ("JX_03", {"certificate_type": "基地续报", "certificates": 1}, "50000"),
    ("JX_NC_03", {"paid_in_capital": D("99999999.99")}, "0"),
    ("JX_NC_03", {"paid_in_capital": D(100_000_000)}, "500000"),
    ("JX_NC_03", {"paid_in_capital": D("299999999.99")}, "500000"),
    ("JX_NC_03", {"paid_in_capital": D(300_000_000)}, "1000000"),
    ("JX_NC_03", {"paid_in_capital": D(500_000_000)}, "1500000"),
    ("JX_NC_04", {"green_title": "国家级绿色供应链"}, "500000"),
    ("JX_NC_04", {"green_title": "省级绿色工厂"}, "200000"),
    ("JX_NC_04", {"green_title": "能效领跑者"}, "300000"),
    ("JX_NC_06", {"fixed_asset_investment": D("12345678.99")}, "617283.94"),
    ("JX_NC_06", {"fixed_asset_investment": D(160_000_001)}, "8000000"),
    ("JX_NC_06_2024", {"fixed_asset_investment": D(10_000_000)}, "300000"),
    ("JX_JJ_01", {"service_event": "月度入库"}, "80000"),
    ("JX_JJ_01", {"service_event": "年度入库"}, "50000"),
    ("JX_JJ_01", {"service_event": "个转企并入库"}, "100000"),
    ("JX_JJ_01", {"service_event": "3年在库且每年增幅达标"}, "100000"),
    ("JX_JJ_01", {"service_event": "首次1亿元"}, "100000"),
    ("JX_LH_01", {"stage": 1, "still_in_library_year3": False}, "30000"),
    ("JX_LH_01", {"stage": 2, "still_in_library_year3": True}, "20000"),
    ("JX_LH_01", {"still_in_library_year3": True}, "50000"),
    ("JX_LH_02", {"annual_revenue": D(100_000_000), "highest_prior_revenue": D(99_000_000)}, "30000"),
    ("JX_LH_02", {"annual_revenue": D(199_999_999), "highest_prior_revenue": D(100_000_000)}, "0"),
    # from below the first step to 5 亿: 3 + 3 + 12 万
    ("JX_LH_02", {"annual_revenue": D(500_000_000), "highest_prior_revenue": D(0)}, "180000"),
    # all six steps: 3 + 3 + 12 + 20 + 50 + 150 万
    ("JX_LH_02", {"annual_revenue": D(5_000_000_000), "highest_prior_revenue": D(0)}, "2380000"),
    ("JX_XS_01", {"ip_event": "驰名商标", "ip_count": 1}, "200000"),
    ("JX_XS_01", {"ip_event": "地理标志", "ip_count": 2}, "200000"),
    ("JX_XS_01", {"ip_event": "马德里注册", "ip_count": 1}, "10000"),
    ("JX_XS_01", {"ip_event": "发明专利授权", "ip_count": 3}, "90000"),
    ("JX_XS_01", {"ip_event": "PCT授权", "ip_count": 2}, "100000"),
    ("JX_XS_01", {"ip_event": "集成电路布图", "ip_count": 4}, "40000"),
    ("JX_XS_01", {"ip_event": "中国专利奖", "ip_count": 1}, "200000"),
    ("JX_XS_01", {"ip_event": "省专利奖", "ip_count": 1}, "100000"),
    ("JX_XS_01", {"ip_event": "市专利奖", "ip_count": 1}, "50000"),
    ("JX_XS_01", {"ip_event": "知识产权贯标", "ip_count": 1}, "50000"),
    ("JX_JX_01", {**SHOP, "newly_opened_in_statistics": True}, "100000"),
    ("JX_JX_01", {**SHOP, "second_year_growth_met": True}, "80000"),
    ("JX_JX_01", {**SHOP, "new_ecommerce_leader": True, "annual_online_wholesale": D(1_000_000_000)}, "500000"),
    ("JX_JX_01", {**SHOP, "new_ecommerce_leader": True, "annual_online_retail": D(100_000_000)}, "1000000"),
    ("JX_JX_01", {**SHOP, "new_ecommerce_leader": True, "annual_online_retail": D(300_000_000)}, "3000000"),
    # 29,999,999 more is two full tens of millions: 2 × 60,000
    ("JX_JX_01", {**SHOP, "annual_online_retail": D(50_000_000), "online_retail_growth_met": True, "online_retail_increase": D(29_999_999)}, "120000"),
    ("JX_JX_01", {**SHOP, "annual_online_retail": D("5e9"), "online_retail_growth_met": True, "online_retail_increase": D("2e9")}, "8000000"),
    ("JX_XY_01", {"it_purchase": D("200000.01"), "it_running": True, "new_equipment": D(0), "equipment_in_use": False}, "60000.00"),
    ("JX_XY_01", {"it_purchase": D(4_000_000), "it_running": True, "new_equipment": D(2_000_000), "equipment_in_use": True}, "1100000"),
    ("JX_XY_01", {"it_purchase": D(199_999), "it_running": True, "new_equipment": D(20_000_000), "equipment_in_use": True}, "500000"),
    ("OT_02", {**ELDER}, "1500000"),
    ("OT_02", {**ELDER, "beds": 299}, "598000"),
    ("OT_02", {**ELDER, "elder_care_project": "改扩建"}, "750000"),
    ("OT_02", {**ELDER, "elder_care_project": "改扩建", "beds": 100}, "100000"),
    # 60 × 1,000 + 200 × (10 + 1.5 × 4 + 2 × 3 + 3 × 2)
    ("OT_02", {"elder_care_project": "租房改造", "beds": 60, "bed_months_able": 10, "bed_months_mild": 4, "bed_months_moderate": 3, "bed_months_severe": 2}, "65600"),
]  # fmt: skip


def total(decision_id: str, facts: dict[str, Any]) -> Decimal | None:
    answer, _ = DECISIONS.decide(decision_id, facts)
    if answer is None or isinstance(answer, Decimal):
        return answer
    lines = answer if isinstance(answer, list) else [answer]
    return sum((line["amount"] for line in lines), D(0))


@pytest.mark.parametrize(("name", "facts", "expected"), AMOUNTS)
def test_an_amount_is_what_was_worked_out_by_hand(
    name: str, facts: dict[str, Any], expected: str
) -> None:
    assert total(f"{name}_amount", facts) == D(expected)


def test_every_amount_decision_has_an_example() -> None:
    decisions = {v["amount_decision"] for v in VERSIONS if v["amount_decision"]}
    assert decisions == {f"{name}_amount" for name, _, _ in AMOUNTS}


def test_every_decision_of_the_catalogue_exists_and_no_other() -> None:
    named = {v[k] for v in VERSIONS for k in ("conditions_decision", "amount_decision")} - {""}
    assert named == set(DECISIONS.by_id)


def test_every_decision_is_drawn_so_that_the_editor_opens_it() -> None:
    for path, content in decision_files().items():
        root = etree.fromstring(content)
        parts = root.iterfind("{*}*[@name]")
        decisions = {
            n.get("id") for n in parts if etree.QName(n).localname in ("decision", "inputData")
        }
        drawn = {node.get("dmnElementRef") for node in root.iterfind(".//{*}DMNShape")}
        assert drawn == decisions, path
        assert "（示例）" in str(root.get("name"))


def test_the_catalogue_of_facts_has_what_registers_know_and_firms_state_with_its_type() -> None:
    root = etree.fromstring(decision_files()["bpmn/decisions/facts.dmn"])
    labels = {
        node.get("name"): (node.get(ours("label"), ""), node.get(ours("label_en"), ""))
        for node in root.iterfind("{*}inputData")
    }
    stated = {item["name"] for version in VERSIONS for item in version["inputs"]}
    assert labels.keys() == fact_list().keys() | stated | GIVEN | {"town", "event_date"}
    assert all(chinese and english for chinese, english in labels.values())
    for name, fact in fact_list().items():
        assert labels[name][0].startswith(fact["label"])
    release = Release([], decision_files(), REGISTRY)
    for number in range(1, 2000):
        firm = make_firm(number)
        for name, value in {**firm.facts, **firm.stated}.items():
            assert list(unlike(value, release.facts[name], name)) == []


def test_only_the_headquarters_award_leaves_the_amount_to_the_review() -> None:
    assert [
        e["id"] for e in POLICIES.values() for v in e["versions"] if not v["amount_decision"]
    ] == ["RJ-01"]


def test_conditions_are_one_row_each_and_rows_ask_one_cell() -> None:
    for version in VERSIONS:
        logic = DECISIONS.by_id[version["conditions_decision"]].logic
        assert logic.hit_policy == "RULE ORDER"
        assert [o.name for o in logic.outputs] == ["text", "text_en"]
        for rule in logic.rules:
            assert len([t for t in rule.tests if t.text not in ("", "-")]) == 1, rule.id


def test_everything_a_decision_reads_is_registered_stated_or_given() -> None:
    for version in VERSIONS:
        stated = {one["name"] for one in version["inputs"]}
        assert not stated & set(fact_list())
        for name in ("conditions_decision", "amount_decision"):
            if version[name]:
                read = set(DECISIONS.facts_of(version[name]))
                assert read <= stated | set(fact_list()) | GIVEN, version[name]


HIRES = {
    "new_hire_contract_years": 1, "job_retention_rate": D("0.9"), "enterprise_size": "微型",
    "loan_amount": D(100),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "facts", "number", "expected"),
    [
        # 中小企业须先入库: a large firm need not be listed
        ("GZ_01", {"hnte_first_recognition": True, "enterprise_size": "大型", "tech_sme_registered": False}, 2, True),
        ("GZ_01", {"hnte_first_recognition": True, "enterprise_size": "微型", "tech_sme_registered": False}, 2, False),
        ("GZ_01", {"hnte_first_recognition": True, "enterprise_size": "微型"}, 2, None),
        ("GK_01", {"hnte_recognition": "重新认定", "enterprise_size": "微型", "tech_sme_registered": False}, 2, True),
        ("GK_01", {"hnte_recognition": "首次", "enterprise_size": "微型", "tech_sme_registered": False}, 2, False),
        # ten leaders need 10 %, the next ten 15 %
        ("GK_03", {**RANK, "rd_rank": 10, "rd_growth": D("0.10")}, 2, True),
        ("GK_03", {**RANK, "rd_rank": 11, "rd_growth": D("0.14")}, 2, False),
        ("GK_03", {**RANK, "rd_rank": 20, "rd_growth": D("0.15")}, 1, True),
        # 15 %, but 8 % above a hundred people
        ("GZ_17", {**HIRES, "employees": 100, "new_eligible_hires_ratio": D("0.149")}, 2, False),
        ("GZ_17", {**HIRES, "employees": 101, "new_eligible_hires_ratio": D("0.08")}, 2, True),
        ("GZ_17", {**HIRES, "employees": 9, "new_eligible_hires_ratio": D(0), "job_retention_rate": D("0.95")}, 2, True),
        ("GZ_17", {**HIRES, "loan_amount": D(6_000_000)}, 3, True),
        ("GZ_17", {**HIRES, "loan_amount": D(6_000_001)}, 3, False),
        # the 20 % limit is for thirty insured or fewer
        ("JX_01", {"insured_persons": 30, "layoff_rate": D("0.2")}, 2, True),
        ("JX_01", {"insured_persons": 30, "layoff_rate": D("0.2")}, 3, True),
        ("JX_01", {"insured_persons": 31, "layoff_rate": D("0.056")}, 2, False),
        ("GZ_15", {"listing_milestone": "辅导备案", "ipo_proceeds_invested_locally_ratio": D(0)}, 2, True),
        ("GZ_15", {"listing_milestone": "首发上市", "ipo_proceeds_invested_locally_ratio": D("0.79")}, 2, False),
        ("JX_LH_01", {"still_in_library_year3": False, "stage": 1}, 2, True),
        ("JX_LH_01", {"still_in_library_year3": False, "stage": 2}, 2, False),
        ("JX_LH_01", {"still_in_library_year3": False}, 2, True),
        ("JX_03", {"certificate_date": date(2025, 12, 31)}, 1, False),
        ("JX_03", {"certificate_date": date(2026, 1, 1)}, 1, True),
        ("OT_02", {"elder_care_project": "租房改造", "lease_years": 4}, 4, False),
        ("OT_02", {"elder_care_project": "新建", "beds": 49, "lease_years": 0}, 2, False),
        # the scale of retail is asked for its own award, not for the newcomers'
        ("JX_JX_01", {**SHOP, "newly_opened_in_statistics": True, "annual_online_retail": D(1)}, 3, True),
        ("JX_JX_01", {**SHOP, "annual_online_retail": D(49_999_999), "online_retail_growth_met": True}, 3, False),
        ("JX_JX_01", {**SHOP, "annual_online_retail": D(50_000_000), "online_retail_growth_met": True}, 3, True),
        ("RJ_01", {"industry": "建筑业"}, 3, False),
        ("RJ_01", {"prior_year_district_contribution": D(2_000_000)}, 2, True),
    ],
)  # fmt: skip
def test_a_condition_says_what_the_source_says(
    name: str, facts: dict[str, Any], number: int, expected: bool | None
) -> None:
    rows = DECISIONS.explain(f"{name}_conditions", facts, {})
    assert rows[number - 1].holds is expected


def test_no_step_of_revenue_is_given_twice_and_skipped_ones_are_due() -> None:
    (version,) = POLICIES["JX-LH-02"]["versions"]
    rules = version["exclusivity"]
    assert (rules["event_key"], len(rules["stages"])) == ("once", 6)

    def due(given: set[int], now: int, before: int = 0) -> tuple[Decimal | None, set[int | None]]:
        facts = {"annual_revenue": D(now) * 10**8, "highest_prior_revenue": D(before) * 10**8}
        found = amount_of(DECISIONS, "JX_LH_02_amount", facts, {}, False, frozenset(given))
        return found.total, {line.stage for line in found.lines if line.amount}

    assert due(set(), 2) == (D(60_000), {1, 2})
    # The register still says that the firm never reached a step before.
    assert due({1, 2}, 2) == (0, set())
    assert due({1, 2}, 10) == (D(320_000), {3, 4})
    assert due({4}, 10, 2) == (D(120_000), {3})


@pytest.mark.parametrize(
    ("policy_id", "facts"),
    [
        ("GZ-04", ["platform_type"]),
        ("GZ-07", ["science_prize"]),
        ("GZ-11", ["scenic_grade"]),
        ("JX-03", ["certificate_type", "certificate_date"]),
        ("JX-NC-04", ["green_title"]),
        ("JX-JJ-01", ["service_event"]),
        ("GK-01", ["hnte_recognition"]),
    ],
)
def test_a_title_is_its_own_event_in_every_version(policy_id: str, facts: list[str]) -> None:
    for version in POLICIES[policy_id]["versions"]:
        assert version["exclusivity"]["event_facts"] == facts
        assert version["exclusivity"]["once_per_event"] is True


def test_a_listing_policy_names_the_stages_reached() -> None:
    answer, _ = DECISIONS.decide("GZ_15_amount", {"listing_milestone": "核准批复"})
    assert [(line["stage"], line["amount"]) for line in answer] == [
        (1, D(3_000_000)),
        (2, D(3_000_000)),
        (3, D(7_000_000)),
    ]
