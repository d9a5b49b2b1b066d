"""The district's own hash chains, for the seals: the ledger's and the administrators' record's."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Text, cast, literal, select, text

from engine import seals
from engine.runtime import Work
from handlers.accounts.tables import administration_event
from handlers.funds.tables import indicator

RECORD = "administration"
_LEDGER = select(
    literal("ledger:") + cast(indicator.c.id, Text), indicator.c.sequence, indicator.c.hash
).where(indicator.c.sequence > 0)
_RECORD = (
    select(literal(RECORD), administration_event.c.id, administration_event.c.hash)
    .order_by(administration_event.c.id.desc())
    .limit(1)
)
_UNLIKE = text(
    """
    select s.chain, s.sequence, s.seal_id from sealed_head s
    left join ledger_entry l on s.chain = 'ledger:' || l.indicator_id and l.sequence = s.sequence
    where s.chain like 'ledger:%' and l.hash is distinct from s.hash
    union all
    select s.chain, s.sequence, s.seal_id from sealed_head s
    left join administration_event a on a.id = s.sequence
    where s.chain = 'administration' and a.hash is distinct from s.hash
    """
)


def seal(work: Work) -> int:
    """Seals every chain of the product that has grown; returns the seal's number."""
    return seals.seal_grown(work, [_LEDGER, _RECORD.subquery().select()])


def seal_daily(work: Work) -> None:
    """Seals what the day has brought, if anything."""
    try:
        seal(work)
    except seals.NothingToSeal:
        return


def unlike_seals(connection: Connection) -> Iterator[str]:
    """A sentence for each sealed entry of these chains that is gone or another now."""
    for row in connection.execute(_UNLIKE):
        yield f"{row.chain} 的第 {row.sequence} 条记录与第 {row.seal_id} 号封存不符"
