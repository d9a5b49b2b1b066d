"""A small district with one automatic policy and a signed list, for the batch."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib import resources
from uuid import UUID, uuid4

from sqlalchemy import insert

from engine import definitions
from engine.bench import diagram, ours
from engine.bench.models.model import Table
from engine.ids import new_id
from engine.runtime import Work
from handlers.accounts.tables import department
from handlers.cases.tables import eligibility_line, eligibility_list
from handlers.catalogue.tables import policy, policy_version
from handlers.enterprises import bank_accounts
from handlers.enterprises.tables import enterprise
from handlers.funds import indicators, ledger

VERSION = "A@1"
AMOUNT = Decimal("10000.00")
_CONDITIONS = Table(
    "conditions", ("industry",), ("text",), ((('not("房地产")',), ('"房地产除外"',)),)
)
_AMOUNT = Table("amount", ("industry",), ("amount",), ((("-",), ("10000",)),))


def found(work: Work, lines: int) -> None:
    """Departments, the shipped diagrams, a policy, and money for so many lines."""
    for code, name in (("JFJ", "区经发局"), ("XZSPJ", "区行政审批局"), ("CZJ", "区财政局")):
        work.connection.execute(insert(department).values(code=code, name=name, name_en=code))
    definitions.publish(work, _files())
    work.connection.execute(insert(policy).values(id="A", name="甲", name_en="A", owner="JFJ"))
    work.connection.execute(
        insert(policy_version).values(
            id=VERSION,
            policy_id="A",
            number=1,
            status="published",
            mode="automatic",
            document_number="蓉示例〔2026〕1号",
            valid_from=date(2026, 1, 1),
            valid_to=date(2099, 12, 31),
            conditions_decision="conditions",
            amount_decision="amount",
            limit_days=5,
            expert_count=0,
            indicator_code="Z1",
            guide=[{"name": "设立依据", "text": "某文件第三条"}],
            source={},
            published_at=work.now,
        )
    )
    indicator_id = indicators.open_indicator(work, "Z1", work.now.year, "奖补资金", "JFJ")
    ledger.allot(work, indicator_id, AMOUNT * lines, "年初预算")


def _files() -> dict[str, bytes]:
    files = {
        f"{package}/{file.name}": file.read_bytes()
        for package in ("bpmn", "forms")
        for file in resources.files(package).iterdir()
        if file.name.endswith((".bpmn", ".form"))
    }
    for table in (_CONDITIONS, _AMOUNT):
        files[f"bpmn/decisions/{table.id}.dmn"] = diagram.dmn(table, Ordered())
    return files


class Ordered(ours.Ours):
    """Conditions of a policy: every row that fits."""

    hit_policy = "RULE ORDER"


def add_firms(work: Work, numbers: range) -> dict[UUID, str]:
    """Firms with a confirmed account: id → unified social credit code."""
    firms = {uuid4(): f"91360700MB{number:08d}" for number in numbers}
    work.connection.execute(
        insert(enterprise),
        [
            {
                "id": firm_id,
                "uscc": code,
                "name": f"乙{code[-8:]}有限公司",
                "legal_representative": "李四",
                "status": "active",
                "registered_on": date(2020, 1, 1),
                "industry": "制造业",
                "town": "潭口镇",
            }
            for firm_id, code in firms.items()
        ],
    )
    accounts = bank_accounts.declare_many(
        work,
        [
            {
                "enterprise_id": firm_id,
                "holder": f"乙{code[-8:]}有限公司",
                "bank": "示例银行",
                "cnaps": "102428000015",
                "number": "622200000000",
            }
            for firm_id, code in firms.items()
        ],
    )
    bank_accounts.confirm_many(work, accounts)
    return firms


def signed_list(work: Work, firms: dict[UUID, str]) -> list[str]:
    """A list that is screened and signed; returns the ids of its lines."""
    list_id = new_id()
    work.connection.execute(
        insert(eligibility_list).values(
            id=list_id,
            number=f"MD{list_id.hex[-8:]}",
            policy_version_id=VERSION,
            event_date=work.now.date(),
            status="signed",
            created_by="bench",
            created_at=work.now,
            signed_by="bench",
            signed_at=work.now,
        )
    )
    lines = [
        {
            "id": new_id(),
            "list_id": list_id,
            "position": place,
            "uscc": code,
            "enterprise_id": firm_id,
            "amount": AMOUNT,
            "event_key": str(work.now.year),
            "status": "proposed",
            "reasons": [],
        }
        for place, (firm_id, code) in enumerate(firms.items(), 1)
    ]
    work.connection.execute(insert(eligibility_line), lines)
    return [str(line["id"]) for line in lines]
