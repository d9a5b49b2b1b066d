"""A forger who knows how states, tokens and chains are made: what he changes fits everything but itself."""

from __future__ import annotations

from sqlalchemy import select, update

from engine import history, instances
from engine.actor import SYSTEM
from engine.tables import event, instance


def forge(runtime, instance_id, change):
    """`change` is done to the instance in memory; the state is stored, and the last step's event told so."""

    def act(work):
        run = instances.restore(work, instances.get(work, instance_id))
        change(run)
        state = run.dump()
        told = {"tokens": sorted(run.tokens()), "state": history.state_digest(state)}
        last = [e for e in history.of_instance(work.connection, instance_id) if "tokens" in e.data][
            -1
        ]
        work.connection.execute(
            update(event)
            .where(event.c.instance_id == instance_id, event.c.sequence == last.sequence)
            .values(data=last.data | told)
        )
        work.connection.execute(
            update(instance).where(instance.c.id == instance_id).values(state=state)
        )

    runtime.run(SYSTEM, act)
    rehash(runtime, instance_id)


def rehash(runtime, instance_id):
    """All links of a chain fit again."""
    with runtime.database.begin() as connection:
        previous = ""
        for row in history.of_instance(connection, instance_id):
            hashed = history.digest(previous, instance_id, dict(row._mapping))
            connection.execute(
                update(event)
                .where(event.c.instance_id == instance_id, event.c.sequence == row.sequence)
                .values(previous_hash=previous, hash=hashed)
            )
            previous = hashed
        connection.execute(
            update(instance).where(instance.c.id == instance_id).values(hash=previous)
        )


def kept(runtime, instance_id):
    """What `restored` puts back."""
    with runtime.database.connect() as connection:
        row = connection.execute(
            select(instance.c.state, instance.c.hash).where(instance.c.id == instance_id)
        ).one()
        events = connection.execute(select(event).where(event.c.instance_id == instance_id)).all()
    return row, events


def put_back(runtime, instance_id, before):
    """The instance is as it was before it was forged."""
    row, events = before
    with runtime.database.begin() as connection:
        connection.execute(
            update(instance)
            .where(instance.c.id == instance_id)
            .values(state=row.state, hash=row.hash)
        )
        for one in events:
            connection.execute(
                update(event)
                .where(event.c.instance_id == instance_id, event.c.sequence == one.sequence)
                .values(data=one.data, previous_hash=one.previous_hash, hash=one.hash)
            )
