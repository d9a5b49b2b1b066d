"""What each sample policy gives, written by hand from its source text: conditions and yuan.

Nothing of the engine's decisions, FEEL or the eligibility capability is used here, so that an error
there can't hide. `facts` are named as in handlers/sample/facts.json, with what the register adds:
`registered_in_district_years` and `industry`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

Facts = Mapping[str, Any]
Condition = Callable[[Facts], bool]

FEN = Decimal("0.01")
WAN = 10_000
YI = 100_000_000
SMALL_AND_MEDIUM = ("中型", "小型", "微型", "中小微")
INDUSTRIAL = ("采矿业", "制造业", "电力、热力、燃气及水生产和供应业")
GROWTH_TITLES = {
    "独角兽": 400 * WAN, "潜在独角兽": 150 * WAN, "种子独角兽": 100 * WAN,
    "瞪羚": 20 * WAN, "潜在瞪羚": 10 * WAN,
}  # fmt: skip
PROJECTS = {"国家重大科技专项": ("0.25", 300 * WAN), "国家重点研发计划": ("0.20", 200 * WAN)}
PLATFORMS = {
    "国家技术创新中心": 300 * WAN, "国家重点实验室": 300 * WAN,
    "国家临床医学研究中心": 300 * WAN, "省实验室": 200 * WAN,
}  # fmt: skip
PRIZES = {
    "国家一等": 200 * WAN, "国家二等": 100 * WAN, "省特等": 50 * WAN,
    "省一等": 20 * WAN, "省二等": 10 * WAN,
}  # fmt: skip
CONTRACT_SHARES = {"输出方": "0.05", "吸纳方": "0.20"}
SCENIC_GRADES = {"5A": 60 * WAN, "4A": 30 * WAN, "3A": 10 * WAN}
LISTING_STAGES = {
    "完成股改": 300 * WAN, "辅导备案": 300 * WAN, "核准批复": 700 * WAN, "首发上市": 1700 * WAN,
}  # fmt: skip
INSURED_HIRES = ("就业困难人员", "离校未就业高校毕业生", "园区40岁以上本省劳动力")
DEGREES = {"硕士": 10_000, "本科": 5_000, "专科": 3_000}
YOUTHS = ("毕业年度高校毕业生", "离校两年内未就业高校毕业生", "登记失业16-24岁青年")
CERTIFICATES = {
    "绿色食品新增": 10_000, "绿色食品续展": 10_000, "有机新增": 10_000, "有机再认证": 5_000,
    "农产品地理标志新增": 40_000, "名特优新新增": 20_000,
    "全国绿色食品原料标准化基地新增": 100_000, "全国有机农产品基地新增": 50_000,
    "基地续报": 50_000,
}  # fmt: skip
GREEN_TITLES = {
    "国家级绿色工厂": 50 * WAN, "国家级绿色供应链": 50 * WAN,
    "省级绿色工厂": 20 * WAN, "省级绿色供应链": 20 * WAN,
    "国家绿色设计示范": 30 * WAN, "能效领跑者": 30 * WAN,
}  # fmt: skip
SERVICE_EVENTS = {
    "月度入库": 80_000, "年度入库": 50_000, "个转企并入库": 100_000,
    "3年在库且每年增幅达标": 100_000, "首次1亿元": 100_000,
}  # fmt: skip
REVENUE_STEPS = {
    1 * YI: 3 * WAN, 2 * YI: 3 * WAN, 5 * YI: 12 * WAN,
    10 * YI: 20 * WAN, 20 * YI: 50 * WAN, 50 * YI: 150 * WAN,
}  # fmt: skip
ONE_IP_AWARD = {
    "驰名商标": 200_000, "马德里注册": 10_000, "中国专利奖": 200_000,
    "省专利奖": 100_000, "市专利奖": 50_000, "知识产权贯标": 50_000,
}  # fmt: skip
IP_AWARD_EACH = {
    "地理标志": 100_000, "发明专利授权": 30_000, "PCT授权": 50_000, "集成电路布图": 10_000,
}  # fmt: skip


def fen(amount: Decimal | int) -> Decimal:
    """Drops what is less than a fen."""
    return Decimal(amount).quantize(FEN, rounding=ROUND_DOWN)


def _part(rate: str, of: Decimal | int, at_most: int | None = None) -> Decimal:
    share = Decimal(rate) * of
    return fen(share if at_most is None else min(share, Decimal(at_most)))


def _is(name: str, *wanted: Any) -> Condition:
    return lambda f: f[name] in (wanted or (True,))


def _least(name: str, least: int | str) -> Condition:
    return lambda f: f[name] >= Decimal(least)


# --- conditions that are more than one comparison


def _in_technology_library(f: Facts) -> bool:
    return f["enterprise_size"] not in SMALL_AND_MEDIUM or f["tech_sme_registered"]


def _first_time_in_library(f: Facts) -> bool:
    return f["hnte_recognition"] != "首次" or _in_technology_library(f)


def _trains(f: Facts) -> int:
    return f["tourist_trains"] if f["train_passengers"] >= 600 else 0


def _flights(f: Facts) -> int:
    return f["charter_flights"] if f["flight_passengers"] >= 100 else 0


def _drives(f: Facts) -> int:
    return f["self_drive_tours"] if f["tour_cars"] >= 30 and f["tour_people"] >= 100 else 0


def _brings_visitors(f: Facts) -> bool:
    many = f["annual_inbound_visitors"] >= 2000
    return bool(many or _trains(f) or _flights(f) or _drives(f))


def _last_stage_invested_here(f: Facts) -> bool:
    return f["listing_milestone"] != "首发上市" or f["ipo_proceeds_invested_locally_ratio"] >= (
        Decimal("0.8")
    )


def _hires_or_keeps(f: Facts) -> bool:
    wanted = Decimal("0.08") if f["employees"] > 100 else Decimal("0.15")
    hires = f["new_eligible_hires_ratio"] >= wanted and f["new_hire_contract_years"] >= 1
    return hires or f["job_retention_rate"] >= Decimal("0.95")


def _rank_award(f: Facts) -> int:
    if f["rd_rank"] <= 10 and f["rd_growth"] >= Decimal("0.10"):
        return 200_000
    if 11 <= f["rd_rank"] <= 20 and f["rd_growth"] >= Decimal("0.15"):
        return 100_000
    return 0


def _research_moved_here(f: Facts) -> bool:
    return f["rd_headquarters_relocated"] and f["rd_headquarters_years"] <= 2


def _kept_jobs(f: Facts) -> bool:
    return f["layoff_rate"] <= Decimal("0.2" if f["insured_persons"] <= 30 else "0.055")


def _grew_online(f: Facts) -> bool:
    return f["annual_online_retail"] >= 5000 * WAN and f["online_retail_growth_met"]


def _online_award_of_any_kind(f: Facts) -> bool:
    """The scale of retail is asked for its own award, not for the newcomers' and leaders'."""
    newcomer = f["newly_opened_in_statistics"] or f["second_year_growth_met"]
    return bool(newcomer or _leader(f) or _grew_online(f))


def _uses_software(f: Facts) -> bool:
    return f["it_purchase"] >= 20 * WAN and f["it_running"]


def _uses_machines(f: Facts) -> bool:
    return f["new_equipment"] >= 200 * WAN and f["equipment_in_use"]


def _enough_beds(f: Facts) -> bool:
    return f["elder_care_project"] != "新建" or f["beds"] >= 50


def _long_lease(f: Facts) -> bool:
    return f["elder_care_project"] != "租房改造" or f["lease_years"] >= 5


# --- amounts that are more than one product, yuan


def _top_up(f: Facts) -> Decimal:
    return max(fen(0), fen(GROWTH_TITLES[f["growth_title"]]) - f["paid_before"])


def _project(f: Facts) -> Decimal:
    rate, at_most = PROJECTS[f["national_project_type"]]
    return _part(rate, f["national_grant_received"], at_most)


def _engineers(f: Facts) -> Decimal:
    left = max(fen(0), 100 * WAN - Decimal(f["paid_this_year"]))
    return min(fen(2 * WAN * f["engineers_meeting_service_terms"]), left)


def _visitors(f: Facts) -> Decimal:
    people = f["annual_inbound_visitors"]
    heads = 5 * people if people >= 2000 else 0
    return fen(heads + 3 * WAN * _trains(f) + 2 * WAN * _flights(f) + WAN * _drives(f))


def _interest(f: Facts) -> Decimal:
    """The interest between LPR − 150 BP and the cap; no more than the loan's own rate bears."""
    upper = min(Decimal(f["loan_rate"]), Decimal(f["subsidy_rate_cap"]))
    borne = max(Decimal(0), upper - (f["lpr_one_year"] - Decimal("0.015")))
    return fen(min(f["loan_amount"], 300 * WAN) * borne * f["loan_months"] / 12)


