"""Locks on things that are no rows, held to the end of the transaction."""

from __future__ import annotations

from sqlalchemy import ARRAY, Text, bindparam, text

from engine.rows import Question
from engine.runtime import Work

_TAKE = text(
    "select pg_advisory_xact_lock(hashtextextended(name, 0)) from unnest(:names) as name"
).bindparams(bindparam("names", type_=ARRAY(Text)))


def _take(work: Work, names: list[str], lock: bool) -> dict[str, bool]:
    work.connection.execute(_TAKE, {"names": sorted(names)})
    return dict.fromkeys(names, True)


_HELD: Question[str, bool] = Question(_take, {})


def alone(work: Work, *names: str) -> bool:
    """Waits until nobody else has been alone with one of these; says whether that is new.

    Several names are taken in their order, so that two units of work never wait in a circle.
    """
    new = [name for name in names if not work.rows.holds(_HELD, name)]
    work.rows.know(work, _HELD, new, lock=True)
    return bool(new)
