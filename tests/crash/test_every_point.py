"""`kill -9` at every named point, on every kind of step: the end is that of the uninterrupted run.

A forked process runs a program (see programs.py) and dies by SIGKILL at the n-th passing of a point;
a second one goes on with the act that was cut off.
"""

from __future__ import annotations

import itertools
import os
import random
import re
import signal
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from engine import crash_points, definitions, verify
from engine.actor import SYSTEM
from engine.crash_points import POINTS, VARIABLE, watched
from tests.conftest import START
from tests.crash import drawn, house
from tests.crash.programs import FILES, NOT_AT_AN_END, PROGRAMS
from tests.crash.site import Site
from tests.handlers.scene import build

SAMPLE = 5
# Ids are drawn by lot; the numbers of cases, lists and releases may leave gaps.
_IDS = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[A-Z]{2}\d{11,}\b"
)


@pytest.fixture(scope="module")
def scene(server, template, tmp_path_factory):
    """Fresh databases with the published diagrams, made on demand; the last one is dropped first."""
    prepared, made = f"template_crash_{os.getpid()}", []
    server.create_database(prepared, template)
    site = Site(server.url(prepared))
    house.prepare(site.runtime.database)
    site.runtime.time.set(START)
    district = build(site.runtime, tmp_path_factory.mktemp("district"))
    site.runtime.outside["field_key"] = house.FIELD_KEY
    for account in (True, True, False, True):
        district.firm(account=account)
    site.run(lambda work: definitions.publish(work, {**drawn.FILES, **FILES}), SYSTEM)
    site.runtime.database.dispose()

    def fresh():
        if made:
            server.drop_database(made.pop())
        made.append(f"crash_{os.getpid()}_{time.monotonic_ns()}")
        server.create_database(made[-1], prepared)
        return server.url(made[-1])

    yield fresh
    for name in [*made, prepared]:
        server.drop_database(name)


