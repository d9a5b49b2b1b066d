"""The system's answers are those of rules written a second time, by hand, in plain Python."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert, select

from engine.actor import SYSTEM
from engine.definitions import publish
from engine.dmn import Decisions
from engine.dmn.explain import both
from engine.postgres import Server
from engine.runtime import Runtime, Work
from engine.values import to_json
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy_version
from handlers.eligibility.amounts import amount_of
from handlers.eligibility.check import check_known
from handlers.eligibility.facts import known_of
from handlers.enterprises.register import id_of
from handlers.enterprises.tables import bank_account, enterprise_fact
from handlers.payouts.tables import entitlement, payment_order
from handlers.sample.firms import Firm, application, make_firm
from handlers.sample.load import decision_files, load_sample, sample_policies
from handlers.sample.profiles import PROFILES
from tests.conftest import START
from tests.handlers.one_database import rolled_back, runtime_over
from tests.system.independent_amounts import (
    amount_due,
    differences,
    full_years,
    qualifies,
    stages_due,
)
from tests.system.independent_rules import RULES

FIRMS = 300
LATE, EARLY = date(2026, 3, 1), date(2025, 8, 1)
MOMENTS = (START + timedelta(minutes=n) for n in range(10_000))
DECISIONS = Decisions(decision_files())
VERSIONS = {
    (entry["id"], version["number"]): version
    for entry in sample_policies()
    for version in entry["versions"]
}


@pytest.fixture(scope="module")
def district(server: Server, template: str) -> Iterator[Runtime]:
    with runtime_over(server, template, "test_independent_amounts") as runtime:
        runtime.outside["field_key"] = Fernet.generate_key().decode()
        load_sample(runtime, FIRMS)
        runtime.run(SYSTEM, lambda work: publish(work, decision_files()))
        yield runtime


def facts_of(firm: Firm, day: date) -> dict[str, Any]:
    """What registers said of a firm on a day."""
    found = firm.facts if day == LATE else firm.earlier
    years = full_years(firm.registered_on, day)
    return {**found, "industry": firm.industry, "registered_in_district_years": years}


def compared(work: Work, firm: Firm, versions: list[Any]) -> Iterator[str]:
    known = {day: known_of(work, id_of(firm.uscc), day) for day in (LATE, EARLY)}
    for version in versions:
        policy_id, number = version.policy_id, version.number
        day = LATE if version.valid_from.year == 2026 else EARLY
        stated = application(firm.number, version.inputs)
        found = check_known(work, version, known[day], day, stated)
        facts = facts_of(firm, day)
        wanted = qualifies(policy_id, number, facts, stated)
        if firm.status != "active" or firm.dishonest:
            wanted = False
        if found.holds is not wanted:
            yield f"firm {firm.number} {version.id}: holds {found.holds}, by hand {wanted}"
        if wanted and found.amount != (due := amount_due(policy_id, number, facts, stated)):
            yield f"firm {firm.number} {version.id}: {found.amount}, by hand {due}"


# The named and planted firms, and some of those that just happen to qualify.
SOME = [*range(1, 131), *range(131, FIRMS + 1, 7)]
ALL = range(1, FIRMS + 1)


@pytest.mark.parametrize("numbers", [SOME, pytest.param(ALL, marks=pytest.mark.long)])
def test_every_firm_qualifies_for_what_it_should_and_gets_what_it_should(
    district: Runtime, numbers: Iterable[int]
) -> None:
    def ask(work: Work) -> list[str]:
        versions = list(work.connection.execute(select(policy_version)))
        assert {(v.policy_id, v.number) for v in versions} == set(RULES)
        return [text for n in numbers for text in compared(work, make_firm(n), versions)]

    assert district.run(SYSTEM, ask) == []


# Values about every threshold; what is not named here is drawn from the sample firms.
NEAR: dict[str, list[Any]] = {
    "prior_year_district_contribution": [Decimal("1999999.99"), Decimal(2_000_000)],
    "registered_in_district_years": [0, 1, 2],
    "non_relocation_commitment_years": [9, 10],
    "industry": ["制造业", "采矿业", "房地产业", "建筑业", "批发和零售业"],
    "growth_title": ["独角兽", "潜在独角兽", "种子独角兽", "瞪羚", "潜在瞪羚", "无"],
    "enterprise_size": ["大型", "中型", "小型", "微型"],
    "hnte_recognition": ["首次", "重新认定", "无"],
    "national_grant_received": [Decimal(0), Decimal("0.03"), Decimal("1234567.89"), Decimal(12_000_001)],
    "innovation_award_rank": [1, 30, 31],
    "engineers_meeting_service_terms": [0, 1, 49, 50, 51],
    "contract_amount_received": [Decimal(0), Decimal("333333.33"), Decimal(20_000_001)],
    "annual_inbound_visitors": [0, 1999, 2000, 2001],
    "tourist_trains": [0, 1, 3], "train_passengers": [0, 599, 600],
    "charter_flights": [0, 2], "flight_passengers": [0, 99, 100],
    "self_drive_tours": [0, 2], "tour_cars": [0, 29, 30], "tour_people": [0, 99, 100],
    "listing_milestone": ["完成股改", "辅导备案", "核准批复", "首发上市", "无"],
    "ipo_proceeds_invested_locally_ratio": [Decimal("0.799"), Decimal("0.8")],
    "proceeds_project": ["房地产", "智能制造", "无"],
    "employees": [100, 101], "new_eligible_hires_ratio": [Decimal(x) for x in ("0.079", "0.08", "0.149", "0.15")],
    "new_hire_contract_years": [0, 1], "job_retention_rate": [Decimal("0.949"), Decimal("0.95")],
    "loan_amount": [Decimal(1), Decimal(2_999_999), Decimal(3_000_001), Decimal(6_000_000), Decimal("6000000.01")],
    "loan_rate": [Decimal("0.015"), Decimal("0.0365"), Decimal("0.0435")], "loan_months": [0, 1, 7, 12],
    "employer_paid_premium": [Decimal(0), Decimal("12345.67")],
    "graduate_degree": ["硕士", "本科", "专科", "其他"], "graduate_person_years": [0, 1, 3],
    "intern_months": [0, 4], "startup_rent": [Decimal(0), Decimal("10000.51")],
    "rd_expense": [Decimal("0.09"), Decimal("3999999.99"), Decimal(7_000_001), Decimal(30_000_000)],
    "rd_rank": [1, 10, 11, 20, 21], "rd_growth": [Decimal(x) for x in ("0.099", "0.1", "0.149", "0.15")],
    "rd_headquarters_years": [0, 1, 2, 3],
    "unemployment_insurance_paid_months": [11, 12], "insured_persons": [29, 30, 31],
    "layoff_rate": [Decimal(x) for x in ("0.055", "0.056", "0.2", "0.201")],
    "prior_year_unemployment_premium": [Decimal("100000.05"), Decimal("1000.01")],
    "youth_insurance_months": [0, 1], "youth_hires": [1, 7],
    "certificate_type": ["绿色食品新增", "有机再认证", "基地续报"], "certificates": [1, 3],
    "certificate_date": [date(2025, 12, 31), date(2026, 1, 1), date(2027, 12, 31), date(2028, 1, 1)],
    "paid_in_capital": [Decimal(x) for x in ("99999999.99", 100_000_000, "299999999.99", 300_000_000, 500_000_000)],
    "fixed_asset_investment": [Decimal(x) for x in (0, "0.01", "4999999.99", 5_000_000, 160_000_001)],
    "annual_revenue": [Decimal(x) for x in ("99999999.99", 100_000_000, 500_000_000, 5_000_000_000)],
    "highest_prior_revenue": [Decimal(x) for x in (0, "99999999.99", 100_000_000, 1_000_000_000)],
    "output_to_revenue_ratio": [Decimal("0.799"), Decimal("0.8")],
    "ip_count": [1, 2, 4],
    "annual_online_wholesale": [Decimal(x) for x in (0, 999_999_999, 1_000_000_000, 2_000_000_000, 5_000_000_000)],
    "annual_online_retail": [Decimal(x) for x in (0, "49999999.99", 50_000_000, 100_000_000, 300_000_000)],
    "online_retail_increase": [Decimal(x) for x in (0, 9_999_999, 10_000_000, 29_999_999, 2_000_000_000)],
    "it_purchase": [Decimal(x) for x in (0, "199999.99", "200000.01", 4_000_000)],
    "new_equipment": [Decimal(x) for x in (0, "1999999.99", "2000000.01", 20_000_000)],
    "elder_care_project": ["新建", "改扩建", "租房改造"], "beds": [0, 49, 50, 299, 300],
    "elder_care_operating_years": [0, 1], "lease_years": [0, 4, 5],
    "bed_months_able": [0, 13], "bed_months_mild": [0, 7], "bed_months_moderate": [0, 5],
    "bed_months_severe": [0, 3],
}  # fmt: skip
BETTER_NOT = ("zombie_or_seriously_dishonest", "foreign_organic_certifier")
PAID = [Decimal(0), Decimal(0), Decimal(100_000), Decimal(990_000), Decimal(1_500_000)]
GIVEN = [frozenset[int](), frozenset([1]), frozenset([1, 2]), frozenset([1, 2, 3])]


def pools() -> dict[str, list[Any]]:
    """Name → values: those near thresholds, yes and no, and each word that any firm has."""
    firms = [make_firm(number) for number in range(11, 131)]
    found: dict[str, list[Any]] = {}
    for firm in firms:
        for name, value in {**firm.facts, **firm.stated}.items():
            known = found.setdefault(name, [])
            if value not in known:
                known.append(value)
    return {**found, **NEAR}


def drawn(rng: random.Random, drawn_from: dict[str, list[Any]]) -> dict[str, Any]:
    facts = {name: rng.choice(values) for name, values in drawn_from.items()}
    for name, value in facts.items():
        # With even odds hardly a draw would meet every condition.
        if isinstance(value, bool) and rng.random() < 0.5:
            facts[name] = name not in BETTER_NOT
    facts["hnte_first_recognition"] = facts["hnte_recognition"] == "首次"
    return facts


@pytest.mark.parametrize(("policy_id", "number"), sorted(RULES))
def test_facts_about_every_threshold_give_the_same(policy_id: str, number: int) -> None:
    version = VERSIONS[policy_id, number]
    conditions, amount = version["conditions_decision"], version["amount_decision"]
    read = DECISIONS.facts_of(conditions) | (DECISIONS.facts_of(amount) if amount else set())
    rng, drawn_from, met = random.Random(f"{policy_id}{number}"), pools(), 0
    for _ in range(400):
        facts = drawn(rng, drawn_from)
        met += compare_drawn(policy_id, number, facts, rng, conditions, amount)
    assert read <= set(facts) | {"paid_before", "year_paid", "stage", "event_date"}
    assert 10 < met < 400, f"{met} of 400 qualify"


def compare_drawn(
    policy_id: str,
    number: int,
    facts: dict[str, Any],
    rng: random.Random,
    conditions: str,
    amount: str,
) -> bool:
    paid, given = rng.choice(PAID), rng.choice(GIVEN)
    names = {**facts, "paid_before": paid, "year_paid": paid, "event_date": LATE}
    holds = both([row.holds for row in DECISIONS.explain(conditions, names, {})])
    by_hand = qualifies(policy_id, number, facts, {})
    read = {n: facts[n] for n in DECISIONS.facts_of(conditions) if n in facts}
    assert holds is by_hand, read
    if not by_hand:
        return False
    rule = VERSIONS[policy_id, number]["exclusivity"]
    given = given if rule.get("stages") else frozenset()
    found = amount_of(DECISIONS, amount, names, {}, bool(rule.get("highest_only")), given)
    due = amount_due(policy_id, number, facts, {}, paid, given, paid)
    assert found.total == due, {n: names.get(n) for n in DECISIONS.facts_of(amount)}
    return True


def paid(
    work: Work,
    firm: int,
    version_id: str,
    amount: str,
    *,
    stage: int = 1,
    day: date = LATE,
    decided: str | None = None,
    computed: str | None = None,
) -> None:
    """Writes down a case that the bank has paid, whatever the rules say."""
    version = work.connection.execute(
        select(policy_version).where(policy_version.c.id == version_id)
    ).one()
    enterprise_id = id_of(make_firm(firm).uscc)
    case_id, entitlement_id, now = uuid4(), uuid4(), next(MOMENTS)
    write = work.connection.execute
    write(
        insert(case_file).values(
            id=case_id, number=f"T-{case_id}", policy_version_id=version_id,
            enterprise_id=enterprise_id, mode=version.mode, channel="portal", owner="JFJ",
            status="paid", applicant="system", registered_by="system", received_at=now,
            event_date=day, event_key=str(case_id),
            application=to_json(application(firm, version.inputs)),
            check_result=to_json({"amount": Decimal(computed or amount)}),
            amount=Decimal(decided or amount),
        )
    )  # fmt: skip
    write(
        insert(entitlement).values(
            id=entitlement_id, case_id=case_id, policy_id=version.policy_id,
            policy_version_id=version_id, enterprise_id=enterprise_id, event_key=str(case_id),
            stage=stage, amount=Decimal(amount), status="paid", created_at=now,
        )
    )  # fmt: skip
    account = work.connection.scalar(
        select(bank_account.c.id).where(bank_account.c.enterprise_id == enterprise_id)
    )
    write(
        insert(payment_order).values(
            id=uuid4(), entitlement_id=entitlement_id, attempt=1, account_id=account,
            amount=Decimal(amount), status="success", created_at=now, due_at=now, settled_at=now,
        )
    )  # fmt: skip


def planted(policy_id: str) -> int:
    """The first of the firms planted for a policy: it qualifies."""
    return 11 + 4 * list(PROFILES).index(policy_id)


def due_of(firm: int, policy_id: str, number: int = 1, **earlier: Any) -> Decimal:
    found = make_firm(firm)
    due = amount_due(policy_id, number, facts_of(found, LATE), found.stated, **earlier)
    assert due is not None
    return due


def give_earlier_title(work: Work, firm: int) -> None:
    """In the middle of January the firm had the lowest title, for the first time."""
    for name, value in (("growth_title", "潜在瞪羚"), ("growth_title_first", True)):
        work.connection.execute(
            insert(enterprise_fact).values(
                enterprise_id=id_of(make_firm(firm).uscc), name=name, value=value,
                as_of=date(2026, 1, 10), source="示例",
            )
        )  # fmt: skip


def test_right_payments_show_no_difference(district: Runtime) -> None:
    def write(work: Work) -> list[str]:
        grown, listed, loan, named = *map(planted, ("GZ-02", "GZ-15", "GZ-17")), 1
        give_earlier_title(work, grown)
        paid(work, grown, "GZ-02@1", "100000", day=date(2026, 1, 15))
        paid(work, grown, "GZ-02@1", str(due_of(grown, "GZ-02", paid_before=Decimal(100_000))))
        stages = stages_due("GZ-15", 1, facts_of(make_firm(listed), LATE), {})
        for stage, amount in (stages or {}).items():
            paid(work, listed, "GZ-15@1", str(amount), stage=stage)
        paid(work, named, "GK-01@2", str(due_of(named, "GK-01", 2)))
        paid(work, planted("RJ-01"), "RJ-01@1", "123456.00")
        paid(work, loan, "GZ-17@1", "100.00", computed=str(due_of(loan, "GZ-17")))
        return differences(work.connection)

    with rolled_back(district) as do:
        assert do(write) == []


def wrong_payments() -> list[tuple[str, Callable[[Work], object]]]:
    """What the sentence ends with, and the act that is wrong."""
    hnte, grown, listed, loan = map(planted, ("GZ-01", "GZ-02", "GZ-15", "GZ-17"))
    due = due_of(loan, "GZ-17")

    def twice(firm: int, version_id: str, amount: str) -> Callable[[Work], object]:
        return lambda work: [paid(work, firm, version_id, amount) for _ in range(2)]

    return [
        (
            f"by hand {due_of(hnte, 'GZ-01', 2)}",
            lambda work: paid(work, hnte, "GZ-01@2", str(due_of(hnte, "GZ-01", 2) + 1)),
        ),
        ("not qualify (False)", lambda work: paid(work, hnte + 2, "GZ-01@2", "200000")),
        ("by hand 0.00", twice(grown, "GZ-02@1", str(due_of(grown, "GZ-02")))),
        ("by hand None", twice(listed, "GZ-15@1", "3000000")),
        # A wrong computed amount that the review left as it was.
        (f"by hand {due}", lambda work: paid(work, loan, "GZ-17@1", "1.00")),
        # A review may give less, not more.
        (f"by hand {due}", lambda work: paid(work, loan, "GZ-17@1", "900000", computed="100")),
        # What the review decided is not what the bank paid.
        (
            "by hand 50.00",
            lambda work: paid(work, loan, "GZ-17@1", "60.00", decided="50.00", computed="999"),
        ),
    ]


@pytest.mark.parametrize("number", range(7))
def test_a_wrong_payment_is_told(district: Runtime, number: int) -> None:
    said, act = wrong_payments()[number]
    with rolled_back(district) as do:
        do(act)
        found = do(lambda work: differences(work.connection))
    assert len(found) == 1, found
    assert found[0].removesuffix(")").endswith(said.removesuffix(")"))


def test_a_firm_on_a_negative_list_must_not_have_been_paid(district: Runtime) -> None:
    listed = [n for n in range(131, FIRMS) if make_firm(n).dishonest]
    found_firm = next(n for n in listed if qualifies("JX-01", 1, facts_of(make_firm(n), LATE), {}))
    with rolled_back(district) as do:
        do(lambda w: paid(w, found_firm, "JX-01@1", str(due_of(found_firm, "JX-01"))))
        found = do(lambda work: differences(work.connection))
        assert len(found) == 1 and "it stands in" in found[0]
