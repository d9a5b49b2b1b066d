"""One title is one event: whatever the year, the channel and what a list calls it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert, select, update

from engine import user_tasks
from engine.errors import Conflict, InvalidInput
from engine.tables import user_task
from engine.values import to_json
from handlers.cases import lists
from handlers.cases.opening import open_case
from handlers.catalogue.tables import policy_version
from handlers.eligibility.matching import matching_policies
from handlers.enterprises.tables import enterprise_fact
from tests.handlers.scene import HEAD, REVIEWER

DAY, NEXT_YEAR = date(2026, 3, 2), date(2027, 3, 2)


@pytest.fixture
def titled(scene):
    """The scene, whose policies give an award for each grade."""
    ruled(scene, {"event_facts": ["scenic_grade"]})
    return scene


def ruled(scene, exclusivity, **values):
    scene.do(
        lambda work: work.connection.execute(
            update(policy_version).values(
                exclusivity=exclusivity, valid_to=date(2028, 12, 31), **values
            )
        )
    )


def graded(scene, firm, grade, as_of=date(2026, 1, 31)):
    scene.do(
        lambda work: work.connection.execute(
            insert(enterprise_fact).values(
                enterprise_id=firm,
                name="scenic_grade",
                value=to_json(grade),
                as_of=as_of,
                source="文旅部门",
            )
        )
    )


def firm_of(scene, grade="3A"):
    firm = scene.firm()
    graded(scene, firm, grade)
    return firm


def listed(scene, day, *rows):
    found = [{"uscc": scene.uscc(firm), "event_key": key} for firm, key in rows]
    list_id = scene.do(lambda work: lists.propose_list(work, "A@1", day, found), REVIEWER)
    return scene.do(lambda work: lists.lines(work, list_id))


def sign(scene):
    task = scene.do(
        lambda work: work.connection.scalar(
            select(user_task.c.id).where(user_task.c.role == "head", user_task.c.status == "open")
        )
    )
    scene.do(lambda work: user_tasks.complete(work, task, {}), HEAD)
    scene.drain()


def given(scene, firm, key=""):
    """The firm's title of this year is entitled by a list."""
    listed(scene, DAY, (firm, key))
    sign(scene)


def opened(scene, firm, day=DAY, channel="portal", **application):
    return scene.case(
        scene.do(
            lambda work: open_case(
                work, "I@1", firm, channel, application, "applicant", event_date=day
            ),
            scene.applicant(firm),
        )
    )


def test_the_same_title_next_year_is_the_same_event(titled):
    firm = firm_of(titled)
    given(titled, firm)
    assert [row.event_key for row in titled.entitlement_rows()] == ["scenic_grade:3A"]
    (line,) = listed(titled, NEXT_YEAR, (firm, ""))
    assert (line.status, line.event_key) == ("returned", "scenic_grade:3A")
    assert any("已兑付或正在办理" in reason for reason in line.reasons)
    assert any("未重复享受" in reason for reason in line.reasons)


def test_without_such_facts_next_year_is_a_new_event(scene):
    ruled(scene, {})
    firm = firm_of(scene)
    given(scene, firm)
    (line,) = listed(scene, NEXT_YEAR, (firm, ""))
    assert (line.status, line.event_key) == ("proposed", "2027")


def test_a_higher_title_is_a_new_event(titled):
    firm = firm_of(titled)
    given(titled, firm)
    graded(titled, firm, "4A", date(2026, 11, 30))
    (line,) = listed(titled, NEXT_YEAR, (firm, ""))
    assert (line.status, line.event_key) == ("proposed", "scenic_grade:4A")


def test_what_a_list_calls_its_events_does_not_make_a_title_new(titled):
    firm = firm_of(titled)
    first, second = listed(titled, DAY, (firm, "甲"), (firm, "乙"))
    assert (first.status, first.event_key) == ("proposed", "scenic_grade:3A")
    assert second.status == "returned" and "同一份名单中重复出现" in second.reasons
    sign(titled)
    (line,) = listed(titled, NEXT_YEAR, (firm, "丙"))
    assert line.status == "returned"


def test_a_list_keeps_its_own_events_where_the_policy_does_not_say(scene):
    firm = scene.firm()
    found = listed(scene, DAY, (firm, "甲"), (firm, "乙"))
    assert [(line.status, line.event_key) for line in found] == [
        ("proposed", "甲"),
        ("proposed", "乙"),
    ]


def test_an_unknown_firm_on_a_list_is_told_and_nothing_else_stops(titled):
    good = firm_of(titled)
    rows = [{"uscc": "NOSUCH"}, {"uscc": titled.uscc(good)}]
    list_id = titled.do(lambda work: lists.propose_list(work, "A@1", DAY, rows), REVIEWER)
    found = titled.do(lambda work: lists.lines(work, list_id))
    assert [line.status for line in found] == ["returned", "proposed"]


def test_a_title_registered_after_the_list_was_made_is_the_event_of_the_case(titled):
    firm = firm_of(titled)
    listed(titled, DAY, (firm, ""))
    graded(titled, firm, "4A", date(2026, 2, 28))
    sign(titled)
    assert [row.event_key for row in titled.entitlement_rows()] == ["scenic_grade:4A"]


def test_the_system_does_not_propose_a_title_that_has_been_given(titled):
    firm = firm_of(titled)
    given(titled, firm)
    with pytest.raises(InvalidInput, match="名单是空的"):
        titled.do(lambda work: lists.propose_list(work, "A@1", NEXT_YEAR), REVIEWER)
    fits = titled.do(lambda work: matching_policies(work, firm, NEXT_YEAR))
    assert {match.policy_id: match.fit for match in fits}["A"] == "nearly"


@pytest.mark.parametrize("channel", ["portal", "window"])
def test_a_title_is_not_applied_for_again_next_year(titled, channel):
    firm = firm_of(titled)
    opened(titled, firm)
    titled.runtime.time.set(titled.runtime.time.now().replace(year=2027))
    with pytest.raises(Conflict, match="不能重复申请"):
        opened(titled, firm, NEXT_YEAR, channel)
    graded(titled, firm, "4A", date(2026, 11, 30))
    assert opened(titled, firm, NEXT_YEAR, channel).event_key == "scenic_grade:4A"


def test_the_title_of_the_event_date_counts(titled):
    firm = firm_of(titled)
    graded(titled, firm, "4A", date(2026, 3, 1))
    assert opened(titled, firm, date(2026, 2, 27)).event_key == "scenic_grade:3A"
    assert opened(titled, firm, DAY).event_key == "scenic_grade:4A"


def test_what_the_applicant_is_asked_for_may_tell_the_event(scene):
    asked = [{"name": "scenic_grade", "label": "等级", "kind": "text"}]
    ruled(scene, {"event_facts": ["scenic_grade", "beds"]}, inputs=asked)
    firm = firm_of(scene)
    assert opened(scene, firm, scenic_grade=" 5A ").event_key == "scenic_grade:5A;beds:?"


def test_one_value_has_one_spelling(scene):
    ruled(scene, {"event_facts": ["scenic_grade"]})
    first, second = firm_of(scene, 10), firm_of(scene, True)
    assert opened(scene, first).event_key == "scenic_grade:10"
    assert opened(scene, second).event_key == "scenic_grade:true"