def in_process(name, url, crash_at=None):
    """Runs a program in a process of its own; returns (exit status, names of the points passed)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _live(name, url, crash_at, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        passed = pipe.read().split("\n")[:-1]
    _, status = os.waitpid(child, 0)
    return status, passed


def _live(name, url, crash_at, writing):
    status = 1
    try:
        crash_points._passed.clear()
        os.environ.pop(VARIABLE, None)
        if crash_at:
            os.environ[VARIABLE] = crash_at
        with watched(lambda point: os.write(writing, f"{point}\n".encode())):
            site = Site(url)
            site.clean_up()
            site.perform(PROGRAMS[name])
        status = 0
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(status)


COMPARED = {
    "history": "select business_key, e.sequence, e.at, e.actor, e.kind, e.element, e.name, "
    "e.data - array['state', 'release', 'from'] as data, e.reason from event e join instance i on i.id = e.instance_id "
    "order by business_key, e.sequence",
    "instances": "select business_key, status, sequence, lock_version, outcome, started_at, "
    "ended_at from instance",
    "tasks": "select element, status, assignee, answer, created_at, ended_at, ended_by "
    "from user_task",
    "timers": "select element, due_at from timer",
    "waits": "select element, name, key from message_wait",
    "messages": "select name, key, payload, sent_at, delivered_at from message",
    "calls": "select element, status, arguments, answer, created_at from outside_call",
    "incidents": "select element, cause, status, attempts from incident",
    "batches": "select status, text from operation_item",
    "noted": "select text, at from noted",
    "paid": "select amount from paid",
    "cases": "select number, status, amount, enterprise_id from case_file",
    "lines": "select position, status, amount, reasons, case_id from eligibility_line",
    "entitlements": "select case_id, stage, amount, status from entitlement",
    "orders": "select entitlement_id, attempt, amount, status from payment_order",
    "ledger": "select sequence, account, amount, kind, entitlement_id, actor, reason "
    "from ledger_entry",
    "indicators": "select available, frozen, ordered, cleared, sequence from indicator",
    "notices": "select unit, kind, title, case_id from notice",
}


def fingerprint(url):
    """All that must not depend on a crash: rows, history, effects; ids by order of appearance."""
    site, names = Site(url), {}

    def plain(row):
        return _IDS.sub(lambda m: names.setdefault(m[0], f"id{len(names)}"), str(tuple(row)))

    with site.runtime.database.connect() as connection:
        found = {
            # The history comes first and in order: it gives most ids their names.
            name: [plain(row) for row in connection.execute(text(query))]
            for name, query in COMPARED.items()
        }
        query = "select task_name, status, attempts, args from procrastinate_jobs where status <> "
        assert connection.execute(text(query + "'succeeded'")).all() == []
    assert site.run(lambda work: list(verify.findings(work))) == []
    site.runtime.database.dispose()
    return {name: rows if name == "history" else sorted(rows) for name, rows in found.items()}


def differences(expected, found):
    """The first rows that differ, for a reader."""
    return [
        (name, *rows)
        for name in expected
        for rows in itertools.zip_longest(expected[name], found[name])
        if rows[0] != rows[1]
    ][:3]


def questions(url):
    """How often the world outside was asked, and how often it did what was asked, by key."""
    database = Site(url).runtime.database
    with database.connect() as connection:
        asked = connection.scalars(text("select key from asked")).all()
        paid = connection.scalars(text("select key from paid")).all()
    database.dispose()
    return Counter(asked), Counter(paid)


@dataclass
class Undisturbed:
    """The uninterrupted run: its end, how often it passes each point, how often it asks."""

    end: dict
    passed: Counter
    asked: int


_undisturbed: dict[str, Undisturbed] = {}


def undisturbed(scene, name):
    if name not in _undisturbed:
        url = scene()
        status, passed = in_process(name, url)
        assert status == 0, name
        asked, _ = questions(url)
        _undisturbed[name] = Undisturbed(fingerprint(url), Counter(passed), asked.total())
    return _undisturbed[name]


def kill_and_go_on(scene, name, point, number):
    expected = undisturbed(scene, name)
    url = scene()
    status, _ = in_process(name, url, f"{point}#{number}")
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (name, point, number)
    status, _ = in_process(name, url)
    assert status == 0, (name, point, number)
    assert differences(expected.end, fingerprint(url)) == [], (name, point, number)
    asked, paid = questions(url)
    assert set(paid.values()) <= {1}, (name, point, number)
    # Only the question whose answer was lost with the process is put again, under the same key.
    assert asked.total() <= expected.asked + 1, (name, point, number)


def kills(scene, name):
    counts = sorted(undisturbed(scene, name).passed.items())
    return [(name, point, n) for point, count in counts for n in range(1, count + 1)]


def test_the_programs_pass_every_named_point(scene):
    passed = Counter()
    for name in PROGRAMS:
        passed += undisturbed(scene, name).passed
    assert set(passed) == set(POINTS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_comes_to_its_end(scene, name):
    """So that a comparison with it means something."""
    end = undisturbed(scene, name).end
    assert end["history"] and not end["timers"]
    if name not in NOT_AT_AN_END:
        assert not end["waits"] and all("'running'" not in row for row in end["instances"])


def test_the_lines_of_the_list_are_cases_whose_money_is_ordered(scene):
    end = undisturbed(scene, "the lines of a signed list").end
    assert len(end["lines"]) == 4 and len(end["cases"]) == len(end["orders"]) == 3


def test_a_process_killed_at_a_point_changes_nothing_in_the_end(scene):
    everything = [kill for name in PROGRAMS for kill in kills(scene, name)]
    for kill in random.Random(20261122).sample(everything, SAMPLE):
        kill_and_go_on(scene, *kill)


@pytest.mark.long
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_process_killed_at_any_point_changes_nothing_in_the_end(scene, name):
    """Every kind of step is in some program; every passing of every point is a kill."""
    everything = kills(scene, name)
    for kill in everything:
        kill_and_go_on(scene, *kill)
    print(f"\n{name}: {len(everything)} kills")
