"""What diagrams may call about eligibility."""

from __future__ import annotations

from uuid import UUID

from engine.runtime import Work
from engine.service_tasks import service_task
from engine.values import from_json, to_json
from handlers.cases import case_files
from handlers.cases.tables import decision_trace
from handlers.eligibility.answer import AnswerData
from handlers.eligibility.check import check, release_in_force
from handlers.eligibility.versions import version_row
from handlers.rosters import claims


@service_task("eligibility.check")
def check_case(work: Work, *, case_id: UUID, occasion: str) -> AnswerData:
    """Checks a case's conditions and amount, and keeps the answer with the reason for asking."""
    case = case_files.get(work, case_id)
    claims.claim(work, case.roster_id, version_row(work, case.policy_version_id), case.event_date)
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
    case_files.change(work, case_id, check_result=stored)
    work.rows.insert(
        decision_trace,
        {
            "case_id": case_id,
            "occasion": occasion,
            "at": work.now,
            "result": {
                **stored,
                "policy_version_id": case.policy_version_id,
                "release_id": release_in_force(work),
            },
        },
    )
    return data
