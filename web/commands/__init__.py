"""The `redeem` command: one module for each group of subcommands."""

from __future__ import annotations

import logging
import sys

import click

from engine.errors import EngineError
from web.commands import (
    bench,
    conformance,
    definitions,
    demo,
    district,
    incoming,
    instances,
    keeping,
    processes,
)
from web.settings import Settings, load


class Group(click.Group):
    """Shows our errors as a sentence, not as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except EngineError as error:
            click.echo(f"错误: {error}", err=True)
            for name, sentence in getattr(error, "fields", {}).items():
                click.echo(f"  {name}: {sentence}", err=True)
            ctx.exit(1)


@click.group(cls=Group, help="蓉易兑:惠企政策兑现平台 / policy-redemption platform")
@click.pass_context
def cli(ctx: click.Context) -> None:
    settings = load()
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("apscheduler").setLevel("WARNING")
    logging.getLogger("alembic").setLevel("WARNING")
    for noisy in ("procrastinate", "spiff", "werkzeug"):
        logging.getLogger(noisy).setLevel("WARNING")
    ctx.obj = settings


for command in (
    *processes.COMMANDS,
    *definitions.COMMANDS,
    *instances.COMMANDS,
    *incoming.COMMANDS,
    *district.COMMANDS,
    *keeping.COMMANDS,
    *demo.COMMANDS,
    *conformance.COMMANDS,
    *bench.COMMANDS,
):
    cli.add_command(command)


def main() -> None:
    """Entry point of `redeem`."""
    cli(prog_name="redeem")


if __name__ == "__main__":
    sys.exit(main())

__all__ = ["Settings", "cli", "main"]
