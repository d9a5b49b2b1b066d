"""One step of one instance or of many, in one transaction and a fixed number of statements.

What is read comes in one statement, before any lock. Then every instance is restored, acted on and
run until it waits. All that follows is written in one statement, which checks that each instance is
still at the version that was read. A handler that touches the database has the locks taken first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine import definitions, history, history_months, incidents, posting
from engine.changes import Changes
from engine.crash_points import crash_point
from engine.derived_rows import Derived
from engine.errors import Conflict
from engine.history import Entry
from engine.runtime import Work
from engine.spiff import Run
from engine.spiff.run import Trace, Waiting
from engine.standings import Standing
from engine.step_services import StepServices
from engine.turn import Settled, Turn, new_row
from engine.values import Tagged, to_json

STATUS_TEXT = {
    "suspended": "流程已挂起,恢复后才能继续办理",
    "completed": "流程已经办结",
    "cancelled": "流程已经取消",
    "running": "流程正在运行",
}


@dataclass(frozen=True)
class Step:
    """One thing to do to one instance. It must be in `status`."""

    standing: Standing
    act: Callable[[Run], None]
    entry: Entry | None = None
    settles: Settled | None = None
    status: str = "running"


@dataclass(frozen=True)
class Left:
    """What a run has come to: what it waits for and where, and its state; without one it has ended."""

    waiting: Waiting
    state: bytes | None
    places: list[str]
    outcome: Any


@dataclass
class Doing:
    """An instance in the middle of a step. `columns` are further ones of its row to be written."""

    standing: Standing
    run: Run
    services: StepServices
    entries: list[Entry]
    ended: str | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    left: Left | None = None

    def look(self) -> Left:
        """What the run has come to, looked at once, when it waits."""
        if self.left is None:
            self.left = self._look()
        return self.left

    def _look(self) -> Left:
        run = self.run
        waiting = Waiting() if self.ended else run.waiting()
        if not self.ended and run.completed:
            self.ended = "completed"
        if self.ended:
            return Left(waiting, None, [], to_json(run.data))
        state = run.dump()
        return Left(waiting, state, sorted(run.tokens()), None)


def do(work: Work, steps: Sequence[Step]) -> None:
    """Does steps of different instances as one; if one of them cannot be done, none is.

    Raises Conflict if an instance is not in its status, VersionConflict if another step won.
    """
    turn = Turn(work, [one.standing for one in steps], [s.settles for s in steps if s.settles])
    doings = [_begun(work, one, turn) for one in steps]
    if len(steps) > 1:
        turn.take()
    _run(work, turn, doings)


def _begun(work: Work, one: Step, turn: Turn) -> Doing:
    standing = one.standing
    if standing.status != one.status:
        raise Conflict(STATUS_TEXT.get(standing.status, "流程不在运行中"))
    services = StepServices(work, standing.release_id, turn)
    run = restored(work, standing, services)
    crash_point("step restored")
    one.act(run)
    if one.settles:
        one.settles.take_from(standing.rows)
    return Doing(standing, run, services, [one.entry] if one.entry else [])


def restored(work: Work, row: Any, services: StepServices) -> Run:
    """An instance in memory, as of its row or standing. Raises Conflict once it has ended."""
    if row.state is None:
        raise Conflict(STATUS_TEXT.get(row.status, "流程已结束"))
    library = definitions.library(work.connection, row.release_id)
    return Run.restore(library.process(row.process_id), row.state, services)


def start(work: Work, started: Sequence[tuple[Standing, dict[str, Any], str]]) -> None:
    """Starts instances that are not there yet with their data, as one, each at its start event.

    Raises Conflict if one of them is there.
    """
    turn = Turn(work, [standing for standing, _, _ in started])
    _run(work, turn, (_fresh(work, turn, *one) for one in started))


def _fresh(work: Work, turn: Turn, standing: Standing, data: dict[str, Any], begin: str) -> Doing:
    services = StepServices(work, standing.release_id, turn)
    library = definitions.library(work.connection, standing.release_id)
    run = Run.start(library.process(standing.process_id), data, services, begin)
    return Doing(standing, run, services, [Entry("started", begin, data={"changed": data})])


def _run(work: Work, turn: Turn, doings: Iterable[Doing]) -> None:
    """Runs instances until they wait, and writes what has become of them.

    Each is forgotten as soon as it waits: of many, the next one then finds its memory at hand.
    """
    done = list(map(_until_it_waits, doings))
    save(work, turn, done)
    for doing in done:
        doing.run.forget()


def _until_it_waits(doing: Doing) -> Doing:
    doing.run.advance()
    doing.look()
    if not _writes_at_once(doing):
        doing.run.forget()
    return doing


def save(work: Work, turn: Turn, doings: Sequence[Doing]) -> None:
    """Writes runs and all that is derived from them. Raises VersionConflict if another step won."""
    derived = Derived(work, Changes())
    lefts = [doing.look() for doing in doings]
    if any(_writes_at_once(doing) for doing in doings):
        turn.take()
    for doing, left in zip(doings, lefts, strict=True):
        _gather(work, turn, doing, left, derived)
    history_months.ensure(work.connection, work.now)
    turn.write(derived.changes)
    crash_point("rows written")
    derived.ask_jobs()
    work.doing = doings[-1].entries[0].kind


def note(work: Work, standing: Standing, entry: Entry, columns: dict[str, Any]) -> None:
    """Writes history and columns of an instance whose state stays as it is."""
    changes = Changes()
    sequence, digest = _tell(work, standing, [entry], changes)
    _change_row(changes, standing, {**columns, "sequence": sequence, "hash": digest})
    history_months.ensure(work.connection, work.now)
    Turn(work, [standing]).write(changes)


def _writes_at_once(doing: Doing) -> bool:
    """Whether there are incidents or messages, which are rare and written by themselves."""
    return bool(doing.run.failures or doing.standing.rows.incidents or doing.run.sent)


def _gather(work: Work, turn: Turn, doing: Doing, left: Left, derived: Derived) -> None:
    """Adds what is to be written of one instance."""
    run, standing, waiting = doing.run, doing.standing, left.waiting
    entries = doing.entries
    entries += map(_trace_entry, run.trace)
    entries += [Entry("decided", element, data=t) for element, t in doing.services.traces]
    entries += _null_entries(run)
    entries += incidents.write(
        work, standing.id, run.failures, waiting.failed, standing.rows.incidents
    )
    for sent in run.sent:
        posting.post(work, standing.id, sent)
    entries += derived.follow(standing.id, waiting, standing.rows)
    values: dict[str, Any] = {"state": left.state}
    if doing.ended:
        values |= {"status": doing.ended, "ended_at": work.now, "outcome": left.outcome}
        entries.append(Entry("ended", data={"outcome": doing.ended}))
    _mark(entries, left)
    sequence, digest = _tell(work, standing, entries, derived.changes)
    values |= {"sequence": sequence, "hash": digest}
    if standing.lock_version or turn.taken:
        _change_row(derived.changes, standing, _whole(standing, {**doing.columns, **values}))
    else:
        created = {**new_row(work, standing), **values, "lock_version": 1}
        derived.changes.add("create", **_whole(standing, created))


def _whole(standing: Standing, values: dict[str, Any]) -> dict[str, Any]:
    """All columns that a step may write, so that one statement serves every step."""
    return {
        "status": standing.status,
        "outcome": None,
        "ended_at": None,
        "definition_id": standing.definition_id,
        **values,
    }


def _change_row(changes: Changes, standing: Standing, values: dict[str, Any]) -> None:
    changes.add("step", id=standing.id, version=standing.lock_version, **values)


def _tell(
    work: Work, standing: Standing, entries: list[Entry], changes: Changes
) -> tuple[int, str]:
    """Adds history after the instance's last event; returns the new last (sequence, hash)."""
    links = history.linked(
        standing.id,
        entries,
        at=work.now,
        actor=work.actor.id,
        after=(standing.sequence, standing.hash),
    )
    changes.tell(links)
    return links[-1].sequence, links[-1].hash


def _mark(entries: list[Entry], left: Left) -> None:
    """Closes a step's history with where the instance waits now and the digest of its state.

    The chain then vouches for the state as well, and `verify` can follow every token.
    """
    if not entries:
        entries.append(Entry("stepped"))
    last = entries[-1]
    last.data = {**last.data, "tokens": left.places}
    if left.state:
        last.data["state"] = history.state_digest(left.state)


def _null_entries(run: Run) -> list[Entry]:
    """Expressions that came to nothing: no error stops a case, but each leaves its reason."""
    return [
        Entry(
            "null",
            element,
            data={"expression": text, "reasons": [doubt._asdict() for doubt in doubts]},
            reason=f"“{text}”: {doubts[0].text}",
        )
        for (element, text), doubts in run.engine.nulls.items()
    ]


def _trace_entry(trace: Trace) -> Entry:
    data = Tagged(follows=list(trace.follows), process=trace.process)
    if trace.changed:
        data["changed"] = trace.changed
    if trace.removed:
        data["removed"] = trace.removed
    if trace.scope:
        data["scope"] = trace.scope
    if trace.begun is not None:
        data.update(trace.begun)
    return Entry("completed", trace.element, trace.name, trace.task_id, data)
