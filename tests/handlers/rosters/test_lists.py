"""Lists by person: a department pushes who is paid for, without any application."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from engine import user_tasks
from engine.definitions import publish
from engine.errors import InvalidInput
from engine.tables import user_task
from engine.values import from_json
from handlers.cases import lists
from handlers.catalogue.tables import policy_version
from handlers.rosters import keeping
from handlers.rosters.tables import person_claim, roster
from tests.conftest import START
from tests.engine.dmn.tables import dmn, literal, table
from tests.handlers.rosters.people import persons
from tests.handlers.scene import HEAD, REVIEWER, Scene
from tests.scenarios import play

DAY = date(2026, 3, 2)


@pytest.fixture
def talents(scene: Scene) -> Scene:
    """The shipped diagrams; policy A pays 1,500 yuan for each person of a list, once a year."""
    rules = [['not("房地产")', '"房地产除外"']]
    decisions = dmn(
        table("conditions", "RULE ORDER", [("行业", "industry", "")], ["text"], rules),
        literal("amount", "hires * 1500"),
    )
    scene.do(lambda w: publish(w, {**play.release(), "bpmn/decisions/a.dmn": decisions}))
    rule = {
        "exclusivity": {"persons": {"fact": "hires", "period": "year"}},
        "inputs": [{"name": "hires", "label": "人才人数", "kind": "number"}],
    }
    of_a = policy_version.c.id == "A@1"
    scene.do(lambda w: w.connection.execute(update(policy_version).where(of_a).values(rule)))
    return scene


def push(scene: Scene, *rows: tuple[UUID, tuple[int, ...]]) -> UUID:
    """Proposes a list: firms, each with the serials of its persons."""
    given = [
        {"uscc": scene.uscc(firm), "persons": persons(*serials), "event_key": "第一批"}
        for firm, serials in rows
    ]
    found: UUID = scene.do(lambda work: lists.propose_list(work, "A@1", DAY, given), REVIEWER)
    scene.drain()
    return found


def sign(scene: Scene) -> None:
    answers = (
        (REVIEWER, {"list_decision": "submit"}),
        (HEAD, {"sign_decision": "sign", "sign_opinion": "同意"}),
    )
    for actor, answer in answers:
        scene.do(lambda work, answer=answer: user_tasks.complete(work, _open(work), answer), actor)
        scene.drain()


def _open(work: Any) -> UUID:
    task: UUID = work.connection.scalars(
        select(user_task.c.id).where(user_task.c.status == "open")
    ).one()
    return task


def lines(scene: Scene, list_id: UUID) -> list[Any]:
    found: list[Any] = scene.do(lambda work: lists.lines(work, list_id))
    return found


def claimed(scene: Scene) -> int:
    rows = scene.do(lambda work: work.connection.execute(select(person_claim)).all())
    return len(rows)


def test_each_line_is_paid_for_its_persons_and_explains_each_of_them(talents):
    first, second = talents.firm(), talents.firm()
    list_id = push(talents, (first, (1, 2)), (second, (3, 2, 4)))
    found = lines(talents, list_id)
    assert [line.amount for line in found] == [Decimal("3000.00")] * 2
    answer = from_json(found[1].result)
    condition = next(one for one in answer["conditions"] if one["source"] == "人员名册")
    assert condition["actual"] == "名册 3 人,计入 2 人;第 2 行已由其他办件计入"
    assert [line["text"] for line in answer["lines"] if not line["amount"]] == [
        "名册第 2 行:已由其他办件计入(2026 年度),不再计算"
    ]
    sign(talents)
    rows = {row.enterprise_id: (row.amount, row.status) for row in talents.entitlement_rows()}
    assert rows == {firm: (Decimal("3000.00"), "ordered") for firm in (first, second)}
    cases = [talents.case(line.case_id) for line in lines(talents, list_id)]
    assert [from_json(case.check_result)["lines"] for case in cases][1] == answer["lines"]
    assert claimed(talents) == 4


def test_a_second_list_of_the_year_pays_no_person_again(talents):
    push(talents, (talents.firm(), (1, 2)))
    sign(talents)
    (line,) = lines(talents, push(talents, (talents.firm(), (2, 1))))
    assert line.status == "returned"
    assert "不满足: 同一人只计一次(2026 年度):第 1-2 行均已由其他办件计入" in line.reasons


def test_a_line_that_goes_back_leaves_its_persons_to_the_next_one(talents):
    builder, good = talents.firm(industry="房地产"), talents.firm()
    found = lines(talents, push(talents, (builder, (1, 2)), (good, (2, 3))))
    assert [line.status for line in found] == ["returned", "proposed"]
    assert found[1].amount == Decimal("3000.00")
    assert claimed(talents) == 2


@pytest.mark.parametrize("end", ["left out", "cancelled"])
def test_what_is_not_signed_lets_its_persons_go(talents, end):
    list_id = push(talents, (talents.firm(), (1, 2)))
    assert claimed(talents) == 2
    (line,) = lines(talents, list_id)
    if end == "left out":
        talents.do(lambda work: lists.leave_out(work, line.id, "已离职"), REVIEWER)
    else:
        talents.do(lambda work: lists.cancel_list(work, list_id, "重报"))
    assert claimed(talents) == 0


def test_a_roster_goes_with_its_time_unless_its_line_may_still_be_paid(talents):
    kept = push(talents, (talents.firm(), (1,)))
    gone = push(talents, (talents.firm(), (2,)))
    talents.do(lambda work: lists.cancel_list(work, gone, "重报"))
    talents.runtime.time.set(START + keeping.DRAFT_KEPT + timedelta(days=1))
    assert talents.do(keeping.erase_old) == 1
    assert lines(talents, gone)[0].roster_id is None
    (left,) = talents.do(lambda work: work.connection.scalars(select(roster.c.id)).all())
    assert left == lines(talents, kept)[0].roster_id


def test_a_list_of_a_policy_by_person_has_persons_and_no_other_list_has(talents):
    code = talents.uscc(talents.firm())
    with pytest.raises(InvalidInput, match="第 1 行没有人员名册"):
        talents.do(lambda work: lists.propose_list(work, "A@1", DAY, [{"uscc": code}]), REVIEWER)
    with pytest.raises(InvalidInput, match="随名单"):
        talents.do(lambda work: lists.propose_list(work, "A@1", DAY), REVIEWER)
    nobody = update(policy_version).values(exclusivity={})
    talents.do(lambda work: work.connection.execute(nobody))
    with pytest.raises(InvalidInput, match="不按人计算"):
        push(talents, (talents.firm(), (1,)))


def test_two_lists_at_the_same_moment_count_each_person_once_and_never_wait_in_a_circle(talents):
    firms = [talents.firm() for _ in range(4)]
    orders = [((firms[0], (1, 2)), (firms[1], (3, 4))), ((firms[2], (4, 3)), (firms[3], (2, 1)))]
    gate, faults, found = threading.Barrier(2), [], []

    def run(rows: Any) -> None:
        given = [
            {"uscc": talents.uscc(firm), "persons": persons(*serials), "event_key": "第一批"}
            for firm, serials in rows
        ]
        gate.wait(20)
        try:
            found.append(
                talents.do(lambda work: lists.propose_list(work, "A@1", DAY, given), REVIEWER)
            )
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=run, args=(rows,)) for rows in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    listed = [line for list_id in found for line in lines(talents, list_id)]
    good = [line.amount for line in listed if line.status == "proposed"]
    assert sum(good) == 4 * 1500 and claimed(talents) == 4
