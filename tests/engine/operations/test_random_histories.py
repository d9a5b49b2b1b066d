"""Random nets, people and operators at random: whatever they do, replaying the history gives the state."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import definitions, instances, user_tasks
from engine.errors import EngineError
from engine.lint import lint
from engine.operations import Back, Cancel, Migrate, Move, Restart, Skip
from engine.spiff import tokens
from engine.tables import instance, user_task
from tests.engine.operations import drawing
from tests.engine.operations.conftest import LI, REGISTRY, ROOT
from tests.engine.spiff.draw import CATALOGUE
from tests.engine.spiff.random_nets import Net
from tests.engine.spiff.test_repairs import HEAD

ACTS = 14


class People(Net):
    """Nets of which somebody may do the tasks."""

    person, note = staticmethod(drawing.person), staticmethod(drawing.note)


def release(body):
    content = f'{HEAD}{CATALOGUE}<bpmn:process id="p" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
    return {"bpmn/p.bpmn": content.encode(), drawing.FORM_PATH: drawing.FORM}


def drawable(seed, depth):
    """A net that may be published here: the house refuses ends by nothing but an error."""
    while True:
        body = People(seed, depth).body
        if not any(f.severity == "error" for f in lint(release(body), REGISTRY)):
            return body
        seed += 10_000


class Hands:
    """Somebody who does anything that may be done."""

    def __init__(self, desk, seed, depth):
        self.desk, self.chance = desk, random.Random(seed)
        self.body, self.version = drawable(seed, depth), 0
        self.publish()
        self.case = desk.start({"k": "1", "n": 0})

    def publish(self):
        files = release(self.body)
        self.desk.runtime.run(ROOT, lambda work: definitions.publish(work, files))

    def acts(self):
        usual = [self.answer] * 5
        return [*usual, self.correct, self.move, self.skip, self.back, self.migrate, self.wait, self.restart]  # fmt: skip

    def one(self):
        act = self.chance.choice(self.acts())
        try:
            return f"{act.__name__} {act()}"
        except EngineError as error:
            return f"{act.__name__}: {error}"

    def open(self):
        statement = select(user_task).where(user_task.c.status == "open").order_by(user_task.c.id)
        return self.desk.rows(statement)

    def held(self):
        def act(work):
            run = instances.restore(work, instances.get(work, self.case))
            return [(t.element, t.task_id) for t in tokens.held(run)]

        return self.desk.runtime.run(ROOT, act)

    def elements(self):
        words = self.body.split(' id="')[1:]
        return [word.split('"', 1)[0] for word in words]

    def answer(self):
        tasks = self.open()
        if not tasks:
            return None
        task = self.chance.choice(tasks)
        answer = {"agreed": self.chance.random() < 0.5, "count": self.chance.randint(1, 9)}
        self.desk.runtime.run(LI, lambda work: user_tasks.complete(work, task.id, answer))
        return task.element

    def correct(self):
        tasks = self.open()
        if not tasks:
            return None
        task, changes = self.chance.choice(tasks), {"n": self.chance.randint(1, 99)}
        self.desk.runtime.run(LI, lambda w: user_tasks.correct(w, task.id, changes, "测试"))
        return task.element

    def move(self):
        here, there = self.chance.choice(self.held()), self.chance.choice(self.elements())
        self.desk.apply(self.case, Move(to=there, task_id=here[1], changes=self.changes()))
        return f"{here[0]} > {there}"

    def skip(self):
        element, task_id = self.chance.choice(self.held())
        self.desk.apply(self.case, Skip(task_id=task_id, changes=self.changes()))
        return element

    def back(self):
        there = self.chance.choice(self.elements())
        self.desk.apply(self.case, Back(to=there))
        return there

    def migrate(self):
        """To a version in which a leaf is called otherwise."""
        self.version += 1
        old = self.chance.choice([e for e in self.elements() if e.startswith("leaf")])
        new = f"{old}v{self.version}"
        before = self.body
        self.body = before.replace(f'"{old}"', f'"{new}"')
        self.publish()
        try:
            self.desk.apply(self.case, Migrate(elements={old: new}))
        except EngineError:
            self.body = before
            self.publish()
            raise
        return f"{old} > {new}"

    def wait(self):
        self.desk.runtime.time.set(self.desk.runtime.time.now() + timedelta(days=2))
        self.desk.drain()

    def restart(self):
        if self.chance.random() < 0.3:
            self.desk.apply(self.case, Restart(latest=self.chance.random() < 0.5))
            return "done"
        return None

    def changes(self):
        return {"n": self.chance.randint(100, 999)} if self.chance.random() < 0.3 else {}


def play(desk, seed, depth):
    hands, told = Hands(desk, seed, depth), []
    for _ in range(ACTS):
        (row,) = desk.rows(select(instance.c.status).where(instance.c.id == hands.case))
        if row.status != "running":
            break
        told.append(hands.one())
        # Whoever moves a token past a join may leave the others waiting there; he is warned.
        found = [one for one in desk.findings() if "却什么也不等待" not in one]
        assert found == [], (seed, told, hands.body)
    (row,) = desk.rows(select(instance.c.status).where(instance.c.id == hands.case))
    if row.status == "running":
        desk.apply(hands.case, Cancel())


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_done_replaying_the_history_gives_the_state(desk, seed):
    play(desk, seed, depth=3)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1300))
def test_whatever_is_done_in_many_nets_replaying_the_history_gives_the_state(desk, seed):
    play(desk, seed, depth=4)
