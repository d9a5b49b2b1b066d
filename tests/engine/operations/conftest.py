"""A desk from which a test publishes a diagram, starts it and does things to it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from engine import definitions, history, instances, operations, user_tasks, verify
from engine.actor import Actor
from engine.runtime import Runtime
from engine.spiff import tokens
from engine.tables import instance, timer, user_task
from engine.values import from_json
from tests.engine.drain import drain
from tests.engine.example import REVIEWER, begun_with, prepare
from tests.engine.operations import drawing

LI = Actor("li", "李", frozenset([REVIEWER]))
ROOT = Actor("root", "管理员", frozenset([("XZSPJ", "system_administrator")]))
# What the process `p` of these tests may begin with.
REGISTRY = begun_with(
    "p",
    k=Any,
    name=str,
    owner=str,
    missing=str,
    price=Decimal,
    items=list[dict[str, Any]],
)


@dataclass
class Desk:
    runtime: Runtime

    def publish(self, *processes):
        files = drawing.files(*processes)
        return self.runtime.run(ROOT, lambda work: definitions.publish(work, files))

    def start(self, data=None, process="p", key=""):
        return self.runtime.run(ROOT, lambda work: instances.start(work, process, data or {}, key))

    def preview(self, instance_id, operation):
        return self.runtime.run(ROOT, lambda w: operations.preview(w, instance_id, operation))

    def apply(self, instance_id, operation, reason="测试", version=None, actor=ROOT):
        return self.runtime.run(
            actor,
            lambda w: operations.apply(
                w, instance_id, operation, reason=reason, expected_version=version
            ),
        )

    def row(self, instance_id):
        return self.runtime.run(ROOT, lambda work: instances.get(work, instance_id))

    def outcome(self, instance_id):
        return from_json(self.row(instance_id).outcome)

    def places(self, instance_id):
        def act(work):
            run = instances.restore(work, instances.get(work, instance_id))
            return sorted(t.place for t in tokens.held(run) if t.kind not in tokens.CONTAINERS)

        return self.runtime.run(ROOT, act)

    def data(self, instance_id, place):
        def act(work):
            run = instances.restore(work, instances.get(work, instance_id))
            (token,) = [t for t in tokens.held(run) if t.place == place]
            return tokens.data_at(run, token.task_id)

        return self.runtime.run(ROOT, act)

    def rows(self, statement):
        with self.runtime.database.connect() as connection:
            return connection.execute(statement).all()

    def task(self, instance_id, element):
        (found,) = self.rows(
            select(user_task).where(
                user_task.c.instance_id == instance_id,
                user_task.c.element == element,
                user_task.c.status == "open",
            )
        )
        return found

    def answer(self, instance_id, element, **values):
        task = self.task(instance_id, element)
        given = {"agreed": True, "count": 1, **values}
        self.runtime.run(LI, lambda work: user_tasks.complete(work, task.id, given))

    def timers(self, instance_id):
        statement = select(timer.c.element).where(timer.c.instance_id == instance_id)
        return sorted(row.element for row in self.rows(statement))

    def notes(self):
        return [row.text for row in self.rows(text("select text from noted order by at, text"))]

    def events(self, instance_id):
        return self.runtime.run(ROOT, lambda w: history.of_instance(w.connection, instance_id))

    def event(self, instance_id, kind):
        (found,) = [e for e in self.events(instance_id) if e.kind == kind]
        return found

    def drain(self, **options):
        return drain(self.runtime, **options)

    def findings(self):
        return self.runtime.run(ROOT, lambda work: list(verify.findings(work)))

    def snapshot(self):
        """Every row that an operation could change."""
        tables = ("instance", "user_task", "timer", "message_wait", "outside_call", "incident",
                  "event", "noted", "procrastinate_jobs")  # fmt: skip
        return {name: sorted(map(str, self.rows(text(f"select * from {name}")))) for name in tables}

    def versions(self):
        return [row.lock_version for row in self.rows(select(instance.c.lock_version))]


@pytest.fixture
def desk(runtime):
    prepare(runtime.database)
    found = Desk(dataclasses.replace(runtime, registry=REGISTRY))
    yield found
    assert found.findings() == []
