"""Restart: an instance begins again under its own id, with the data it was first given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine import definitions, history, instances
from engine.operations.data import replaced
from engine.operations.perform import Scene
from engine.reactions import Refused
from engine.sentence import Sentence
from engine.spiff import Run, tokens
from engine.step_services import StepServices
from engine.values import from_json


@dataclass(frozen=True)
class Restart:
    """Begins an instance again, ended or not. With `latest` on the release in force, else on its own.

    What was done outside (payments, notices) is not undone; handlers are asked again.
    """

    latest: bool = False

    name: ClassVar[str] = "restart"
    kind: ClassVar[str] = "restarted"
    statuses: ClassVar[frozenset[str]] = frozenset(
        ["running", "suspended", "completed", "cancelled"]
    )

    def act(self, scene: Scene) -> None:
        work, row = scene.work, scene.row
        first = next(
            (e for e in history.of_instance(work.connection, row.id) if e.kind == "started"), None
        )
        if first is None:
            raise Refused(
                Sentence(
                    "启动时的数据已归档,不能重新开始",
                    "The data it was started with are archived; it cannot start over",
                )
            )
        data = from_json(first.data).get("changed", {})
        if row.state is not None:
            run = scene.run
            scene.preview.taken = [t for t in tokens.held(run) if t.kind not in tokens.CONTAINERS]
            replaced(scene, run.current_data(), data)
        else:
            replaced(scene, from_json(instances.get(work, row.id).outcome or {}), data)
        release_id, definition_id = row.release_id, row.definition_id
        if self.latest:
            found = definitions.definition_in_force(work.connection, row.process_id)
            release_id, definition_id = found.release_id, found.id
        scene.services = StepServices(work, release_id, scene.turn)
        library = definitions.library(work.connection, release_id)
        process = library.process(row.process_id)
        scene.run = Run.start(process, data, scene.services, first.element or "")
        scene.columns |= {
            "status": "running",
            "outcome": None,
            "ended_at": None,
            "definition_id": definition_id,
        }
        scene.told = {"data": data, "release": release_id}
        scene.warn(
            "已做的事情(通知、付款、登记)不会撤销,自动步骤会重新执行一遍。",
            "What was done (notices, payments, records) is not undone; automatic steps run again.",
        )
