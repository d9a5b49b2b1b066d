"""Go back: an earlier step is open again, with the data it was given then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Row, select, update

from engine import definitions, history
from engine.kept import kept
from engine.operations.data import replaced
from engine.operations.joins import warn_of_joins
from engine.operations.move import put_instead
from engine.operations.perform import Scene
from engine.operations.places import saying_why
from engine.operations.replay import Arrival, Done, Story, replay
from engine.reactions import Refused
from engine.runtime import Work
from engine.sentence import Sentence
from engine.spiff import Run, tokens
from engine.spiff.shape import Shape, shapes
from engine.spiff.tokens import Token
from engine.standings import Standing
from engine.tables import user_task


@dataclass(frozen=True)
class Back:
    """Opens the element `to` again as it was before it was done; `sequence` says which time.

    The tokens that stem from it are taken away, the others stay. Its data are restored from the
    history; what a person had answered is offered as a draft.
    """

    to: str = ""
    sequence: int | None = None

    name: ClassVar[str] = "back"
    kind: ClassVar[str] = "went back"
    statuses: ClassVar[frozenset[str]] = frozenset(["running"])

    def act(self, scene: Scene) -> None:
        events = history.of_instance(scene.work.connection, scene.row.id)
        story = story_of(scene.work, scene.row, events)
        done = self._wanted(story)
        live = _live_scopes(scene.run)
        level = _level(story, done, live)
        _refuse_across_join(story, level)
        taken = _stemming(scene, story, level)
        if not taken:
            raise _nothing_stems(done)
        scene.element, scene.task_id = done.element, done.task_id
        scene.told["sequence"] = done.sequence
        outer = data_before(scene.run, story, level.scope, level.before)
        inner = data_before(scene.run, story, done.scope, done.before)
        replaced(scene, tokens.data_at(scene.run, taken[0].task_id), inner)
        path = (*story.path_of(level.scope), *_between(story, level, done))
        with saying_why(scene):
            fresh = len(story.path_of(level.scope))
            placed = put_instead(scene, taken, path, done.element, outer, inner, fresh)
        _say_what_stays(scene, story, done)
        warn_of_joins(scene)
        if len(placed) == 1:
            scene.afterwards.append(lambda: _offer_answer(scene, done, placed[0]))

    def _wanted(self, story: Story) -> Done:
        """The latest time the step was done, or the one asked for. Raises Refused."""
        element = self.to.rpartition("/")[2]
        found = [
            d
            for d in story.done
            if (self.sequence is None or d.sequence == self.sequence)
            and (not self.to or d.element == element)
            and (self.to == element or not self.to or self.to == place_of(story, d))
        ]
        if not found:
            raise Refused(
                Sentence(
                    f"历史中没有办过“{self.to}”这一步,不能退回",
                    f"The history has no completed step “{self.to}” to go back to",
                )
            )
        return found[-1]


def story_of(work: Work, row: Row[Any] | Standing, events: Sequence[Row[Any]]) -> Story:
    """The history of an instance, played again."""

    def shapes_of(release: int) -> dict[str, Shape]:
        return kept(work.connection, ("shapes", release, row.process_id), lambda: made(release))

    def made(release: int) -> dict[str, Shape]:
        return shapes(definitions.library(work.connection, release).process(row.process_id))

    return replay(events, shapes_of, row.release_id, row.process_id)


def steps_to_go_back_to(story: Story) -> list[Done]:
    """The activities done so far, each once, the latest first; those in loops are left out."""
    found: dict[str, Done] = {}
    for done in reversed(story.done):
        shape = story.shapes.get(done.process)
        kind = shape.kinds.get(done.element) if shape else None
        if kind in ("person", "call"):
            found.setdefault(place_of(story, done), done)
    return list(found.values())


def place_of(story: Story, done: Done) -> str:
    """`Call_Payout/Task_Correct`: where a step lies."""
    return "/".join((*story.path_of(done.scope), done.element))


def data_before(run: Run, story: Story, scope: str, arrival: Arrival) -> dict[str, Any]:
    """The data of a token in a scope: what the scope was given, and what was changed since."""
    if scope not in story.opened:
        return arrival.change.over(story.given.get(scope, story.base))
    outer, element, token = story.opened[scope]
    given = data_before(run, story, outer, token)
    path = (*story.path_of(outer), element)
    return arrival.change.over(tokens.given_to(run, path, given))


def _live_scopes(run: Run) -> set[str]:
    """The scopes that are under way, the whole process among them."""
    return {"", *(str(t.task_id) for t in tokens.held(run) if t.kind in tokens.CONTAINERS)}


def _level(story: Story, done: Done, live: set[str]) -> Done:
    """The step itself, or the outermost element around it that is no longer under way."""
    while done.scope not in live:
        owner = next((d for d in story.done if str(d.task_id) == done.scope), None)
        if owner is None:
            raise _nothing_stems(done)
        done = owner
    return done


def _between(story: Story, level: Done, done: Done) -> tuple[str, ...]:
    """The elements from a level inwards to a step."""
    return story.path_of(done.scope)[len(story.path_of(level.scope)) :]


def _stemming(scene: Scene, story: Story, level: Done) -> list[Token]:
    """The tokens of a scope that stem from a step; one that the history does not know counts too."""
    found = []
    seen: dict[str, int] = {}
    for token in tokens.held(scene.run):
        if str(token.scope or "") != level.scope:
            continue
        if token.element in story.shapes[level.process].beside:
            continue  # it began beside whatever was done
        number = seen.get(token.element, 0)
        seen[token.element] = number + 1
        waiting = story.pending.get((level.scope, token.element), [])
        lines = [a.line for a in waiting] if token.kind == "join" else []
        line = waiting[number].line if number < len(waiting) else frozenset([level.sequence])
        if level.sequence in line or any(level.sequence in one for one in lines):
            found.append(token)
    unique = {tokens.unit_of(scene.run, t.task_id): t for t in found}
    return [tokens.token_of(scene.run, task_id) for task_id in unique]


def _refuse_across_join(story: Story, level: Done) -> None:
    """A join behind the step has used up a token of another branch, which would not come again."""
    for done in story.done:
        if done.scope != level.scope or len(done.arrivals) < 2:
            continue
        mine = [a for a in done.arrivals if level.sequence in a.line]
        if mine and len(mine) < len(done.arrivals):
            before = set.intersection(*(set(a.line) for a in done.arrivals))
            name = story.shapes[done.process].names.get(done.element, done.element)
            raise Refused(_join_between(story, level, name, before))


def _join_between(story: Story, level: Done, join: str, before: set[int]) -> Sentence:
    shape = story.shapes[level.process]
    fitting = [
        d.name or d.element
        for d in story.done
        if d.sequence in before and shape.kinds.get(d.element) == "person"
    ]
    hint = f";可退回到分支之前的“{fitting[-1]}”" if fitting else ""
    hint_en = f"; go back to “{fitting[-1]}”, before the branches" if fitting else ""
    return Sentence(
        f"“{level.name or level.element}”之后,各分支已在“{join}”汇合,单独退回一条会使汇合处永远等不齐{hint}",
        f"The branches after “{level.name or level.element}” have met at “{join}”; "
        f"going back on one of them would leave the join waiting for ever{hint_en}",
    )


def _nothing_stems(done: Done) -> Refused:
    name = done.name or done.element
    return Refused(
        Sentence(
            f"“{name}”之后的步骤已全部结束,没有可以退回的进度",
            f"Nothing that came of “{name}” is still under way",
        )
    )


def _say_what_stays(scene: Scene, story: Story, done: Done) -> None:
    """Automatic steps done since are not undone; they will run again when the token comes by."""
    since = [
        d.name or d.element
        for d in story.done
        if d.sequence >= done.sequence
        and d.process in story.shapes
        and story.shapes[d.process].kinds.get(d.element) == "call"
    ]
    if since:
        names = "、".join(dict.fromkeys(since))
        scene.warn(
            f"已执行的自动步骤不会撤销,再次走到时会重新执行: {names}",
            f"Automatic steps already done are not undone and will run again: {names}",
        )


def _offer_answer(scene: Scene, done: Done, task_id: UUID) -> None:
    """The answer given then is the draft of the task that is open now."""
    connection = scene.work.connection
    answer = connection.scalar(select(user_task.c.answer).where(user_task.c.id == done.task_id))
    if answer:
        connection.execute(
            update(user_task)
            .where(user_task.c.id == task_id, user_task.c.element == done.element)
            .values(saved_answer=answer)
        )
