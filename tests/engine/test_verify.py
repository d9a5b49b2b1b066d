"""`verify` finds what was changed behind the engine's back; seals and archives keep the proof."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import resource
import time
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from engine import (
    archive,
    definitions,
    history_months,
    instances,
    messages,
    seals,
    user_tasks,
    verify,
)
from engine.actor import SYSTEM, Actor
from engine.archive import MonthInUse
from engine.seals import NothingToSeal
from engine.tables import archived_month, event, instance, sealed_head
from tests.conftest import START
from tests.engine.drain import drain
from tests.engine.example import EXAMPLE, FILES, REVIEWER, prepare
from tests.engine.forging import rehash
from tests.engine.many_events import multiply

LI = Actor("li", "李", frozenset([REVIEWER]))
ANSWER = {"agreed": True, "count": 3}


@pytest.fixture
def runtime(runtime):
    prepare(runtime.database)
    found = dataclasses.replace(runtime, registry=EXAMPLE)
    found.run(LI, lambda work: definitions.publish(work, FILES))
    return found


def start(runtime, owner="JFJ"):
    data = {"owner": owner, "price": Decimal("19.90")}
    return runtime.run(LI, lambda work: instances.start(work, "example", data))


def approve(runtime):
    (task,) = runtime.run(LI, user_tasks.open_tasks)
    runtime.run(LI, lambda work: user_tasks.complete(work, task.id, ANSWER))
    drain(runtime)


def finish(runtime, owner="JFJ"):
    """A case from its start to its end."""
    started = start(runtime, owner)
    approve(runtime)
    runtime.run(LI, lambda work: messages.send(work, "settled", owner, {}))
    drain(runtime)
    return started


def findings(runtime, processes=1):
    with verify.consistent(runtime) as work:
        return list(verify.findings(work, processes=processes))


def change(runtime, statement, **values):
    with runtime.database.begin() as connection:
        connection.execute(text(statement), values)


def one(runtime, statement):
    with runtime.database.connect() as connection:
        return connection.execute(statement).one()


def test_nothing_is_found_in_what_the_engine_has_written(runtime):
    finish(runtime)
    start(runtime)
    approve(runtime)
    start(runtime)
    assert findings(runtime) == []


def test_a_state_put_back_to_an_earlier_one_is_found(runtime):
    started = start(runtime)
    old = one(runtime, select(instance.c.state).where(instance.c.id == started)).state
    approve(runtime)
    change(runtime, "update instance set state = :s", s=old)
    found = " ".join(findings(runtime))
    assert "不是其历史最后一步写下的状态" in found and "与重演历史所得不一致" in found


def test_data_changed_in_the_state_are_found(runtime):
    from engine.values import pack, unpack

    started = start(runtime)
    row = one(runtime, select(instance.c.state).where(instance.c.id == started))
    changed = row.state.replace(pack(Decimal("19.90")), pack(Decimal("99.90")))
    assert changed != row.state and unpack(changed)
    change(runtime, "update instance set state = :s", s=changed)
    assert any("price 不是历史中写下的值" in sentence for sentence in findings(runtime))


def test_a_token_that_nobody_sent_is_found_though_every_link_fits(runtime):
    started = start(runtime)
    approve(runtime)
    change(
        runtime,
        "update event set data = jsonb_set(data, '{follows}', '[\"End_Refused\"]') "
        "where kind = 'completed' and element in ('Task_Total', 'Gateway_Agreed')",
    )
    rehash(runtime, started)
    assert any("没有任何步骤送来" in sentence for sentence in findings(runtime))


def test_a_history_forged_after_its_seal_is_found_though_every_link_fits(runtime):
    started = finish(runtime)
    assert runtime.run(SYSTEM, seals.seal_grown) == 1
    change(runtime, "update event set actor = 'wang' where actor = 'li'")
    rehash(runtime, started)
    assert any("封存的指纹不符" in sentence for sentence in findings(runtime))


@pytest.mark.parametrize(
    "statement",
    [
        "update seal set hash = 'x'",
        "update sealed_head set hash = 'x'",
        "delete from sealed_head",
        "delete from seal where id = 1",
    ],
)
def test_a_changed_seal_is_found(runtime, statement):
    finish(runtime)
    runtime.run(SYSTEM, seals.seal_grown)
    finish(runtime)
    runtime.run(SYSTEM, seals.seal_grown)
    assert findings(runtime) == []
    if "delete from seal " in statement:
        change(runtime, "delete from sealed_head where seal_id = 1")
    change(runtime, statement)
    assert findings(runtime)


def test_a_seal_covers_what_has_grown_since_the_last_one(runtime):
    start(runtime)
    runtime.run(SYSTEM, seals.seal_grown)
    with pytest.raises(NothingToSeal):
        runtime.run(SYSTEM, seals.seal_grown)
    start(runtime, "SGJ")
    assert runtime.run(SYSTEM, seals.seal_grown) > 1
    chains = one(runtime, select(func.count(), func.count(sealed_head.c.chain.distinct())))
    assert tuple(chains) == (2, 2)


@pytest.mark.parametrize(
    "statement",
    [
        "delete from user_task where status = 'open'",
        "delete from timer",
        "insert into event (instance_id, sequence, at, actor, kind, data, previous_hash, hash) "
        "values (gen_random_uuid(), 1, '2026-03-02', 'x', 'x', '{}', '', '')",
        "update artifact set content = 'x'",
    ],
)
def test_rows_that_do_not_belong_together_are_found(runtime, statement):
    start(runtime)
    change(runtime, statement)
    assert findings(runtime)


def test_a_month_is_made_when_its_first_step_comes_and_some_are_made_ahead(runtime):
    runtime.time.set(START + timedelta(days=800))
    start(runtime)
    assert one(runtime, text("select tableoid::regclass::text as month from event limit 1")) == (
        "event_2028_05",
    )
    assert runtime.run(SYSTEM, history_months.ahead) == history_months.MONTHS_AHEAD
    assert runtime.run(SYSTEM, history_months.ahead) == 0
    with runtime.database.connect() as connection:
        assert date(2028, 8, 1) in history_months.of_database(connection)


def test_an_archived_month_leaves_its_sealed_hashes_and_the_file_proves_itself(runtime, tmp_path):
    finish(runtime)
    runtime.time.set(START + timedelta(days=60))
    start(runtime, "SGJ")
    months = runtime.run(SYSTEM, lambda work: archive.due(work, 1))
    assert date(2026, 3, 1) in months and date(2026, 5, 1) not in months
    path = runtime.run(SYSTEM, lambda work: archive.archive(work, months[0], tmp_path))
    assert one(runtime, select(func.count()).select_from(archived_month)) == (1,)
    assert one(runtime, select(func.min(event.c.at))).min >= START + timedelta(days=60)
    assert findings(runtime) == []

    def check():
        return runtime.run(SYSTEM, lambda work: list(archive.unlike_seals(work, path)))

    assert check() == []
    lines = gzip.decompress(path.read_bytes()).decode().replace('"li"', '"wang"')
    path.write_bytes(gzip.compress(lines.encode()))
    assert any("指纹" in sentence for sentence in check())
    assert any("被改动过" in sentence for sentence in check())
    assert json.loads(lines.splitlines()[0])["sequence"] == 1


def test_a_month_of_a_running_case_stays_and_so_do_the_months_after_it(runtime, tmp_path):
    start(runtime)
    runtime.time.set(START + timedelta(days=100))
    months = runtime.run(SYSTEM, lambda work: archive.due(work, 1))
    with pytest.raises(MonthInUse, match="1 个尚未结束"):
        runtime.run(SYSTEM, lambda work: archive.archive(work, months[0], tmp_path))
    with pytest.raises(MonthInUse, match="之前还有"):
        runtime.run(SYSTEM, lambda work: archive.archive(work, date(2026, 12, 1), tmp_path))
    assert findings(runtime) == []


def a_long_history(runtime, events, processes=1):
    """Real cases, ended and refused, copied; then how long `verify` takes, on the clock and of
    processor time, and what memory it adds."""
    finish(runtime)
    start(runtime)
    task = runtime.run(LI, user_tasks.open_tasks)[0]
    refused = {"agreed": False, "count": 1}
    runtime.run(LI, lambda work: user_tasks.complete(work, task.id, refused))
    with runtime.database.begin() as connection:
        count = multiply(connection, events)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun, worked = time.monotonic(), processor_time()
    assert findings(runtime, processes) == []
    seconds, worked = time.monotonic() - begun, processor_time() - worked
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return count, seconds, worked, more


def processor_time():
    """Seconds, of this process and of those it has waited for; PostgreSQL's not among them."""
    return sum(os.times()[:4])


