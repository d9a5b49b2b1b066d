"""`redeem conformance`: published cases against this engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from engine.conformance import bpmn as bpmn_cases
from engine.conformance import dmn as dmn_cases


@click.group(help="用公开的测试用例检验引擎 / run published conformance cases")
def conformance() -> None:
    pass


@conformance.command(help="流程用例目录(含 cases.json)/ a folder of process cases")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_context
def bpmn(ctx: click.Context, directory: Path) -> None:
    counted: Counter[str] = Counter()
    for verdict in bpmn_cases.run_cases(directory):
        counted[verdict.word] += 1
        click.echo(str(verdict))
    click.echo(
        f"{counted['passed']} passed, {counted['failed']} failed, {counted['refused']} refused"
    )
    ctx.exit(1 if counted["failed"] else 0)


@conformance.command(help="DMN TCK 的用例目录 / a folder of the DMN compatibility kit")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--failed", is_flag=True, help="list what failed and why")
@click.pass_context
def dmn(ctx: click.Context, directory: Path, failed: bool) -> None:
    folders: dict[tuple[str, str], Counter[str]] = {}
    for verdict in dmn_cases.run_cases(directory):
        counted = folders.setdefault((verdict.level, verdict.folder), Counter())
        counted[verdict.word] += 1
        if failed and verdict.word != "passed":
            click.echo(str(verdict))
    for (_, folder), counted in folders.items():
        if not failed:
            click.echo(f"{folder}: {counted['passed']} of {counted.total()}")
    for level in dict.fromkeys(level for level, _ in folders):
        counted = _sum(c for (one, _), c in folders.items() if one == level)
        share = counted["passed"] / counted.total()
        click.echo(
            f"{level or directory.name}: {counted['passed']} of {counted.total()}, {share:.2%}"
        )
    counted = _sum(folders.values())
    click.echo(
        f"{counted['passed']} passed, {counted['failed']} failed, {counted['refused']} refused"
    )
    ctx.exit(1 if counted["failed"] else 0)


def _sum(counts: Iterable[Counter[str]]) -> Counter[str]:
    return sum(counts, Counter())


COMMANDS = (conformance,)
