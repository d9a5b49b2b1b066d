"""Seals: one hash over the heads of all chains that have grown, which a third party can hold.

A seal stays when the events it covers are archived: `sealed_head` keeps the hashes. Chains are named
`instance:<id>`; other parts of the product bring their own (`ledger:<indicator>`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Text,
    cast,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from engine.errors import EngineError
from engine.runtime import Work
from engine.tables import instance, seal, sealed_head

LOCK = 7244004


class NothingToSeal(EngineError):
    """上次封存之后没有新的记录。"""


def chain_of(instance_id: ColumnElement[Any]) -> ColumnElement[str]:
    """The name of an instance's chain, in SQL."""
    return literal("instance:") + cast(instance_id, Text)


_HEADS = select(chain_of(instance.c.id).label("chain"), instance.c.sequence, instance.c.hash).where(
    instance.c.sequence > 0
)


def seal_grown(work: Work, others: Iterable[Any] = ()) -> int:
    """Seals every chain that has grown since it was last sealed; returns the seal's number.

    `others` are selects of (chain, sequence, hash) of chains that are not instances'. Raises
    NothingToSeal.
    """
    heads = union_all(_HEADS, *others).subquery()
    known = (
        select(sealed_head.c.chain)
        .where(sealed_head.c.chain == heads.c.chain, sealed_head.c.sequence == heads.c.sequence)
        .exists()
    )
    return write(work, select(heads).where(~known))


def write(work: Work, heads: Any) -> int:
    """Seals what a select of (chain, sequence, hash) gives; heads that are sealed already stay."""
    work.doing = "sealed"
    connection = work.connection
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})
    last = connection.execute(select(seal).order_by(seal.c.id.desc()).limit(1)).first()
    previous = last.hash if last else ""
    savepoint = connection.begin_nested()
    number = connection.scalar(
        insert(seal)
        .values(sealed_at=work.now, chains=0, previous_hash=previous, hash="")
        .returning(seal.c.id)
    )
    found = heads.subquery()
    kept = ~tuple_(found.c.chain, found.c.sequence).in_(
        select(sealed_head.c.chain, sealed_head.c.sequence)
    )
    columns = ["chain", "sequence", "hash", "seal_id"]
    rows = select(found.c.chain, found.c.sequence, found.c.hash, literal(number)).where(kept)
    connection.execute(insert(sealed_head).from_select(columns, rows))
    written = connection.scalar(
        select(func.count()).select_from(sealed_head).where(sealed_head.c.seal_id == number)
    )
    if not written:
        savepoint.rollback()
        raise NothingToSeal
    hashed = digest(connection, number, previous, work.now)
    connection.execute(seal.update().where(seal.c.id == number).values(chains=written, hash=hashed))
    savepoint.commit()
    return int(number or 0)


def digest(connection: Connection, number: int | None, previous: str, at: datetime) -> str:
    """The hash of a seal: of its predecessor's, its instant and its heads in order of chain."""
    found = hashlib.sha256(f"{previous}\n{at.astimezone().timestamp().hex()}\n".encode())
    rows = connection.execute(
        select(sealed_head.c.chain, sealed_head.c.sequence, sealed_head.c.hash)
        .where(sealed_head.c.seal_id == number)
        .order_by(sealed_head.c.chain.collate("C"), sealed_head.c.sequence),
        execution_options={"stream_results": True, "yield_per": 5000},
    )
    for row in rows:
        found.update(f"{row.chain} {row.sequence} {row.hash}\n".encode())
    return found.hexdigest()


def broken(connection: Connection) -> Iterator[str]:
    """A sentence for each seal that does not fit its predecessor or its heads."""
    previous = ""
    for row in connection.execute(select(seal).order_by(seal.c.id)).all():
        if row.previous_hash != previous:
            yield f"第 {row.id} 号封存没有接在前一号之后"
        elif digest(connection, row.id, previous, row.sealed_at) != row.hash:
            yield f"第 {row.id} 号封存的指纹与其内容不符"
        previous = row.hash
