"""One person counts once for a policy and year, over all firms and cases."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from engine.actor import SYSTEM
from engine.errors import BusinessError, EngineError, InvalidInput
from engine.values import from_json
from handlers.cases import decisions
from handlers.cases.opening import open_case
from handlers.eligibility.check import check
from handlers.eligibility.service_tasks import check_case
from handlers.payouts import entitlements
from handlers.rosters import claims, keeping
from handlers.rosters.tables import person_claim, roster, roster_person
from tests.conftest import START
from tests.handlers.rosters.conftest import count_persons, opened
from tests.handlers.rosters.people import number, persons
from tests.handlers.scene import Scene


def asked(scene: Scene, case_id: Any) -> dict[str, Any]:
    return scene.do(lambda work: check_case(work, case_id=case_id, occasion="test"))


def test_the_amount_counts_the_persons_of_the_roster(scene, hiring):
    found = asked(scene, hiring(scene.firm(), 1, 2, 3))
    assert (found["holds"], found["amount"]) == (True, Decimal("4500.00"))
    assert "名册 3 人,计入 3 人" in [c["actual"] for c in found["conditions"]]


def test_a_person_of_another_case_is_not_counted_and_its_row_is_named(scene, hiring):
    first = hiring(scene.firm(), 1, 2)
    second = hiring(scene.firm(), 2, 3, 1)
    assert asked(scene, first)["amount"] == Decimal("3000.00")
    found = asked(scene, second)
    assert (found["holds"], found["amount"]) == (True, Decimal("1500.00"))
    zero = [line["text"] for line in found["lines"] if line["amount"] == 0]
    assert [text.split(":")[0] for text in zero] == ["名册第 1 行", "名册第 3 行"]
    condition = next(c for c in found["conditions"] if c["source"] == "人员名册")
    assert condition["actual"] == "名册 3 人,计入 1 人;第 1、3 行已由其他办件计入"
    assert "rows 1, 3 count for other cases" in condition["english"]["actual"]
    # The other firm's case is none of this firm's business.
    assert scene.case(first).number not in str(found)


def test_a_roster_whose_persons_all_count_elsewhere_fails_and_the_refusal_names_the_rows(
    scene, hiring
):
    hiring(scene.firm(), 1, 2)
    second = hiring(scene.firm(), 2, 1)
    found = asked(scene, second)
    assert found["holds"] is False and found["failed"] == [
        "同一人只计一次(不限年度):第 1-2 行均已由其他办件计入"
    ]
    scene.do(lambda work: decisions.refuse(work, second, "不符合条件", "见政策"))
    assert from_json(scene.case(second).refusal)["failed"] == found["failed"]


@pytest.mark.parametrize("end", ["refuse", "withdrawn", "not_accept", "return_case", "terminate"])
def test_a_case_that_comes_to_nothing_lets_its_persons_go(scene, hiring, end):
    first = hiring(scene.firm(), 1)
    second = hiring(scene.firm(), 1)
    assert asked(scene, second)["holds"] is False
    reasons = ("原因", "解释") if end == "refuse" else ("原因",)
    scene.do(lambda work: getattr(decisions, end)(work, first, *reasons))
    assert asked(scene, second)["amount"] == Decimal("1500.00")
    # From here on they count for the second case.
    third = hiring(scene.firm(), 1)
    assert asked(scene, third)["holds"] is False


def test_a_case_taken_up_again_finds_its_persons_gone_to_another(scene, hiring):
    first = hiring(scene.firm(), 1)
    scene.do(lambda work: decisions.terminate(work, first, "原因"))
    hiring(scene.firm(), 1)
    scene.do(lambda work: decisions.begin_again(work, first, "重办"))
    assert asked(scene, first)["holds"] is False


def test_the_persons_of_a_paid_case_stay_counted(scene, hiring):
    first = hiring(scene.firm(), 1)
    scene.do(lambda work: decisions.close(work, first, "paid"))
    assert asked(scene, hiring(scene.firm(), 1))["holds"] is False


def test_a_person_counts_again_in_the_next_year_where_the_policy_counts_by_year(scene, hiring):
    count_persons(scene, {"fact": "hires", "period": "year"})
    hiring(scene.firm(), 1)
    again = hiring(scene.firm(), 1)
    assert asked(scene, again)["holds"] is False
    scene.do(
        lambda work: work.connection.execute(text("update policy_version set valid_to = null"))
    )
    scene.runtime.time.set(datetime(2027, 3, 1, 1, 0, tzinfo=UTC))
    next_year = hiring(scene.firm(), 1, event_date=date(2027, 3, 1))
    assert asked(scene, next_year)["amount"] == Decimal("1500.00")


def test_a_basis_is_added_up_over_the_persons_that_are_left(scene, hiring):
    count_persons(scene, {"fact": "hires", "period": "ever", "basis": "人年"})
    hiring(scene.firm(), 2)

    def act(work):
        rows = persons(1, 2, 3)
        for row, basis in zip(rows, ("0.5", "1", "0.25"), strict=True):
            object.__setattr__(row, "basis", Decimal(basis))
        roster_id = keeping.keep(work, "I", rows)
        return open_case(work, "I@1", firm, "portal", {}, "a", roster_id=roster_id)

    firm = scene.firm()
    assert asked(scene, scene.do(act))["amount"] == Decimal("1125.00")


def test_a_policy_that_counts_persons_is_not_applied_for_without_a_roster(scene, hiring):
    firm = scene.firm()
    with pytest.raises(InvalidInput) as refused:
        scene.do(lambda work: open_case(work, "I@1", firm, "portal", {"hires": 3}, "a"))
    assert "roster" in refused.value.fields


def test_an_application_being_prepared_sees_who_is_counted_elsewhere(scene, hiring):
    hiring(scene.firm(), 1)
    firm = scene.firm()

    def act(work):
        mine = keeping.keep(work, "I", persons(1, 2))
        return check(work, "I@1", firm, date(2026, 3, 2), {}, roster_id=mine)

    assert scene.do(act).amount == Decimal("1500.00")


def test_more_than_the_persons_left_is_neither_approved_nor_entitled(scene, hiring):
    first = hiring(scene.firm(), 1)
    second = hiring(scene.firm(), 1, 2)
    asked(scene, second)
    with pytest.raises(BusinessError) as refused:
        scene.do(lambda work: decisions.approve(work, second, "同意", Decimal("3000.00")))
    assert refused.value.code == "amount_above_rule"
    with pytest.raises(BusinessError) as refused:
        scene.do(lambda work: entitlements.entitle(work, second, Decimal("3000.00")))
    assert refused.value.code == "not_payable"
    assert scene.do(lambda work: entitlements.entitle(work, first, Decimal("1500.00")))


def test_of_two_firms_at_the_same_moment_one_wins_and_the_other_is_told(scene, hiring):
    firms = [scene.firm(), scene.firm()]
    first_claimed, go_on = threading.Event(), threading.Event()
    found: dict[str, Any] = {}

    def slow(work):
        found["slow"] = opened(work, firms[0], 1, 2)
        first_claimed.set()
        assert go_on.wait(20)

    def fast():
        found["fast"] = scene.do(lambda work: opened(work, firms[1], 3, 2))

    one = threading.Thread(target=lambda: scene.runtime.run(SYSTEM, slow))
    one.start()
    assert first_claimed.wait(20)
    other = threading.Thread(target=fast)
    other.start()
    other.join(0.3)
    assert other.is_alive()  # it waits for the first one's commit
    go_on.set()
    one.join(20)
    other.join(20)
    assert asked(scene, found["slow"])["amount"] == Decimal("3000.00")
    answer = asked(scene, found["fast"])
    assert answer["amount"] == Decimal("1500.00")
    assert any(
        "第 2 行已由其他办件计入" in c["actual"] for c in answer["conditions"] if c["actual"]
    )


def test_rosters_in_opposite_orders_never_wait_in_a_circle(scene, hiring):
    firms = [scene.firm() for _ in range(6)]
    faults: list[Exception] = []

    def one(place: int) -> None:
        serials = list(range(1, 60))
        if place % 2:
            serials.reverse()
        try:
            scene.do(lambda work: opened(work, firms[place], *serials))
        except EngineError as error:
            faults.append(error)

    threads = [threading.Thread(target=one, args=(place,)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    counted = scene.do(lambda work: work.connection.execute(select(person_claim)).all())
    assert len(counted) == 59 and len({row.roster_id for row in counted}) == 1


@given(st.data())
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_happens_nobody_counts_twice_and_everybody_free_can_be_counted(
    scene, hiring, data
):
    live: list[Any] = []
    for _ in range(data.draw(st.integers(2, 8))):
        if live and data.draw(st.booleans()):
            gone = live.pop(data.draw(st.integers(0, len(live) - 1)))
            scene.do(lambda work, gone=gone: decisions.withdrawn(work, gone, "撤回"))
        else:
            serials = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=4, unique=True))
            live.append(hiring(scene.firm(), *serials))
    found = [asked(scene, one) for one in live]
    rows = scene.do(
        lambda work: (
            work.connection.execute(
                select(roster_person.c.number_hash).where(
                    roster_person.c.roster_id.in_([scene.case(one).roster_id for one in live])
                )
            )
            .scalars()
            .all()
        )
    )
    assert sum(one["amount"] for one in found) == 1500 * len(set(rows))
    for one in live:
        scene.do(lambda work, one=one: decisions.withdrawn(work, one, "撤回"))
    assert scene.do(lambda work: work.connection.execute(select(person_claim)).all()) == []


def test_numbers_are_in_no_other_column_than_the_encrypted_one(scene, hiring):
    first = hiring(scene.firm(), 1, 2)
    second = hiring(scene.firm(), 1)
    for case_id in (first, second):
        asked(scene, case_id)
    scene.do(lambda work: decisions.refuse(work, second, "不符合", "见政策"))
    scene.do(lambda work: decisions.approve(work, first, "同意", None))
    scene.drain()

    def everything(work):
        tables = work.connection.scalars(
            text(
                "select table_name from information_schema.tables where table_schema = 'public' "
                "and table_type = 'BASE TABLE'"
            )
        ).all()
        for name in tables:
            for (row,) in work.connection.execute(text(f'select t::text from "{name}" t')):
                for serial in (1, 2):
                    plain = number(serial)
                    assert plain not in row and plain.encode().hex() not in row, name
                    assert f"张{serial}" not in row, name
        states = [bytes(s) for s in work.connection.scalars(text("select state from instance"))]
        assert any(scene.case(first).number.encode() in state for state in states)
        assert not any(number(1).encode() in state for state in states)

    scene.do(everything)


def test_full_numbers_are_read_with_a_reason_that_is_recorded(scene, hiring):
    roster_id = scene.case(hiring(scene.firm(), 1, 2)).roster_id
    with pytest.raises(InvalidInput):
        scene.do(lambda work: keeping.read(work, roster_id, " "))
    found = scene.do(lambda work: keeping.read(work, roster_id, "与参保名单比对"))
    assert {place: one.number for place, one in found.items()} == {1: number(1), 2: number(2)}
    assert number(1) not in repr(found)
    (kept,) = scene.do(lambda work: keeping.readings(work, roster_id))
    assert (kept.reason, kept.account) == ("与参保名单比对", SYSTEM.id)


def test_names_and_numbers_go_two_years_after_the_end_and_nobody_counts_again(scene, hiring):
    first = hiring(scene.firm(), 1)
    scene.do(lambda work: decisions.close(work, first, "paid"))
    roster_id = scene.case(first).roster_id
    scene.runtime.time.set(START + keeping.KEPT - timedelta(days=1))
    assert scene.do(keeping.erase_old) == 0
    scene.runtime.time.set(START + keeping.KEPT + timedelta(days=1))
    assert scene.do(keeping.erase_old) == 1 and scene.do(keeping.erase_old) == 0
    (row,) = scene.do(lambda work: work.connection.execute(select(roster_person)).all())
    assert (row.identity_encrypted, row.name_masked, row.number_masked) == (None, "", "")
    assert scene.do(lambda work: keeping.read(work, roster_id, "审计")) == {}
    scene.do(lambda w: w.connection.execute(text("update policy_version set valid_to = null")))
    assert asked(scene, hiring(scene.firm(), 1))["holds"] is False


def test_a_roster_that_nobody_sent_goes_with_its_time(scene, hiring):
    scene.do(lambda work: keeping.keep(work, "I", persons(1)))
    assert scene.do(keeping.erase_old) == 0
    scene.runtime.time.set(START + keeping.DRAFT_KEPT + timedelta(days=1))
    assert scene.do(keeping.erase_old) == 1
    assert scene.do(lambda work: work.connection.execute(select(roster)).all()) == []


def test_offices_see_which_case_counts_a_person(scene, hiring):
    first = scene.case(hiring(scene.firm(), 1))
    second = scene.case(hiring(scene.firm(), 1, 2))

    def act(work):
        from handlers.cases import case_files

        row = case_files.get(work, second.id)
        return claims.shown(work, second.roster_id, row, row.event_date)

    assert [one.other for one in scene.do(act)] == [first.number, None]
