"""The demonstration ends, adds up, survives kills, and tampering with it is found."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from engine.postgres import Server
from tests.system.independent_amounts import differences
from tests.system.site import ROOT, free_port
from tests.system.test_serve import children_of

ENTERPRISES = "60"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The data folder of one installation, its server kept running between the commands."""
    folder = tmp_path_factory.mktemp("demo")
    server = Server.at(folder / "postgres")
    server.start()
    yield folder, server
    server.stop_if_last()


def environment(folder: Path) -> dict[str, str]:
    found = {
        **os.environ,
        "RONGYIDUI_DATA_FOLDER": str(folder),
        "RONGYIDUI_BANK_SIMULATOR_PORT": str(free_port()),
        "RONGYIDUI_LOG_LEVEL": "WARNING",
    }
    found.pop("DATABASE_URL", None)
    return found


def redeem(folder: Path, *arguments: str, timeout: int = 400) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "web.commands", *arguments],
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def database(server: Server):
    return create_engine(server.url("demo"))


def scalar(server: Server, statement: str):
    engine = database(server)
    try:
        with engine.connect() as connection:
            return connection.scalar(text(statement))
    except Exception:  # the database is not there yet
        return None
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def summary(place):
    """A demonstration whose worker, and then the whole of it, is killed in the middle."""
    folder, server = place
    process = subprocess.Popen(
        [sys.executable, "-m", "web.commands", "demo", "--enterprises", ENTERPRISES],
        cwd=ROOT,
        env=environment(folder),
    )
    until_cases(server, process, 15)
    worker = next(pid for pid, command in children_of(process.pid).items() if "worker" in command)
    os.kill(worker, signal.SIGKILL)
    until_cases(server, process, 40)
    process.kill()
    process.wait()
    os.kill(server.postmaster_pid(), signal.SIGKILL)
    server.start()
    done = redeem(folder, "demo", "--enterprises", ENTERPRISES, "--resume", "--json")
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def until_cases(server, process, count, seconds=240):
    deadline = time.monotonic() + seconds
    ended = "select count(*) from case_file where ended_at is not null"
    while (scalar(server, ended) or 0) < count:
        assert process.poll() is None, "the demonstration ended before it could be killed"
        assert time.monotonic() < deadline, f"waited in vain for {count} cases"
        time.sleep(0.2)


def test_all_three_modes_are_paid_and_everything_adds_up(summary):
    for mode in ("automatic", "instant", "promised"):
        found = summary[mode]
        assert found["paid"] > 0 and Decimal(found["amount"]) > 0
        assert Decimal(found["amount"]).as_tuple().exponent == -2
    assert summary["instant"]["refused"] > 0
    assert summary["automatic"]["returned"] > 0
    assert summary["ledger_balanced"] is True and summary["verify_findings"] == 0


def test_nothing_is_lost_and_nothing_is_paid_twice(place, summary):
    _, server = place
    assert scalar(server, "select count(*) from case_file where ended_at is null") == 0
    twice = (
        "select count(*) from (select entitlement_id from payment_order where status = 'success' "
        "group by entitlement_id having count(*) > 1) d"
    )
    assert scalar(server, twice) == 0


def test_paid_amounts_equal_those_recomputed_by_hand_from_the_facts(place, summary):
    _, server = place
    engine = database(server)
    with engine.connect() as connection:
        assert differences(connection) == []
    engine.dispose()


def test_verify_finds_nothing_and_then_finds_what_was_tampered_with(place, summary):
    folder, server = place
    clean = redeem(folder, "verify", "--demo")
    assert clean.returncode == 0, clean.stdout
    engine = database(server)
    with engine.begin() as connection:
        connection.execute(
            text(
                "update ledger_entry set amount = amount + 1 where id = (select min(id) from ledger_entry)"
            )
        )
    engine.dispose()
    broken = redeem(folder, "verify", "--demo")
    assert broken.returncode == 1 and broken.stdout.strip()


def test_no_account_number_stands_in_history_data_or_jobs(place, summary):
    """A dump of what may not hold them is searched for every sample account."""
    _, server = place
    from cryptography.fernet import Fernet

    from web.settings import Settings
    from web.system import field_key

    key = Fernet(field_key(Settings(data_folder=place[0])))
    engine = database(server)
    with engine.connect() as connection:
        numbers = {
            key.decrypt(bytes(row[0])).decode()
            for row in connection.execute(text("select number_encrypted from bank_account"))
        }
        assert numbers
        for statement in (
            "select data::text from event",
            "select coalesce(outcome::text, '') from instance",
            "select args::text from procrastinate_jobs",
            "select arguments::text || coalesce(answer::text, '') from outside_call",
            "select coalesce(answer::text, '') from user_task",
            "select payload::text from message",
            "select body from notice",
            "select raw::text from bank_answer",
        ):
            words = {
                word
                for row in connection.execute(text(statement))
                for word in "".join(c if c.isalnum() else " " for c in row[0]).split()
            }
            assert not words & numbers, statement
    engine.dispose()
