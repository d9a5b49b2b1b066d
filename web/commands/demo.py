"""demo: all three modes on the sample catalogue to payment, in the database `demo`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import click
from sqlalchemy import URL, select
from sqlalchemy.dialects.postgresql import insert as upsert
from tqdm import tqdm

from engine.actor import SYSTEM
from engine.calendar import SHANGHAI
from engine.database import connect
from engine.errors import EngineError
from engine.postgres import Server
from engine.runtime import Runtime, Work
from engine.tables import database_mark
from handlers.sample.load import load_sample
from web.commands.district import publish_shipped
from web.commands.processes import commands_of, environment_of, supervised
from web.demonstration import clock, openings, play, summary
from web.settings import Settings
from web.system import database_server, embedded_server, make_runtime, prepare_database, recreate

DATABASE = "demo"
BEGINS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai
TIMED = "demo seconds"


@click.command()
@click.option("--enterprises", default=2000, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="the summary as one JSON object")
@click.option("--resume", is_flag=True, help="go on with a demonstration that was stopped")
@click.pass_obj
def demo(settings: Settings, enterprises: int, as_json: bool, resume: bool) -> None:
    """Redeems the sample policies in all three modes, every person played by a program."""
    begun = time.monotonic()
    server = embedded_server(settings)
    with database_server(settings, "" if settings.database_url else DATABASE, server) as given:
        url = given.set(database=DATABASE)
        if not (resume and is_begun(url)):
            begin(settings, url)
        runtime = make_runtime(settings, url)
        with supervised(commands_of(settings, site=False), environment_of(settings, url)) as tend:
            found = carry_through(runtime, enterprises, tend, server, begun)
        runtime.database.dispose()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        show(found)


def is_begun(url: URL) -> bool:
    """Whether the database of the demonstration is there with its clock."""
    database = connect(url, pooled=False)
    try:
        with database.connect() as connection:
            return connection.dialect.has_table(connection, "scratch_time")
    except Exception:
        return False
    finally:
        database.dispose()


def begin(settings: Settings, url: URL) -> None:
    """A fresh, empty database with a clock of its own, and a bank that has paid nothing yet."""
    recreate(settings, url)
    (settings.data_folder / "bank.sqlite").unlink(missing_ok=True)
    prepare_database(url)
    database = connect(url, pooled=False)
    with database.begin() as connection:
        clock.create(connection, BEGINS)
    database.dispose()


def carry_through(
    runtime: Runtime,
    enterprises: int,
    tend: Callable[[], None],
    server: Server | None,
    begun: float,
) -> dict[str, object]:
    """Loads what is not loaded, opens what is not opened, plays to the end, sums up."""
    with tqdm(total=enterprises, desc="载入 / loading", file=sys.stderr) as bar:
        publish_shipped(runtime)
        load_sample(runtime, enterprises, lambda part, done, total: _to(bar, part, done, total))
    today = BEGINS.astimezone(SHANGHAI).date()
    _open(runtime, today)
    with tqdm(desc="办理 / cases", file=sys.stderr) as bar:

        def told(ended: int, everything: int) -> None:
            bar.total = everything
            bar.n = ended
            bar.refresh()

        def keep_alive() -> None:
            tend()
            if server is not None and server.postmaster_pid() is None:
                server.start()

        play.play(runtime, keep_alive, told)
    seconds = _add_seconds(runtime, round(time.monotonic() - begun))
    return runtime.run(SYSTEM, lambda work: summary.summarise(work, seconds))


def _to(bar: Any, part: str, done: int, total: int) -> None:
    if part == "enterprises":
        bar.n = done
        bar.refresh()


def _open(runtime: Runtime, today: date) -> None:
    everything = sum(
        len(openings.policies(runtime, m, today)) for m in ("automatic", "instant", "promised")
    )
    with tqdm(total=everything, desc="申报 / openings", file=sys.stderr) as bar:
        for _ in openings.open_all(runtime, today):
            bar.update()


def _add_seconds(runtime: Runtime, seconds: int) -> int:
    """Adds this run's seconds to those of the runs before it; returns the sum."""

    def act(work: Work) -> int:
        row = work.connection.scalar(
            select(database_mark.c.value).where(database_mark.c.kind == TIMED)
        )
        total = int(row or 0) + seconds
        work.connection.execute(
            upsert(database_mark)
            .values(kind=TIMED, value=str(total))
            .on_conflict_do_update(index_elements=["kind"], set_={"value": str(total)})
        )
        return total

    return runtime.run(SYSTEM, act)


def show(found: dict[str, object]) -> None:
    """The summary for a reader."""
    for mode, name in (
        ("automatic", "免申即享"),
        ("instant", "即申即享"),
        ("promised", "承诺兑现"),
    ):
        counts = found[mode]
        if not isinstance(counts, dict):
            raise EngineError("演示没有结果")
        click.echo(
            f"{name}: 办件 {counts['cases']},已兑付 {counts['paid']},不予兑现 {counts['refused']},"
            f"退回 {counts['returned']},金额 {counts['amount']} 元"
        )
    click.echo(
        f"台账平衡: {found['ledger_balanced']};核验发现: {found['verify_findings']};"
        f"用时 {found['seconds']} 秒"
    )


COMMANDS = (demo,)