def _students(f: Facts) -> Decimal:
    employed = DEGREES[f["graduate_degree"]] * f["graduate_person_years"]
    return fen(
        employed + f["local_minimum_wage"] * f["intern_months"] + Decimal("0.6") * f["startup_rent"]
    )


def _recognised(rate: str, caps: tuple[int, int, int, int]) -> Callable[[Facts], Decimal]:
    """Caps in ten thousands of yuan: first small, first large, again small, again large scale."""

    def amount(f: Facts) -> Decimal:
        place = 2 * (f["hnte_recognition"] == "重新认定") + bool(f["above_scale"])
        return _part(rate, f["rd_expense"], caps[place] * WAN)

    return amount


def _research(f: Facts) -> Decimal:
    moved = _part("0.10", f["rd_expense"], 200 * WAN) if _research_moved_here(f) else 0
    return fen(_rank_award(f) + moved)


def _premium_back(f: Facts) -> Decimal:
    rate = "0.30" if f["enterprise_size"] == "大型" else "0.60"
    return _part(rate, f["prior_year_unemployment_premium"])


def _capital(f: Facts) -> Decimal:
    paid_in = f["paid_in_capital"]
    return fen(150 * WAN if paid_in >= 5 * YI else 100 * WAN if paid_in >= 3 * YI else 50 * WAN)


