"""bench: ratios against stock SpiffWorkflow and absolute figures, measured in one run."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator, Sequence

import click
from sqlalchemy import URL

from engine.bench import (
    decision_table,
    durable,
    memory,
    repairs,
    round_trip,
    step_age,
    timers_due,
    worker_memory,
)
from engine.bench.figures import Benchmark, Figure, Setting
from engine.errors import EngineError, InvalidInput
from handlers.bench import batch, match
from web.settings import Settings
from web.system import database_server, drop, prepare_database, recreate

DATABASE = "bench"
# A benchmark that needs handlers lies in handlers/bench; all are registered here.
BENCHMARKS: tuple[Benchmark, ...] = (
    decision_table.BENCHMARK,
    memory.BENCHMARK,
    round_trip.BENCHMARK,
    durable.BENCHMARK,
    batch.BENCHMARK,
    repairs.BENCHMARK,
    step_age.BENCHMARK,
    timers_due.BENCHMARK,
    worker_memory.BENCHMARK,
    match.BENCHMARK,
)


@click.command()
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="the last line is one JSON object")
@click.option("--short", is_flag=True, help="smaller runs, two minutes in all")
@click.pass_obj
def bench(settings: Settings, names: tuple[str, ...], as_json: bool, short: bool) -> None:
    """Measures this engine, against stock SpiffWorkflow where there is something to compare."""
    logging.getLogger().setLevel("WARNING")
    setting = Setting(short, tell, lambda: fresh_database(settings))
    found, left = measured(chosen(names), setting)
    for name, figure in found.items():
        click.echo(line(name, figure), err=as_json)
    if as_json:
        click.echo(json.dumps({name: figure.as_json() for name, figure in found.items()}))
    if left:
        raise Unfinished(f"没有测完: {'、'.join(left)}")


class Unfinished(EngineError):
    """有的项目没有测完。"""


def measured(
    benchmarks: Sequence[Benchmark], setting: Setting
) -> tuple[dict[str, Figure], list[str]]:
    """The figures, and the names of what could not be measured. An interruption ends it early: what
    was measured by then counts."""
    found: dict[str, Figure] = {}
    left = [one.name for one in benchmarks]
    try:
        for one in benchmarks:
            tell(one.name)
            try:
                found |= one.measure(setting)
                left.remove(one.name)
            except Exception as error:
                tell(f"  {type(error).__name__}: {error}")
    except KeyboardInterrupt:
        tell("  interrupted")
    return found, left


def tell(text: str) -> None:
    """Progress, for the person who waits."""
    click.echo(text, err=True)


def chosen(names: Sequence[str]) -> list[Benchmark]:
    """The benchmarks that these names mean; all without any. Raises InvalidInput."""
    for name in names:
        if not any(one.answers_to(name) for one in BENCHMARKS):
            known = "、".join(one.name for one in BENCHMARKS)
            raise InvalidInput(f"没有名为 {name} 的测量项目,可用的有: {known}")
    return [one for one in BENCHMARKS if not names or any(map(one.answers_to, names))]


def line(name: str, figure: Figure) -> str:
    """A figure for a reader."""
    text = f"{name:24}{figure.value:14,.4g} {figure.unit}"
    if figure.ratio is not None:
        text += f"   ({figure.baseline:,.4g}; {figure.ratio:.2f}×)"
    return text


@contextlib.contextmanager
def fresh_database(settings: Settings) -> Iterator[URL]:
    """A migrated, empty database, dropped at the end."""
    with database_server(settings, "" if settings.database_url else DATABASE) as given:
        url = given.set(database=DATABASE)
        recreate(settings, url)
        prepare_database(url)
        try:
            yield url
        finally:
            drop(settings, url)


COMMANDS = (bench,)
