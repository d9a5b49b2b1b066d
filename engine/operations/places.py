"""Finding the token and the place an operator means, and saying why a token cannot stand there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from engine.operations.perform import Scene, names_of
from engine.reactions import Refused
from engine.sentence import Sentence
from engine.spiff import Run, tokens
from engine.spiff.tokens import CannotStand, Token


def the_token(scene: Scene, task_id: UUID | None, element: str) -> Token:
    """The token of a task, or the only one on an element (`Task_A` or `Call_B/Task_A`), or the only
    one there is. Raises Refused."""
    found = tokens.held(scene.run)
    if task_id is not None:
        found = [t for t in found if t.task_id == task_id]
    elif element:
        found = [t for t in found if element in (t.element, t.place)]
    else:
        found = [t for t in found if t.kind not in tokens.CONTAINERS]
    if not found:
        raise Refused(
            Sentence(
                "流程现在不停在所选的步骤上,请刷新后再试",
                "The instance no longer stands at the step chosen; reload and try again",
            )
        )
    if len(found) > 1:
        places = "、".join(sorted({t.place for t in found}))
        raise Refused(
            Sentence(
                f"流程同时停在几处({places}),请选定其中一处",
                f"The instance stands at several places ({places}); choose one of them",
            )
        )
    return found[0]


def path_to(run: Run, place: str, near: Token | None = None) -> tuple[tuple[str, ...], str]:
    """The elements around an element, and the element.

    A place may name them itself (`Call_Payout/Task_Correct`); else the scopes of `near` are looked
    through from the inside out, then everything below the process. Raises Refused.
    """
    *given, element = place.split("/")
    if given:
        return tuple(given), element
    ways = sorted(_ways(run, element))
    if near is not None:
        for levels in range(len(near.path), -1, -1):
            if near.path[:levels] in ways:
                return near.path[:levels], element
    if not ways:
        raise Refused(
            Sentence(f"流程中没有元素 {element}", f"The process has no element {element}")
        )
    if len(ways) > 1:
        said = "、".join("/".join((*way, element)) for way in ways)
        raise Refused(
            Sentence(
                f"元素 {element} 出现在几处,请写明是哪一处: {said}",
                f"Element {element} lies in several places; say which: {said}",
            )
        )
    return ways[0], element


def _ways(run: Run, element: str) -> set[tuple[str, ...]]:
    """Every chain of sub-processes and calls in which an element lies."""
    found: set[tuple[str, ...]] = set()
    todo: list[tuple[tuple[str, ...], Any]] = [((), run.process.spec)]
    while todo:
        path, spec = todo.pop()
        for one in spec.task_specs.values():
            if one.bpmn_id == element:
                found.add(path)
            inside = run.workflow.subprocess_specs.get(getattr(one, "spec", None))
            if inside is not None and one.bpmn_id and one.bpmn_id not in path:
                todo.append(((*path, one.bpmn_id), inside))
    return found


@contextmanager
def saying_why(scene: Scene) -> Iterator[None]:
    """Turns the engine room's refusals into sentences."""
    try:
        yield
    except CannotStand as error:
        name = names_of(scene.run.process).get(error.element, error.element)
        text, english = _WHY[error.reason]
        raise Refused(Sentence(text.format(name=name), english.format(name=name))) from error


_WHY = {
    "join": (
        "“{name}”是汇合处,令牌放在那里会永远等待其他分支;请选它之后的步骤",
        "“{name}” is a join: a token there would wait for the other branches; choose a step after it",
    ),
    "boundary": (
        "“{name}”是附着在步骤上的事件,不能直接进入;请选它之后的步骤",
        "“{name}” is attached to a step and cannot be entered; choose a step after it",
    ),
    "awaited": (
        "“{name}”由前面的事件网关等待,请选那个网关,或它之后的步骤",
        "“{name}” is awaited by the event gateway before it; choose the gateway or a step after it",
    ),
    "choice": (
        "“{name}”在等几个事件中的一个,不能跳过;请把流程移到其中一个事件之后",
        "“{name}” waits for one of several events and cannot be skipped; move the token instead",
    ),
    "inside loop": (
        "“{name}”会为每一项各办一次,不能直接进入其中一次;请选“{name}”本身",
        "“{name}” runs once for each item; choose “{name}” itself, not a step inside it",
    ),
    "several": (
        "“{name}”同时有几次在进行,无法确定是哪一次",
        "“{name}” is under way several times; it is not clear which is meant",
    ),
}
