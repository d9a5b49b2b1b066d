"""One step of one instance or of many, in one transaction and a fixed number of statements.

What is read comes in one statement, before any lock. Then every instance is restored, acted on and
run until it waits. All that follows is written in one statement, which checks that each instance is
still at the version that was read. A handler that touches the database has the locks taken first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


@dataclass
class Doing:
    """An instance in the middle of a step. `columns` are further ones of its row to be written."""

    standing: Standing
    run: Run
    services: StepServices
    entries: list[Entry]
    ended: str | None = None
    columns: dict[str, Any] = field(default_factory=dict)


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
    doings = []
    for standing, data, begin in started:
        services = StepServices(work, standing.release_id, turn)
        library = definitions.library(work.connection, standing.release_id)
        run = Run.start(library.process(standing.process_id), data, services, begin)
        entry = Entry("started", begin, data={"changed": data})
        doings.append(Doing(standing, run, services, [entry]))
    _run(work, turn, doings)


def _run(work: Work, turn: Turn, doings: Sequence[Doing]) -> None:
    """Runs instances until they wait, writes what has become of them, and forgets them."""
    for doing in doings:
        doing.run.advance()
    save(work, turn, doings)
    for doing in doings:
        doing.run.forget()


def save(work: Work, turn: Turn, doings: Sequence[Doing]) -> None:
    """Writes runs and all that is derived from them. Raises VersionConflict if another step won."""
    derived = Derived(work, Changes())
    waitings = [Waiting() if doing.ended else doing.run.waiting() for doing in doings]
    if any(_writes_at_once(doing) for doing in doings):
        turn.take()
    for doing, waiting in zip(doings, waitings, strict=True):
        _gather(work, turn, doing, waiting, derived)
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


def _gather(work: Work, turn: Turn, doing: Doing, waiting: Waiting, derived: Derived) -> None:
    """Adds what is to be written of one instance."""
    run, standing = doing.run, doing.standing
    ended = doing.ended or ("completed" if run.completed else None)
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
    if ended:
        values = {
            "status": ended,
            "state": None,
            "ended_at": work.now,
            "outcome": to_json(run.data),
        }
        entries.append(Entry("ended", data={"outcome": ended}))
    else:
        values = {"state": run.dump()}
    _mark(entries, run, values["state"])
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


def _mark(entries: list[Entry], run: Run, state: bytes | None) -> None:
    """Closes a step's history with where the instance waits now and the digest of its state.

    The chain then vouches for the state as well, and `verify` can follow every token.
    """
    if not entries:
        entries.append(Entry("stepped"))
    last = entries[-1]
    last.data = {**last.data, "tokens": sorted(run.tokens()) if state else []}
    if state:
        last.data["state"] = history.state_digest(state)


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
