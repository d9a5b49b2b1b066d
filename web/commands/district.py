"""init, verify, and the sample district."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from importlib import resources
from typing import Any

import click
from sqlalchemy import URL, select
from tqdm import tqdm

from engine import definitions
from engine import verify as engine_verify
from engine.actor import SYSTEM
from engine.calendar import SHANGHAI
from engine.errors import EngineError
from engine.runtime import Runtime, Work
from engine.tables import database_mark
from handlers import sealing
from handlers.accounts import people
from handlers.accounts.roles import (
    APPROVAL_BUREAU,
    SECURITY_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR,
)
from handlers.accounts.tables import account
from handlers.funds import verify as funds_verify
from handlers.payouts import verify as payouts_verify
from handlers.sample.load import load_sample
from handlers.sample.people import add_departments
from web.settings import Settings
from web.system import database_server, make_runtime, prepare_database

SAMPLE_ENTERPRISES = 2000


def shipped_files() -> dict[str, bytes]:
    """The diagrams, decisions and forms that come with the program: path → content."""
    found = {}
    for package in ("bpmn", "forms"):
        folder = resources.files(package)
        todo = [(package, folder)]
        while todo:
            path, place = todo.pop()
            for child in place.iterdir():
                name = f"{path}/{child.name}"
                if child.is_dir():
                    todo.append((name, child))
                elif child.name.endswith((".bpmn", ".dmn", ".form")):
                    found[name] = child.read_bytes()
    return found


def publish_shipped(runtime: Runtime) -> int:
    """Publishes what comes with the program; returns the release in force."""
    files = shipped_files()
    return runtime.run(SYSTEM, lambda work: definitions.publish(work, files, "随程序提供"))


def make_sample(settings: Settings, url: URL, enterprises: int = SAMPLE_ENTERPRISES) -> None:
    """Fills an empty database with the sample district; leaves a filled one alone.

    Raises EngineError if the database holds a real district.
    """
    runtime = make_runtime(settings, url)
    try:
        with runtime.database.connect() as connection:
            kinds = set(connection.scalars(select(database_mark.c.kind)))
            accounts = connection.scalar(select(account.c.id).limit(1))
        if "sample" in kinds:
            return
        if accounts is not None:
            raise EngineError("这个数据库里是真实的区县数据,不能载入示例数据")
        click.echo("正在载入示例数据 / loading the sample district", err=True)
        publish_shipped(runtime)
        load_sample(runtime, enterprises)
    finally:
        runtime.database.dispose()


@click.command()
@click.option("--login", default="admin", help="login of the first administrator")
@click.pass_obj
def init(settings: Settings, login: str) -> None:
    """Makes an empty district with its first administrator."""
    with database_server(settings) as url:
        prepare_database(url)
        runtime = make_runtime(settings, url)
        password = secrets.token_urlsafe(12)

        def act(work: Work) -> None:
            if work.connection.scalar(select(account.c.id).limit(1)):
                raise EngineError("这个数据库已经初始化过了")
            add_departments(work)
            account_id = people.create_account(
                work, login, "首任管理员", password, must_change=True
            )
            today = work.now.astimezone(SHANGHAI).date()
            for role in (SYSTEM_ADMINISTRATOR, SECURITY_ADMINISTRATOR):
                people.add_membership(work, account_id, APPROVAL_BUREAU, role, today)

        runtime.run(SYSTEM, act)
        publish_shipped(runtime)
        click.echo(f"登录名 / login: {login}\n初始密码 / password: {password}(首次登录须修改)")


@click.command()
@click.option("--demo", "of_demo", is_flag=True, help="the database `demo`")
@click.pass_context
def verify(ctx: click.Context, of_demo: bool) -> None:
    """Checks every invariant; prints each finding, exit 1 if there is one."""
    settings: Settings = ctx.obj
    with database_server(settings, "demo" if of_demo else "") as url:
        runtime = make_runtime(settings, url)
        found = False
        with engine_verify.consistent(runtime) as work, tqdm(unit=" events", leave=False) as bar:
            processes = os.cpu_count() or 1
            for finding in findings(work, lambda done, total: show(bar, done, total), processes):
                found = True
                tqdm.write(finding)
        runtime.database.dispose()
    if not found:
        click.echo("没有发现问题 / no finding")
    ctx.exit(1 if found else 0)


def show(bar: tqdm[Any], done: int, total: int) -> None:
    """Moves a progress bar to where the work is."""
    bar.total = total
    bar.update(done - bar.n)


def findings(
    work: Work, progress: engine_verify.Progress = lambda d, t: None, processes: int = 1
) -> Iterator[str]:
    """Engine, ledger, payments, administrators' record: a sentence for each thing that does not fit."""
    yield from engine_verify.findings(work, progress, processes)
    yield from sealing.unlike_seals(work.connection)
    yield from funds_verify.verify(work.connection)
    yield from payouts_verify.verify(work.connection)
    yield from people.broken_links(work.connection)


COMMANDS = (init, verify)
