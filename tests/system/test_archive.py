"""`redeem archive`: months of the history go into files, by the setting; all of it can still be read."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, text

from engine import archive, definitions, instances, seals, user_tasks
from engine.actor import SYSTEM, Actor
from engine.tables import archived_month, event
from tests.conftest import START
from tests.engine.drain import drain
from tests.engine.example import EXAMPLE, FILES, REVIEWER, prepare
from tests.system.site import ROOT
from web.commands import cli
from web.settings import Settings
from web.system import calendar_jobs

LI = Actor("li", "李", frozenset([REVIEWER]))


@pytest.fixture
def runtime(runtime):
    prepare(runtime.database)
    found = dataclasses.replace(runtime, registry=EXAMPLE)
    found.run(SYSTEM, lambda work: definitions.publish(work, FILES))
    return found


@pytest.fixture
def environment(runtime, tmp_path):
    return {
        "DATABASE_URL": runtime.database.url.render_as_string(hide_password=False),
        "RONGYIDUI_DATA_FOLDER": str(tmp_path),
    }


@pytest.fixture
def redeem(environment):
    """Runs a subcommand over the test's database; returns (exit code, output)."""

    def act(*words, **settings):
        given = {**environment, **settings}
        found = CliRunner().invoke(cli, [str(w) for w in words], env=given)
        return found.exit_code, found.output

    return act


def refused_case(runtime, begun, decided):
    """A case that is begun on one day and refused on another."""
    runtime.time.set(START + timedelta(days=begun))
    data = {"owner": "JFJ", "price": 1}
    started = runtime.run(LI, lambda work: instances.start(work, "example", data))
    runtime.time.set(START + timedelta(days=decided))
    (task,) = runtime.run(LI, user_tasks.open_tasks)
    answer = {"agreed": False, "count": 1}
    runtime.run(LI, lambda work: user_tasks.complete(work, task.id, answer))
    drain(runtime)
    return started


@pytest.fixture
def cases(runtime):
    """March; March and April; May. It is July now."""
    found = [refused_case(runtime, *days) for days in ((0, 1), (20, 40), (70, 71))]
    runtime.time.set(START + timedelta(days=130))
    return found


def events(runtime):
    with runtime.database.connect() as connection:
        return connection.scalar(select(func.count()).select_from(event))


def whole(runtime, instance_id, folder):
    return runtime.run(SYSTEM, lambda work: list(archive.history_of(work, instance_id, folder)))


def test_old_months_go_into_files_and_everything_is_still_proved_and_read(
    redeem, runtime, cases, tmp_path
):
    before = [whole(runtime, one, tmp_path) for one in cases]
    code, said = redeem("archive", "--keep-months", 2)
    assert code == 0 and "2026-03: " in said and "2026-04: " in said and "2026-05" not in said
    files = sorted((tmp_path / "archive").iterdir())
    assert [one.name for one in files] == ["history-2026-03.jsonl.gz", "history-2026-04.jsonl.gz"]
    assert all(one.stat().st_mode & 0o077 == 0 for one in files)
    assert events(runtime) == len(before[2])
    assert redeem("verify")[0] == 0
    for one in files:
        assert redeem("archive", "--check", one)[0] == 0
    folder = tmp_path / "archive"
    for number, told in enumerate(before):
        found = whole(runtime, cases[number], folder)
        assert [{k: v for k, v in e.items() if k != "id"} for e in found] == [
            {k: v for k, v in e.items() if k != "id"} for e in told
        ]
    code, said = redeem("instances", "history", cases[1])
    assert code == 0 and len(said.splitlines()) == len(before[1])
    assert "started" in said.splitlines()[0] and "ended" in said.splitlines()[-1]
    lines = redeem("instances", "history", cases[1], "--json")[1].splitlines()
    assert [json.loads(line)["hash"] for line in lines] == [e["hash"] for e in before[1]]
    assert redeem("archive", "--keep-months", 2) == (0, "")


def test_a_changed_or_missing_file_is_noticed(redeem, runtime, cases, tmp_path):
    redeem("archive", "--keep-months", 2)
    path = tmp_path / "archive" / "history-2026-03.jsonl.gz"
    lines = gzip.decompress(path.read_bytes()).decode()
    path.write_bytes(gzip.compress(lines.replace('"li"', '"wang"').encode()))
    code, said = redeem("archive", "--check", path)
    assert code == 1 and "指纹" in said and "被改动过" in said
    path.unlink()
    code, said = redeem("instances", "history", cases[0])
    assert code == 1 and path.name in said
    assert redeem("instances", "history", cases[2])[0] == 0


