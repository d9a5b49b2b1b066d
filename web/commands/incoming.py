"""instances start and messages: what comes in from outside, from the command line."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click

from engine import declared, process_starts
from engine import instances as engine_instances
from engine import messages as engine_messages
from engine.errors import InvalidInput
from engine.runtime import Work
from web import operating
from web.api.bodies import duration
from web.commands import instances
from web.settings import Settings

_REQUEST = click.option(
    "--request", help="a key made up for this request: a repetition does nothing anew"
)
_JSON = click.option("--json", "as_json", is_flag=True)


@instances.instances.command()
@click.argument("process")
@click.option("--key", default="", help="the business key")
@click.option("--data", default="", help='what it starts with, as JSON: {"amount": 1200.50}')
@_REQUEST
@_JSON
@click.pass_obj
def start(
    settings: Settings, process: str, key: str, data: str, request: str | None, as_json: bool
) -> None:
    """Starts a PROCESS of the release in force; prints the instance's id."""
    given = instances.data_of(data)

    def act(work: Work) -> dict[str, Any]:
        data = declared.start_data(work, process, given)
        found = engine_instances.start(work, process, data, key, request=request)
        row = engine_instances.get(work, found)
        return {"id": str(found), "status": row.status, "version": row.lock_version}

    with instances.opened(settings) as runtime:
        started = runtime.run(instances.OPERATOR, act)
    if as_json:
        instances.print_json(started)
    else:
        click.echo(started["id"])


@instances.instances.command()
@click.option("--data", required=True, help='what has become known, as JSON: {"stock": 3}')
@_REQUEST
@_JSON
@click.pass_obj
def tell(settings: Settings, data: str, request: str | None, as_json: bool) -> None:
    """Starts every process whose conditional start event is true over the data; prints their ids."""
    given = instances.data_of(data)

    def act(work: Work) -> list[str]:
        return [str(one) for one in process_starts.tell(work, given, request)]

    with instances.opened(settings) as runtime:
        started = runtime.run(instances.OPERATOR, act)
    if as_json:
        instances.print_json({"started": started})
    else:
        click.echo("\n".join(started))


@click.group()
def messages() -> None:
    """Messages to process instances: send, and see what has become of them."""


@messages.command()
@click.argument("name")
@click.option("--key", default="", help="for whoever waits for the name with this key")
@click.option("--business-key", help="instead: for an instance of this business key")
@click.option("--payload", default="", help='what it says, as JSON: {"paid": true}')
@click.option("--guard", help="two messages with one guard are one message")
@click.option("--time-to-live", default="", help="P1D, PT2H; kept for ever if left out")
@_REQUEST
@_JSON
@click.pass_obj
def send(
    settings: Settings,
    name: str,
    key: str,
    business_key: str | None,
    payload: str,
    guard: str | None,
    time_to_live: str,
    request: str | None,
    as_json: bool,
) -> None:
    """Sends the message NAME; it is kept until somebody waits for it."""
    if bool(key) == bool(business_key):
        raise InvalidInput("请在 --key 与 --business-key 中恰好写明一个")
    given, alive = instances.data_of(payload), duration(time_to_live, "time_to_live")

    def act(work: Work) -> dict[str, Any]:
        contents = declared.payload(work.runtime.registry, name, given)
        found = engine_messages.send(
            work, name, key, contents, guard, alive, request, business_key or None
        )
        if found is None:
            row = engine_messages.of_guard(work, guard or "")
        else:
            row = engine_messages.get(work, found)
        return {**operating.message_json(work, row), "duplicate": found is None}

    with instances.opened(settings) as runtime:
        sent = runtime.run(instances.OPERATOR, act)
    _print(sent, as_json)


@messages.command()
@click.argument("message_id", type=click.UUID)
@_JSON
@click.pass_obj
def show(settings: Settings, message_id: UUID, as_json: bool) -> None:
    """What has become of a message."""

    def act(work: Work) -> dict[str, Any]:
        return operating.message_json(work, engine_messages.get(work, message_id))

    with instances.opened(settings) as runtime:
        found = runtime.run(instances.OPERATOR, act)
    _print(found, as_json)


@messages.command("list")
@click.option("--after", type=click.UUID, help="the id that the page before ended with")
@_JSON
@click.pass_obj
def list_messages(settings: Settings, after: UUID | None, as_json: bool) -> None:
    """Messages that nobody has taken yet, oldest first, 50 at a time."""

    def act(work: Work) -> list[dict[str, Any]]:
        rows = engine_messages.undelivered(work, after)
        return [operating.message_json(work, row) for row in rows]

    with instances.opened(settings) as runtime:
        found = runtime.run(instances.OPERATOR, act)
    if as_json:
        instances.print_json({"messages": found})
        return
    for one in found:
        _print(one, as_json=False)


def _print(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        instances.print_json(found)
        return
    key = found["business_key"] or found["key"]
    repeated = "  重复,未再发送 / duplicate" if found.get("duplicate") else ""
    click.echo(f"{found['id']}  {found['status']:<10} {found['name']} {key}{repeated}")


COMMANDS = (messages,)
