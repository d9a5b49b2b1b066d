"""Whether an instance's history accounts for its state: its tokens, its data, its rows.

The last event of each step says where the instance waits then (`tokens`) and the digest of the state
stored with it. Followed from step to step: no token appears where none was sent, none is lost
without anything having happened, and the stored state is the one that the last step wrote.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from engine import history, instances, posting
from engine.replayed import unlike_replay
from engine.runtime import Work
from engine.spiff import Run
from engine.spiff.tokens import handed_inwards
from engine.values import canonical, from_json

# What operators do sets tokens and data as they say; their events tell it (engine/operations).
BY_OPERATORS = frozenset(["moved", "skipped", "went back", "restarted", "migrated", "cancelled"])


def unexplained(work: Work, row: Row[Any], events: Sequence[Row[Any]]) -> Iterator[str]:
    """A sentence for each step after which tokens stand where nothing has put them."""
    before: Counter[str] | None = None
    step: list[Row[Any]] = []
    for one in events:
        step.append(one)
        if "tokens" not in one.data:
            continue
        after = Counter(one.data["tokens"])
        if before is not None and not BY_OPERATORS & {found.kind for found in step}:
            yield from _balance(work, row, one.sequence, before, after, step)
        before, step = after, []


def _balance(
    work: Work,
    row: Row[Any],
    sequence: int,
    before: Counter[str],
    after: Counter[str],
    step: list[Row[Any]],
) -> Iterator[str]:
    sent = Counter(
        name for one in step if one.kind == "completed" for name in one.data.get("follows", ())
    )
    begun = any(one.kind == "completed" and "scope" in one.data for one in step)
    for element, count in (after - before - sent).items():
        # The first elements inside a scope, and a loop's instances, are sent by no drawn element.
        if not begun and before[element] == 0 and not _begins_unsent(work, row, element):
            yield (
                f"流程 {row.id} 的第 {sequence} 条历史之后,{element} 多出 {count} 个令牌,"
                "没有任何步骤送来"
            )
    if before - after and not any(one.kind in ("completed", "error received") for one in step):
        lost = ", ".join(sorted(before - after))
        yield f"流程 {row.id} 的第 {sequence} 条历史之后,{lost} 的令牌不见了,却没有任何步骤完成"


def _begins_unsent(work: Work, row: Row[Any], element: str) -> bool:
    """Whether no drawn flow leads to an element: it undoes another, or begins an ad-hoc sub-process."""
    return element in instances.process_of(work, row).unsent


def unlike_rows(
    work: Work,
    row: Row[Any],
    events: Sequence[Row[Any]],
    rows: dict[str, dict[UUID, set[Any]]],
) -> Iterator[str]:
    """A sentence where a stored state differs from its history or from the rows derived from it."""
    run = instances.restore(work, row)
    told = next((one.data for one in reversed(events) if "tokens" in one.data), None)
    if told is not None:
        if told.get("state") != history.state_digest(row.state):
            yield f"流程 {row.id} 的状态不是其历史最后一步写下的状态"
        if sorted(run.tokens()) != told["tokens"]:
            yield f"流程 {row.id} 的令牌与重演历史所得不一致"
    if events and events[0].sequence == 1:
        yield from _unwritten(row, run, events)
        yield from unlike_replay(work, row, run, events)
    waiting = run.waiting()
    wanted = {
        "user_task": {p.task_id for p in waiting.people},
        "timer": {(t.task_id, t.element) for t in waiting.timers},
        "message_wait": {(m.task_id, m.element) for m in posting.waits_of(waiting)},
        "outside_call": {c.task_id for c in waiting.calls},
        "incident": set(waiting.failed),
    }
    for table, expected in wanted.items():
        if rows[table].get(row.id, set()) != expected:
            yield f"流程 {row.id} 的状态与表 {table} 的记录不一致"
    if not any(wanted.values()):
        yield f"流程 {row.id} 在运行中,却什么也不等待"


def _unwritten(row: Row[Any], run: Run, events: Sequence[Row[Any]]) -> Iterator[str]:
    """Every value in the state was written by the history, or handed inwards by what is under way."""
    if any(one.kind in BY_OPERATORS for one in events):
        return
    written: dict[str, set[bytes]] = defaultdict(set)
    for one in events:
        for name, value in from_json(one.data.get("changed", {})).items():
            written[name].add(canonical(value))
    handed = handed_inwards(run)
    for name, value in run.current_data().items():
        found = canonical(value)
        if found not in written[name] and all(canonical(v) != found for v in handed.get(name, ())):
            yield f"流程 {row.id} 的数据 {name} 不是历史中写下的值"
