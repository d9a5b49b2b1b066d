"""An event is the same row whichever way it goes to the database, and its hash holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, text

from engine import history, telling
from engine.actor import Actor
from engine.changes import Changes
from engine.history import Entry
from engine.tables import event
from engine.values import from_json

AT = datetime(2026, 3, 2, 1, 0, 0, 250, tzinfo=UTC)
AWKWARD = 'a\tb\nc\rd\\e"f\\n\\N 元 {"$'
DATA = {
    "changed": {AWKWARD: AWKWARD, "amount": Decimal("-1.10"), "days": [date(2026, 3, 1), 2**70]},
    "$odd": {"$decimal": {"$x": 1}},
}


def entries(number):
    return [
        Entry(
            "completed", AWKWARD, AWKWARD, UUID(int=n) if n % 2 else None, {**DATA, "n": n}, AWKWARD
        )
        for n in range(number)
    ]


def rows_of(connection, instance_id):
    found = connection.execute(
        select(event).where(event.c.instance_id == instance_id).order_by(event.c.sequence)
    )
    return [dict(row._mapping) for row in found]


def test_events_are_the_same_rows_by_json_and_by_copy(runtime):
    one, many = UUID(int=1), UUID(int=2)
    with runtime.database.begin() as connection:
        definition = connection.scalar(
            text(
                "with r as (insert into release (published_at, published_by) values (now(), 'x') "
                "returning id) insert into definition (release_id, process_id, name, path) "
                "select id, 'p', 'p', 'p.bpmn' from r returning id"
            )
        )

    def act(work):
        for instance_id in (one, many):
            links = history.linked(
                instance_id, entries(20), at=AT, actor=work.actor.id, after=(0, "")
            )
            if instance_id is many:
                telling.copy(work.connection, links)
                continue
            changes = Changes()
            changes.add(
                "create",
                id=one,
                definition_id=definition,
                business_key="",
                status="running",
                started_at=AT,
                lock_version=0,
            )
            changes.tell(links)
            changes.write(work.connection)

    runtime.run(Actor("li\\\t"), act)
    with runtime.database.connect() as connection:
        told, copied = rows_of(connection, one), rows_of(connection, many)
        for instance_id, rows in ((one, told), (many, copied)):
            events = history.of_instance(connection, instance_id)
            head = (20, rows[-1]["hash"])
            assert list(history.broken_links(instance_id, events, head, {})) == []
    of_their_own = ("id", "instance_id", "hash", "previous_hash")
    same = [
        [{k: v for k, v in row.items() if k not in of_their_own} for row in rows]
        for rows in (told, copied)
    ]
    assert same[0] == same[1] and len(same[0]) == 20
    assert from_json(copied[7]["data"]) == {**DATA, "n": 7}
    assert copied[7]["reason"] == copied[7]["name"] == AWKWARD
