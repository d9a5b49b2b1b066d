"""seal, archive, backup, restore: what keeps the record for years."""

from __future__ import annotations

from pathlib import Path

import click

from engine import archive as archives
from engine.actor import SYSTEM
from handlers import sealing
from web.settings import Settings
from web.system import database_server, make_runtime


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
@click.pass_context
def archive(
    ctx: click.Context, keep_months: int | None, folder: Path | None, check: Path | None
) -> None:
    """Moves old months of the history into files; their sealed hashes stay."""
    settings: Settings = ctx.obj
    keep = settings.history_months if keep_months is None else keep_months
    folder = folder or settings.data_folder / "archive"
    with database_server(settings) as url:
        runtime = make_runtime(settings, url)
        if check:
            found = runtime.run(SYSTEM, lambda work: list(archives.unlike_seals(work, check)))
            for finding in found:
                click.echo(finding)
            click.echo("没有发现问题 / no finding" if not found else "", nl=not found)
            ctx.exit(1 if found else 0)
        if not keep:
            click.echo("历史全部保留(设置 history_months 为 0)/ all months are kept")
            return
        for month in runtime.run(SYSTEM, lambda work: archives.due(work, keep)):
            path = runtime.run(SYSTEM, lambda work, m=month: archives.archive(work, m, folder))
            click.echo(f"{month:%Y-%m}: {path or '没有记录 / empty'}")
        runtime.database.dispose()


COMMANDS = (seal, archive)
