"""A small district in the database: one department, firms, a policy with its decisions."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert

from engine.definitions import publish
from engine.runtime import Work
from engine.values import to_json
from handlers.accounts.tables import department
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy, policy_version
from handlers.enterprises.tables import enterprise, enterprise_fact, negative_listing
from handlers.payouts.tables import entitlement
from tests.engine.dmn.tables import dmn, table

DAY = date(2026, 3, 1)
_count = itertools.count(1)

CONDITIONS = table(
    "conditions",
    "RULE ORDER",
    [
        ("在区注册年限(年)", "registered_in_district_years", ""),
        ("上年度产值(元)", "output_value", ""),
        ("行业", "industry", ""),
    ],
    ["text"],
    [
        [">= 1", "-", "-", '"在区注册满1年"'],
        ["-", ">= 2000000", "-", '"上年度产值达到200万元"'],
        ["-", "-", 'not("房地产","建筑业")', '"房地产、建筑业除外"'],
    ],
)


def release(work: Work, *decisions: str) -> None:
    """Publishes the conditions above and these decisions."""
    publish(work, {"bpmn/decisions/a.dmn": dmn(CONDITIONS, *decisions)})


def add_department(work: Work) -> None:
    work.connection.execute(
        insert(department).values(code="JFJ", name="区经发局", name_en="Economy")
    )


def add_policy(work: Work, identity: str = "P", **values: Any) -> str:
    """A policy with one version `P@1` (or `number`); returns the version's id."""
    number = values.pop("number", 1)
    if number == 1:
        work.connection.execute(
            insert(policy).values(
                id=identity, name=f"政策{identity}", name_en=f"Policy {identity}", owner="JFJ"
            )
        )
    row: dict[str, Any] = {
        "id": f"{identity}@{number}",
        "policy_id": identity,
        "number": number,
        "status": "published",
        "mode": "instant",
        "document_number": "样例",
        "valid_from": date(2025, 1, 1),
        "conditions_decision": "conditions",
        "amount_decision": "",
        "limit_days": 5,
        "indicator_code": "I",
        "guide": {},
        "source": {},
    }
    work.connection.execute(insert(policy_version).values(row | values))
    return str(row["id"])


def add_firm(work: Work, facts: dict[str, Any] | None = None, **values: Any) -> UUID:
    """An active manufacturer registered on 2020-01-01, with facts as of 2025-12-31."""
    number = next(_count)
    row = {
        "id": uuid4(),
        "uscc": f"91360700MA{number:08d}",
        "name": f"甲{number}公司",
        "legal_representative": "张三",
        "status": "active",
        "registered_on": date(2020, 1, 1),
        "industry": "制造业",
        "town": "潭口镇",
    } | values
    work.connection.execute(insert(enterprise).values(row))
    for name, value in (facts or {}).items():
        add_fact(work, row["id"], name, value)
    return row["id"]


def add_fact(
    work: Work, firm: UUID, name: str, value: Any, as_of: date = date(2025, 12, 31)
) -> None:
    work.connection.execute(
        insert(enterprise_fact).values(
            enterprise_id=firm, name=name, value=to_json(value), as_of=as_of, source="区统计部门"
        )
    )


def add_listing(work: Work, firm: UUID, listed: date, removed: date | None = None) -> None:
    work.connection.execute(
        insert(negative_listing).values(
            id=uuid4(),
            enterprise_id=firm,
            list_name="严重失信主体名单",
            reason="逾期未履行义务",
            listed_on=listed,
            removed_on=removed,
            source="信用中国",
        )
    )


def add_case(work: Work, firm: UUID, version: str = "P@1", **values: Any) -> UUID:
    number = next(_count)
    row = {
        "id": uuid4(),
        "number": f"RJ{number}",
        "policy_version_id": version,
        "enterprise_id": firm,
        "mode": "instant",
        "channel": "portal",
        "owner": "JFJ",
        "status": "reviewing",
        "applicant": "a",
        "registered_by": "a",
        "received_at": datetime(2026, 3, 1, tzinfo=UTC),
        "event_date": DAY,
        "event_key": "2025",
        "application": {},
    } | values
    work.connection.execute(insert(case_file).values(row))
    return row["id"]


def add_payment(
    work: Work, firm: UUID, amount: Decimal, version: str = "P@1", status: str = "paid", **case: Any
) -> UUID:
    """A case with an entitlement; returns the case."""
    found = add_case(work, firm, version, **case)
    work.connection.execute(
        insert(entitlement).values(
            id=uuid4(),
            case_id=found,
            policy_id=version.partition("@")[0],
            policy_version_id=version,
            enterprise_id=firm,
            event_key=case.get("event_key", "2025"),
            amount=amount,
            status=status,
            created_at=work.now,
        )
    )
    return found
