"""What the engine does sooner than the library comes out the same."""

from __future__ import annotations

import pytest
from SpiffWorkflow.util.event import Event
from SpiffWorkflow.util.task import TaskIterator, TaskState

from engine.bench.models import INSTANT, PROMISED
from engine.bench.ours import OurTwin
from engine.values import copied


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
