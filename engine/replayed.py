"""Whether the history, played again, gives the stored state: each token with the data that it sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from engine.operations.back import data_before, story_of
from engine.operations.replay import Arrival, Story
from engine.runtime import Work
from engine.spiff import Run
from engine.spiff.tokens import CONTAINERS, Token, arrived, data_at, held
from engine.values import canonical


def unlike_replay(work: Work, row: Row[Any], run: Run, events: Sequence[Row[Any]]) -> Iterator[str]:
    """A sentence for each token that the history does not bring there, or that sees other data than
    the steps it stems from have written.

    The instances of a loop over a single task are left out, and elements to which no flow leads. What
    an instance of a loop began with, its item among it, is in no event: of tokens inside, what their
    own steps wrote is compared.
    """
    story = story_of(work, row, events)
    loops = {element for shape in story.shapes.values() for element in shape.loops}
    watching = {element for shape in story.shapes.values() for element in shape.watching}
    untold = {*loops, *watching, *run.process.unsent}
    tokens = [t for t in held(run) if t.element not in untold]
    for _, group in groupby(sorted(tokens, key=_where), key=_where):
        yield from _unlike(row, run, story, list(group), loops)
    discards = {element for shape in story.shapes.values() for element in shape.discards}
    if story.exact:
        yield from _lost(row, run, story, tokens, untold | discards)


def _lost(
    row: Row[Any], run: Run, story: Story, tokens: list[Token], untold: set[str]
) -> Iterator[str]:
    """Tokens that the history brought to an element of what is under way, and that are not there."""
    there = Counter(_where(token) for token in tokens for _ in _tasks(run, token))
    live = {"", *(str(t.task_id) for t in held(run) if t.kind in CONTAINERS)}
    for (scope, element), came in story.pending.items():
        if scope in live and element not in untold and len(came) > there[scope, element]:
            place = "/".join((*story.path_of(scope), element))
            yield f"流程 {row.id} 在 {place} 的令牌不见了,历史中没有任何步骤用掉它"


def _where(token: Token) -> tuple[str, str]:
    return str(token.scope or ""), token.element


def _unlike(
    row: Row[Any], run: Run, story: Story, tokens: list[Token], loops: set[str]
) -> Iterator[str]:
    """Of the tokens at one element of one scope: each is one of those that came there."""
    first = tokens[0]
    seen = [data_at(run, one) for token in tokens for one in _tasks(run, token)]
    came = list(story.pending.get(_where(first), []))
    if len(came) < len(seen):
        if story.exact:
            yield f"流程 {row.id} 在 {first.place} 的令牌,重演历史时没有到过那里"
        return

    def expected(arrival: Arrival, found: dict[str, Any]) -> dict[str, Any]:
        if not loops.isdisjoint(first.path):
            return arrival.change.over(found)
        return data_before(run, story, _where(first)[0], arrival)

    for found in seen:
        wanted = [expected(one, found) for one in came]
        number = next((n for n, one in enumerate(wanted) if _same(one, found)), None)
        if number is None:
            names = "、".join(_different(wanted[0], found))
            yield f"流程 {row.id} 在 {first.place} 的数据与重演历史所得不一致: {names}"
        came.pop(number or 0)


def _tasks(run: Run, token: Token) -> list[UUID]:
    """The tasks of a token: at a join one for each that has come."""
    return arrived(run, token.task_id) if token.kind == "join" else [token.task_id]


def _same(one: Any, other: Any) -> bool:
    return canonical(one) == canonical(other)


def _different(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return sorted(n for n in one.keys() | other.keys() if not _same(one.get(n), other.get(n)))
