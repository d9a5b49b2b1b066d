"""Instances go on by another version where they stand: tasks, drafts, timers and calls are kept."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from sqlalchemy import func, select, text

from engine import messages, operations, user_tasks
from engine.errors import Conflict
from engine.jobs import return_jobs_of_dead_workers
from engine.operations import Back, Migrate, Skip, Suspend, batches
from engine.reactions import Refused
from engine.tables import instance, operation_item, outside_call, timer, user_task
from tests.engine.operations.conftest import LI, ROOT
from tests.engine.operations.drawing import (
    call,
    each,
    end,
    fork,
    message,
    note,
    part,
    pay,
    person,
    process,
    script,
    start,
)
from tests.engine.operations.drawing import (
    timer as boundary,
)

OLD = process("p", "s > a > b > e; late > e2", start(), person("a"), boundary("late", "a"),
              person("b"), end("e", "e2"))  # fmt: skip
NEW = process("p", "s > a > x > b > e; late > e2; soon > e2", start(), person("a"),
              boundary("late", "a"), boundary("soon", "a", "P1D"), script("x", "{ added: true }"),
              person("b", role="head"), end("e", "e2"))  # fmt: skip


def test_a_migrated_instance_goes_on_by_the_new_version(desk):
    desk.publish(OLD)
    case = desk.start({"k": 1})
    release = desk.publish(NEW)
    shown = desk.apply(case, Migrate(), reason="新版上线")
    assert desk.row(case).release_id == release
    assert [i.element for i in shown.added] == ["soon"]
    assert [(i.kind, i.element) for i in shown.kept] == [("task", "a"), ("timer", "late")]
    desk.answer(case, "a")
    assert desk.data(case, "b")["added"] is True and desk.task(case, "b").role == "head"
    event = desk.event(case, "migrated")
    assert (event.reason, event.data["release"]) == ("新版上线", release)


def test_holder_draft_due_date_and_moved_timer_are_kept(desk):
    desk.publish(OLD)
    case = desk.start()
    task = desk.task(case, "a")
    desk.runtime.run(LI, lambda work: user_tasks.claim(work, task.id))
    desk.runtime.run(LI, lambda work: user_tasks.save(work, task.id, {"count": 7}))
    with desk.runtime.database.begin() as connection:
        connection.execute(text("update timer set due_at = due_at + interval '5 days', "
                                "moved_by = interval '5 days', held_at = now()"))  # fmt: skip
    before = desk.rows(select(timer)), desk.task(case, "a")
    desk.publish(NEW)
    desk.apply(case, Migrate())
    (kept,) = [row for row in desk.rows(select(timer)) if row.element == "late"]
    after = desk.task(case, "a")
    assert [kept] == before[0]
    assert (after.id, after.assignee, after.due_at) == (task.id, "li", before[1].due_at)
    assert user_tasks.saved_answer(after)["count"] == 7


def test_an_element_that_is_gone_is_refused_until_it_is_mapped(desk):
    desk.publish(OLD)
    case = desk.start()
    renamed = process("p", "s > a2 > b > e; late2 > e2", start(), person("a2"),
                      boundary("late2", "a2"), person("b"), end("e", "e2"))  # fmt: skip
    desk.publish(renamed)
    shown = desk.preview(case, Migrate())
    assert "“a”" in str(shown.refusals[0]) and "does not have" in shown.refusals[0].english
    with pytest.raises(Refused):
        desk.apply(case, Migrate())
    task = desk.task(case, "a")
    due = desk.rows(select(timer.c.due_at))
    desk.apply(case, Migrate(elements={"a": "a2", "late": "late2"}))
    assert desk.task(case, "a2").id == task.id and desk.timers(case) == ["late2"]
    assert desk.rows(select(timer.c.due_at)) == due
    desk.answer(case, "a2")
    assert desk.places(case) == ["b"]
    desk.apply(case, Back(to="a2"))
    assert desk.places(case) == ["a2"]


def test_a_boundary_event_that_is_gone_takes_its_timer_with_it(desk):
    desk.publish(OLD)
    case = desk.start()
    desk.publish(process("p", "s > a > b > e", start(), person("a"), person("b"), end("e")))
    shown = desk.apply(case, Migrate())
    assert [(i.kind, i.element) for i in shown.removed] == [("timer", "late")]
    desk.answer(case, "a")
    desk.answer(case, "b")
    assert desk.row(case).status == "completed"


def test_a_person_does_not_become_a_machine(desk):
    desk.publish(OLD)
    case = desk.start()
    desk.publish(process("p", "s > a > b > e", start(), script("a", "{ x: 1 }"), person("b"),
                         end("e")))  # fmt: skip
    assert "不是同一类" in str(desk.preview(case, Migrate()).refusals[0])


def test_a_call_under_way_is_kept_and_its_answer_arrives(desk):
    desk.publish(process("p", "s > pay > e", start(), pay("pay"), end("e")))
    case = desk.start()
    (before,) = desk.rows(select(outside_call))
    desk.publish(process("p", "s > pay > b > e", start(), pay("pay"), person("b"), end("e")))
    desk.apply(case, Migrate())
    assert desk.rows(select(outside_call)) == [before]
    desk.drain()
    assert desk.places(case) == ["b"] and desk.data(case, "b")["paid"] is True
    other = desk.start()
    desk.publish(process("p", "s > pay > b > e", start(), note("pay"), person("b"), end("e")))
    assert "另一个处理程序" in str(desk.preview(other, Migrate()).refusals[0])


def test_a_failed_step_is_cured_by_a_new_version(desk):
    desk.publish(
        process("p", "s > n > b > e", start(), note("n", "missing"), person("b"), end("e"))
    )
    case = desk.start()
    desk.publish(
        process("p", "s > n > b > e", start(), note("n", "'found'"), person("b"), end("e"))
    )
    desk.apply(case, Migrate())
    (found,) = desk.rows(text("select task_id from incident where status = 'open'"))
    desk.apply(case, operations.Retry(found.task_id))
    assert desk.notes() == ["found"] and desk.places(case) == ["b"]


INNER = process("c", "cs > ca > cb > ce", start("cs"), person("ca"), person("cb"), end("ce"))


def test_calls_sub_processes_loops_branches_and_messages_are_carried_over(desk):
    def version(extra):
        return process(
            "p",
            f"s > fork > call > join > {extra} > e; fork > sub > join; fork > many > join; "
            "fork > told > join",
            start(), fork("fork"), call("call", "c", [("amount", "k * 2")], [("done", "count")]),
            part("sub", start("is"), person("ia"), end("ie"), way="is > ia > ie"),
            person("many", each()), message("told", "key"), fork("join"), person(extra), end("e"),
        )  # fmt: skip

    desk.publish(INNER, version("z"))
    case = desk.start({"k": 1, "items": ["x", "y"], "key": "K"})
    desk.answer(case, "ca")
    (one, _) = desk.rows(select(user_task.c.id).where(user_task.c.element == "many"))
    answer = {"agreed": True, "count": 1}
    desk.runtime.run(LI, lambda work: user_tasks.complete(work, one.id, answer))
    before = desk.places(case)
    assert before == ["call/cb", "many", "sub/ia", "told"]
    desk.publish(INNER, version("y"))
    desk.apply(case, Migrate())
    assert desk.places(case) == before
    desk.answer(case, "ia")
    desk.answer(case, "cb", count=5)
    desk.answer(case, "many")
    desk.runtime.run(ROOT, lambda work: messages.send(work, "told", "K", {}))
    desk.drain()
    assert desk.places(case) == ["y"] and desk.data(case, "y")["done"] == 5
    desk.answer(case, "y")
    assert desk.row(case).status == "completed"


def test_an_arrival_at_a_join_is_carried_over_or_refused(desk):
    def version(ways, *inside):
        return process("p", f"s > fork; {ways}; join > e", start(), fork("fork"), *inside,
                       fork("join"), end("e"))  # fmt: skip

    desk.publish(version("fork > a > join; fork > b > join", person("a"), person("b")))
    case, other = desk.start(), desk.start()
    desk.answer(case, "a")
    desk.answer(other, "a")
    three = version("fork > a > join; fork > b > c > join", person("a"), person("b"), person("c"))
    desk.publish(three)
    desk.apply(case, Migrate())
    assert desk.places(case) == ["b", "join"]
    desk.answer(case, "b")
    desk.answer(case, "c")
    assert desk.row(case).status == "completed"
    desk.publish(version("fork > d > join; fork > b > join", person("d"), person("b")))
    assert "那条进入的线" in str(desk.preview(other, Migrate()).refusals[0])


def test_a_suspended_instance_is_migrated_and_stays_suspended(desk):
    desk.publish(OLD)
    case = desk.start()
    desk.apply(case, Suspend())
    release = desk.publish(NEW)
    desk.apply(case, Migrate())
    assert (desk.row(case).status, desk.row(case).release_id) == ("suspended", release)


def test_one_who_runs_on_that_release_already_is_refused(desk):
    release = desk.publish(OLD)
    case = desk.start()
    assert not desk.preview(case, Migrate()).allowed
    assert not desk.preview(case, Migrate(release=release + 7)).allowed


# -- many


def many(desk, number):
    """Instances at two places, and one at an element that the new version lacks."""
    desk.publish(process("p", "s > a > b > old > e; late > e2", start(), person("a"),
                         boundary("late", "a"), person("b"), person("old"), end("e", "e2")))  # fmt: skip
    cases = [desk.start({"n": n}, key=f"K{n}") for n in range(number)]
    for case in cases[::2]:
        desk.apply(case, Skip())
    desk.apply(cases[0], Skip())
    return cases


def counts(desk, batch):
    found = desk.runtime.run(ROOT, lambda work: batches.progress(work, batch))
    return found.waiting, found.done, found.refused


def begin(desk, cases, operation):
    return desk.runtime.run(
        ROOT, lambda work: batches.start(work, operation, cases, reason="新版上线")
    )


def check_all(desk, cases, batch, release):
    assert counts(desk, batch) == (0, len(cases) - 1, 1)
    (refused,) = desk.runtime.run(ROOT, lambda work: batches.refusals(work, batch))
    assert refused.instance_id == cases[0] and "“old”" in refused.text
    on = select(func.count()).where(
        instance.c.definition_id
        == select(text("id")).select_from(text("definition")).where(
            text(f"release_id = {release} and process_id = 'p'")
        ).scalar_subquery()
    )  # fmt: skip
    assert desk.rows(on)[0][0] == len(cases) - 1
    done = desk.rows(text("select count(*) from event where kind = 'migrated'"))
    assert done[0][0] == len(cases) - 1
    ended = desk.runtime.run(ROOT, lambda work: batches.progress(work, batch)).ended_at
    assert ended is not None


def test_a_batch_is_stopped_and_no_further_instance_is_taken(desk):
    cases = many(desk, 3)
    desk.publish(NEW)
    batch = begin(desk, cases, Migrate())
    desk.runtime.run(ROOT, lambda work: batches.stop(work, batch))
    desk.drain()
    assert counts(desk, batch) == (3, 0, 0)
    with pytest.raises(Conflict):
        desk.runtime.run(ROOT, lambda work: batches.stop(work, batch))


def killed_in_the_middle(desk, cases):
    """A worker is killed (kill -9) just before a piece commits; another goes on."""
    release = desk.publish(NEW)
    batch = begin(desk, cases, Migrate())
    batches.run_piece(desk.runtime, batch)
    url = desk.runtime.database.url.render_as_string(hide_password=False)
    dying = subprocess.run(
        [sys.executable, "-m", "tests.crash.worker", url, "worker"],
        env={**os.environ, "RONGYIDUI_CRASH_AT": "before commit"},
        timeout=300,
        check=False,
    )
    assert dying.returncode == -9
    assert counts(desk, batch)[0] == len(cases) - batches.PIECE
    with desk.runtime.database.begin() as connection:
        connection.execute(
            text("update procrastinate_workers set last_heartbeat = now() - interval '1 hour'")
        )
        assert return_jobs_of_dead_workers(connection) >= 1
    desk.drain()
    check_all(desk, cases, batch, release)
    twice = select(operation_item.c.instance_id).group_by(operation_item.c.instance_id).having(
        func.count() > 1
    )  # fmt: skip
    assert desk.rows(twice) == []


def test_many_are_migrated_in_pieces_though_a_worker_is_killed(desk):
    cases = many(desk, 50)
    killed_in_the_middle(desk, cases)
    by = desk.event(cases[1], "migrated")
    assert (by.actor, by.reason) == ("root", "新版上线")


def test_a_trial_says_beforehand_who_will_be_refused(desk):
    cases = many(desk, 4)
    desk.publish(NEW)
    dry = desk.runtime.run(ROOT, lambda work: batches.trial(work, Migrate(), cases))
    assert list(dry) == [cases[0]] and "“old”" in str(dry[cases[0]][0])


@pytest.mark.long
def test_two_thousand_are_migrated_though_a_worker_is_killed(desk):
    killed_in_the_middle(desk, many(desk, 2000))


def test_nobody_is_asked_twice_for_the_same_instance(desk):
    desk.publish(OLD)
    case = desk.start()
    desk.publish(NEW)
    batch = begin(desk, [case, case], Migrate())
    desk.drain()
    assert counts(desk, batch) == (0, 1, 0)
