"""instances and drafts: what the monitor and the HTTP interface can do, from the command line."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import click

from engine import operations
from engine.actor import Actor
from engine.errors import InvalidInput
from engine.operations import Migrate, Operation, Preview, batches, drafts, standing
from engine.operations.describing import described
from engine.runtime import Runtime, Work
from engine.values import from_json, from_plain_json
from web import plain_json
from web.monitor import search
from web.settings import Settings
from web.system import database_server, make_runtime

OPERATOR = Actor("cli", "命令行")


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Runtime]:
    """The runtime of the district's database."""
    with database_server(settings) as url:
        runtime = make_runtime(settings, url)
        try:
            yield runtime
        finally:
            runtime.database.dispose()


@click.group()
def instances() -> None:
    """Process instances: list, show, and everything an operator may do to them."""


@instances.command("list")
@click.option("--text", "wanted", default="", help="number, firm or policy")
@click.option("--process", default="")
@click.option("--status", type=click.Choice(["", *search.STATUSES]), default="")
@click.option("--trouble", is_flag=True, help="only those with an incident")
@click.option("--after", default="", help="the key that the page before ended with")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_instances(
    settings: Settings,
    wanted: str,
    process: str,
    status: str,
    trouble: bool,
    after: str,
    as_json: bool,
) -> None:
    """The newest instances, 50 at a time."""
    sought = search.Filter(wanted, process, status, trouble, after)
    with opened(settings) as runtime:
        rows, following = runtime.run(OPERATOR, lambda work: search.page(work, sought))
    found = [
        {
            "id": str(r.id), "number": r.number, "process": r.process_id, "status": r.status,
            "started_at": r.started_at.isoformat(), "incidents": r.incidents,
        }
        for r in rows
    ]  # fmt: skip
    if as_json:
        print_json({"instances": found, "after": following})
        return
    for one in found:
        trouble_mark = f"  异常 {one['incidents']}" if one["incidents"] else ""
        click.echo(
            f"{one['id']}  {one['status']:<10} {one['process']:<16} {one['number']}{trouble_mark}"
        )
    if following:
        click.echo(f"--after {following}", err=True)


@instances.command()
@click.argument("instance_id", type=click.UUID)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show(settings: Settings, instance_id: UUID, as_json: bool) -> None:
    """Where an instance stands and what it waits for."""

    with opened(settings) as runtime:
        found = runtime.run(OPERATOR, lambda work: described(work, instance_id))
    if as_json:
        print_json(found)
        return
    click.echo(
        f"{found['process']} · {found['status']} · 发布版本 {found['release']} · 第 {found['version']} 次变化"
    )
    for token in found["tokens"]:
        click.echo(f"  {token['place']}  {token['name']}  {token['kind']}  {token['task_id']}")


# -- operations


def operation(name: str, *more: Any) -> Callable[[Callable[..., Operation]], click.Command]:
    """A command that previews or applies the operation its function builds."""

    def decorate(build: Callable[..., Operation]) -> click.Command:
        @click.argument("instance_id", type=click.UUID)
        @click.option("--reason", default="", help="why; it is kept in the history")
        @click.option("--dry-run", is_flag=True, help="only say what would happen")
        @click.option("--expected-version", type=int, help="only if nothing has changed since")
        @click.option("--json", "as_json", is_flag=True)
        @click.pass_obj
        def command(
            settings: Settings,
            instance_id: UUID,
            reason: str,
            dry_run: bool,
            expected_version: int | None,
            as_json: bool,
            **given: Any,
        ) -> None:
            wanted = build(**given)

            def act(work: Work) -> Preview:
                if dry_run:
                    return operations.preview(work, instance_id, wanted)
                return operations.apply(
                    work, instance_id, wanted, reason=reason, expected_version=expected_version
                )

            with opened(settings) as runtime:
                shown = runtime.run(OPERATOR, act)
            _print_preview(shown, as_json)
            if not shown.allowed:
                raise click.exceptions.Exit(1)

        for option in reversed(more):
            command = option(command)
        command.__doc__ = build.__doc__
        return instances.command(name)(command)

    return decorate


def data_of(text: str) -> dict[str, Any]:
    """Process data from JSON text: tagged values, plain numbers digit for digit."""
    if not text:
        return {}
    found: dict[str, Any] = from_plain_json(from_json(plain_json.parse_object(text, "data")))
    return found


_DATA = click.option("--data", default="", help='corrected data as JSON: {"amount": 1200.50}')
_TASK = click.option("--task", type=click.UUID, help="the token's task (see show)")
_AT = click.option("--at", default="", help="the element where the token stands")


@operation("suspend")
def _suspend() -> Operation:
    """Lets nothing happen to an instance until it is resumed."""
    return operations.Suspend()


@operation("resume")
def _resume() -> Operation:
    """Lets a suspended instance go on."""
    return operations.Resume()


@operation("cancel")
def _cancel() -> Operation:
    """Ends an instance; its case is ended and its frozen money released."""
    return operations.Cancel()


@operation("retry", click.option("--task", type=click.UUID, required=True), _DATA)
def _retry(task: UUID, data: str) -> Operation:
    """Runs a failed task again, with corrected data if given."""
    return operations.Retry(task, data_of(data))


@operation("skip", _TASK, _AT, _DATA)
def _skip(task: UUID | None, at: str, data: str) -> Operation:
    """Carries a token past its element without doing it."""
    return operations.Skip(task, at, data_of(data))


