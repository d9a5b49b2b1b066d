"""A small district for the tests of cases, funds and payouts."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cryptography.fernet import Fernet
from sqlalchemy import insert, select
from werkzeug.serving import make_server

from engine import engine_jobs
from engine.actor import SYSTEM, Actor
from engine.definitions import publish
from engine.jobs import JobTable
from engine.runtime import Runtime, Work
from handlers import jobs, registry
from handlers.accounts.tables import department
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy, policy_version
from handlers.enterprises import bank_accounts
from handlers.enterprises.tables import enterprise
from handlers.funds import indicators, ledger
from handlers.payouts import batches, entitlements
from handlers.payouts.tables import entitlement, payment_order
from tests.engine.dmn.tables import dmn, literal, table
from tests.engine.drain import drain
from tests.handlers import diagrams
from web.simulators.bank import create_bank

MAKER = Actor("maker", "制单", frozenset([("XZSPJ", "maker")]))
CHECKER = Actor("checker", "复核", frozenset([("XZSPJ", "checker")]))
RELEASER = Actor("releaser", "签发", frozenset([("XZSPJ", "releaser")]))
CLERK = Actor("clerk", "窗口", frozenset([("XZSPJ", "clerk")]))
REVIEWER = Actor("reviewer", "经办", frozenset([("JFJ", "reviewer")]))
HEAD = Actor("head", "负责人", frozenset([("JFJ", "head")]))
AMOUNT = Decimal("10000.00")
_codes = itertools.count(1)


@dataclass
class Scene:
    """What the tests act on."""

    runtime: Runtime
    folder: Path
    indicator_id: UUID = field(default_factory=uuid4)
    _server: Any = None

    def do(self, act: Any, actor: Actor = SYSTEM) -> Any:
        return self.runtime.run(actor, act)

    def drain(self) -> int:
        """Runs every waiting job, the capabilities' own too."""
        found = JobTable()
        engine_jobs.register(found, self.runtime)
        jobs.register(found, self.runtime)
        return drain(self.runtime, found, even_scheduled=True)

    def firm(self, tail: str = "0000", account: bool = True, **values: Any) -> UUID:
        """A firm with a confirmed account whose number ends with `tail`."""
        number = next(_codes)
        row = {
            "id": uuid4(),
            "uscc": f"91360700MB{number:08d}",
            "name": f"乙{number}有限公司",
            "legal_representative": "李四",
            "status": "active",
            "registered_on": date(2020, 1, 1),
            "industry": "制造业",
            "town": "潭口镇",
        } | values

        def act(work: Work) -> None:
            work.connection.execute(insert(enterprise).values(row))
            if account:
                found = bank_accounts.declare(
                    work, row["id"], row["name"], "工商银行", "102428000015", f"62220000{tail}"
                )
                bank_accounts.confirm(work, found)

        self.do(act)
        return row["id"]

    def applicant(self, firm: UUID) -> Actor:
        return Actor("applicant", "企业", frozenset([(f"enterprise:{firm}", "applicant")]))

    def uscc(self, firm: UUID) -> str:
        return self.do(
            lambda work: work.connection.scalar(
                select(enterprise.c.uscc).where(enterprise.c.id == firm)
            )
        )

    def case(self, case_id: UUID) -> Any:
        return self.do(
            lambda work: work.connection.execute(
                select(case_file).where(case_file.c.id == case_id)
            ).one()
        )

    def entitlement(self, firm: UUID, amount: Decimal = AMOUNT) -> UUID:
        """An entitlement with its case, computed, without any diagram."""

        def act(work: Work) -> UUID:
            case_id = uuid4()
            number = next(_codes)
            work.connection.execute(
                insert(case_file).values(
                    id=case_id,
                    number=f"RJ{number:012d}",
                    policy_version_id="A@1",
                    enterprise_id=firm,
                    mode="automatic",
                    channel="list",
                    owner="JFJ",
                    status="approved",
                    applicant="system",
                    registered_by="system",
                    received_at=work.now,
                    event_date=date(2026, 3, 2),
                    event_key=str(number),
                    application={},
                    amount=amount,
                )
            )
            return entitlements.entitle(work, case_id, amount)[0]

        return self.do(act)

    def ordered(self, firm: UUID, amount: Decimal = AMOUNT) -> UUID:
        """An order that is due; returns its id."""
        from handlers.payouts import orders

        found = self.entitlement(firm, amount)

        def act(work: Work) -> UUID:
            entitlements.freeze(work, found)
            return orders.order(work, found)[0]

        return self.do(act)

    def entitlement_rows(self) -> list[Any]:
        return self.do(lambda work: work.connection.execute(select(entitlement)).all())

    def order_row(self, order_id: UUID) -> Any:
        return self.do(
            lambda work: work.connection.execute(
                select(payment_order).where(payment_order.c.id == order_id)
            ).one()
        )

    def bank(self) -> str:
        """Starts the bank simulator on a port of its own and connects us to it."""
        self._server = make_server("127.0.0.1", 0, create_bank(self.folder / "bank.sqlite"))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{self._server.server_port}"
        self.runtime.outside["bank_url"] = address
        return address

    def batch(self, *order_ids: UUID) -> UUID:
        return self.do(lambda work: batches.make_batch(work, list(order_ids)), MAKER)

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


