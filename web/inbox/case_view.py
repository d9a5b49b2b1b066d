"""What a task is about: the case with its facts, papers and last eligibility answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from engine.runtime import Work
from engine.values import from_json
from handlers.cases.tables import case_file, document
from handlers.catalogue.tables import policy, policy_version
from handlers.enterprises.tables import enterprise
from handlers.payouts import queue
from handlers.rosters import claims
from handlers.rosters.rule import person_rule


@dataclass(frozen=True)
class CaseView:
    """A case for a reader."""

    row: Row[Any]
    application: list[tuple[str, Any]]
    check: dict[str, Any] | None
    documents: list[Row[Any]] = field(default_factory=list)
    roster: list[Row[Any]] = field(default_factory=list)
    basis: str = ""
    queue: queue.Place | None = None


def of_instance(work: Work, instance_id: UUID) -> CaseView | None:
    """The case of an instance, or None for a batch or a list."""
    row = work.connection.execute(
        select(
            case_file,
            enterprise.c.name.label("enterprise"),
            enterprise.c.uscc,
            enterprise.c.legal_representative,
            policy.c.name.label("policy"),
            policy_version.c.document_number,
            policy_version.c.inputs,
            policy_version.c.policy_id,
            policy_version.c.exclusivity,
            policy_version.c.indicator_code,
        )
        .join(enterprise, enterprise.c.id == case_file.c.enterprise_id)
        .join(policy_version, policy_version.c.id == case_file.c.policy_version_id)
        .join(policy, policy.c.id == policy_version.c.policy_id)
        .where(case_file.c.instance_id == instance_id)
    ).first()
    if row is None:
        return None
    check = from_json(row.check_result) if row.check_result else None
    rule = person_rule(row)
    return CaseView(
        row,
        _application(row),
        check,
        _documents(work, row.id),
        claims.shown(work, row.roster_id, row, row.event_date) if row.roster_id else [],
        rule.basis if rule else "",
        queue.place_of(work, row, row.id),
    )


def _application(row: Row[Any]) -> list[tuple[str, Any]]:
    labels = {
        one.get("name") or one.get("key"): one.get("label") or one.get("text")
        for one in row.inputs
        if isinstance(one, dict)
    }
    return [(labels.get(name) or name, value) for name, value in from_json(row.application).items()]


def _documents(work: Work, case_id: UUID) -> list[Row[Any]]:
    columns = [c for c in document.c if c.name != "content"]
    statement = select(*columns).where(document.c.case_id == case_id)
    return list(work.connection.execute(statement.order_by(document.c.uploaded_at, document.c.id)))
