"""Asking by SQL gives what asking one by one gives, to the last explanation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import select

from handlers.catalogue.tables import policy_version
from handlers.eligibility.asking import MATCHED, Asked, ask, prepare
from handlers.eligibility.check import check_known, decisions_in_force
from handlers.eligibility.compiled import code_of, missed, rules_of
from handlers.eligibility.facts import known_of_many
from handlers.eligibility.kept_sheet import Part, next_part
from tests.engine.dmn.tables import literal, table
from tests.handlers.eligibility.district import (
    DAY,
    add_fact,
    add_firm,
    add_listing,
    add_payment,
    add_policy,
    release,
)

TITLES = ["独角兽", "瞪羚", "无"]
STRICT = table(
    "strict",
    "RULE ORDER",
    [
        ("称号", "title", ""),
        ("人数", "staff", ""),
        ("比例", "if staff > 50 then ratio else ratio * 2", ""),
        ("认定日", "named_on", ""),
        ("已缴", "insured", ""),
    ],
    ["text"],
    [
        ['"独角兽", "瞪羚"', "-", "-", "-", "-", '"称号"'],
        ["-", "[10..100)", "-", "-", "-", '"人数"'],
        ["-", "-", '<= (if title = "独角兽" then 0.9 else 0.5)', "-", "-", '"比例"'],
        ["-", "-", "-", '>= date("2025-01-01")', "true", '"认定日与参保"'],
        ["-", "null, < 500", "-", "-", "-", '"没有人数或不多"'],
    ],
)
ADDED = table(
    "added",
    "RULE ORDER",
    [("人数", "staff", ""), ("称号", "title", "")],
    ["amount", "text"],
    [
        ["> 20", "-", "round down(staff * 1000.55 / 12, 2)", '"按人"'],
        ["-", '"独角兽"', "output_value * 0.01", '"按产值"'],
        ["-", '"瞪羚"', "500", '"定额"'],
    ],
)
FIRST = table(
    "first",
    "FIRST",
    [("人数", "staff", ""), ("称号", "title", "")],
    ["amount", "text"],
    [["> 50", "-", "min(staff * 3, 200)", '"多"'], ["-", '"瞪羚"', "10", '"少"']],
)
ONE = table(
    "one",
    "UNIQUE",
    [("称号", "title", "")],
    ["amount", "text"],
    [['"独角兽"', "round half up(ratio * 100, 1)", '"一"'], ['"瞪羚"', "7", '"二"']],
)
OUTSIDE = table(
    "outside", "RULE ORDER", [("称号", "upper case(title)", "")], ["text"], [['"A"', '"x"']]
)
EXPRESSION = literal("expression", "max(0, staff * 10 - year_paid)")
POLICIES = {
    "A": {"conditions_decision": "strict", "amount_decision": "added"},
    "B": {"conditions_decision": "strict", "amount_decision": "first"},
    "C": {"conditions_decision": "conditions", "amount_decision": "one"},
    "D": {"conditions_decision": "outside", "amount_decision": ""},
    "G": {"conditions_decision": "conditions", "exclusivity": {"year_count": 1}},
    "H": {"conditions_decision": "conditions", "exclusivity": {"year_count": 2}},
    "E": {
        "conditions_decision": "conditions",
        "amount_decision": "expression",
        "exclusivity": {"highest_only": True, "group": "g"},
    },
    "F": {
        "conditions_decision": "conditions",
        "amount_decision": "one",
        "exclusivity": {"event_facts": ["title"], "once_per_event": True, "group": "g"},
    },
}  # fmt: skip


def random_facts(random: Random) -> dict[str, object]:
    found: dict[str, object] = {
        "title": random.choice(TITLES),
        "staff": random.choice([0, 9, 10, 21, 50, 51, 99, 100, Decimal("55.5")]),
        "ratio": Decimal(random.randint(0, 100)) / 100,
        "named_on": date(random.choice([2024, 2025]), 1, 1),
        "insured": random.choice([True, False]),
        "output_value": Decimal(random.choice([1_999_999, 2_000_000, 3_456_789])),
    }
    return {name: value for name, value in found.items() if random.random() < 0.85}


@pytest.fixture
def district(work):
    """Firms of every kind: facts missing, newer, of another type; listed, moved, paid before."""
    release(work, STRICT, ADDED, FIRST, ONE, OUTSIDE, EXPRESSION)
    versions = {name: add_policy(work, name, **values) for name, values in POLICIES.items()}
    random = Random(5)
    for number in range(120):
        firm = add_firm(
            work,
            random_facts(random),
            industry=random.choice(["制造业", "房地产"]),
            registered_on=date(random.randint(2023, 2025), 3, random.choice([1, 2])),
            status="moved" if number % 30 == 7 else "active",
        )
        if number % 10 == 1:
            add_listing(
                work, firm, date(2026, 1, 1), date(2026, 2, 1) if number % 20 == 1 else None
            )
        if number % 10 == 2:
            add_fact(work, firm, "staff", random.choice([5, 70]), date(2026, 2, 28))
            add_fact(work, firm, "title", "瞪羚", date(2026, 3, 2))
        if number % 20 == 3:
            add_fact(work, firm, "staff", "很多", date(2026, 2, 27))
        if number % 20 == 4:
            add_fact(work, firm, "industry", "建筑业", date(2026, 2, 27))
        if number % 10 == 5:
            key = random.choice(["title:独角兽", "title:瞪羚", "2026"])
            add_payment(work, firm, Decimal(100), versions[random.choice("EF")], event_key=key)
        if number in (6, 8):
            add_payment(work, firm, Decimal(1), versions["G" if number == 6 else "H"])
    return list(versions.values())


def questioned(work, day: date = DAY):
    decisions = decisions_in_force(work)
    versions = work.connection.execute(select(policy_version).order_by(policy_version.c.id)).all()
    return prepare(work, [Asked(version, decisions) for version in versions], day)


def answers(work, question, day: date = DAY):
    """(by SQL, one by one) of every firm and version."""
    rows = work.connection.execute(select(MATCHED).order_by(MATCHED.c.enterprise_id)).all()
    known = known_of_many(work, [row.enterprise_id for row in rows], day)
    for row in rows:
        for place, one in enumerate(question.asked):
            answer = check_known(work, one.version, known[row.enterprise_id], day, {})
            code = code_of(answer)
            held = (rules_of(answer), answer.amount) if code == 0 else (None, None)
            yield (row.codes[place], row.rules[place], row.amounts[place]), (code, *held), answer


@pytest.mark.parametrize("day", [DAY, date(2026, 3, 2), date(2025, 6, 1)])
def test_every_pair_is_answered_as_one_by_one(work, district, day):
    question = questioned(work, day)
    assert list(question.refused) == [3]
    assert ask(work, question) == 116
    found = list(answers(work, question, day))
    assert [(sql, one) for sql, one, _ in found if sql != one] == []
    if day == DAY:
        assert len({one[0] for _, one, _ in found}) > 20
        assert len({one[2] for _, one, _ in found}) > 10


def test_a_code_names_the_conditions_that_the_answer_names(work, district):
    question = questioned(work)
    ask(work, question)
    for (code, _, _), _, answer in answers(work, question):
        conditions = [c for c in answer.conditions if not c.exclusion]
        failed, unknown = missed(code)
        excluded = [c.text for c in answer.conditions if c.exclusion]
        assert [conditions[n].text for n in failed] + excluded == answer.failed
        assert [conditions[n].text for n in unknown] == answer.unknown


def test_parts_cover_every_active_firm_once(work, district):
    question = questioned(work)
    seen, part = [], Part(until="?")
    while part.until:
        part = next_part(work, part.until if seen else "", 50)
        count = ask(work, question, part)
        found = work.connection.scalars(select(MATCHED.c.enterprise_id)).all()
        assert len(found) == count
        seen += found
    assert len(seen) == len(set(seen)) == 116
