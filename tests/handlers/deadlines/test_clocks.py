from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from engine.calendar import SHANGHAI
from engine.errors import PermanentFailure
from engine.tables import clock_segment, timer, user_task
from handlers.cases import decisions
from handlers.cases.opening import open_case
from handlers.deadlines import clocks
from handlers.notices.tables import notice


def at(day, hour=9):
    """An hour of a day of March 2026 in Shanghai; the 2nd is a Monday."""
    return datetime(2026, 3, day, hour, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.fixture
def case_id(scene):
    """A case accepted on Monday the 2nd with five working days."""
    firm = scene.firm()
    found = scene.do(lambda work: open_case(work, "I@1", firm, "portal", {}, "applicant"))
    scene.do(lambda work: decisions.accept(work, found))
    return found


def standing(scene, case_id):
    return scene.do(lambda work: clocks.standings(work, [case_id]))[case_id]


def due_days(scene, table):
    rows = scene.do(lambda work: work.connection.scalars(select(table.c.due_at)).all())
    return [row.astimezone(SHANGHAI).day for row in rows]


def test_the_limit_counts_from_the_day_after_acceptance_to_close_of_business(scene, case_id):
    found = standing(scene, case_id)
    assert found.due_at == at(9, 18)
    assert (found.days_left, found.light) == (5, "green")


@pytest.mark.parametrize(
    ("moment", "light"),
    [
        (at(4), "green"),
        (at(5), "yellow"),
        (at(6), "red"),
        (at(9, 17), "red"),
        (at(9, 19), "overdue"),
    ],
)
def test_the_light_follows_the_share_of_working_days_used(scene, case_id, moment, light):
    scene.runtime.time.set(moment)
    assert standing(scene, case_id).light == light


def test_a_pause_moves_clock_timers_and_tasks_by_its_working_days(scene, case_id):
    scene.runtime.time.set(at(3))
    scene.do(lambda work: clocks.pause(work, case_id, "site_survey", "现场勘查"))
    scene.runtime.time.set(at(9))  # Monday: four working days later
    scene.do(lambda work: clocks.resume(work, case_id))
    assert standing(scene, case_id).due_at == at(13, 18)
    assert due_days(scene, user_task) == [13]  # was the 9th
    assert due_days(scene, timer) == [11]  # was the 5th


def test_a_pause_within_a_day_moves_nothing(scene, case_id):
    scene.do(lambda work: clocks.pause(work, case_id, "site_survey", "现场勘查"))
    scene.runtime.time.set(at(2, 16))
    assert scene.do(lambda work: clocks.resume(work, case_id)) == at(9, 18)


def test_while_paused_no_reminder_fires_and_the_light_stands_still(scene, case_id):
    scene.runtime.time.set(at(3))
    scene.do(lambda work: clocks.pause(work, case_id, "supplement", "缺营业执照"))
    scene.runtime.time.set(at(20))
    scene.drain()
    found = standing(scene, case_id)
    assert (found.light, found.paused, found.days_left) == ("green", "supplement", 4)
    kinds = scene.do(lambda work: work.connection.scalars(select(notice.c.kind)).all())
    assert "reminder_60" not in kinds
    scene.do(lambda work: clocks.resume(work, case_id))
    scene.drain()
    assert due_days(scene, timer) == [24]
    scene.runtime.time.set(at(24, 18) + timedelta(minutes=1))
    scene.drain()
    kinds = scene.do(lambda work: work.connection.scalars(select(notice.c.kind)).all())
    assert "reminder_60" in kinds


def test_a_pause_of_another_kind_takes_over_and_every_day_counts_once(scene, case_id):
    scene.runtime.time.set(at(3))
    scene.do(lambda work: clocks.pause(work, case_id, "public_notice", "公示"))
    scene.runtime.time.set(at(4))
    scene.do(lambda work: clocks.pause(work, case_id, "objection", "有异议"))
    scene.runtime.time.set(at(6))
    scene.do(lambda work: clocks.resume(work, case_id))
    assert standing(scene, case_id).due_at == at(12, 18)
    assert due_days(scene, user_task) == [12]
    assert due_days(scene, timer) == [10]
    kinds = scene.do(
        lambda work: work.connection.scalars(
            select(clock_segment.c.kind).order_by(clock_segment.c.id)
        ).all()
    )
    assert kinds == ["public_notice", "objection"]


def test_an_unknown_reason_to_stop_is_refused(scene, case_id):
    with pytest.raises(PermanentFailure, match="停钟事由"):
        scene.do(lambda work: clocks.pause(work, case_id, "holiday", "?"))


def test_before_acceptance_there_is_no_clock_to_stop(scene):
    firm = scene.firm()
    found = scene.do(lambda work: open_case(work, "I@1", firm, "portal", {}, "applicant"))
    scene.do(lambda work: clocks.pause(work, found, "supplement", "缺材料"))
    assert scene.do(lambda work: clocks.resume(work, found)) is None
    assert scene.do(lambda work: clocks.standings(work, [found])) == {}


def test_the_end_of_a_case_stops_its_clock(scene, case_id):
    scene.runtime.time.set(at(4))
    scene.do(lambda work: decisions.close(work, case_id, "paid"))
    scene.runtime.time.set(at(30))
    found = standing(scene, case_id)
    assert (found.light, found.days_left) == ("green", 3)