def build(runtime: Runtime, folder: Path, budget: Decimal = Decimal("100000.00")) -> Scene:
    """Departments, one policy of each mode, an indicator with money, the small diagrams."""
    registry.load()
    runtime.outside["field_key"] = Fernet.generate_key().decode()
    scene = Scene(runtime, folder)

    def act(work: Work) -> None:
        for code, name in (("JFJ", "区经发局"), ("XZSPJ", "区行政审批局"), ("CZJ", "区财政局")):
            work.connection.execute(insert(department).values(code=code, name=name, name_en=code))
        for letter, mode in (("A", "automatic"), ("I", "instant"), ("P", "promised")):
            _policy(work, letter, mode)
        publish(work, {**diagrams.FILES, "bpmn/decisions/a.dmn": _decisions()})
        year = work.now.year
        scene.indicator_id = indicators.open_indicator(work, "Z1", year, "奖补资金", "JFJ")
        ledger.allot(work, scene.indicator_id, budget, "年初预算")

    scene.do(act)
    return scene


def with_shipped_diagrams(scene: Scene) -> Scene:
    """The small district with the diagrams and forms of automatic redemption in force."""
    root = Path(__file__).parents[2]
    names = (
        "automatic",
        "eligibility_list",
        "payout",
        "payment_batch",
        "returned_payment",
    )
    files = {f"bpmn/{name}.bpmn": (root / f"bpmn/{name}.bpmn").read_bytes() for name in names}
    files |= {f"forms/{p.name}": p.read_bytes() for p in (root / "forms").glob("*.form")}
    files["bpmn/decisions/a.dmn"] = _decisions()
    scene.do(lambda work: publish(work, files))
    return scene


def _decisions() -> bytes:
    rules = [['not("房地产")', '"房地产除外"']]
    return dmn(
        table("conditions", "RULE ORDER", [("行业", "industry", "")], ["text"], rules),
        literal("amount", "10000"),
    )


def _policy(work: Work, letter: str, mode: str) -> None:
    work.connection.execute(
        insert(policy).values(id=letter, name=f"政策{letter}", name_en=letter, owner="JFJ")
    )
    work.connection.execute(
        insert(policy_version).values(
            id=f"{letter}@1",
            policy_id=letter,
            number=1,
            status="published",
            mode=mode,
            document_number="蓉示例〔2026〕1号",
            valid_from=date(2026, 1, 1),
            valid_to=date(2026, 12, 31),
            conditions_decision="conditions",
            amount_decision="amount",
            limit_days=5,
            expert_count=2 if mode == "promised" else 0,
            indicator_code="Z1",
            guide=[{"name": "设立依据", "text": "某文件第三条"}],
            source={},
            published_at=work.now,
        )
    )
