"""`kill -9` of workers, site, scheduler and PostgreSQL in random order while cases run.

    python -m tests.crash.campaign --cases 2000 [--seed N] [--kills N] [--folder F]

Real processes, a server of its own with the settings of production, tasks handed in over HTTP. The
kills are spread over the cases. With a folder an interrupted campaign goes on where it stood; the
folder keeps the plan, the kills, the logs of all processes and, at the end, the report.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from http.client import HTTPException
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from engine import definitions, instances, jobs, messages, verify
from engine.actor import SYSTEM
from engine.database import connect, migrate
from engine.postgres import Server, ServerRefused
from engine.runtime import Runtime
from engine.tables import user_task
from engine.time_source import DatabaseTime
from engine.values import from_json
from tests.conftest import START
from tests.crash import house
from tests.crash.clerk import Clerk
from tests.crash.programs import FILES
from tests.system.site import ROOT, free_port
from tests.web.conftest import person

ROLES = ("worker", "worker", "scheduler", "web", "postgres")
CLERKS = 3
UNDER_WAY = 200  # cases at once; those whose worker died wait until it is missed
STORIES = """
select i.business_key, string_agg(concat_ws('|', e.actor, e.kind, e.element, e.name,
       e.data -> 'follows', e.data -> 'tokens'), E'\n' order by e.sequence) as story
