"""The kept sheet is what a sheet laid out from nothing would be, whatever was written since."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import delete, func, select, text, update

from handlers.catalogue.tables import policy_version
from handlers.eligibility import kept_sheet
from handlers.eligibility.asking import MATCHED, Asked, ask, prepare
from handlers.eligibility.check import decisions_in_force
from handlers.eligibility.kept_sheet import EVERYBODY
from handlers.eligibility.tables import sheet_change, sheet_state
from handlers.enterprises.register import record_facts
from handlers.enterprises.tables import enterprise, enterprise_fact, negative_listing
from tests.engine.dmn.tables import table
from tests.handlers.eligibility.district import (
    DAY,
    add_fact,
    add_firm,
    add_listing,
    add_payment,
    add_policy,
    release,
)

ASKED = table(
    "asked",
    "RULE ORDER",
    [("称号", "title", ""), ("人数", "staff", ""), ("比例", "ratio", ""), ("年限", "years", "")],
    ["text"],
    [
        ['"独角兽", "瞪羚"', "-", "-", "-", '"称号"'],
        ["-", "> 20", "-", "-", '"人数"'],
        ["-", "-", "<= 0.5", "-", '"比例"'],
        ["-", "-", "-", "null, > 2", '"年限"'],
    ],
)
AMOUNT = table(
    "amount",
    "FIRST",
    [("人数", "staff", "")],
    ["amount", "text"],
    [["> 50", "staff * ratio * 100", '"多"'], ["-", "10", '"少"']],
)
VALUES = {
    "title": ["独角兽", "瞪羚", "无"],
    "staff": [9, 21, 51, Decimal("55.5"), 123456, "很多"],
    "ratio": [Decimal("0.1"), Decimal("0.5"), Decimal("0.123456"), 1],
    "output_value": [Decimal(1_999_999), Decimal(2_000_000)],
    "registered_in_district_years": [0, 5],
    "industry": ["建筑业", "制造业"],
}


@pytest.fixture
def firms(work):
    release(work, ASKED, AMOUNT)
    add_policy(work, "A", conditions_decision="asked", amount_decision="amount")
    add_policy(work, "B", amount_decision="amount")
    return [add_firm(work) for _ in range(30)]


def question(work, day):
    decisions = decisions_in_force(work)
    versions = work.connection.execute(select(policy_version).order_by(policy_version.c.id)).all()
    return prepare(work, [Asked(version, decisions) for version in versions], day)


def answers(work, day):
    """What all are told as of a day."""
    ask(work, question(work, day))
    return work.connection.execute(select(MATCHED).order_by(MATCHED.c.enterprise_id)).all()


def sheet_of(work, day):
    """The rows of the sheet by the names of the facts."""
    kept = question(work, day).sheet
    rows = select(text("*")).select_from(kept_sheet.rows_of(work, kept, EVERYBODY, day))
    places = {f"f{place}": name for name, place in _numbered(kept.names)}
    return [
        {places.get(column, column): value for column, value in row.items()}
        for row in work.connection.execute(rows).mappings()
    ]


def _numbered(names):
    return [(name, place) for place, name in enumerate(sorted(names))]


def from_nothing(work, read, day):
    """What reads as if nothing had been kept; what is kept stays as it was."""
    with work.connection.begin_nested() as savepoint:
        work.connection.execute(delete(sheet_state))
        found = read(work, day)
        savepoint.rollback()
    return found


def write_something(work, random, firms):
    """One write of those that can change an answer."""
    connection, firm = work.connection, random.choice(firms)
    name = random.choice(list(VALUES))
    as_of = DAY + timedelta(days=random.randint(-30, 30))
    mine = enterprise_fact.c.enterprise_id == firm
    match random.randrange(11):
        case 0 | 1 | 2:
            connection.execute(delete(enterprise_fact).where(mine, enterprise_fact.c.name == name))
            add_fact(work, firm, name, random.choice(VALUES[name]), as_of)
        case 3:
            connection.execute(delete(enterprise_fact).where(mine))
        case 4:
            status = random.choice(["active", "active", "closed", "moved"])
            connection.execute(
                update(enterprise).where(enterprise.c.id == firm).values(status=status)
            )
        case 5:
            day = date(2025, 3, random.randint(1, 28))
            town = random.choice(["潭口镇", "沙河镇"])
            connection.execute(
                update(enterprise)
                .where(enterprise.c.id == firm)
                .values(registered_on=day, town=town)
            )
        case 6:
            add_listing(work, firm, as_of, random.choice([None, as_of + timedelta(days=9)]))
        case 7:
            connection.execute(
                delete(negative_listing).where(negative_listing.c.enterprise_id == firm)
            )
        case 8:
            connection.execute(
                update(enterprise_fact).where(mine).values(as_of=enterprise_fact.c.as_of + 1)
            )
        case 9:
            facts = {some: random.choice(VALUES[some]) for some in random.sample(list(VALUES), 5)}
            record_facts(
                work,
                [
                    {"enterprise_id": firm, "name": some, "value": v, "as_of": as_of, "source": "x"}
                    for some, v in facts.items()
                ],
            )
        case _:
            firms.append(add_firm(work, {name: random.choice(VALUES[name])}))


def after_any_writes(work, firms, seed):
    """Compares the answers after each of some rounds of writes; how many rounds did not lay all out."""
    random = Random(seed)
    day, kept = DAY, 0
    for round_ in range(12):
        for _ in range(random.randint(0, 8)):
            write_something(work, random, firms)
        if round_ == 6:
            add_payment(work, random.choice(firms), Decimal(50), "A@1")
        if random.random() < 0.4:
            day = DAY + timedelta(days=random.randint(-20, 20))
        expected = from_nothing(work, answers, day)
        before = sheet_itself(work)
        assert answers(work, day) == expected, (seed, round_, day)
        kept += before == sheet_itself(work)
    return kept


def sheet_itself(work):
    """Another one when all is laid out from nothing."""
    return work.connection.scalar(text("select to_regclass('kept_sheet')::oid"))


@pytest.mark.parametrize("seed", range(3))
def test_after_any_writes_the_kept_sheet_answers_as_one_laid_out_from_nothing(work, firms, seed):
    assert after_any_writes(work, firms, seed) > 2


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3, 60))
def test_after_many_more_writes_it_does_too(work, firms, seed):
    after_any_writes(work, firms, seed)


def test_its_rows_are_those_of_a_sheet_laid_out_from_nothing(work, firms):
    random = Random(9)
    sheet_of(work, DAY)
    values = {name: [v for v in some if not isinstance(v, str)] for name, some in VALUES.items()}
    for firm in random.sample(firms, 5):
        for name in ("staff", "ratio", "registered_in_district_years"):
            add_fact(work, firm, name, random.choice(values[name]), date(2026, 2, 1))
    for day in (DAY, date(2026, 1, 1), date(2027, 6, 1)):
        assert sheet_of(work, day) == from_nothing(work, sheet_of, day)


def filled(work, firms):
    """Everything that is asked is known of somebody, and the sheet is laid out."""
    for name, some in VALUES.items():
        add_fact(work, firms[0], name, some[0])
    question(work, DAY)


def laid_out_at(work):
    """Firm → the row version that its row of the sheet is."""
    rows = work.connection.execute(text("select id, ctid::text from kept_sheet"))
    return {row.id: row.ctid for row in rows}


def test_only_enterprises_that_changed_are_laid_out_anew(work, firms):
    filled(work, firms)
    before = laid_out_at(work)
    add_fact(work, firms[3], "staff", 70)
    add_fact(work, firms[4], "staff", 71, DAY + timedelta(days=5))
    work.connection.execute(
        update(enterprise).where(enterprise.c.id == firms[5]).values(town="沙河镇")
    )
    question(work, DAY)
    after = laid_out_at(work)
    assert {firm for firm in firms if before[firm] != after[firm]} == set(firms[3:6])
    assert work.connection.scalar(select(func.count()).select_from(sheet_change)) == 0
    question(work, DAY + timedelta(days=5))
    later = laid_out_at(work)
    assert {firm for firm in firms if later[firm] != after[firm]} == {firms[4]}


def test_all_are_laid_out_anew_where_many_changed(work, firms):
    filled(work, firms)
    for firm in firms[:10]:
        add_fact(work, firm, "industry", "建筑业", DAY)
    before = sheet_itself(work)
    question(work, DAY)
    assert sheet_itself(work) != before
    assert answers(work, DAY) == from_nothing(work, answers, DAY)


def test_a_fact_that_nobody_had_lays_all_out_from_nothing(work, firms):
    filled(work, firms)
    assert not firms_with(work, "years", 3)
    add_fact(work, firms[3], "years", 3)
    question(work, DAY)
    assert firms_with(work, "years", 3) == [firms[3]]


def firms_with(work, name, value):
    """The firms whose row of the kept sheet has a value, if it has a column for it."""
    census = work.connection.scalars(select(sheet_state.c.census)).one()
    if census[name] is None:
        return []
    place = sorted(census).index(name)
    chosen = text(f"select id from kept_sheet where f{place} = :value")
    return work.connection.scalars(chosen, {"value": value}).all()


def test_a_table_that_asks_more_widens_the_sheet_and_one_that_asks_less_leaves_it(work, firms):
    filled(work, firms)
    names = question(work, DAY).sheet.names
    assert kept_sheet.bring_up_to_date(work, ["staff"], DAY).names == names
    wider = kept_sheet.bring_up_to_date(work, ["patents"], DAY).names
    assert wider == names | {"patents"}


def test_a_crash_that_empties_the_sheet_lays_it_out_from_nothing(work, firms):
    """Unlogged tables are empty after one, all of them."""
    filled(work, firms)
    persistence = "select relpersistence from pg_class where relname = :name"
    for name in ("kept_sheet", "sheet_state"):
        assert work.connection.scalar(text(persistence), {"name": name}) == "u"
        work.connection.execute(text(f"truncate {name}"))
    assert answers(work, DAY) == from_nothing(work, answers, DAY)


def noted(work):
    rows = work.connection.execute(select(sheet_change.c.enterprise_id, sheet_change.c.name))
    return sorted(rows.all(), key=str)


def write_facts(work, firm, names, value=1):
    rows = [
        {"enterprise_id": firm, "name": name, "value": value, "as_of": DAY, "source": "x"}
        for name in names
    ]
    record_facts(work, rows)


def test_a_statement_notes_each_fact_once_and_an_enterprise_of_which_much_changed(work, firms):
    work.connection.execute(delete(sheet_change))
    write_facts(work, firms[0], ["a", "b"])
    assert noted(work) == [(firms[0], "a"), (firms[0], "b")]
    work.connection.execute(delete(sheet_change))
    write_facts(work, firms[0], "cdefgh")
    assert noted(work) == [(firms[0], None)]


def test_what_is_written_anew_unchanged_is_not_noted(work, firms):
    write_facts(work, firms[0], "ab")
    work.connection.execute(delete(sheet_change))
    write_facts(work, firms[0], "ab")
    same = update(enterprise).where(enterprise.c.id == firms[1])
    work.connection.execute(same.values(town=enterprise.c.town, name="另一个名称"))
    assert noted(work) == []
    write_facts(work, firms[0], "a", 2)
    work.connection.execute(same.values(town="沙河镇"))
    assert noted(work) == sorted([(firms[0], "a"), (firms[1], None)], key=str)


def test_a_fact_that_changed_is_written_and_the_others_stay(work, firms):
    """The sheet does not look at facts of which no change was noted."""
    filled(work, firms)
    add_fact(work, firms[3], "staff", 70)
    add_fact(work, firms[3], "ratio", Decimal("0.25"))
    question(work, DAY)
    ratio = (enterprise_fact.c.enterprise_id == firms[3]) & (enterprise_fact.c.name == "ratio")
    work.connection.execute(text("alter table enterprise_fact disable trigger user"))
    work.connection.execute(update(enterprise_fact).where(ratio).values(value=1))
    work.connection.execute(text("alter table enterprise_fact enable trigger user"))
    add_fact(work, firms[3], "staff", 71, DAY)
    question(work, DAY)
    assert firms_with(work, "staff", 71) == firms_with(work, "ratio", Decimal("0.25")) == [firms[3]]
