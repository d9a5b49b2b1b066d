"""`kill -9` at every named point, on every kind of step: the end is that of the uninterrupted run.

A forked process runs a program (see programs.py) and dies by SIGKILL at the n-th passing of a point;
a second one runs the same program again from its beginning.
"""

from __future__ import annotations

import os
import random
import re
import signal
import sys
import traceback
from collections import Counter

import pytest
from sqlalchemy import text

from engine import crash_points, definitions, verify
from engine.actor import SYSTEM
from engine.crash_points import POINTS, VARIABLE, watched
from tests.conftest import START
from tests.crash.programs import FILES, LI, PROGRAMS, Site
from tests.engine.example import prepare

SAMPLE = 5
_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def scene(server, template):
    """Fresh databases with the published diagram, made on demand."""
    prepared, made = "template_crash", []
    server.create_database(prepared, template)
    site = Site(server.url(prepared))
    prepare(site.runtime.database)
    site.runtime.time.set(START)
    site.runtime.run(SYSTEM, lambda work: definitions.publish(work, FILES))
    site.runtime.database.dispose()

    def fresh():
        name = f"crash_{os.getpid()}_{len(made)}"
        server.create_database(name, prepared)
        made.append(name)
        return server.url(name)

    yield fresh
    for name in [*made, prepared]:
        server.drop_database(name)


def in_process(program, url, crash_at=None):
    """Runs a program in a process of its own; returns (exit status, names of the points passed)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _live(program, url, crash_at, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        passed = pipe.read().split("\n")[:-1]
    _, status = os.waitpid(child, 0)
    return status, passed


def _live(program, url, crash_at, writing):
    status = 1
    try:
        crash_points._passed.clear()
        os.environ.pop(VARIABLE, None)
        if crash_at:
            os.environ[VARIABLE] = crash_at
        with watched(lambda point: os.write(writing, f"{point}\n".encode())):
            site = Site(url)
            site.clean_up()
            program(site)
        status = 0
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(status)


def fingerprint(url):
    """All that must not depend on a crash: rows, history, effects; ids by order of appearance."""
    site, found = Site(url), {}
    queries = {
        "instances": "select business_key, status, sequence, outcome, started_at, ended_at "
        "from instance",
        "history": "select sequence, at, actor, kind, element, name, data - 'state', reason from event "
        "order by sequence",
        "tasks": "select element, status, assignee, answer, created_at, ended_at from user_task",
        "timers": "select element, due_at from timer",
        "waits": "select element, key from message_wait",
        "messages": "select name, key, payload, sent_at, delivered_at from message",
        "calls": "select element, status, arguments, answer from outside_call "
        "order by arguments::text",
        "incidents": "select element, cause from incident",
        "noted": "select text, at from noted order by text",
        "paid": "select amount from paid order by amount",
    }
    with site.runtime.database.connect() as connection:
        for name, query in queries.items():
            found[name] = [str(tuple(row)) for row in connection.execute(text(query))]
        query = "select task_name, status, attempts, args from procrastinate_jobs where status <> "
        assert connection.execute(text(query + "'succeeded'")).all() == []
        per_key = connection.execute(text("select key, count(*) from paid group by key")).all()
    assert all(row.count == 1 for row in per_key)
    assert site.runtime.run(LI, lambda work: list(verify.findings(work))) == []
    names: dict[str, str] = {}
    return {
        name: [_IDS.sub(lambda m: names.setdefault(m[0], f"id{len(names)}"), row) for row in rows]
        for name, rows in found.items()
    }


_undisturbed: dict[str, tuple[dict, Counter]] = {}


def undisturbed(scene, name):
    """The uninterrupted run: its end, and how often it passes each point."""
    if name not in _undisturbed:
        url = scene()
        status, passed = in_process(PROGRAMS[name], url)
        assert status == 0
        _undisturbed[name] = fingerprint(url), Counter(passed)
    return _undisturbed[name]


def kill_and_run_again(scene, name, point, number):
    url = scene()
    status, _ = in_process(PROGRAMS[name], url, f"{point}#{number}")
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (point, number)
    status, _ = in_process(PROGRAMS[name], url)
    assert status == 0, (point, number)
    assert fingerprint(url) == undisturbed(scene, name)[0], (point, number)


def all_kills(scene):
    return [
        (name, point, number)
        for name in PROGRAMS
        for point, count in sorted(undisturbed(scene, name)[1].items())
        for number in range(1, count + 1)
    ]


def test_the_programs_pass_every_named_point(scene):
    passed = Counter()
    for name in PROGRAMS:
        passed += undisturbed(scene, name)[1]
    assert set(passed) == set(POINTS)
    history = "\n".join(undisturbed(scene, "to the end")[0]["history"])
    for element in ("Task_Note", "Task_Level", "Call_Review", "Task_Review", "Task_Pay",
                    "Event_Later", "Event_Settled", "Task_Total", "End_Paid"):  # fmt: skip
        assert f"'completed', '{element}'" in history, element
    assert len(undisturbed(scene, "to the end")[0]["paid"]) == 3


def test_a_process_killed_at_a_point_changes_nothing_in_the_end(scene):
    for kill in random.Random(20261122).sample(all_kills(scene), SAMPLE):
        kill_and_run_again(scene, *kill)


@pytest.mark.long
def test_a_process_killed_at_any_point_changes_nothing_in_the_end(scene):
    for kill in all_kills(scene):
        kill_and_run_again(scene, *kill)
