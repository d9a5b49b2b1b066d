"""What the district does when an operator changes an instance, told without the engine knowing it.

    @reacts_to("cancelled")
    def release_money(work: Work, change: Change) -> Iterable[Sentence]: ...

A reaction runs in the operation's own transaction, after the engine's rows are written. It says what
it did; to refuse the whole operation it raises `Refused`. A preview runs it too and rolls it back, so
what is shown beforehand is what will happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from engine.errors import Conflict
from engine.sentence import Sentence

if TYPE_CHECKING:
    from engine.runtime import Work

KINDS = ("cancelled", "restarted", "skipped", "moved", "went back", "migrated")


@dataclass(frozen=True)
class Change:
    """What was done to an instance. `status` is the one it has now; `left` and `reached` are places
    such as `Call_Payout/Task_Correct`."""

    kind: str
    instance_id: UUID
    process_id: str
    reason: str
    status: str
    left: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()


Reaction = Callable[["Work", Change], Iterable[Sentence]]


class Refused(Conflict):
    """这个操作不能进行。"""

    def __init__(self, *sentences: Sentence) -> None:
        super().__init__(";".join(s.text for s in sentences))
        self.sentences = sentences

    @property
    def english(self) -> str:
        return "; ".join(s.english for s in self.sentences)


class Reactions:
    """Reactions by what they react to."""

    def __init__(self) -> None:
        self._by_kind: dict[str, list[Reaction]] = {}

    def add(self, kind: str, reaction: Reaction) -> None:
        if kind not in KINDS:
            raise ValueError(kind)
        known = self._by_kind.setdefault(kind, [])
        if reaction not in known:
            known.append(reaction)

    def tell(self, work: Work, change: Change) -> list[Sentence]:
        """Runs every reaction; returns what they say. Raises Refused if one of them refuses."""
        return [
            said for react in self._by_kind.get(change.kind, []) for said in react(work, change)
        ]


REACTIONS = Reactions()


def reacts_to(*kinds: str, reactions: Reactions = REACTIONS) -> Callable[[Reaction], Reaction]:
    """Registers a function as a reaction to these kinds of change."""

    def register(function: Reaction) -> Reaction:
        for kind in kinds:
            reactions.add(kind, function)
        return function

    return register
