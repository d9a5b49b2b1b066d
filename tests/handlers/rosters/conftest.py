"""The small district with a policy that pays 1,500 yuan for each person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from engine.definitions import publish
from handlers.cases.opening import open_case
from handlers.catalogue.tables import policy_version
from handlers.rosters import keeping
from tests.engine.dmn.tables import dmn, literal, table
from tests.handlers import diagrams
from tests.handlers.rosters.people import persons
from tests.handlers.scene import Scene

PERSONS = {"fact": "hires", "period": "ever"}


@pytest.fixture
def hiring(scene: Scene) -> Callable[..., UUID]:
    """Opens a case of the policy for a firm and persons; `period` of its events is ever."""
    rules = [['not("房地产")', '"房地产除外"']]
    decisions = dmn(
        table("conditions", "RULE ORDER", [("行业", "industry", "")], ["text"], rules),
        literal("amount", "hires * 1500"),
    )
    scene.do(lambda w: publish(w, {**diagrams.FILES, "bpmn/decisions/a.dmn": decisions}))
    count_persons(scene, PERSONS)

    def open_one(firm: UUID, *serials: int, **values: Any) -> UUID:
        return scene.do(lambda work: opened(work, firm, *serials, **values))

    return open_one


def opened(work: Any, firm: UUID, *serials: int, **values: Any) -> UUID:
    roster_id = keeping.keep(work, "I", persons(*serials))
    return open_case(
        work, "I@1", firm, "portal", {"hires": len(serials)}, "a", roster_id=roster_id, **values
    )


def count_persons(scene: Scene, rule: dict[str, str]) -> None:
    scene.do(
        lambda work: work.connection.execute(
            update(policy_version)
            .where(policy_version.c.id == "I@1")
            .values(
                exclusivity={"persons": rule},
                inputs=[{"name": "hires", "label": "招用人数", "kind": "number"}],
            )
        )
    )
