"""Where the instances of a process stand, counted: the first look before a migration."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text

from engine import definitions
from engine.operations.perform import names_of
from engine.runtime import Work
from engine.tables import definition, instance, release

_GROUPS = text(
    """
    with places as (
        select instance_id, element from user_task where status = 'open'
        union select instance_id, element from message_wait
        union select instance_id, element from outside_call where status = 'waiting'
        union select instance_id, element from incident where status <> 'resolved')
    select d.release_id, i.status, found.elements, count(*) as number,
           min(i.id::text) as sample
    from instance i join definition d on d.id = i.definition_id
    cross join lateral (
        select coalesce(
            (select array_agg(distinct p.element order by p.element) from places p
              where p.instance_id = i.id),
            (select array_agg(distinct t.element order by t.element) from timer t
              where t.instance_id = i.id),
            '{}') as elements) found
    where d.process_id = :process and i.status in ('running', 'suspended')
      and d.release_id = any(:releases)
    group by d.release_id, i.status, found.elements
    order by count(*) desc, d.release_id, found.elements
    """
)


@dataclass(frozen=True)
class Group:
    """Instances of one release that wait at the same elements; `sample` is one of them."""

    release: int
    status: str
    elements: tuple[str, ...]
    number: int
    sample: UUID


def groups(work: Work, process_id: str, releases: list[int]) -> list[Group]:
    """The running and suspended instances of a process on these releases, by where they wait."""
    rows = work.connection.execute(_GROUPS, {"process": process_id, "releases": releases})
    return [
        Group(r.release_id, r.status, tuple(r.elements), r.number, UUID(r.sample)) for r in rows
    ]


def releases_of(work: Work, process_id: str) -> list[tuple[int, int]]:
    """(release, how many instances run on it) of every release that has a process, newest first."""
    rows = work.connection.execute(
        text(
            "select d.release_id, count(i.id) filter (where i.status in ('running', 'suspended')) "
            "as number from definition d left join instance i on i.definition_id = d.id "
            "where d.process_id = :process group by d.release_id order by d.release_id desc"
        ),
        {"process": process_id},
    )
    return [(row.release_id, row.number) for row in rows]


def running_on(work: Work, process_id: str, releases: list[int]) -> list[UUID]:
    """The running and suspended instances of a process on these releases, the oldest first."""
    return list(
        work.connection.scalars(
            select(instance.c.id)
            .join(definition, definition.c.id == instance.c.definition_id)
            .join(release, release.c.id == definition.c.release_id)
            .where(
                definition.c.process_id == process_id,
                definition.c.release_id.in_(releases),
                instance.c.status.in_(["running", "suspended"]),
            )
            .order_by(instance.c.started_at, instance.c.id)
        )
    )


def elements_of(work: Work, process_id: str, release_id: int) -> dict[str, str]:
    """Element → name of a process and all it calls, in a release."""
    return names_of(definitions.library(work.connection, release_id).process(process_id))
