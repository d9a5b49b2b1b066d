"""Made-up enterprises. The same seed and number give the same enterprise, whatever the count."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from engine.credit_code import make_valid
from handlers.sample.profiles import PROFILES, Values, share, yuan

SEED = 20260101
AREA = "360799"  # no place has this number
RECOGNISED_ON = date(2026, 1, 31)
EARLIER = date(2025, 6, 30)
# Named firms, which the sample accounts act for: what each qualifies for, and what firm 6 misses.
NAMED = {
    1: "GK-01",
    2: "JX-NC-06",
    3: "GZ-01",
    4: "JX-XS-01",
    5: "GZ-03",
    6: "GK-01",
    7: "JX-XY-01",
}
MISSING_ONE = 6
_PLANTED_FROM = 11
_MISSED = (0, 0, 1, 2)  # conditions missed by the four firms planted for each policy
_PLANTED_RANKS = (4, 5, 14)
# Facts that rule versions of earlier years read too.
_WITH_HISTORY = (
    "hnte_recognition", "hnte_first_recognition", "tech_sme_registered", "enterprise_size",
    "above_scale", "rd_expense", "expansion_project",
)  # fmt: skip
_ROW_ONLY = frozenset(["industry", "registered_years"])
_FIRST = "云岚青禾星海晨澜松竹梅兰金玉明辉远航锦川润泽嘉"
_SECOND = "杉溪原野石桥帆鹭岭泉枫荷桐棠樱舟屿川穗麦砚弦歌"
_THIRD = (
    "",
    "新",
    "恒",
    "瑞",
    "泰",
    "宏",
    "安",
    "信",
    "达",
    "科",
    "创",
    "联",
    "盛",
    "和",
    "通",
    "博",
)
_TRADES = {
    "制造业": ("精密制造", "电子科技", "新材料", "装备制造", "家具制造", "食品加工"),
    "批发和零售业": ("商贸", "电子商务", "供应链管理"),
    "信息传输、软件和信息技术服务业": ("软件", "数据服务", "信息技术"),
    "建筑业": ("建设工程", "建筑装饰"),
    "房地产业": ("置业",),
    "农、林、牧、渔业": ("生态农业", "果业"),
    "住宿和餐饮业": ("餐饮管理", "酒店管理"),
    "科学研究和技术服务业": ("检测技术", "工程设计", "技术服务"),
    "租赁和商务服务业": ("旅行社", "人力资源"),
    "文化、体育和娱乐业": ("文旅发展",),
    "金融业": ("股权投资",),
    "卫生和社会工作": ("康养服务",),
}
_INDUSTRIES = (
    ("制造业",) * 9
    + ("批发和零售业",) * 3
    + ("信息传输、软件和信息技术服务业",) * 2
    + ("建筑业", "房地产业", "农、林、牧、渔业", "住宿和餐饮业", "科学研究和技术服务业")
)
_TOWNS = ("潭东镇", "潭口镇", "蟠龙镇", "黄金岭")


@dataclass(frozen=True)
class Firm:
    """`facts` is what registers know, `stated` what only the enterprise can say."""

    number: int
    uscc: str
    name: str
    legal_representative: str
    status: str
    registered_on: date
    industry: str
    town: str
    facts: Values
    earlier: Values
    stated: Values
    dishonest: bool
    account: str  # confirmed, closed, declared, or none


@cache
def fact_list() -> dict[str, dict[str, str]]:
    """Name → label, unit, source and day of every fact that registers know."""
    text = resources.files("handlers.sample").joinpath("facts.json").read_text("utf-8")
    found: dict[str, dict[str, str]] = json.loads(text)
    return found


def make_firm(number: int, seed: int = SEED) -> Firm:
    """The enterprise of a number, counted from 1."""
    rng = Random(f"{seed}:{number}")
    values = _values(number, rng)
    values["hnte_first_recognition"] = values["hnte_recognition"] == "首次"
    registers = fact_list()
    ordinary = number >= _PLANTED_FROM + len(_MISSED) * len(PROFILES)
    industry = values["industry"]
    return Firm(
        number=number,
        uscc=make_valid(AREA, f"YL{number:06d}"),
        name=_name(number, industry, rng),
        legal_representative=f"{rng.choice('赵钱孙李周吴郑王冯陈')}示例",
        status={7: "moved", 8: "closed"}.get(number % 50, "active") if ordinary else "active",
        registered_on=date(2026 - values["registered_years"] - 1, 12, rng.randint(1, 31)),
        industry=industry,
        town=rng.choice(_TOWNS),
        facts={n: v for n, v in values.items() if n in registers},
        earlier=_earlier(values, rng),
        stated={n: v for n, v in values.items() if n not in registers and n not in _ROW_ONLY},
        dishonest=ordinary and number % 25 == 3,
        account=(
            {4: "closed", 5: "declared", 6: "none"}.get(number % 40, "confirmed")
            if ordinary
            else "confirmed"
        ),
    )


def number_of(uscc: str) -> int:
    """The number of a made-up enterprise, from its credit code. Raises ValueError for any other."""
    if uscc[2:8] != AREA or uscc[8:10] != "YL":
        raise ValueError(f"{uscc} 不是示例企业")
    return int(uscc[10:16])


def _values(number: int, rng: Random) -> Values:
    values = _ordinary(number, rng)
    if number in NAMED:
        profile = PROFILES[NAMED[number]]
        values.update(profile.good(rng))
        if number == MISSING_ONE:
            values.update(profile.misses[0])
        return values
    planted = number - _PLANTED_FROM
    policies = list(PROFILES)
    if 0 <= planted < len(_MISSED) * len(policies):
        _plant(values, policies[planted // len(_MISSED)], planted % len(_MISSED), rng)
    elif planted >= 0:
        _scatter(values, rng)
        _rank(values, planted - len(_MISSED) * len(policies), rng)
    return values


def _plant(values: Values, policy_id: str, place: int, rng: Random) -> None:
    """One policy's firm: qualifying, missing exactly one condition, or missing two."""
    profile = PROFILES[policy_id]
    values.update(profile.good(rng))
    missed = _MISSED[place]
    for miss in profile.misses[:missed]:
        values.update(miss)
    if policy_id == "GK-03":
        values["rd_rank"] = 30 if missed == 2 else _PLANTED_RANKS[place]
        values["rd_growth"] = Decimal("0.05") if missed else share(rng, 16, 40)


