"""`kill -9` of workers, site, scheduler and PostgreSQL in random order while cases run.

Real processes, a server of its own with the settings of production, tasks handed in over HTTP. Every
case must end as it would have, every effect be there once, and `verify` find nothing.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from engine import definitions, instances, jobs, messages, verify
from engine.actor import SYSTEM
from engine.database import connect, migrate
from engine.postgres import Server, ServerRefused
from engine.runtime import Runtime
from engine.tables import user_task
from engine.time_source import DatabaseTime
from engine.values import from_json
from tests.conftest import START
from tests.crash.programs import FILES
from tests.engine.example import EXAMPLE, prepare
from tests.system.site import ROOT, free_port
from tests.web.conftest import PASSWORD, person

ROLES = ("worker", "worker", "scheduler", "web", "postgres")
REVIEWER = ("JFJ", "reviewer")


class Clerk:
    """A person at a browser: signs in again whenever the site or the session is gone."""

    def __init__(self, port):
        self.address = f"http://127.0.0.1:{port}"
        self.sign_out()

    def sign_out(self):
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)
        self.token = None

    def _open(self, path, data=None, **headers):
        request = urllib.request.Request(self.address + path, data, headers)
        with self.opener.open(request, timeout=20) as answer:
            return answer.read().decode()

    def _sign_in(self):
        csrf = re.compile(r'name="csrf-token" content="([^"]+)"')
        token = csrf.search(self._open("/sign-in", Accept="text/html"))[1]
        given = {"login": "li", "password": PASSWORD, "csrf_token": token}
        self._open("/sign-in", urllib.parse.urlencode(given).encode())
        self.token = csrf.search(self._open("/password", Accept="text/html"))[1]

    def hand_in(self, task_id, answer):
        """Whether the server has taken the answer, now or at an earlier attempt."""
        try:
            if self.token is None:
                self._sign_in()
            self._open(
                f"/inbox/{task_id}/complete",
                json.dumps({"answer": answer}).encode(),
                **{
                    "X-CSRFToken": self.token,
                    "Content-Type": "application/json",
                    "Idempotency-Key": str(task_id),
                },
            )
            return True
        except urllib.error.HTTPError as error:
            if error.code not in (500, 502, 503):
                raise AssertionError(error.read().decode()[:500]) from error
            return False
        except (OSError, TypeError):
            self.sign_out()
            return False


class Campaign:
    def __init__(self, folder, cases, seed):
        self.folder, self.cases, self.source = folder, cases, random.Random(seed)
        self.server = Server.at(folder / "postgres")
        self.server.start()
        self.server.create_database("campaign")
        self.url = self.server.url("campaign")
        database = connect(self.url, pooled=False)
        with database.begin() as connection:
            migrate(connection)
            connection.execute(text("create table scratch_time (moment timestamptz not null)"))
        prepare(database)
        self.runtime = Runtime(database, DatabaseTime(database), registry=EXAMPLE)
        self.runtime.time.set(START)
        self.runtime.run(SYSTEM, lambda work: definitions.publish(work, FILES))
        self.runtime.run(SYSTEM, lambda work: person(work, "li", REVIEWER))
        self.port = free_port()
        self.processes = {}
        self.kills: Counter[str] = Counter()
        self.clerk = Clerk(self.port)
        self.started = 0
        self.handed_in = set()
        self.next_kill = 0.0

    def spawn(self, place):
        role = ROLES[place]
        further = [str(self.port), str(self.folder)] if role == "web" else []
        address = self.url.render_as_string(hide_password=False)
        with (self.folder / f"{role}.log").open("ab") as log:
            self.processes[place] = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.worker", address, role, *further],
                cwd=ROOT, stdout=log, stderr=log,
            )  # fmt: skip

    def kill_one(self, quick):
        place = self.source.randrange(len(ROLES))
        self.kills[ROLES[place]] += 1
        if ROLES[place] == "postgres":
            os.kill(self.server.postmaster_pid(), signal.SIGKILL)
        else:
            self.processes[place].kill()
            self.processes[place].wait()
            self.spawn(place)
        if quick:
            self.seem_dead()

    def seem_dead(self):
        """Makes the silence of killed workers look long, for the short campaign."""
        statement = "update procrastinate_workers set last_heartbeat = now() - interval '1 hour'"
        try:
            with self.runtime.database.begin() as connection:
                connection.execute(text(statement))
                jobs.return_jobs_of_dead_workers(connection)
        except SQLAlchemyError:
            return

    def keep_alive(self):
        for place, role in enumerate(ROLES):
            if role == "postgres":
                continue
            if place not in self.processes or self.processes[place].poll() is not None:
                self.spawn(place)
        try:
            self.server.start()
        except ServerRefused:
            return

    def start_cases(self):
        """Starts a few, each with its message underway; a start whose answer got lost is repeated."""
        for _ in range(min(10, self.cases - self.started)):
            number = self.started
            data = {
                "owner": "JFJ",
                "price": Decimal(number),
                "parts": [Decimal(number), Decimal("0.01"), Decimal(1)],
            }

            def act(work, number=number, data=data):
                key = f"case-{number}"
                found = instances.start(work, "every_kind", data, key, request=key)
                messages.send(work, "settled", "", {"n": number}, guard=key, business_key=key)
                return found

            self.runtime.run(SYSTEM, act)
            self.started += 1

    def hand_in(self):
        with self.runtime.database.connect() as connection:
            open_ones = connection.scalars(
                select(user_task.c.id).where(user_task.c.status == "open").limit(10)
            ).all()
        for task_id in open_ones:
            if self.clerk.hand_in(task_id, {"agreed": True, "count": 2}):
                self.handed_in.add(task_id)

    def pass_time(self):
        self.runtime.time.set(self.runtime.time.now() + timedelta(hours=3))

    def ended(self):
        with self.runtime.database.connect() as connection:
            return connection.scalar(
                text("select count(*) from instance where status = 'completed'")
            )

    def run(self, kills, seconds, quick):
        begun = time.monotonic()
        interval = 1.0 if quick else 3.0
        while True:
            assert time.monotonic() < begun + seconds, f"only {self.ended()} cases ended"
            self.keep_alive()
            if self.kills.total() < kills and time.monotonic() > self.next_kill:
                self.kill_one(quick)
                self.next_kill = time.monotonic() + self.source.uniform(0.2, 2) * interval
            try:
                self.start_cases()
                self.hand_in()
                self.pass_time()
                if self.ended() == self.cases and self.kills.total() >= kills:
                    return time.monotonic() - begun
            except OperationalError:
                time.sleep(0.1)

    def stop(self):
        for process in self.processes.values():
            process.kill()
            process.wait()
        self.runtime.database.dispose()
        self.server.stop_if_last()

    def check(self):
        with self.runtime.database.connect() as connection:
            rows = connection.execute(
                text("select business_key, status, outcome from instance")
            ).all()
            paid = connection.execute(text("select key, count(*) from paid group by key")).all()
            amounts = connection.scalar(text("select sum(amount) from paid"))
            noted = connection.scalar(text("select count(*) from noted"))
            left = connection.scalar(
                text("select count(*) from incident where status <> 'resolved'")
            )
        assert len(rows) == self.cases == noted
        for row in rows:
            number = Decimal(row.business_key.partition("-")[2])
            assert row.status == "completed"
            outcome = from_json(row.outcome)
            assert outcome["total"] == (number + Decimal("1.01")) * 2
            assert outcome["settlement"] == {"n": number} and left == 0
        assert len(paid) == 3 * self.cases and all(row.count == 1 for row in paid)
        expected = sum((Decimal(n) + Decimal("1.01")) * 2 for n in range(self.cases))
        assert amounts == expected
        with verify.consistent(self.runtime) as work:
            assert list(verify.findings(work)) == []


@pytest.fixture
def campaign(tmp_path):
    made = []

    def begin(cases, seed):
        made.append(Campaign(tmp_path, cases, seed))
        return made[0]

    yield begin
    for one in made:
        one.stop()


def test_a_few_cases_survive_kills_of_every_process(campaign):
    found = campaign(cases=6, seed=3)
    found.run(kills=5, seconds=240, quick=True)
    found.check()


@pytest.mark.long
def test_two_thousand_cases_survive_kills_of_every_process(campaign):
    cases = int(os.environ.get("RONGYIDUI_CASES", 2000))
    found = campaign(cases, seed=20261122)
    seconds = found.run(kills=max(5, cases // 10), seconds=4 * 3600, quick=False)
    found.check()
    print(f"campaign: {cases} cases, {dict(found.kills)} killed, {seconds:.0f} s")
