"""Migrate: an instance goes on by another version of its process, where it stands now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import select, update

from engine import definitions
from engine.errors import NotFound
from engine.operations.perform import Scene, names_of
from engine.reactions import Refused
from engine.runtime import Work
from engine.sentence import Sentence
from engine.spiff import Run, tokens
from engine.spiff.migration import Obstacle, carry_over
from engine.step_services import StepServices
from engine.tables import (
    definition,
    incident,
    message_wait,
    outside_call,
    release_file,
    timer,
    user_task,
)


@dataclass(frozen=True)
class Migrate:
    """Carries an instance over to a release, by default the one in force.

    `elements` maps the ids of elements that are called otherwise there. Tasks keep their holders,
    drafts and due dates, timers and clocks theirs; role, form and texts are the new version's.
    """

    release: int | None = None
    elements: dict[str, str] = field(default_factory=dict)

    name: ClassVar[str] = "migrate"
    kind: ClassVar[str] = "migrated"
    statuses: ClassVar[frozenset[str]] = frozenset(["running", "suspended"])

    def act(self, scene: Scene) -> None:
        work, row = scene.work, scene.row
        target = self._target(work, row.process_id)
        if target.release_id == row.release_id:
            raise Refused(
                Sentence(
                    f"已经在发布版本 {row.release_id} 上",
                    f"It already runs on release {row.release_id}",
                )
            )
        old_names = names_of(scene.run.process)
        process = definitions.library(work.connection, target.release_id).process(row.process_id)
        services = StepServices(work, target.release_id, scene.turn)
        carried = carry_over(scene.run, process, services, self.elements)
        if carried.run is None:
            raise Refused(*_reasons(carried.obstacles, old_names))
        _refuse_missing_forms(work, carried.run, target.release_id)
        for old, new in carried.elements.items():
            _rename_rows(work, row.id, old, new)
        scene.run, scene.services, scene.advance = carried.run, services, False
        scene.columns["definition_id"] = target.id
        scene.told = {
            "from": row.release_id,
            "release": target.release_id,
            "elements": dict(self.elements),
        }
        scene.preview.placed = [
            t for t in tokens.held(carried.run) if t.kind not in tokens.CONTAINERS
        ]
        run = carried.run
        scene.afterwards.append(lambda: _refresh_tasks(work, run))

    def _target(self, work: Work, process_id: str) -> Any:
        if self.release is None:
            return definitions.definition_in_force(work.connection, process_id)
        found = work.connection.execute(
            select(definition).where(
                definition.c.process_id == process_id, definition.c.release_id == self.release
            )
        ).first()
        if found is None:
            raise NotFound(f"发布版本 {self.release} 中没有流程 {process_id}")
        return found


_WHY = {
    "gone": (
        "停在“{name}”,而新版本没有这个元素,请指定对应的元素",
        "It stands at “{name}”, which the new version does not have; name the element instead",
    ),
    "kind": (
        "停在“{name}”,而新版本中对应的元素不是同一类",
        "It stands at “{name}”, which is of another kind in the new version",
    ),
    "call": (
        "“{name}”的对外调用正在进行,而新版本调用的是另一个处理程序",
        "The call of “{name}” is under way, and the new version calls another handler",
    ),
    "join": (
        "已有分支到达汇合处“{name}”,而新版本没有那条进入的线",
        "A branch has come to the join “{name}” by a flow that the new version does not have",
    ),
    "process": (
        "正在“{name}”里面办理,而新版本不再使用它",
        "It is inside “{name}”, which the new version no longer uses",
    ),
}


def _reasons(obstacles: list[Obstacle], names: dict[str, str]) -> list[Sentence]:
    found = []
    for one in dict.fromkeys(obstacles):
        text, english = _WHY[one.reason]
        name = names.get(one.element, one.element)
        found.append(Sentence(text.format(name=name), english.format(name=name)))
    return found


def _refuse_missing_forms(work: Work, run: Run, release_id: int) -> None:
    wanted = {p.form for p in run.waiting().people if p.form}
    known = set(
        work.connection.scalars(
            select(release_file.c.path).where(
                release_file.c.release_id == release_id, release_file.c.path.in_(wanted)
            )
        )
    )
    missing = sorted(wanted - known)
    if missing:
        raise Refused(
            *(
                Sentence(f"新版本没有表单 {path}", f"The new version has no form {path}")
                for path in missing
            )
        )


def _rename_rows(work: Work, instance_id: Any, old: str, new: str) -> None:
    """Waiting rows follow their element before they are compared with the new state."""
    for table in (timer, message_wait, outside_call, incident, user_task):
        statement = update(table).where(table.c.instance_id == instance_id, table.c.element == old)
        if table is user_task:
            statement = statement.where(table.c.status == "open")
        elif table is incident:
            statement = statement.where(table.c.status != "resolved")
        elif table is outside_call:
            statement = statement.where(table.c.status == "waiting")
        work.connection.execute(statement.values(element=new))


def _refresh_tasks(work: Work, run: Run) -> None:
    """Open tasks say what the new version says; who holds them, drafts and due dates stay."""
    for person in run.waiting().people:
        work.connection.execute(
            update(user_task)
            .where(user_task.c.id == person.task_id)
            .values(
                name=person.name,
                role=person.role,
                department=person.department,
                form=person.form,
                instructions=person.instructions,
            )
        )
