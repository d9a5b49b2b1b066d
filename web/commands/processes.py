"""serve, web, worker, scheduler, migrate."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import click

from engine import scheduler as scheduling
from engine.database import check_current, connect, write_revision
from engine.jobs import run_worker
from web.settings import Settings
from web.system import (
    calendar_jobs,
    conninfo,
    database_server,
    job_table,
    make_runtime,
    prepare_database,
)

RESTART_SECONDS = 1.0
STOP_SECONDS = 20.0


@click.command()
@click.option("--sample", is_flag=True, help="with the sample district, in the database `sample`")
@click.pass_obj
def serve(settings: Settings, sample: bool) -> None:
    """Supervises web, workers and scheduler over the embedded server; Ctrl-C stops all."""
    database = "sample" if sample and not settings.database_url else ""
    with database_server(settings, database) as url:
        prepare_database(url)
        environment = {**os.environ, "DATABASE_URL": url.render_as_string(hide_password=False)}
        if not settings.database_url:
            click.echo(f"数据库 / database: {settings.data_folder.absolute() / 'postgres'}")
        commands = [["web"], ["scheduler"], *[["worker"]] * settings.workers]
        supervise(commands, environment)


def supervise(commands: list[list[str]], environment: dict[str, str]) -> None:
    """Runs `redeem <command>` processes, restarts one that dies, and stops all at a signal."""
    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopping.set())

    def start(command: list[str]) -> subprocess.Popen[bytes]:
        # A session of its own, so that Ctrl-C reaches the children only through us.
        return subprocess.Popen(
            [sys.executable, "-m", "web.commands", *command],
            env=environment,
            start_new_session=True,
        )

    running = [(command, start(command)) for command in commands]
    while not stopping.wait(0.2):
        for place, (command, process) in enumerate(running):
            if process.poll() is not None and not stopping.is_set():
                click.echo(f"进程 {command[0]} 退出({process.returncode}),正在重启", err=True)
                stopping.wait(RESTART_SECONDS)
                if not stopping.is_set():
                    running[place] = (command, start(command))
    for _, process in running:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for _, process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@click.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Runs jobs."""
    with database_server(settings) as url:
        runtime = make_runtime(settings, url, pool_size=settings.worker_concurrency + 1)
        with runtime.database.connect() as connection:
            check_current(connection)
        run_worker(conninfo(url), job_table(runtime).jobs.values(), settings.worker_concurrency)


@click.command()
@click.pass_obj
def scheduler(settings: Settings) -> None:
    """Decides when: due timers, the calendar, jobs of dead workers."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with database_server(settings) as url:
        scheduling.run(make_runtime(settings, url), stop, calendar_jobs())


@click.command()
@click.pass_obj
def web(settings: Settings) -> None:
    """Serves the site with gunicorn."""
    from web.server import serve_site

    with database_server(settings) as url:
        serve_site(settings, url)


@click.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Brings the database to the structure this program needs."""
    with database_server(settings) as url:
        prepare_database(url)


@click.command(hidden=True)
@click.argument("name")
@click.argument("package")
@click.pass_obj
def revision(settings: Settings, name: str, package: str) -> None:
    """Writes a migration for what the tables have and the database `revision` lacks."""
    if package.startswith("handlers"):
        importlib.import_module("handlers.tables")
    with database_server(settings, "revision") as url:
        engine = connect(url, pooled=False)
        with engine.begin() as connection:
            path = write_revision(connection, name, package)
        (Path("engine") / "migrations" / "HEAD").write_text(name + "\n")
        click.echo(str(path))


COMMANDS = (serve, worker, scheduler, web, migrate, revision)
