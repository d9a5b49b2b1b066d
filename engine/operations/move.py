"""Move: a token is taken from where it stands and put on another element."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from engine.operations.data import corrected
from engine.operations.joins import warn_of_joins
from engine.operations.perform import Scene
from engine.operations.places import path_to, saying_why, the_token
from engine.operations.preview import token_json
from engine.spiff import Run, tokens
from engine.spiff.tokens import Token


@dataclass(frozen=True)
class Move:
    """Puts the token of `task_id` (or of `element`) on the element `to`."""

    to: str
    task_id: UUID | None = None
    element: str = ""
    changes: dict[str, Any] = field(default_factory=dict)

    name: ClassVar[str] = "move"
    kind: ClassVar[str] = "moved"
    statuses: ClassVar[frozenset[str]] = frozenset(["running"])

    def act(self, scene: Scene) -> None:
        run = scene.run
        token = the_token(scene, self.task_id, self.element)
        token = tokens.token_of(run, tokens.unit_of(run, token.task_id))
        path, target = path_to(run, self.to, token)
        scene.element, scene.task_id = token.element, token.task_id
        before = tokens.data_at(run, token.task_id)
        with saying_why(scene):
            data = corrected(scene, _carried(scene, token, path, before), self.changes)
            put_instead(scene, [token], path, target, data)
        warn_of_joins(scene)


def put_instead(
    scene: Scene,
    taken: list[Token],
    path: tuple[str, ...],
    target: str,
    data: dict[str, Any],
    inner: dict[str, Any] | None = None,
    fresh: int | None = None,
) -> list[UUID]:
    """Takes tokens away and puts one with these data on an element; the history knows both."""
    run = scene.run
    held = tokens.held(run)
    known = {t.task_id for t in held}
    containers = [t for t in held if t.kind in tokens.CONTAINERS]
    placed = tokens.put(run, path, target, data, taken[0].task_id, inner, fresh)
    for token in taken:
        if any(token.task_id == t.task_id for t in tokens.held(run)):
            tokens.take(run, token.task_id)
    scene.preview.taken = taken
    scene.preview.placed = [tokens.token_of(run, one) for one in placed]
    scene.told["placed"] = [_told(run, t, known) for t in scene.preview.placed]
    now = {t.task_id for t in tokens.held(run)}
    ended = [token_json(one) for one in containers if one.task_id not in now]
    if ended:
        scene.told["ended"] = ended
    return placed


def _told(run: Run, token: Token, known: set[UUID]) -> dict[str, Any]:
    """A placed token for the history: its data, and those of the elements begun around it."""
    return {
        "task_id": str(token.task_id),
        "place": token.place,
        "data": tokens.data_at(run, token.task_id),
        "around": [
            {"task_id": str(owner.task_id), "element": owner.element}
            | ({} if owner.task_id in known else {"data": tokens.data_at(run, owner.task_id)})
            for owner in tokens.owners_of(run, token.task_id)
        ],
    }


def _carried(
    scene: Scene, token: Token, path: tuple[str, ...], data: dict[str, Any]
) -> dict[str, Any]:
    """The token's data as they are where it goes: out of scopes and into others."""
    run = scene.run
    common = 0
    while common < min(len(path), len(token.path)) and path[common] == token.path[common]:
        common += 1
    data = tokens.data_outside(run, token.task_id, len(token.path) - common)
    if common < len(path) and tokens.is_under_way(run, path):
        data = tokens.data_inside(run, path, data)
    return data
