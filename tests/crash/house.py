"""What the diagrams of the crash tests may call, and the world outside that remembers every call."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import text

from engine.errors import BusinessError, PermanentFailure
from engine.runtime import OutsideWork, Work
from engine.service_tasks import Registry, service_task
from tests.engine import example

HOUSE = Registry()
for handler in example.EXAMPLE.all():
    HOUSE.add(handler)
# What the processes of these tests are started with.
HOUSE.started_with("every_kind", owner=str, price=Decimal, parts=list[Decimal])
for process in ("parallel_items", "one_by_one"):
    HOUSE.started_with(process, parts=list[Decimal])
for process in ("told", "watched", "held"):
    HOUSE.started_with(process, id=str)
HOUSE.started_with("reminded", id=str, id2=str)
HOUSE.started_with("caught", sound=bool)
HOUSE.started_with("failing", by=Decimal)
FIELD_KEY = "Y3Jhc2gtdGVzdHMtY3Jhc2gtdGVzdHMtY3Jhc2gtMDE="


def prepare(database: Any) -> None:
    """The tables of the world outside, and the journal of what people have done."""
    example.prepare(database)
    with database.begin() as connection:
        connection.execute(text("create table asked (key text, attempt integer)"))
        connection.execute(text("create table ready (yes boolean)"))
        connection.execute(
            text("create table journal (act integer primary key, content jsonb, done boolean)")
        )


@service_task("house.transfer", effect="outside", registry=HOUSE)
def transfer(outside: OutsideWork, *, amount: Decimal) -> dict[str, Any]:
    """A bank that notes every question, pays once for each key and refuses negative amounts."""
    with outside.runtime.database.begin() as connection:
        connection.execute(
            text("insert into asked values (:k, :n)"),
            {"k": outside.idempotency_key, "n": outside.attempt},
        )
    if amount < 0:
        raise BusinessError("broken", "金额不能为负")
    return example.pay(outside, amount=amount)


@service_task("house.divide", registry=HOUSE)
def divide(work: Work, *, amount: Decimal, by: Decimal) -> dict[str, Any]:
    """Writes and then fails for good if it is asked to divide by nothing."""
    example.note(work, text=f"{amount} / {by}")
    if by == 0:
        raise PermanentFailure("不能除以零")
    return {"share": amount / by}


@service_task("house.wait", registry=HOUSE)
def wait(work: Work) -> None:
    """Writes and then fails, to be tried again, until the world is ready."""
    example.note(work, text="ready?")
    if work.connection.scalar(text("select count(*) from ready")) == 0:
        raise RuntimeError("还没有准备好")


@service_task("house.object", registry=HOUSE)
def object_to(work: Work, *, code: str) -> None:
    """Writes and then refuses, for a reason that the diagram knows."""
    example.note(work, text="objected")
    raise BusinessError(code, "不符合条件")
