"""Match runs: chunks, repeats, what is kept, and the lists that come of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from engine.errors import NotFound
from handlers.eligibility import match_lists, runs
from handlers.eligibility.tables import match_row, match_run
from tests.engine.dmn.tables import table
from tests.handlers.eligibility.district import (
    DAY,
    add_case,
    add_firm,
    add_policy,
    release,
)

AMOUNT = table(
    "amount",
    "FIRST",
    [("产值", "output_value", "")],
    ["amount", "text"],
    [[">= 5000000", "50000", '"大"'], ["-", "20000", '"小"']],
)


@pytest.fixture
def firms(work):
    """Two that fit, one of which has asked; one that misses a condition, one that misses two."""
    release(work, AMOUNT)
    add_policy(work, amount_decision="amount")
    found = {
        "never": add_firm(work, {"output_value": Decimal(2_000_000)}),
        "asked": add_firm(work, {"output_value": Decimal(6_000_000)}),
        "nearly": add_firm(work, {"output_value": Decimal(1_500_000)}),
        "unknown": add_firm(work),
        "not": add_firm(work, {"output_value": Decimal(0)}, industry="房地产"),
    }
    add_firm(work, {"output_value": Decimal(6_000_000)}, status="closed")
    add_case(work, found["asked"])
    return found


def finished(work, limit=runs.CHUNK):
    run_id = runs.start(work, DAY)
    while runs.go_on(work, run_id, limit):
        pass
    return runs.latest(work, "P@1", DAY)


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_run_matches_every_active_firm_once_whatever_the_chunks(work, firms, limit):
    run = finished(work, limit)
    assert (run.status, run.matched, run.firms, run.versions) == ("done", 5, 5, ["P@1"])
    rows = work.connection.execute(select(match_row).where(match_row.c.run_id == run.id)).all()
    assert {row.enterprise_id for row in rows} == set(firms.values())
    (held,) = [row for row in rows if row.enterprise_id == firms["asked"]]
    assert (held.codes, held.rules, held.amounts) == ([0], [1], [Decimal(50000)])
    assert not runs.go_on(work, run.id)


def test_the_summary_counts_who_fits_who_asked_and_who_misses_one(work, firms):
    run = finished(work)
    (found,) = match_lists.summaries(work, run, ["P@1"])
    assert (found.fits, found.asked, found.never, found.nearly) == (2, 1, 1, 2)
    assert found.amount == Decimal(70000)


def test_a_list_says_what_each_firm_lacks_and_is_due(work, firms):
    run = finished(work)
    never, asked, nearly = (match_lists.lines(work, run, "P@1", s) for s in match_lists.SHOWS)
    assert [(one.enterprise_id, one.amount) for one in never] == [(firms["never"], 20000)]
    assert [one.enterprise_id for one in asked] == [firms["asked"]]
    assert asked[0].case_number and never[0].case_number is None
    assert [c.missing for one in nearly for c in one.answer.missed] == [
        "还差 50 万元",
        "缺少数据: 上年度产值",
    ]
    second = match_lists.lines(work, run, "P@1", "nearly", after=nearly[0].uscc, limit=1)
    assert [one.uscc for one in second] == [nearly[1].uscc]


def test_a_run_that_stops_in_the_middle_leaves_the_former_to_be_seen(work, firms):
    former = finished(work)
    begun = runs.start(work, DAY)
    assert runs.go_on(work, begun, limit=2)
    assert runs.latest(work, "P@1", DAY).id == runs.newest_done(work).id == former.id
    assert len(match_lists.lines(work, former, "P@1", "nearly")) == 2
    stored = select(func.count()).select_from(match_row)
    assert work.connection.scalar(stored.where(match_row.c.run_id == former.id)) == 5
    assert work.connection.scalar(stored.where(match_row.c.run_id == begun)) == 2


def test_only_the_newest_run_of_a_day_and_recent_ones_stay(work, firms):
    finished(work)
    other = runs.start(work, date(2026, 2, 1))
    runs.go_on(work, other)
    newest = finished(work)
    kept = set(work.connection.scalars(select(match_run.c.id)))
    assert kept == {other, newest.id}
    assert work.connection.scalar(select(func.count()).select_from(match_row)) == 10


def test_a_day_that_no_policy_rules_is_refused(work, firms):
    with pytest.raises(NotFound, match="没有适用"):
        runs.start(work, date(2020, 1, 1))


def test_a_run_that_never_ended_is_stopped_by_the_next(work, firms):
    stuck = runs.start(work, DAY)
    assert runs.on_its_way(work).id == stuck
    later = replace(work, now=work.now + runs.STOPPED_AFTER + timedelta(seconds=1))
    assert runs.on_its_way(later) is None
    fresh = runs.start(later, DAY)
    assert runs.on_its_way(later).id == fresh
    assert not runs.go_on(later, stuck)
    assert runs.go_on(later, fresh) is False and runs.newest_done(later).id == fresh