@operation("move", click.option("--to", required=True), _TASK, _AT, _DATA)
def _move(to: str, task: UUID | None, at: str, data: str) -> Operation:
    """Takes a token from where it stands and puts it on another element."""
    return operations.Move(to, task, at, data_of(data))


@operation("back", click.option("--to", default=""), click.option("--sequence", type=int))
def _back(to: str, sequence: int | None) -> Operation:
    """Opens an earlier step again, with the data it had then."""
    return operations.Back(to, sequence)


@operation("restart", click.option("--latest", is_flag=True, help="on the release in force"))
def _restart(latest: bool) -> Operation:
    """Begins an instance again with the data it was first given."""
    return operations.Restart(latest)


@instances.command()
@click.argument("instance_ids", nargs=-1, type=click.UUID)
@click.option("--process", default="", help="instead of ids: every instance of this process …")
@click.option("--from", "releases", type=int, multiple=True, help="… on these releases")
@click.option("--to", "release", type=int, help="release; the one in force if left out")
@click.option("--map", "pairs", multiple=True, help="old=new, for elements that are renamed")
@click.option("--reason", default="", help="why; it is kept in the history")
@click.option("--dry-run", is_flag=True, help="only say who would be refused, and why")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def migrate(
    ctx: click.Context,
    instance_ids: tuple[UUID, ...],
    process: str,
    releases: tuple[int, ...],
    release: int | None,
    pairs: tuple[str, ...],
    reason: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Lets instances go on by another version of their process."""
    wanted = Migrate(release, _map(pairs))
    with opened(ctx.obj) as runtime:
        ids = list(instance_ids) or runtime.run(
            OPERATOR, lambda work: standing.running_on(work, process, list(releases))
        )
        why = reason or ("试运行" if dry_run else "")
        batch = runtime.run(
            OPERATOR, lambda work: batches.start(work, wanted, ids, reason=why, dry=dry_run)
        )
        found, refused = _run_to_end(runtime, batch)
    if as_json:
        print_json({"done": found.done, "refused": refused, "dry_run": dry_run})
    else:
        click.echo(f"{'可以迁移' if dry_run else '已迁移'} {found.done} 件,拒绝 {found.refused} 件")
        for one in refused:
            click.echo(f"  {one['instance']} {one['business_key']}: {one['text']}")
    ctx.exit(1 if refused else 0)


def _run_to_end(runtime: Runtime, batch: UUID) -> tuple[batches.Progress, list[dict[str, str]]]:
    """Does a batch here, beside whatever worker does it too; shows how far it is on stderr."""
    total = runtime.run(OPERATOR, lambda work: batches.progress(work, batch)).total
    with click.progressbar(length=total, file=sys.stderr) as bar:
        while done := batches.run_piece(runtime, batch):
            bar.update(done)

    def act(work: Work) -> tuple[batches.Progress, list[dict[str, str]]]:
        rows = batches.refusals(work, batch, total)
        return batches.progress(work, batch), [
            {"instance": str(r.instance_id), "business_key": r.business_key, "text": r.text,
             "english": r.english}
            for r in rows
        ]  # fmt: skip

    return runtime.run(OPERATOR, act)


def _map(pairs: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        old, equals, new = pair.partition("=")
        if not equals or not old or not new:
            raise InvalidInput(f"--map 应写成 旧元素=新元素,得到的是 {pair}")
        found[old] = new
    return found


# -- drafts


@click.group("drafts")
def draft_commands() -> None:
    """Drafts of diagrams that have never run."""


@draft_commands.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_drafts(settings: Settings, as_json: bool) -> None:
    """The drafts that may be deleted."""
    with opened(settings) as runtime:
        found = runtime.run(OPERATOR, drafts.never_run)
    rows = [
        {"path": d.path, "version": d.version, "saved_by": d.saved_by,
         "saved_at": d.saved_at.isoformat()}
        for d in found
    ]  # fmt: skip
    if as_json:
        print_json({"drafts": rows})
        return
    for row in rows:
        click.echo(f"{row['path']}  {row['saved_by']}  {row['saved_at']}")


@draft_commands.command("delete")
@click.argument("path")
@click.option("--reason", default="", help="why; it is kept with the content")
@click.option("--dry-run", is_flag=True)
@click.pass_obj
def delete_draft(settings: Settings, path: str, reason: str, dry_run: bool) -> None:
    """Deletes a draft that has never run; what it was is kept aside."""

    def act(work: Work) -> drafts.DraftPreview:
        shown = drafts.preview(work, path)
        if not dry_run:
            drafts.discard(work, path, reason=reason, expected_version=shown.version)
        return shown

    with opened(settings) as runtime:
        shown = runtime.run(OPERATOR, act)
    for one in shown.refusals:
        click.echo(one.text)
    click.echo(f"{path}: {'可以删除' if dry_run else '已删除'}" if shown.allowed else path)
    if not shown.allowed:
        raise click.exceptions.Exit(1)


# -- printing


def print_json(value: Any) -> None:
    """JSON for programs to read."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def _print_preview(shown: Preview, as_json: bool) -> None:
    if as_json:
        print_json(shown.as_json())
        return
    for title, sentences in (
        ("不能执行", shown.refusals),
        ("注意", shown.warnings),
        ("", shown.effects),
    ):
        for one in sentences:
            click.echo(f"{title}: {one}" if title else str(one))
    for mark, listed in (("-", shown.removed), ("=", shown.kept), ("+", shown.added)):
        for item in listed:
            click.echo(f"  {mark} {item.kind:<8} {item.element}  {item.name}")
    click.echo(f"{shown.status_before} → {shown.status_after}")


COMMANDS = (instances, draft_commands)