def _scatter(values: Values, rng: Random) -> None:
    """Gives an ordinary enterprise what it happens to qualify for, or nearly so."""
    for profile in PROFILES.values():
        drawn = rng.randrange(100)
        if drawn < profile.likely + 3 and profile.likely:
            values.update(profile.good(rng))
            if drawn >= profile.likely:
                values.update(rng.choice(profile.misses))
    if rng.randrange(100) == 0:
        values.update(rd_headquarters_relocated=True, rd_headquarters_years=rng.randint(1, 3))


def _rank(values: Values, place: int, rng: Random) -> None:
    """The leading ranks of research spending go to the first ordinary enterprises, each once."""
    leading = [rank for rank in range(1, 21) if rank not in _PLANTED_RANKS]
    if place < len(leading):
        values["rd_rank"] = leading[place]
        values["rd_growth"] = share(rng, 5, 30)
        values["rd_expense"] = yuan(rng, 5000 - 200 * leading[place], 5100 - 200 * leading[place])


def _ordinary(number: int, rng: Random) -> Values:
    """An enterprise that qualifies for next to nothing."""
    size = rng.choice(["大型"] + ["中型"] * 3 + ["小型"] * 10 + ["微型"] * 8)
    revenue = yuan(rng, 100, 9000)
    large = size in ("大型", "中型")
    return {
        "industry": rng.choice(_INDUSTRIES),
        "registered_years": rng.randint(0, 15),
        "enterprise_size": size,
        "above_scale": large or rng.randrange(100) < 20,
        "employees": rng.randint(120, 900) if large else rng.randint(3, 110),
        "insured_persons": rng.randint(100, 800) if large else rng.randint(2, 100),
        "annual_revenue": revenue,
        "highest_prior_revenue": revenue + 1_000_000,
        "output_to_revenue_ratio": share(rng, 55, 79),
        "first_time_reaching": False,
        "prior_year_district_contribution": yuan(rng, 2, 180),
        "matches_industry_plan": False,
        "tax_and_business_registration_in_district": rng.randrange(100) < 90,
        "rd_expense": yuan(rng, 1, 300),
        "rd_rank": 100 + number,
        "rd_growth": share(rng, 0, 9),
        "rd_headquarters_relocated": False,
        "rd_headquarters_years": 0,
        "job_retention_rate": share(rng, 70, 94),
        "unemployment_insurance_paid_months": rng.randint(0, 11),
        "layoff_rate": share(rng, 6, 30),
        "industry_environment_policy_met": rng.randrange(100) < 80,
        "zombie_or_seriously_dishonest": rng.randrange(100) < 3,
        "prior_year_unemployment_premium": yuan(rng, 1, 10),
        **_NOTHING,
    }


