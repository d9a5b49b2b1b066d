"""serve, web, worker, scheduler, simulate-bank, migrate."""

from __future__ import annotations

import contextlib
import importlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

import click
from sqlalchemy import URL

from engine import scheduler as scheduling
from engine.database import check_current, connect, write_revision
from engine.errors import EngineError
from engine.jobs import run_worker
from engine.postgres import Server
from web.application import is_sample
from web.commands import district
from web.settings import PREFIX, Settings
from web.system import (
    calendar_jobs,
    conninfo,
    database_server,
    embedded_server,
    job_table,
    make_runtime,
    prepare_database,
)

RESTART_SECONDS = 1.0
STOP_SECONDS = 20.0
SERVER_CHECK_ROUNDS = 10
SUPERVISOR = PREFIX + "SUPERVISOR"


@click.command()
@click.option("--sample", is_flag=True, help="with the sample district, in the database `sample`")
@click.pass_obj
def serve(settings: Settings, sample: bool) -> None:
    """Supervises web, workers and scheduler over the embedded server; Ctrl-C stops all."""
    database = "sample" if sample and not settings.database_url else ""
    server = embedded_server(settings)
    with database_server(settings, database, server) as url:
        prepare_database(url)
        if sample:
            district.make_sample(settings, url)
        if not settings.database_url:
            click.echo(f"数据库 / database: {settings.data_folder.absolute() / 'postgres'}")
        click.echo(f"网站 / site: http://{settings.host}:{settings.port}")
        stopping = stop_at_signals()
        with supervised(commands_of(settings), environment_of(settings, url)) as tend:
            tend_until(stopping, tend, server)


def tend_until(stopping: threading.Event, tend: Callable[[], None], server: Server | None) -> None:
    """Keeps the processes and the embedded server alive until told to stop."""
    rounds = itertools.count(1)
    while not stopping.wait(0.2):
        tend()
        if server is not None and next(rounds) % SERVER_CHECK_ROUNDS == 0:
            server.start()


def commands_of(settings: Settings, site: bool = True) -> list[list[str]]:
    """The processes of one installation."""
    commands = [["web"]] if site else []
    commands += [["scheduler"], *[["worker"]] * settings.workers]
    if not settings.bank_url:
        commands.append(["simulate-bank"])
    return commands


def environment_of(settings: Settings, url: URL) -> dict[str, str]:
    """What the processes need to find the same database and bank."""
    bank = settings.bank_url or f"http://127.0.0.1:{settings.bank_simulator_port}"
    return {
        **os.environ,
        "DATABASE_URL": url.render_as_string(hide_password=False),
        PREFIX + "BANK_URL": bank,
        PREFIX + "DATA_FOLDER": str(settings.data_folder.absolute()),
    }


def stop_at_signals() -> threading.Event:
    """An event that Ctrl-C and SIGTERM set."""
    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopping.set())
    return stopping


@dataclass
class _Child:
    """A supervised process and when it may be started again."""

    command: list[str]
    process: subprocess.Popen[bytes]
    not_before: float = field(default=0.0)


@contextlib.contextmanager
def supervised(
    commands: list[list[str]], environment: dict[str, str]
) -> Iterator[Callable[[], None]]:
    """Runs `redeem <command>` processes and stops them at the end.

    Call what is yielded now and then: it restarts a process that has died.
    """
    environment = {**environment, SUPERVISOR: str(os.getpid())}

    def start(command: list[str]) -> subprocess.Popen[bytes]:
        # A session of its own, so that Ctrl-C reaches the children only through us.
        return subprocess.Popen(
            [sys.executable, "-m", "web.commands", *command],
            env=environment,
            start_new_session=True,
        )

    children = [_Child(command, start(command)) for command in commands]

    def tend() -> None:
        for child in children:
            if child.process.poll() is None:
                continue
            if not child.not_before:
                code = child.process.returncode
                click.echo(f"进程 {child.command[0]} 退出({code}),正在重启", err=True)
                child.not_before = time.monotonic() + RESTART_SECONDS
            elif time.monotonic() >= child.not_before:
                child.process, child.not_before = start(child.command), 0.0

    try:
        yield tend
    finally:
        _stop([child.process for child in children])


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def end_with_supervisor() -> None:
    """Ends this process when its supervisor is gone (killed), so that none is left behind."""
    supervisor = os.environ.get(SUPERVISOR)
    if not supervisor:
        return

    def watch() -> None:
        while os.getppid() == int(supervisor):
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@click.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Runs jobs."""
    end_with_supervisor()
    with database_server(settings) as url:
        runtime = make_runtime(settings, url, pool_size=settings.worker_concurrency + 1)
        with runtime.database.connect() as connection:
            check_current(connection)
        run_worker(conninfo(url), job_table(runtime).jobs.values(), settings.worker_concurrency)


@click.command()
@click.pass_obj
def scheduler(settings: Settings) -> None:
    """Decides when: due timers, the calendar, jobs of dead workers."""
    end_with_supervisor()
    stop = stop_at_signals()
    with database_server(settings) as url:
        scheduling.run(make_runtime(settings, url), stop, calendar_jobs(settings))


@click.command()
@click.pass_obj
def web(settings: Settings) -> None:
    """Serves the site with gunicorn."""
    from web.server import serve_site

    end_with_supervisor()
    with database_server(settings) as url:
        refuse_public_sample(settings, url)
        serve_site(settings, url)


def refuse_public_sample(settings: Settings, url: URL) -> None:
    """Raises EngineError if known passwords would be reachable from other machines."""
    if settings.serve_sample_publicly or is_loopback(settings.host):
        return
    runtime = make_runtime(settings, url)
    sample = is_sample(runtime)
    runtime.database.dispose()
    if sample:
        raise EngineError(
            f"这是示例数据库,账户密码是公开的,不能在 {settings.host} 上提供服务。请改用 127.0.0.1,"
            "或设置 serve_sample_publicly = true(每页会显示警示)"
        )


def is_loopback(host: str) -> bool:
    """Whether an address is reachable from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@click.command("simulate-bank")
@click.pass_obj
def simulate_bank(settings: Settings) -> None:
    """Serves the bank simulator on loopback."""
    from web.simulators.bank import serve_bank

    end_with_supervisor()
    serve_bank(settings.data_folder / "bank.sqlite", settings.bank_simulator_port)


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


COMMANDS = (serve, worker, scheduler, web, simulate_bank, migrate, revision)
