"""What diagrams may call about eligibility."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from engine.definitions import latest_release
from engine.errors import NotFound
from engine.runtime import Work
from engine.service_tasks import service_task
from engine.values import from_json, to_json
from handlers.cases.tables import case_file, decision_trace
from handlers.eligibility.check import check


@service_task("eligibility.check")
def check_case(work: Work, *, case_id: UUID, occasion: str) -> dict[str, Any]:
    """Checks a case's conditions and amount, and keeps the answer with the reason for asking."""
    case = work.connection.execute(select(case_file).where(case_file.c.id == case_id)).first()
    if case is None:
        raise NotFound(f"没有办件 {case_id}")
    data = check(
        work,
        case.policy_version_id,
        case.enterprise_id,
        case.event_date,
        from_json(case.application),
        case_id=case.id,
        event_key=case.event_key,
    ).to_data()
    stored = to_json(data)
    work.connection.execute(
        update(case_file).where(case_file.c.id == case_id).values(check_result=stored)
    )
    work.connection.execute(
        insert(decision_trace).values(
            case_id=case_id,
            occasion=occasion,
            at=work.now,
            result={
                **stored,
                "policy_version_id": case.policy_version_id,
                "release_id": latest_release(work.connection),
            },
        )
    )
    return data