# Nobody's title, prize or project. What is absent here (a certificate's date) registers don't know.
_NOTHING: Values = {
    "hnte_recognition": "无", "tech_sme_registered": False, "growth_title": "无",
    "growth_title_first": False, "platform_type": "无", "platform_newly_approved": False,
    "innovation_award_rank": 999, "innovation_review_passed": False,
    "weekend_engineer_station": False, "science_prize": "无", "prize_first_unit": False,
    "via_jiangxi_online_tech_market": False, "scenic_grade": "无", "scenic_grade_new": False,
    "travel_agency": False, "listing_milestone": "无", "proceeds_project": "无",
    "ipo_proceeds_invested_locally_ratio": Decimal(0), "subsidy_rate_cap": Decimal("0.0410"),
    "lpr_one_year": Decimal("0.0310"), "premiums_paid": False, "employer_paid_premium": Decimal(0),
    "local_minimum_wage": Decimal(1850), "youth_insurance_months": 0,
    "private_equity_company": False, "green_title": "无", "green_title_new": False,
    "expansion_project": False, "service_above_scale": False, "service_event": "无",
    "first_above_scale": False, "still_in_library_year3": False, "ip_this_year": False,
    "ecommerce": False, "in_statistics": False, "newly_opened_in_statistics": False,
    "second_year_growth_met": False, "new_ecommerce_leader": False,
    "online_retail_growth_met": False, "upgrade_project_recognised": False,
    "private_elder_care": False, "elder_care_operating_years": 0,
    # stated
    "non_relocation_commitment_years": 0, "headquarters_functions": "营销",
    "project_name": "示例·一般项目", "national_project_type": "其他计划",
    "national_grant_received": Decimal(0), "innovation_team": "示例·班组",
    "innovation_result": "示例：暂无", "engineers_meeting_service_terms": 0,
    "contract_role": "输出方", "contract_amount_received": Decimal(0),
    "annual_inbound_visitors": 0, "tourist_trains": 0, "train_passengers": 0,
    "charter_flights": 0, "flight_passengers": 0, "self_drive_tours": 0, "tour_cars": 0,
    "tour_people": 0, "loan_amount": Decimal(0), "loan_rate": Decimal("0.0435"),
    "loan_months": 0, "new_eligible_hires_ratio": Decimal(0), "new_hire_contract_years": 0,
    "insured_hire_category": "其他人员", "insured_hires": 0, "graduate_degree": "其他",
    "graduate_person_years": 0, "intern_months": 0, "startup_rent": Decimal(0),
    "rd_expense_confirmed": True, "youth_hire_category": "其他人员", "youth_hires": 0,
    "youth_labour_contract": False, "paid_in_capital": Decimal(0),
    "fixed_asset_investment": Decimal(0), "ip_event": "其他", "ip_count": 0,
    "annual_online_wholesale": Decimal(0), "annual_online_retail": Decimal(0),
    "online_retail_increase": Decimal(0), "it_purchase": Decimal(0), "it_running": False,
    "new_equipment": Decimal(0), "equipment_in_use": False, "elder_care_project": "新建",
    "service_period": "2026年上半年", "contract_number": "示例合同-0001",
    "loan_contract_number": "示例贷款-0001", "roster_number": "示例花名册-1",
    "ip_certificate_number": "示例证书-0001",
    "beds": 0, "lease_years": 0, "bed_months_able": 0, "bed_months_mild": 0,
    "bed_months_moderate": 0, "bed_months_severe": 0,
}  # fmt: skip


def _earlier(values: Values, rng: Random) -> Values:
    """What the same registers said in the middle of 2025."""
    found = {name: values[name] for name in _WITH_HISTORY}
    found["hnte_recognition"] = "首次" if rng.randrange(100) < 10 else "无"
    found["hnte_first_recognition"] = found["hnte_recognition"] == "首次"
    found["rd_expense"] = (found["rd_expense"] * 9 / 10).quantize(Decimal("0.01"))
    found["expansion_project"] = rng.randrange(100) < 5
    return found


def _name(number: int, industry: str, rng: Random) -> str:
    serial = number - 1
    first = _FIRST[serial % len(_FIRST)]
    second = _SECOND[(serial // len(_FIRST) + 7 * serial) % len(_SECOND)]
    block = serial // (len(_FIRST) * len(_SECOND))
    third = _THIRD[block] if block < len(_THIRD) else str(block)
    return f"示例{first}{second}{third}{rng.choice(_TRADES[industry])}有限公司"


def application(number: int, inputs: list[dict[str, Any]], seed: int = SEED) -> Values:
    """What the enterprise of a number would state for a policy version's `inputs`."""
    stated = make_firm(number, seed).stated
    return {one["name"]: stated[one["name"]] for one in inputs}
