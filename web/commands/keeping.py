"""seal, archive, history, backup, restore: what keeps the record for years."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from engine import archive as archives
from engine import backup as backups
from engine import retention
from engine.actor import SYSTEM
from engine.calendar import SHANGHAI
from engine.runtime import Runtime, Work
from engine.time_source import SystemTime
from handlers import sealing
from web.commands import instances
from web.commands.district import verify
from web.settings import Settings
from web.system import database_server, make_runtime, prepare_database


@click.command()
@click.pass_obj
def seal(settings: Settings) -> None:
    """Seals every hash chain that has grown, now; the scheduler does it every night."""
    with database_server(settings) as url:
        runtime = make_runtime(settings, url)
        number = runtime.run(SYSTEM, sealing.seal)
        click.echo(f"第 {number} 号封存已写入 / seal {number} written")
        runtime.database.dispose()


@click.command()
@click.option("--keep-months", type=int, help="how many past months stay; the setting if left out")
@click.option("--to", "folder", type=click.Path(path_type=Path), help="the folder of archives")
@click.option("--check", type=click.Path(path_type=Path, exists=True), help="checks an archive")
@click.option("--expired", is_flag=True, help="lists the archives whose term is over")
@click.option("--destroy", is_flag=True, help="destroys what --expired lists; needs --reason")
@click.option("--reason", default="", help="on what grounds; stays in the record")
@click.pass_context
def archive(
    ctx: click.Context,
    keep_months: int | None,
    folder: Path | None,
    check: Path | None,
    expired: bool,
    destroy: bool,
    reason: str,
) -> None:
    """Moves old months of the history into files; their sealed hashes stay."""
    settings: Settings = ctx.obj
    keep = settings.history_months if keep_months is None else keep_months
    folder = folder or settings.archive_folder
    with instances.opened(settings) as runtime:
        if check:
            found = runtime.run(SYSTEM, lambda work: list(archives.unlike_seals(work, check)))
            for finding in found:
                click.echo(finding)
            click.echo("没有发现问题 / no finding" if not found else "", nl=not found)
            ctx.exit(1 if found else 0)
        if expired or destroy:
            _end_terms(runtime, settings.archive_years, folder, reason if destroy else None)
        elif not keep:
            click.echo("历史全部保留(设置 history_months 为 0)/ all months are kept")
        else:
            for month in runtime.run(SYSTEM, lambda work: archives.due(work, keep)):
                path = runtime.run(SYSTEM, lambda work, m=month: archives.archive(work, m, folder))
                click.echo(f"{month:%Y-%m}: {path or '没有记录 / empty'}")


def _end_terms(runtime: Runtime, years: int, folder: Path, reason: str | None) -> None:
    """Shows the archives whose term is over and, with a reason, destroys them."""
    over = runtime.run(SYSTEM, lambda work: retention.expired(work, years))
    for row in over:
        click.echo(f"{row.month:%Y-%m}: {folder / row.file}, {row.events} 条 / events")
    if not over:
        click.echo(f"没有保管期({years} 年)已满的归档 / no archive's term of {years} years is over")
    if reason is None:
        return
    if over:
        months = [row.month for row in over]
        runtime.run(instances.OPERATOR, lambda work: retention.destroy(work, years, months, reason))
    for path in runtime.run(SYSTEM, lambda work: retention.remove_files(work, folder)):
        click.echo(f"已销毁 / destroyed: {path}")


@instances.instances.command("history")
@click.argument("instance_id", type=click.UUID)
@click.option("--from", "folder", type=click.Path(path_type=Path), help="the folder of archives")
@click.option("--json", "as_json", is_flag=True, help="one event a line, with its data and hash")
@click.pass_obj
def instance_history(
    settings: Settings, instance_id: UUID, folder: Path | None, as_json: bool
) -> None:
    """All that happened to an instance, archived months included."""
    with instances.opened(settings) as runtime:

        def act(work: Work) -> list[dict[str, Any]]:
            found = archives.history_of(work, instance_id, folder or settings.archive_folder)
            return list(found)

        for event in runtime.run(SYSTEM, act):
            if as_json:
                click.echo(json.dumps(event, ensure_ascii=False, default=str))
                continue
            at = event["at"].astimezone(SHANGHAI)
            click.echo(
                f"{event['sequence'] or '':>6}  {at:%Y-%m-%d %H:%M:%S}  {event['actor']:<10} "
                f"{event['kind']:<18} {event['element'] or event['name']}  {event['reason']}".rstrip()
            )


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--without-keys", is_flag=True, help="leaves out the keys of the data folder")
@click.pass_obj
def backup(settings: Settings, file: Path, without_keys: bool) -> None:
    """Writes the database and the keys to a FILE; the system may go on working meanwhile."""
    with database_server(settings) as url:
        about = backups.backup(
            url, settings.data_folder, file, SystemTime().now(), keys=not without_keys
        )
    click.echo(f"{file}: {about['events']} 条历史 / events; 封存 / seal {about['seal'] or '-'}")
    if without_keys:
        click.echo("未包含密钥:没有 field_key 就读不出账号,请另行保管 / keys are not in it")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.pass_context
def restore(ctx: click.Context, file: Path) -> None:
    """Fills an empty database and data folder from a FILE, and verifies what came."""
    settings: Settings = ctx.obj
    with database_server(settings) as url:
        about = backups.restore(url, settings.data_folder, file)
        prepare_database(url)
        click.echo(f"{about['at']}: {about['events']} 条历史 / events")
    ctx.invoke(verify)


COMMANDS = (seal, archive, backup, restore)
