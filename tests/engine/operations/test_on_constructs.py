"""Operators' verbs on ad-hoc and event sub-processes, compensation and several instances."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import messages
from engine.operations import Back, Cancel, Migrate, Move, Restart, Resume, Skip, Suspend
from engine.tables import user_task
from tests.engine.operations.conftest import ROOT
from tests.engine.operations.drawing import each, end, note, part, person, process, start, timer


def ad_hoc(*inside, until, ordering="Parallel"):
    return (
        f'<bpmn:adHocSubProcess id="visit" name="visit" ordering="{ordering}">{"".join(inside)}'
        f"<bpmn:completionCondition>{until}</bpmn:completionCondition></bpmn:adHocSubProcess>"
    )


def visit(*inside, until='list contains(completedActivities, &quot;b&quot;)', **options):  # fmt: skip
    return process("p", "s > before > visit > after > e", start(), person("before"),
                   ad_hoc(*inside, until=until, **options), person("after"), end("e"))  # fmt: skip


def deep(identity):
    return part(identity, start(f"{identity}_s"), person(f"in_{identity}"), end(f"{identity}_e"),
                way=f"{identity}_s > in_{identity} > {identity}_e")  # fmt: skip


@pytest.fixture
def visited(desk):
    """An instance that stands in an ad-hoc sub-process."""

    def begin(*inside, **options):
        desk.publish(visit(*(inside or (person("a"), person("b"))), **options))
        case = desk.start()
        desk.answer(case, "before")
        return case

    return begin


def test_an_offered_task_that_is_skipped_counts_as_done(desk, visited):
    case = visited()
    desk.apply(case, Skip(element="a"))
    assert desk.places(case) == ["visit/a", "visit/b"]
    desk.apply(case, Skip(element="b"))
    assert desk.places(case) == ["after"]


def test_an_ad_hoc_sub_process_is_skipped_as_a_whole(desk, visited):
    case = visited()
    desk.apply(case, Skip(element="visit"))
    assert desk.places(case) == ["after"]


def test_a_token_leaves_an_ad_hoc_sub_process_and_enters_it_again(desk, visited):
    case = visited()
    desk.apply(case, Move(to="before", element="b"))
    assert desk.places(case) == ["before", "visit/a"]
    desk.apply(case, Move(to="after", element="a"))
    assert desk.places(case) == ["after", "before"]
    desk.apply(case, Move(to="visit/b", element="after"))
    assert desk.places(case) == ["before", "visit/b"]
    desk.answer(case, "b")
    assert desk.places(case) == ["after", "before"]


def test_going_back_into_an_ad_hoc_sub_process_offers_that_activity(desk, visited):
    case = visited()
    desk.answer(case, "b")
    desk.apply(case, Back(to="visit/b"))
    assert desk.places(case) == ["visit/b"]
    desk.answer(case, "b")
    assert desk.places(case) == ["after"]


def test_a_suspended_ad_hoc_sub_process_goes_on_as_it_was(desk, visited):
    case = visited()
    desk.answer(case, "a")
    desk.apply(case, Suspend())
    desk.apply(case, Resume())
    desk.answer(case, "a")
    assert desk.places(case) == ["visit/a", "visit/b"]
    desk.apply(case, Restart())
    assert desk.places(case) == ["before"]
    desk.apply(case, Cancel())
    assert desk.row(case).status == "cancelled"


def test_what_waits_its_turn_begins_when_the_activity_before_it_is_taken_away(desk, visited):
    case = visited(deep("x"), deep("y"), until="false", ordering="Sequential")
    assert desk.places(case) == ["visit/x/in_x"]
    desk.apply(case, Move(to="before", element="x"))
    assert desk.places(case) == ["before", "visit/y/in_y"]


def test_what_waits_its_turn_is_carried_to_another_release(desk, visited):
    case = visited(deep("x"), deep("y"), until="false", ordering="Sequential")
    desk.publish(visit(deep("x"), deep("y"), note("n"), until="false", ordering="Sequential"))
    desk.apply(case, Migrate())
    assert desk.places(case) == ["visit/x/in_x"]
    desk.answer(case, "in_x")
    assert desk.places(case) == ["visit/y/in_y"]
    desk.answer(case, "in_y")
    assert desk.places(case) == ["after"]


# -- event sub-processes

WATCHER = (
    '<bpmn:subProcess id="w" name="w" triggeredByEvent="true"><bpmn:startEvent id="told" name="told" '
    'isInterrupting="{0}" r:key="k"><bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>'
    '{1}<bpmn:endEvent id="we" name="we"/>'
    '<bpmn:sequenceFlow id="w1" sourceRef="told" targetRef="look"/>'
    '<bpmn:sequenceFlow id="w2" sourceRef="look" targetRef="we"/></bpmn:subProcess>'
)


def watched(interrupting, *more):
    watcher = WATCHER.format(str(interrupting).lower(), person("look"))
    return process("p", "s > a > b > e", start(), person("a"), person("b"), end("e"), watcher, *more)  # fmt: skip


def tell(desk):
    desk.runtime.run(ROOT, lambda work: messages.send(work, "told", "7", {}))
    desk.drain()


def test_beside_a_running_event_sub_process_tokens_move_and_come_back(desk):
    desk.publish(watched(False))
    case = desk.start({"k": "7"})
    tell(desk)
    assert desk.places(case) == ["a", "w/look"]
    desk.apply(case, Move(to="b", element="a"))
    desk.apply(case, Move(to="a", element="b"))
    assert desk.places(case) == ["a", "w/look"]
    desk.answer(case, "a")
    desk.apply(case, Back(to="a"))
    assert desk.places(case) == ["a", "w/look"]
    desk.apply(case, Skip(element="w"))
    assert desk.places(case) == ["a"]
    tell(desk)
    assert desk.places(case) == ["a", "w/look"]


def test_a_token_comes_back_out_of_an_interrupting_event_sub_process(desk):
    desk.publish(watched(True))
    case = desk.start({"k": "7"})
    tell(desk)
    assert desk.places(case) == ["w/look"] and desk.findings() == []
    desk.apply(case, Move(to="b", element="look"))
    assert desk.places(case) == ["b"]
    desk.answer(case, "b")
    assert desk.row(case).status == "completed"


def test_a_running_event_sub_process_is_carried_to_another_release(desk):
    desk.publish(watched(False))
    case = desk.start({"k": "7"})
    tell(desk)
    desk.publish(watched(False, timer("late", "a"), end("e2"),
                         '<bpmn:sequenceFlow id="late1" sourceRef="late" targetRef="e2"/>'))  # fmt: skip
    desk.apply(case, Migrate())
    assert desk.places(case) == ["a", "w/look"] and desk.timers(case) == ["late"]
    tell(desk)
    assert desk.places(case) == ["a", "w/look", "w/look"]
    for _ in range(2):
        desk.apply(case, Skip(task_id=open_tasks(desk, "look")[0]))
    assert desk.places(case) == ["a"]


def open_tasks(desk, element):
    wanted = (user_task.c.element == element, user_task.c.status == "open")
    return [row.id for row in desk.rows(select(user_task.c.id).where(*wanted))]


# -- compensation

UNDO = (
    '<bpmn:boundaryEvent id="undone" name="undone" attachedToRef="a"><bpmn:compensateEventDefinition/>'
    '</bpmn:boundaryEvent><bpmn:association id="leads" sourceRef="undone" targetRef="undo"/>'
)


def undoing():
    handler = person("undo").replace(" r:role", ' isForCompensation="true" r:role', 1)
    thrown = (
        '<bpmn:intermediateThrowEvent id="undo_all" name="undo_all">'
        "<bpmn:compensateEventDefinition/></bpmn:intermediateThrowEvent>"
    )
    return process("p", "s > a > b > undo_all > c > e", start(), person("a"), UNDO, handler,
                   person("b"), thrown, person("c"), end("e"))  # fmt: skip


def test_a_skipped_activity_is_undone_like_one_that_was_done(desk):
    desk.publish(undoing())
    case = desk.start()
    desk.apply(case, Skip())
    desk.answer(case, "b")
    assert desk.places(case) == ["undo_all/undo"]


def test_undoing_may_be_skipped_and_left(desk):
    desk.publish(undoing())
    case, other = desk.start(), desk.start()
    for one in (case, other):
        desk.answer(one, "a")
        desk.answer(one, "b")
        assert desk.places(one) == ["undo_all/undo"]
    desk.apply(case, Skip(element="undo"))
    assert desk.places(case) == ["c"]
    desk.apply(other, Move(to="b", element="undo"))
    assert desk.places(other) == ["b"]
    desk.answer(other, "b")
    assert desk.places(other) == ["c"]


def test_undoing_is_suspended_carried_over_and_restarted(desk):
    desk.publish(undoing())
    case = desk.start()
    desk.answer(case, "a")
    desk.answer(case, "b")
    desk.publish(undoing().replace('name="c"', 'name="later"'))
    desk.apply(case, Suspend())
    desk.apply(case, Migrate())
    desk.apply(case, Resume())
    assert desk.places(case) == ["undo_all/undo"]
    desk.answer(case, "undo")
    assert desk.places(case) == ["c"]
    desk.apply(case, Restart())
    assert desk.places(case) == ["a"]


# -- several instances


def test_several_sub_processes_at_once_are_skipped_moved_and_carried_over_one_by_one(desk):
    many = part("many", start("ms"), person("in_many"), end("me"), each(), way="ms > in_many > me")

    def drawn(*more):
        return process("p", "s > many > after > e", start(), many, person("after"), end("e"), *more)

    desk.publish(drawn())
    case = desk.start({"items": ["x", "y", "z"]})
    assert desk.places(case) == ["many/in_many"] * 3
    desk.apply(case, Skip(task_id=open_tasks(desk, "in_many")[0]))
    assert desk.places(case) == ["many/in_many"] * 2
    desk.publish(drawn('<bpmn:textAnnotation id="remark"/>'))
    desk.apply(case, Migrate())
    assert desk.places(case) == ["many/in_many"] * 2
    for task_id in open_tasks(desk, "in_many"):
        desk.apply(case, Skip(task_id=task_id))
    assert desk.places(case) == ["after"]
    desk.apply(case, Back(to="many"))
    assert desk.places(case) == ["many/in_many"] * 3