def _steps(f: Facts) -> dict[int, Decimal]:
    """Each step is a stage of its own: no step is ever awarded again."""
    before, now = f["highest_prior_revenue"], f["annual_revenue"]
    return {
        n: fen(award)
        for n, (step, award) in enumerate(REVENUE_STEPS.items(), 1)
        if before < step <= now
    }


def _intellectual_property(f: Facts) -> Decimal:
    if f["ip_event"] in ONE_IP_AWARD:
        return fen(ONE_IP_AWARD[f["ip_event"]])
    return fen(IP_AWARD_EACH[f["ip_event"]] * f["ip_count"])


def _leader(f: Facts) -> int:
    if not f["new_ecommerce_leader"]:
        return 0
    wholesale, retail = f["annual_online_wholesale"], f["annual_online_retail"]
    if wholesale >= 50 * YI or retail >= 3 * YI:
        return 300 * WAN
    if wholesale >= 20 * YI or retail >= 1 * YI:
        return 100 * WAN
    return 50 * WAN if wholesale >= 10 * YI or retail >= 5000 * WAN else 0


def _online(f: Facts) -> Decimal:
    opened = 10 * WAN if f["newly_opened_in_statistics"] else 0
    again = 8 * WAN if f["second_year_growth_met"] else 0
    tens = int(f["online_retail_increase"] // (1000 * WAN)) if _grew_online(f) else 0
    return fen(opened + again + _leader(f) + min(6 * WAN * max(0, tens), 800 * WAN))


def _upgrade(f: Facts) -> Decimal:
    software = _part("0.30", f["it_purchase"], 100 * WAN) if _uses_software(f) else fen(0)
    machines = _part("0.05", f["new_equipment"], 50 * WAN) if _uses_machines(f) else fen(0)
    return software + machines


def _elder_care(f: Facts) -> Decimal:
    beds, kind = f["beds"], f["elder_care_project"]
    each = Decimal(5000 if beds >= 300 else 2000 if beds >= 50 else 0)
    building = {"新建": each, "改扩建": each / 2, "租房改造": Decimal(1000)}[kind] * beds
    weighted = (
        f["bed_months_able"]
        + Decimal("1.5") * f["bed_months_mild"]
        + 2 * f["bed_months_moderate"]
        + 3 * f["bed_months_severe"]
    )
    return fen(building + 200 * weighted)


def _listing_stages(f: Facts) -> dict[int, Decimal]:
    """Every stage up to the one reached."""
    reached = list(LISTING_STAGES).index(f["listing_milestone"]) + 1
    return {n: fen(a) for n, a in enumerate(LISTING_STAGES.values(), 1) if n <= reached}


def _library_stages(f: Facts) -> dict[int, Decimal]:
    first = {1: fen(3 * WAN)}
    return {**first, 2: fen(2 * WAN)} if f["still_in_library_year3"] else first


# --- the policies


@dataclass(frozen=True)
class Rule:
    """`amount` None and no `stages`: the review decides."""

    conditions: tuple[Condition, ...]
    amount: Callable[[Facts], Decimal] | None = None
    stages: Callable[[Facts], dict[int, Decimal]] | None = None


def _listed(amounts: Mapping[str, int], name: str, times: str = "") -> Callable[[Facts], Decimal]:
    return lambda f: fen(amounts[f[name]] * (f[times] if times else 1))


def _scale(above: int, below: int) -> Callable[[Facts], Decimal]:
    return lambda f: fen(above if f["above_scale"] else below)


_HNTE = _is("hnte_recognition", "首次", "重新认定")
RULES: dict[tuple[str, int], Rule] = {
    ("RJ-01", 1): Rule((
        _is("headquarters_functions", "投资控股", "运营结算", "营销", "财务管理"),
        _least("registered_in_district_years", 1),
        _least("prior_year_district_contribution", 200 * WAN),
        lambda f: f["industry"] not in ("房地产业", "建筑业"),
        _is("matches_industry_plan"),
        _least("non_relocation_commitment_years", 10),
        _is("tax_and_business_registration_in_district"),
    )),
    ("GZ-01", 1): Rule((_is("hnte_first_recognition"),), _scale(15 * WAN, 5 * WAN)),
    ("GZ-01", 2): Rule(
        (_is("hnte_first_recognition"), _in_technology_library), _scale(20 * WAN, 10 * WAN)
    ),
    ("GZ-02", 1): Rule((_is("growth_title", *GROWTH_TITLES), _is("growth_title_first")), _top_up),
    ("GZ-03", 1): Rule(
        (_is("national_project_type", *PROJECTS), lambda f: f["national_grant_received"] > 0),
        _project,
    ),
    ("GZ-04", 1): Rule(
        (_is("platform_type", *PLATFORMS), _is("platform_newly_approved")),
        _listed(PLATFORMS, "platform_type"),
    ),
    ("GZ-05", 1): Rule(
        (lambda f: f["innovation_award_rank"] <= 30, _is("innovation_review_passed")),
        lambda f: fen(10 * WAN),
    ),
    ("GZ-06", 1): Rule(
        (_is("weekend_engineer_station"), _least("engineers_meeting_service_terms", 1)),
        _engineers,
    ),
    ("GZ-07", 1): Rule(
        (_is("science_prize", *PRIZES), _is("prize_first_unit")), _listed(PRIZES, "science_prize")
    ),
    ("GZ-08", 1): Rule(
        (_is("via_jiangxi_online_tech_market"), lambda f: f["contract_amount_received"] > 0),
        lambda f: _part(CONTRACT_SHARES[f["contract_role"]], f["contract_amount_received"], 100 * WAN),
    ),
    ("GZ-11", 1): Rule(
        (_is("scenic_grade", *SCENIC_GRADES), _is("scenic_grade_new")),
        _listed(SCENIC_GRADES, "scenic_grade"),
    ),
    ("GZ-13", 1): Rule((_is("travel_agency"), _brings_visitors), _visitors),
    ("GZ-15", 1): Rule(
        (
            _is("listing_milestone", *LISTING_STAGES),
            _last_stage_invested_here,
            lambda f: f["proceeds_project"] != "房地产",
        ),
        stages=_listing_stages,
    ),
    ("GZ-17", 1): Rule(
        (
            _is("enterprise_size", "小型", "微型"),
            _hires_or_keeps,
            lambda f: f["loan_amount"] <= 600 * WAN,
        ),
        _interest,
    ),
    ("GZ-18", 1): Rule(
        (_is("insured_hire_category", *INSURED_HIRES), _is("premiums_paid")),
        lambda f: fen(f["employer_paid_premium"]),
    ),
    ("GZ-19", 1): Rule(
        (
            _is("graduate_degree", *DEGREES),
            lambda f: f["graduate_person_years"] + f["intern_months"] + f["startup_rent"] > 0,
        ),
        _students,
    ),
    ("GK-01", 1): Rule((_HNTE,), _recognised("0.08", (30, 50, 15, 25))),
    ("GK-01", 2): Rule((_HNTE, _first_time_in_library), _recognised("0.10", (40, 60, 20, 30))),
    ("GK-03", 1): Rule((lambda f: bool(_rank_award(f)) or _research_moved_here(f),), _research),
    ("JX-01", 1): Rule(
        (
            _least("unemployment_insurance_paid_months", 12),
            _kept_jobs,
            _is("industry_environment_policy_met"),
            _is("zombie_or_seriously_dishonest", False),
        ),
        _premium_back,
    ),
    ("JX-02", 1): Rule(
        (
            _is("youth_hire_category", *YOUTHS),
            _is("youth_labour_contract"),
            _least("youth_insurance_months", 1),
        ),
        lambda f: fen(1500 * f["youth_hires"]),
    ),
    ("JX-03", 1): Rule(
        (
            lambda f: date(2026, 1, 1) <= f["certificate_date"] <= date(2027, 12, 31),
            _is("foreign_organic_certifier", False),
        ),
        _listed(CERTIFICATES, "certificate_type", "certificates"),
    ),
    ("JX-NC-03", 1): Rule((_is("private_equity_company"), _least("paid_in_capital", YI)), _capital),
    ("JX-NC-04", 1): Rule(
        (_is("green_title", *GREEN_TITLES), _is("green_title_new")),
        _listed(GREEN_TITLES, "green_title"),
    ),
    ("JX-NC-06", 1): Rule(
        (_is("expansion_project"), _least("fixed_asset_investment", 500 * WAN)),
        lambda f: _part("0.03", f["fixed_asset_investment"], 500 * WAN),
    ),
    ("JX-NC-06", 2): Rule(
        (_is("expansion_project"), lambda f: f["fixed_asset_investment"] > 0),
        lambda f: _part("0.05", f["fixed_asset_investment"], 800 * WAN),
    ),
    ("JX-JJ-01", 1): Rule(
        (_is("service_above_scale"), _is("service_event", *SERVICE_EVENTS)),
        _listed(SERVICE_EVENTS, "service_event"),
    ),
    ("JX-LH-01", 1): Rule(
        (_is("first_above_scale"), _is("industry", *INDUSTRIAL)), stages=_library_stages
    ),
    ("JX-LH-02", 1): Rule(
        (
            _is("industry", *INDUSTRIAL),
            _least("output_to_revenue_ratio", "0.8"),
            _is("first_time_reaching"),
        ),
        stages=_steps,
    ),
    ("JX-XS-01", 1): Rule(
        (_is("ip_event", *ONE_IP_AWARD, *IP_AWARD_EACH), _is("ip_this_year")),
        _intellectual_property,
    ),
    ("JX-JX-01", 1): Rule(
        (_is("ecommerce"), _is("in_statistics"), _online_award_of_any_kind), _online
    ),
    ("JX-XY-01", 1): Rule(
        (
            _is("tax_and_business_registration_in_district"),
            _is("upgrade_project_recognised"),
            lambda f: _uses_software(f) or _uses_machines(f),
        ),
        _upgrade,
    ),
    ("OT-02", 1): Rule(
        (
            _is("private_elder_care"),
            _enough_beds,
            _least("elder_care_operating_years", 1),
            _long_lease,
        ),
        _elder_care,
    ),
}  # fmt: skip