def test_a_process_that_dies_while_it_archives_has_lost_nothing(
    redeem, runtime, cases, environment, tmp_path
):
    before = events(runtime)
    words = [sys.executable, "-m", "web.commands", "archive", "--keep-months", "2"]
    for point, stays in (("before commit", True), ("after commit", False)):
        died = subprocess.run(
            words,
            cwd=ROOT,
            env={
                **os.environ,
                **environment,
                "RONGYIDUI_CRASH_AT": f"{point} of month archived",
            },
            check=False,
            capture_output=True,
        )
        assert died.returncode == -9
        assert (events(runtime) == before) == stays
    code, said = redeem("archive", "--keep-months", 2)
    assert code == 0 and "2026-03" not in said and "2026-04: " in said
    assert redeem("verify")[0] == 0
    for one in (tmp_path / "archive").iterdir():
        assert redeem("archive", "--check", one)[0] == 0, one
    assert len(whole(runtime, cases[1], tmp_path / "archive")) > 3


def test_the_setting_says_how_many_months_stay_and_every_night_one_goes(
    redeem, runtime, cases, tmp_path
):
    assert "全部保留" in redeem("archive")[1]
    settings = Settings(data_folder=tmp_path, history_months=2)
    (nightly,) = [job for job in calendar_jobs(settings) if job.name == "archive a month"]
    months = select(archived_month.c.month)

    def archived():
        with runtime.database.connect() as connection:
            return [str(one)[:7] for one in connection.scalars(months)]

    for expected in (["2026-03"], ["2026-03", "2026-04"], ["2026-03", "2026-04"]):
        runtime.run(SYSTEM, nightly.act)
        assert archived() == expected
    assert redeem("archive", RONGYIDUI_HISTORY_MONTHS="1")[1].startswith("2026-05: ")
    (nightly,) = [job for job in calendar_jobs(Settings()) if job.name == "archive a month"]
    runtime.run(SYSTEM, nightly.act)
    assert len(archived()) == 3


def test_a_month_in_use_is_left_for_another_night(runtime, cases, tmp_path):
    runtime.time.set(START + timedelta(days=2))
    runtime.run(LI, lambda w: instances.start(w, "example", {"owner": "JFJ", "price": 1}))
    runtime.time.set(START + timedelta(days=130))
    before = events(runtime)
    assert runtime.run(SYSTEM, lambda work: archive.archive_next(work, 2, tmp_path)) is None
    assert events(runtime) == before and not list(tmp_path.glob("*.gz"))
    assert runtime.run(SYSTEM, seals.seal_grown)
    with runtime.database.connect() as connection:
        assert connection.scalar(text("select count(*) from archived_month")) == 0


def in_years(runtime, years):
    runtime.time.set(START.replace(year=START.year + years))


def test_archives_are_destroyed_when_their_term_is_over_with_a_reason_and_never_by_themselves(
    redeem, runtime, cases, tmp_path
):
    redeem("archive", "--keep-months", 2)
    files = sorted((tmp_path / "archive").iterdir())
    in_years(runtime, 30)
    assert redeem("archive", "--expired")[1].startswith("没有保管期")
    code, said = redeem("archive", "--destroy", "--reason", "想删")
    assert code == 0 and "已销毁" not in said and all(one.exists() for one in files)
    in_years(runtime, 31)
    code, said = redeem("archive", "--expired")
    assert code == 0 and [line[:7] for line in said.splitlines()] == ["2026-03", "2026-04"]
    assert redeem("archive", "--expired", RONGYIDUI_ARCHIVE_YEARS="0")[1].startswith("没有保管期")
    code, said = redeem("archive", "--destroy")
    assert code == 1 and "依据" in said and all(one.exists() for one in files)
    code, said = redeem("archive", "--destroy", "--reason", "鉴定意见〔2057〕1号")
    assert code == 0 and said.count("已销毁") == 2 and not any(one.exists() for one in files)
    with runtime.database.connect() as connection:
        rows = connection.execute(select(archived_month)).all()
    assert {row.destroy_reason for row in rows} == {"鉴定意见〔2057〕1号"}
    found = whole(runtime, cases[1], tmp_path / "archive")
    assert [(one["kind"], one["name"]) for one in found] == [
        ("destroyed", "2026-03"),
        ("destroyed", "2026-04"),
    ]
    assert redeem("instances", "history", cases[1])[0] == 0
    assert redeem("verify")[0] == 0


def test_a_file_left_by_a_process_that_died_after_its_month_was_destroyed_goes_the_next_time(
    redeem, runtime, cases, environment, tmp_path
):
    redeem("archive", "--keep-months", 2)
    in_years(runtime, 31)
    words = [sys.executable, "-m", "web.commands", "archive", "--destroy", "--reason", "到期"]
    crash = {"RONGYIDUI_CRASH_AT": "after commit of months destroyed"}
    given = {**os.environ, **environment, **crash}
    died = subprocess.run(words, cwd=ROOT, env=given, check=False, capture_output=True)
    assert died.returncode == -9
    assert len(list((tmp_path / "archive").iterdir())) == 2
    code, said = redeem("archive", "--destroy", "--reason", "到期")
    assert code == 0 and said.count("已销毁") == 2
    assert list((tmp_path / "archive").iterdir()) == []
