"""Two acts on one case at the same moment, in every order of their turns: one wins, one is told."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from engine import (
    definitions,
    instances,
    messages,
    operations,
    timers,
    user_tasks,
    verify,
)
from engine.actor import SYSTEM, Actor
from engine.errors import Conflict
from engine.tables import instance, message, timer, user_task
from tests.conftest import START
from tests.engine.example import EXAMPLE, FORM, REVIEWER, prepare
from tests.engine.interleave import interleave, schedules

LI = Actor("li", "李", frozenset([REVIEWER]))
WANG = Actor("wang", "王", frozenset([REVIEWER]))
FILES = {
    "bpmn/races.bpmn": (Path(__file__).parent / "races.bpmn").read_bytes(),
    "forms/example.form": FORM,
}
ANSWER = {"agreed": True, "count": 1}
TURNS = 6


@pytest.fixture
def runtime(runtime):
    prepare(runtime.database)
    found = dataclasses.replace(runtime, registry=EXAMPLE)
    found.run(SYSTEM, lambda work: definitions.publish(work, FILES))
    return found


class Scene:
    """A fresh case that waits for a person, a due timer and a message that is there."""

    def __init__(self, runtime):
        self.runtime = runtime
        runtime.time.set(START)
        key = f"K{next(NUMBERS)}"
        self.instance = runtime.run(
            SYSTEM, lambda work: instances.start(work, "races", {"owner": key}, key)
        )
        runtime.time.set(START + timedelta(days=1))
        self.message = runtime.run(SYSTEM, lambda work: messages.send(work, "withdrawn", key, {}))
        with runtime.database.begin() as connection:
            connection.execute(text("delete from noted"))
            of = self.instance
            self.task = connection.scalar(
                select(user_task.c.id).where(user_task.c.instance_id == of)
            )
            self.timer = connection.execute(select(timer).where(timer.c.instance_id == of)).one()

    def complete(self, actor=LI):
        return self.runtime.run(
            actor, lambda work: user_tasks.complete(work, self.task, ANSWER) or "reviewed"
        )

    def complete_by_another(self):
        return self.complete(WANG)

    def fire(self):
        return timers.fire(self.runtime, self.timer.task_id, self.timer.element) and "late"

    def deliver(self):
        return messages.deliver(self.runtime, self.message) and "withdrawn"

    def cancel(self):
        return self.runtime.run(
            LI,
            lambda work: (
                operations.apply(work, self.instance, operations.Cancel(), reason="撤回")
                and "cancelled"
            ),
        )

    def claim(self):
        return self.runtime.run(WANG, lambda work: user_tasks.claim(work, self.task) or "claimed")

    def one(self, statement):
        with self.runtime.database.connect() as connection:
            return connection.execute(statement).all()

    def check(self, outcomes):
        """Exactly one act took effect, the other was told; nothing is left behind."""
        won = [found for found in outcomes if isinstance(found, str)]
        lost = [found for found in outcomes if not isinstance(found, str)]
        assert len(won) == 1 and len(lost) == 1, outcomes
        # A job (timer, message) that comes too late finds nothing to do; a person gets a sentence.
        assert lost[0] is False or (isinstance(lost[0], Conflict) and lost[0].message), lost
        notes = [row.text for row in self.one(text("select text from noted"))]
        assert notes == [n for n in won if n != "cancelled"]
        (row,) = self.one(select(instance).where(instance.c.id == self.instance))
        assert row.status == ("cancelled" if won == ["cancelled"] else "completed")
        (task,) = self.one(select(user_task).where(user_task.c.id == self.task))
        assert task.status == ("completed" if won == ["reviewed"] else "cancelled")
        (sent,) = self.one(select(message).where(message.c.id == self.message))
        assert (sent.delivered_at is not None) == (won == ["withdrawn"])


NUMBERS = itertools.count(1)
PAIRS = [
    (Scene.complete, Scene.complete_by_another),
    (Scene.complete, Scene.fire),
    (Scene.complete, Scene.deliver),
    (Scene.complete, Scene.cancel),
    (Scene.fire, Scene.deliver),
    (Scene.fire, Scene.cancel),
    (Scene.fire, Scene.fire),
    (Scene.deliver, Scene.cancel),
    (Scene.deliver, Scene.deliver),
    (Scene.cancel, Scene.cancel),
]
IDS = [f"{one.__name__}-{other.__name__}" for one, other in PAIRS]


def race(runtime, pair, orders):
    """Lets a pair of acts meet on fresh cases, once in each order; `verify` looks at all of them."""
    for schedule in orders:
        scene = Scene(runtime)
        acts = [lambda act=act, scene=scene: act(scene) for act in pair]
        scene.check(interleave(runtime, acts, schedule))
    assert runtime.run(SYSTEM, lambda work: list(verify.findings(work))) == []


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_of_two_acts_at_the_same_moment_one_wins(runtime, pair):
    seed = IDS.index("-".join(act.__name__ for act in pair))
    race(runtime, pair, schedules(TURNS, count=4, seed=seed))


@pytest.mark.long
@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_of_two_acts_one_wins_in_every_order_of_their_turns(runtime, pair):
    places = range(2 * TURNS)
    chosen = itertools.combinations(places, TURNS)
    race(runtime, pair, [[0 if place in zeros else 1 for place in places] for zeros in chosen])


@pytest.mark.parametrize("schedule", schedules(4, count=4, seed=7))
def test_a_task_claimed_while_another_completes_it_has_one_holder(runtime, schedule):
    scene = Scene(runtime)
    claimed, completed = interleave(runtime, [scene.claim, scene.complete], schedule)
    (task,) = scene.one(select(user_task).where(user_task.c.id == scene.task))
    if completed == "reviewed":
        assert isinstance(claimed, Conflict) and (task.status, task.ended_by) == ("completed", "li")
    else:
        assert isinstance(completed, Conflict) and claimed == "claimed"
        assert (task.status, task.assignee) == ("open", "wang")