from event e join instance i on i.id = e.instance_id group by i.id
"""


@dataclass(frozen=True)
class Plan:
    """With `quick` nobody waits until a killed worker is missed."""

    cases: int
    seed: int
    kills: int
    quick: bool = False


class Campaign:
    def __init__(self, folder: Path, plan: Plan):
        self.folder, self.plan = folder, plan
        kept = folder / "plan.json"
        if kept.exists():
            self.plan = Plan(**json.loads(kept.read_text()))
        self.server = Server.at(folder / "postgres")
        self.server.start()
        self.server.create_database("campaign")
        self.url = self.server.url("campaign")
        database = connect(self.url, pooled=False)
        self.runtime = Runtime(database, DatabaseTime(database), registry=house.HOUSE)
        if not kept.exists():
            self._prepare()
            kept.write_text(json.dumps(asdict(plan)))
        self.killed = (folder / "kills.jsonl").open("a+")
        self.killed.seek(0)
        self.kills = Counter(json.loads(line)["role"] for line in self.killed)
        self.port = free_port()
        self.processes: dict[int, subprocess.Popen] = {}
        self.started = self._scalar("select count(*) from instance")
        self.over = threading.Event()
        self.wrong: list[BaseException] = []

    def _prepare(self):
        with self.runtime.database.begin() as connection:
            migrate(connection)
            connection.execute(text("create table scratch_time (moment timestamptz not null)"))
        house.prepare(self.runtime.database)
        self.runtime.time.set(START)
        self.runtime.run(SYSTEM, lambda work: definitions.publish(work, FILES))
        self.runtime.run(SYSTEM, lambda work: person(work, "li", ("JFJ", "reviewer")))

    # -- the processes and their ends

    def keep_alive(self):
        for place, role in enumerate(ROLES):
            if role == "postgres":
                continue
            if place not in self.processes or self.processes[place].poll() is not None:
                self._spawn(place)
        with contextlib.suppress(ServerRefused):
            self.server.start()

    def _spawn(self, place):
        role = ROLES[place]
        further = [str(self.port), str(self.folder)] if role == "web" else []
        address = self.url.render_as_string(hide_password=False)
        with (self.folder / f"{role}.log").open("ab") as log:
            self.processes[place] = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.worker", address, role, *further],
                cwd=ROOT, stdout=log, stderr=log,
            )  # fmt: skip

    def kill_one(self):
        """The n-th kill is drawn by seed and n, so that a campaign goes on as it began."""
        number = self.kills.total()
        place = random.Random(f"{self.plan.seed} {number}").randrange(len(ROLES))
        role = ROLES[place]
        if role == "postgres":
            os.kill(self.server.postmaster_pid(), signal.SIGKILL)
        else:
            self.processes[place].kill()
            self.processes[place].wait()
            self._spawn(place)
        self.kills[role] += 1
        self.killed.write(json.dumps({"kill": number, "role": role, "ended": self.ended}) + "\n")
        self.killed.flush()
        if self.plan.quick:
            self._miss_them_now()

    def _miss_them_now(self):
        """Makes the silence of killed workers look long."""
        statement = "update procrastinate_workers set last_heartbeat = now() - interval '1 hour'"
        with contextlib.suppress(SQLAlchemyError), self.runtime.database.begin() as connection:
            connection.execute(text(statement))
            jobs.return_jobs_of_dead_workers(connection)

    # -- people and time

    def start_cases(self):
        """Starts a few, each with its message underway; a start whose answer got lost is repeated."""
        room = UNDER_WAY - (self.started - self.ended)
        for _ in range(min(10, room, self.plan.cases - self.started)):
            number, key = self.started, f"case-{self.started}"
            data = {
                "owner": "JFJ",
                "price": Decimal(number),
                "parts": [Decimal(number), Decimal("0.01"), Decimal(1)],
            }

            def act(work, number=number, key=key, data=data):
                instances.start(work, "every_kind", data, key, request=key)
                messages.send(work, "settled", "", {"n": number}, guard=key, business_key=key)

            self.runtime.run(SYSTEM, act)
            self.started += 1

    def hand_in(self, clerk, number):
        """One clerk's share of the open tasks."""
        with self.runtime.database.connect() as connection:
            found = connection.scalars(
                select(user_task.c.id).where(user_task.c.status == "open").limit(30)
            ).all()
        for task_id in found:
            if task_id.int % CLERKS == number and not self.over.is_set():
                clerk.hand_in(task_id, {"agreed": True, "count": 2})

    def _in_thread(self, act):
        """Does something again and again, whatever the database is doing."""

        def live():
            while not self.over.is_set():
                try:
                    act()
                except (SQLAlchemyError, HTTPException):
                    pass
                except BaseException as error:
                    self.wrong.append(error)
                    return
                self.over.wait(0.05)

        thread = threading.Thread(target=live, daemon=True)
        thread.start()
        return thread

    def pass_time(self):
        self.runtime.time.set(self.runtime.time.now() + timedelta(hours=3))
        self.over.wait(0.5)

    # -- the whole

    def run(self, seconds, progress=lambda line: None):
        """Runs to the end of all cases and kills; returns the seconds it took."""
        begun, self.ended = time.monotonic(), self._ended()
        clerks = [Clerk(self.port) for _ in range(CLERKS)]
        acts = [lambda c=c, n=n: self.hand_in(c, n) for n, c in enumerate(clerks)]
        threads = [self._in_thread(act) for act in (*acts, self.start_cases, self.pass_time)]
        first, next_kill, next_line = self.ended, 0.0, begun
        try:
            while self.ended < self.plan.cases or self.kills.total() < self.plan.kills:
                now = time.monotonic()
                assert now < begun + seconds, f"only {self.ended} cases have ended"
                assert not self.wrong, self.wrong[0]
                self.keep_alive()
                if now > next_kill and self._kill_is_due():
                    self.kill_one()
                    next_kill = now + (0.5 if self.plan.quick else 1.0)
                with contextlib.suppress(SQLAlchemyError):
                    self.ended = self._ended()
                if now >= next_line:
                    next_line = now + 10
                    rate = (self.ended - first) / max(now - begun, 1) * 60
                    progress(
                        f"{now - begun:5.0f} s  {self.ended}/{self.plan.cases} cases, "
                        f"{self.kills.total()}/{self.plan.kills} kills, {rate:.0f} cases/minute"
                    )
                time.sleep(0.2)
        finally:
            self.over.set()
            for thread in threads:
                thread.join(30)
        return time.monotonic() - begun

    def _kill_is_due(self):
        """The kills are spread over the cases; the first case of all comes through undisturbed."""
        wanted = self.plan.kills * (self.ended + 1) / self.plan.cases
        return self.ended > 0 and self.kills.total() < min(wanted, self.plan.kills)

    def _scalar(self, statement):
        with self.runtime.database.connect() as connection:
            return connection.scalar(text(statement))

    def _ended(self):
        return self._scalar("select count(*) from instance where status = 'completed'")

    def stop(self):
        self.over.set()
        for process in self.processes.values():
            process.kill()
            process.wait()
        self.runtime.database.dispose()
        self.killed.close()
        self.server.stop_if_last()

    # -- what came of it

    def differences(self):
        """A sentence for each thing that is not as it would have been without the kills."""
        with self.runtime.database.connect() as connection:
            rows = connection.execute(
                text("select business_key, status, outcome from instance")
            ).all()
            paid = connection.execute(text("select key, count(*) from paid group by key")).all()
            stories = {key: story for key, story in connection.execute(text(STORIES))}
            amounts = connection.scalar(text("select sum(amount) from paid"))
            noted = connection.scalar(text("select count(*) from noted"))
            left = connection.scalar(
                text("select count(*) from incident where status <> 'resolved'")
            )
        cases = self.plan.cases
        if not len(rows) == noted == cases:
            yield f"{len(rows)} cases and {noted} notes instead of {cases}"
        if left:
            yield f"{left} incidents are left"
        for row in rows:
            number = Decimal(row.business_key.partition("-")[2])
            outcome = from_json(row.outcome) if row.outcome else {}
            if (
                row.status != "completed"
                or outcome.get("total") != (number + Decimal("1.01")) * 2
                or outcome.get("settlement") != {"n": number}
            ):
                yield f"{row.business_key} is {row.status} with {outcome}"
        for key, story in stories.items():
            if story != stories["case-0"]:
                yield f"{key} has another history than case-0:\n{story}"
        yield from (f"{key} was paid {count} times" for key, count in paid if count != 1)
        expected = sum((Decimal(n) + Decimal("1.01")) * 2 for n in range(cases))
        if len(paid) != 3 * cases or amounts != expected:
            yield f"{len(paid)} payments of {amounts} instead of {3 * cases} of {expected}"
        with verify.consistent(self.runtime) as work:
            yield from verify.findings(work)

    def report(self, seconds):
        asked = self._scalar("select count(*) from asked")
        keys = self._scalar("select count(distinct key) from asked")
        return {
            "cases": self.plan.cases,
            "seed": self.plan.seed,
            "seconds": round(seconds),
            "cases_per_minute": round(self.plan.cases / seconds * 60, 1),
            "kills": dict(self.kills),
            "outside_effects": self._scalar("select count(*) from paid"),
            "asked_again_under_the_same_key": asked - keys,
            "differences": list(self.differences()),
        }


def main(*words: str) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--kills", type=int, help="a tenth of the cases if left out")
    parser.add_argument("--folder", type=Path, help="goes on with the campaign that is kept there")
    given = parser.parse_args(words)
    kills = given.kills if given.kills is not None else max(5, given.cases // 10)
    folder = given.folder or Path(tempfile.mkdtemp(prefix="campaign-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"seed {given.seed}, folder {folder}", file=sys.stderr)
    campaign = Campaign(folder, Plan(given.cases, given.seed, kills))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    try:
        seconds = campaign.run(4 * 3600, lambda line: print(line, file=sys.stderr, flush=True))
        report = campaign.report(seconds)
    finally:
        campaign.stop()
    told = json.dumps(report, ensure_ascii=False)
    (folder / "report.json").write_text(told)
    print(told)
    return 1 if report["differences"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