def test_a_copied_history_is_checked_event_by_event(runtime):
    a_long_history(runtime, 2000)
    change(runtime, "update event set reason = 'x' where id = (select max(id) from event)")
    assert len(findings(runtime)) == 1


def test_processes_that_share_the_instances_see_one_instant_and_find_the_same(runtime, monkeypatch):
    monkeypatch.setattr(verify, "SHARED_FROM", 1)
    a_long_history(runtime, 2000)
    changes = "update event set reason = 'x' where id in (select max(id) - 9 * n from event, {}) "
    change(runtime, changes.format("generate_series(0, 20) n group by n"))
    alone = findings(runtime)
    told = []
    with verify.consistent(runtime) as work:
        assert work.connection.scalar(text("select count(*) from event where reason = 'x'"))
        change(runtime, "delete from event where reason = 'x'")
        shared = list(
            verify.findings(work, lambda done, total: told.append((done, total)), processes=2)
        )
    assert len(alone) == 21 and sorted(shared) == sorted(alone)
    assert told[-1][0] == told[-1][1] == max(done for done, _ in told)


@pytest.mark.long
def test_a_million_events_are_checked_with_flat_memory(runtime):
    events = int(os.environ.get("RONGYIDUI_EVENTS", 1_000_000))
    count, seconds, worked, megabytes = a_long_history(runtime, events, processes=os.cpu_count())
    print(
        f"verify: {count} events in {seconds:.0f} s, {worked:.0f} s of processor time, "
        f"{megabytes:.0f} MB more at the peak"
    )
    assert megabytes < 300
