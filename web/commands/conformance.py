"""`redeem conformance`: published cases against this engine."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from engine.conformance import bpmn as bpmn_cases


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


COMMANDS = (conformance,)
