"""What the demonstration begins with: lists of the departments, applications of the firms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.actor import Actor
from engine.errors import Conflict, InvalidInput
from engine.runtime import Runtime, Work
from engine.tables import database_mark
from handlers.accounts.roles import CLERK, REVIEWER
from handlers.cases import lists
from handlers.cases.opening import open_case
from handlers.catalogue.tables import policy, policy_version
from handlers.eligibility.check import check
from handlers.enterprises.tables import enterprise
from handlers.rosters import keeping
from handlers.rosters.rule import person_rule
from handlers.sample.firms import application, number_of
from handlers.sample.rosters import persons_for
from web.demonstration.people import holder

FITTING, MISFITS = 6, 1  # applications for each policy
LIST_SIZE = 25


def policies(runtime: Runtime, mode: str, on: date) -> list[Row[Any]]:
    """The versions of a mode in force on a day, with their policy's owner."""
    with runtime.database.connect() as connection:
        return list(
            connection.execute(
                select(policy_version, policy.c.owner)
                .join(policy, policy.c.id == policy_version.c.policy_id)
                .where(
                    policy_version.c.mode == mode,
                    policy_version.c.status == "published",
                    policy_version.c.valid_from <= on,
                )
                .order_by(policy.c.id)
            )
        )


def open_all(runtime: Runtime, on: date) -> Iterator[str]:
    """Opens what has not been opened yet, a policy in each transaction; yields their ids."""
    for version in policies(runtime, "automatic", on):
        reviewer = holder(runtime, version.owner, REVIEWER)
        _once(runtime, reviewer, version.id, lambda work, v=version: _propose(work, v, on))
        yield version.id
    clerk = holder(runtime, "XZSPJ", CLERK)
    for mode in ("instant", "promised"):
        for version in policies(runtime, mode, on):
            _once(runtime, clerk, version.id, lambda work, v=version: _apply(work, v, on))
            yield version.id


def _once(runtime: Runtime, actor: Actor, key: str, act: Any) -> None:
    """Does something if this database does not say that it has been done, and says so with it."""

    def marked(work: Work) -> None:
        done = work.connection.scalar(
            upsert(database_mark)
            .values(kind=f"demo:{key}")
            .on_conflict_do_nothing()
            .returning(database_mark.c.kind)
        )
        if done is not None:
            act(work)

    runtime.run(actor, marked)


def _firms(work: Work) -> list[Row[Any]]:
    return list(work.connection.execute(select(enterprise).order_by(enterprise.c.uscc)))


def _propose(work: Work, version: Row[Any], on: date) -> None:
    """A department's list: firms that fit, and some that it should not have named."""
    fitting, others = [], []
    for firm in _firms(work):
        if len(fitting) >= LIST_SIZE:
            break
        holds = check(work, version, firm.id, on).holds
        (fitting if holds else others).append({"uscc": firm.uscc})
    rows = [*fitting, *others[:3], *fitting[:1], {"uscc": "913607990000000000"}]
    lists.propose_list(work, version.id, on, rows)


def _apply(work: Work, version: Row[Any], on: date) -> None:
    """Applications taken at the window: of firms that qualify, and of some that do not."""
    fitting = misfits = 0
    for firm in _firms(work):
        if fitting >= FITTING and misfits >= MISFITS:
            return
        if firm.status != "active":
            continue
        stated = application(number_of(firm.uscc), version.inputs)
        holds = check(work, version, firm.id, on, stated).holds
        if (fitting >= FITTING) if holds else (misfits >= MISFITS):
            continue
        savepoint = work.connection.begin_nested()
        try:
            received = work.now - timedelta(minutes=fitting + misfits)
            open_case(
                work,
                version.id,
                firm.id,
                "window",
                stated,
                work.actor.id,
                received,
                on,
                roster_id=_roster(work, version, firm, stated),
            )
        except (Conflict, InvalidInput):
            savepoint.rollback()
            continue
        savepoint.commit()
        fitting, misfits = fitting + bool(holds), misfits + (not holds)


def _roster(work: Work, version: Row[Any], firm: Row[Any], stated: dict[str, Any]) -> UUID | None:
    """The persons behind the number that a firm states."""
    rule = person_rule(version)
    if rule is None:
        return None
    persons = persons_for(number_of(firm.uscc), rule, stated.get(rule.fact))
    return keeping.keep(work, version.policy_id, persons)
