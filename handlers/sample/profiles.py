"""What a made-up enterprise must be like to qualify for a policy, and how it can miss a condition.

Names are those of the decision tables. `registered_years` and `industry` shape the enterprise's row.
Each miss turns exactly one condition of a qualifying enterprise; the misses of one policy can be
combined.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

Values = dict[str, Any]


@dataclass(frozen=True)
class Profile:
    """`likely` is the share of ordinary enterprises that qualify, in per cent."""

    good: Callable[[Random], Values]
    misses: tuple[Values, ...]
    likely: int = 6


def yuan(rng: Random, low: int, high: int) -> Decimal:
    """An odd amount between two numbers of ten thousands of yuan, to the fen."""
    return Decimal(rng.randint(low * 1_000_000, high * 1_000_000)) / 100


def share(rng: Random, low: int, high: int) -> Decimal:
    """A ratio between two numbers of per cent."""
    return Decimal(rng.randint(low * 10, high * 10)) / 1000


def _headquarters(rng: Random) -> Values:
    return {
        "registered_years": rng.randint(2, 12),
        "prior_year_district_contribution": yuan(rng, 210, 3000),
        "industry": rng.choice(["制造业", "批发和零售业"]),
        "matches_industry_plan": True,
        "tax_and_business_registration_in_district": True,
        "non_relocation_commitment_years": 10,
        "headquarters_functions": rng.choice(["投资控股", "运营结算", "营销", "财务管理"]),
    }


def _hnte(rng: Random) -> Values:
    return {
        "hnte_recognition": "首次",
        "tech_sme_registered": True,
        "enterprise_size": rng.choice(["中型", "小型", "微型"]),
    }


def _growth_title(rng: Random) -> Values:
    titles = ["独角兽", "潜在独角兽", "种子独角兽", "瞪羚", "瞪羚", "潜在瞪羚", "潜在瞪羚"]
    return {"growth_title": rng.choice(titles), "growth_title_first": True}


def _national_project(rng: Random) -> Values:
    return {
        "project_name": "示例·关键材料制备技术项目",
        "national_project_type": rng.choice(["国家重大科技专项", "国家重点研发计划"]),
        "national_grant_received": yuan(rng, 50, 2000),
    }


def _platform(rng: Random) -> Values:
    kinds = ["国家技术创新中心", "国家重点实验室", "国家临床医学研究中心", "省实验室"]
    return {"platform_type": rng.choice(kinds), "platform_newly_approved": True}


def _innovation_team(rng: Random) -> Values:
    return {
        "innovation_award_rank": rng.randint(1, 30),
        "innovation_review_passed": True,
        "innovation_team": "示例·产线改进小组",
        "innovation_result": "示例：改进装配工序，节拍缩短两成",
    }


def _station(rng: Random) -> Values:
    return {
        "weekend_engineer_station": True,
        "engineers_meeting_service_terms": rng.randint(1, 60),
    }


def _prize(rng: Random) -> Values:
    prizes = ["国家一等", "国家二等", "省特等", "省一等", "省二等"]
    return {"science_prize": rng.choice(prizes), "prize_first_unit": True}


def _technology_contract(rng: Random) -> Values:
    return {
        "via_jiangxi_online_tech_market": True,
        "contract_role": rng.choice(["输出方", "吸纳方"]),
        "contract_amount_received": yuan(rng, 10, 3000),
    }


def _scenic_spot(rng: Random) -> Values:
    return {
        "industry": "文化、体育和娱乐业",
        "scenic_grade": rng.choice(["5A", "4A", "3A"]),
        "scenic_grade_new": True,
    }


def _travel_agency(rng: Random) -> Values:
    trains = rng.randint(0, 2)
    return {
        "industry": "租赁和商务服务业",
        "travel_agency": True,
        "annual_inbound_visitors": rng.randint(2000, 30000),
        "tourist_trains": trains,
        "train_passengers": 640 if trains else 0,
    }


def _listing(rng: Random) -> Values:
    return {
        "listing_milestone": rng.choice(["完成股改", "辅导备案", "核准批复", "首发上市"]),
        "ipo_proceeds_invested_locally_ratio": Decimal("0.85"),
        "proceeds_project": "智能制造",
    }


def _loan(rng: Random) -> Values:
    return {
        "enterprise_size": rng.choice(["小型", "微型"]),
        "employees": rng.randint(5, 140),
        "new_eligible_hires_ratio": Decimal("0.16"),
        "new_hire_contract_years": 1,
        "job_retention_rate": share(rng, 80, 99),
        "loan_amount": Decimal(rng.randint(10, 600) * 10_000),
        "loan_rate": Decimal("0.0435"),
        "loan_months": rng.randint(3, 12),
    }


def _insured_hires(rng: Random) -> Values:
    kinds = ["就业困难人员", "离校未就业高校毕业生", "园区40岁以上本省劳动力"]
    return {
        "insured_hire_category": rng.choice(kinds),
        "insured_hires": rng.randint(1, 8),
        "premiums_paid": True,
        "employer_paid_premium": yuan(rng, 1, 9),
    }


def _graduates(rng: Random) -> Values:
    return {
        "graduate_degree": rng.choice(["硕士", "本科", "专科"]),
        "graduate_person_years": rng.randint(1, 6),
        "intern_months": rng.choice([0, 0, 3, 6]),
    }


def _hnte_top_up(rng: Random) -> Values:
    return {
        "hnte_recognition": rng.choice(["首次", "重新认定"]),
        "tech_sme_registered": True,
        "rd_expense": yuan(rng, 60, 900),
        "rd_expense_confirmed": True,
    }


def _rd_rank(rng: Random) -> Values:
    return {
        "rd_rank": rng.randint(1, 20),
        "rd_growth": share(rng, 16, 40),
        "rd_expense": yuan(rng, 800, 6000),
    }


def _job_retention(rng: Random) -> Values:
    return {
        "unemployment_insurance_paid_months": rng.randint(12, 60),
        "insured_persons": rng.choice([8, 18, 30, 31, 80, 260]),
        "layoff_rate": share(rng, 0, 5),
        "industry_environment_policy_met": True,
        "zombie_or_seriously_dishonest": False,
        "prior_year_unemployment_premium": yuan(rng, 1, 30),
    }


def _youth_hires(rng: Random) -> Values:
    kinds = ["毕业年度高校毕业生", "离校两年内未就业高校毕业生", "登记失业16-24岁青年"]
    return {
        "youth_hire_category": rng.choice(kinds),
        "youth_hires": rng.randint(1, 10),
        "youth_labour_contract": True,
        "youth_insurance_months": rng.randint(1, 9),
    }


def _certificate(rng: Random) -> Values:
    kinds = [
        "绿色食品新增", "绿色食品续展", "有机新增", "有机再认证", "农产品地理标志新增",
        "名特优新新增", "全国绿色食品原料标准化基地新增", "全国有机农产品基地新增", "基地续报",
    ]  # fmt: skip
    return {
        "industry": "农、林、牧、渔业",
        "certificate_type": rng.choice(kinds),
        "certificates": rng.randint(1, 3),
        "certificate_date": date(2026, 1, 1) + timedelta(days=rng.randint(0, 25)),
        "foreign_organic_certifier": False,
    }


def _private_equity(rng: Random) -> Values:
    return {
        "industry": "金融业",
        "private_equity_company": True,
        "paid_in_capital": yuan(rng, 10_000, 60_000),
    }


def _green_title(rng: Random) -> Values:
    titles = [
        "国家级绿色工厂", "国家级绿色供应链", "省级绿色工厂", "省级绿色供应链",
        "国家绿色设计示范", "能效领跑者",
    ]  # fmt: skip
    return {"green_title": rng.choice(titles), "green_title_new": True}


def _expansion(rng: Random) -> Values:
    return {
        "expansion_project": True,
        "project_name": "示例·智能产线扩建项目",
        "fixed_asset_investment": yuan(rng, 800, 20_000),
    }


def _service(rng: Random) -> Values:
    events = ["月度入库", "年度入库", "个转企并入库", "3年在库且每年增幅达标", "首次1亿元"]
    return {
        "industry": "科学研究和技术服务业",
        "service_above_scale": True,
        "service_event": rng.choice(events),
    }


def _above_scale(rng: Random) -> Values:
    return {"industry": "制造业", "first_above_scale": True, "above_scale": True}


def _revenue_step(rng: Random) -> Values:
    before = Decimal(rng.choice([90, 150, 400, 900, 1500]) * 1_000_000)
    return {
        "industry": "制造业",
        "output_to_revenue_ratio": share(rng, 82, 98),
        "first_time_reaching": True,
        "highest_prior_revenue": before,
        "annual_revenue": before * 2 + 40_000_000,
    }


def _intellectual_property(rng: Random) -> Values:
    events = ["驰名商标", "地理标志", "马德里注册", "发明专利授权", "PCT授权", "知识产权贯标"]
    return {
        "ip_event": rng.choice(events),
        "ip_count": rng.randint(1, 4),
        "ip_this_year": True,
    }


def _ecommerce(rng: Random) -> Values:
    retail = yuan(rng, 1000, 12_000)
    grown = retail >= 50_000_000
    return {
        "industry": "批发和零售业",
        "ecommerce": True,
        "in_statistics": True,
        "newly_opened_in_statistics": True,
        "annual_online_wholesale": Decimal(0),
        "annual_online_retail": retail,
        "online_retail_increase": retail // 3 if grown else Decimal(0),
        "online_retail_growth_met": grown,
    }


def _upgrade(rng: Random) -> Values:
    return {
        "tax_and_business_registration_in_district": True,
        "upgrade_project_recognised": True,
        "project_name": "示例·仓储信息化改造项目",
        "it_purchase": yuan(rng, 21, 400),
        "it_running": True,
        "new_equipment": rng.choice([Decimal(0), yuan(rng, 210, 1500)]),
        "equipment_in_use": True,
    }


def _elder_care(rng: Random) -> Values:
    kind = rng.choice(["新建", "改扩建", "租房改造"])
    return {
        "industry": "卫生和社会工作",
        "private_elder_care": True,
        "elder_care_project": kind,
        "beds": rng.choice([50, 120, 299, 300, 360]),
        "elder_care_operating_years": rng.randint(1, 8),
        "lease_years": 6 if kind == "租房改造" else 0,
        "bed_months_able": rng.randint(0, 400),
        "bed_months_mild": rng.randint(0, 100),
        "bed_months_moderate": rng.randint(0, 60),
        "bed_months_severe": rng.randint(0, 40),
    }


PROFILES: dict[str, Profile] = {
    "RJ-01": Profile(
        _headquarters,
        (
            {"prior_year_district_contribution": Decimal("1999999.99")},
            {"matches_industry_plan": False},
            {"non_relocation_commitment_years": 5},
            {"industry": "房地产业"},
            {"registered_years": 0},
        ),
        2,
    ),
    "GZ-01": Profile(_hnte, ({"tech_sme_registered": False}, {"hnte_recognition": "重新认定"})),
    "GZ-02": Profile(_growth_title, ({"growth_title_first": False}, {"growth_title": "无"}), 3),
    "GZ-03": Profile(
        _national_project,
        ({"national_grant_received": Decimal(0)}, {"national_project_type": "其他计划"}),
        3,
    ),
    "GZ-04": Profile(
        _platform, ({"platform_newly_approved": False}, {"platform_type": "省级技术创新中心"}), 2
    ),
    "GZ-05": Profile(
        _innovation_team,
        ({"innovation_award_rank": 31}, {"innovation_review_passed": False}),
        2,
    ),
    "GZ-06": Profile(
        _station, ({"engineers_meeting_service_terms": 0}, {"weekend_engineer_station": False}), 2
    ),
    "GZ-07": Profile(_prize, ({"prize_first_unit": False}, {"science_prize": "省三等"}), 2),
    "GZ-08": Profile(
        _technology_contract,
        ({"via_jiangxi_online_tech_market": False}, {"contract_amount_received": Decimal(0)}),
        4,
    ),
    "GZ-11": Profile(_scenic_spot, ({"scenic_grade_new": False}, {"scenic_grade": "2A"}), 1),
    "GZ-13": Profile(
        _travel_agency,
        (
            {"annual_inbound_visitors": 1999, "tourist_trains": 0, "train_passengers": 0},
            {"travel_agency": False},
        ),
        2,
    ),
    "GZ-15": Profile(
        _listing,
        (
            {"proceeds_project": "房地产"},
            {
                "listing_milestone": "首发上市",
                "ipo_proceeds_invested_locally_ratio": Decimal("0.799"),
            },
        ),
        1,
    ),
    "GZ-17": Profile(
        _loan,
        (
            {"loan_amount": Decimal(6_000_001)},
            {"enterprise_size": "中型"},
            {"new_eligible_hires_ratio": Decimal("0.05"), "job_retention_rate": Decimal("0.949")},
        ),
        5,
    ),
    "GZ-18": Profile(
        _insured_hires, ({"premiums_paid": False}, {"insured_hire_category": "其他人员"})
    ),
    "GZ-19": Profile(
        _graduates,
        (
            {"graduate_degree": "其他"},
            {"graduate_person_years": 0, "intern_months": 0, "startup_rent": Decimal(0)},
        ),
    ),
    "GK-01": Profile(
        _hnte_top_up,
        (
            {
                "hnte_recognition": "首次",
                "enterprise_size": "小型",
                "tech_sme_registered": False,
            },
            {"hnte_recognition": "无"},
        ),
    ),
    "GK-03": Profile(
        _rd_rank, ({"rd_growth": Decimal("0.05")}, {"rd_rank": 21, "rd_growth": Decimal("0.30")}), 0
    ),
    "JX-01": Profile(
        _job_retention,
        (
            {"unemployment_insurance_paid_months": 11},
            {"zombie_or_seriously_dishonest": True},
            {"insured_persons": 40, "layoff_rate": Decimal("0.056")},
            {"insured_persons": 30, "layoff_rate": Decimal("0.201")},
            {"industry_environment_policy_met": False},
        ),
        45,
    ),
    "JX-02": Profile(
        _youth_hires,
        (
            {"youth_insurance_months": 0},
            {"youth_labour_contract": False},
            {"youth_hire_category": "其他人员"},
        ),
    ),
    "JX-03": Profile(
        _certificate,
        ({"foreign_organic_certifier": True}, {"certificate_date": date(2025, 11, 30)}),
        3,
    ),
    "JX-NC-03": Profile(
        _private_equity,
        ({"paid_in_capital": Decimal("99999999.99")}, {"private_equity_company": False}),
        2,
    ),
    "JX-NC-04": Profile(_green_title, ({"green_title_new": False}, {"green_title": "无"}), 3),
    "JX-NC-06": Profile(
        _expansion,
        ({"expansion_project": False}, {"fixed_asset_investment": Decimal(0)}),
        4,
    ),
    "JX-JJ-01": Profile(_service, ({"service_event": "无"}, {"service_above_scale": False}), 3),
    "JX-LH-01": Profile(_above_scale, ({"first_above_scale": False}, {"industry": "建筑业"}), 5),
    "JX-LH-02": Profile(
        _revenue_step,
        (
            {"output_to_revenue_ratio": Decimal("0.79")},
            {"first_time_reaching": False},
            {"industry": "批发和零售业"},
        ),
        4,
    ),
    "JX-XS-01": Profile(_intellectual_property, ({"ip_this_year": False}, {"ip_event": "其他"})),
    "JX-JX-01": Profile(
        _ecommerce,
        (
            {
                "in_statistics": False,
                "newly_opened_in_statistics": False,
                "annual_online_retail": Decimal(60_000_000),
                "online_retail_growth_met": True,
            },
            {
                "newly_opened_in_statistics": False,
                "annual_online_retail": Decimal(49_000_000),
                "online_retail_growth_met": False,
            },
            {"ecommerce": False},
        ),
        3,
    ),
    "JX-XY-01": Profile(
        _upgrade,
        (
            {"upgrade_project_recognised": False},
            {"it_purchase": Decimal("199999.99"), "new_equipment": Decimal(0)},
            {"tax_and_business_registration_in_district": False},
        ),
        4,
    ),
    "OT-02": Profile(
        _elder_care,
        (
            {"elder_care_operating_years": 0},
            {"elder_care_project": "租房改造", "lease_years": 4},
            {"elder_care_project": "新建", "beds": 49},
            {"private_elder_care": False},
        ),
        1,
    ),
}
