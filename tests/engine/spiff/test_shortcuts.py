"""What the engine does sooner than the library comes out the same."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

import pytest
from SpiffWorkflow.util.event import Event
from SpiffWorkflow.util.task import TaskIterator, TaskState

from engine.bench.models import INSTANT, PROMISED
from engine.bench.ours import OurTwin
from engine.spiff.shortcuts import random_id
from engine.values import copied


def test_ids_are_random_uuids_and_never_the_same():
    ids = [random_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    made = [UUID(int=number) for number in ids]
    assert {(identity.version, identity.variant) for identity in made} == {(4, RFC_4122)}


def test_threads_that_make_ids_together_never_meet():
    def many(_):
        return [random_id() for _ in range(20_000)]

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            ids = [one for found in threads.map(many, range(4)) for one in found]
    finally:
        sys.setswitchinterval(before)
    assert len(set(ids)) == 80_000


def test_a_forked_process_makes_ids_of_its_own():
    random_id()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, random_id().to_bytes(16, "big"))
        os._exit(0)
    os.waitpid(child, 0)
    theirs = int.from_bytes(os.read(reading, 16), "big")
    os.close(reading)
    os.close(writing)
    assert theirs not in [random_id() for _ in range(600)]


def test_neighbours_of_a_spec_follow_when_one_is_added():
    spec = OurTwin(PROMISED).process.spec
    split, end = spec.task_specs["split"], spec.task_specs["end"]
    assert [s.name for s in split.outputs] == ["site_survey", "expert_review"]
    split.outputs.clear()
    split.connect(end)
    assert [s.name for s in split.outputs] == ["site_survey", "expert_review", "end"]


def test_an_event_with_a_listener_is_told():
    event, heard = Event(), []
    assert event.emit(1) is None
    event.connect(heard.append)
    event.emit(2)
    event(3)
    assert heard == [2, 3]


@pytest.mark.parametrize("model", [INSTANT, PROMISED], ids=lambda model: model.id)
def test_scans_find_what_walks_over_the_tree_find(model):
    twin = OurTwin(model)
    run = twin.start(model.data)
    while True:
        workflow = run.workflow
        walked = list(TaskIterator(workflow.task_tree))
        unfinished = any(t.has_state(TaskState.NOT_FINISHED_MASK) for t in walked)
        assert workflow.is_completed() is not unfinished
        people = twin.people(run)
        if not people:
            break
        twin.complete(run, people[0], {})


def test_a_value_shared_along_a_path_is_not_changed_by_a_join():
    twin = OurTwin(PROMISED)
    run = twin.start(PROMISED.data)
    twin.complete(run, twin.people(run)[0], {})
    survey, review = sorted(twin.people(run), key=lambda p: p.element, reverse=True)
    before = copied(run.data_of(review.task_id))
    twin.complete(run, survey, {"enterprise": {"contact": {"name": "李四"}}})
    assert run.data_of(review.task_id) == before
