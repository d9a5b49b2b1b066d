"""Loads the sample district into a database and marks it as a sample."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from importlib import resources
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.actor import SYSTEM
from engine.dmn import Decisions
from engine.runtime import Runtime, Work
from engine.tables import database_mark
from handlers.catalogue.import_policies import import_policies
from handlers.enterprises import bank_accounts, negative_list, register
from handlers.enterprises.register import id_of
from handlers.enterprises.tables import bank_account, negative_listing
from handlers.funds.indicators import open_indicator
from handlers.funds.ledger import allot
from handlers.funds.tables import indicator
from handlers.sample.firms import EARLIER, SEED, Firm, fact_list, make_firm
from handlers.sample.people import add_accounts, add_departments

YEARS = (2026, 2027)
CHUNK = 500
_BUDGET = Decimal(20_000_000)
# Yuan a year. The small ones run out, so that the sample shows 额满即止.
_BUDGETS = {
    "GZ-02": 12_000_000, "GZ-05": 3_000_000, "GZ-11": 400_000, "GZ-15": 90_000_000,
    "JX-02": 20_000, "JX-NC-04": 900_000, "JX-NC-06": 60_000_000, "JX-XS-01": 300_000,
}  # fmt: skip
_BANKS = ("示例银行蓉江支行", "示例农商银行潭东支行", "示例村镇银行营业部")
# Registers answer from these days on, not before; earlier rule versions read what was known then.
_EARLIER_SOURCE = "各部门2025年年中数据（示例）"

Progress = Callable[[str, int, int], None]


def load_sample(
    runtime: Runtime,
    enterprises: int = 2000,
    progress: Progress | None = None,
    seed: int = SEED,
) -> None:
    """Loads departments, policies, indicators, enterprises and accounts; marks the database.

    Safe to repeat: what is there stays. Each part is a transaction, the mark the last. `progress`
    is told the part, how many are done, and of how many. The same seed gives the same data. Needs
    `runtime.outside["field_key"]`.
    """
    tell = progress or (lambda part, done, total: None)
    entries = sample_policies()
    runtime.run(SYSTEM, lambda work: _load_catalogue(work, entries))
    tell("policies", len(entries), len(entries))
    for done, firms in _chunks(enterprises, seed):
        runtime.run(SYSTEM, partial(load_firms, firms=firms))
        tell("enterprises", done, enterprises)
    runtime.run(SYSTEM, lambda work: _finish(work, enterprises, seed))
    tell("accounts", 1, 1)


def sample_policies() -> list[dict[str, Any]]:
    """The entries of the sample catalogue."""
    text = resources.files("handlers.sample").joinpath("policies.json").read_text("utf-8")
    entries: list[dict[str, Any]] = json.loads(text)
    return entries


def decision_files() -> dict[str, bytes]:
    """Path in a release → content of the packaged decisions."""
    folder = resources.files("bpmn").joinpath("decisions")
    return {
        f"bpmn/decisions/{file.name}": file.read_bytes()
        for file in sorted(folder.iterdir(), key=lambda f: f.name)
        if file.name.endswith(".dmn")
    }


def load_firms(work: Work, firms: Iterable[Firm]) -> None:
    """Registers made-up enterprises with their facts, accounts and negative listings."""
    wanted = list(firms)
    register.import_enterprises(work, [row_of(firm) for firm in wanted])
    _load_accounts(work, wanted)
    _load_listings(work, wanted)


def _chunks(count: int, seed: int) -> Iterator[tuple[int, list[Firm]]]:
    for start in range(1, count + 1, CHUNK):
        numbers = range(start, min(start + CHUNK, count + 1))
        yield numbers[-1], [make_firm(number, seed) for number in numbers]


def _load_catalogue(work: Work, entries: list[dict[str, Any]]) -> None:
    add_departments(work)
    decisions = Decisions(decision_files())
    read = {name: decisions.facts_of(name) for name in decisions.by_id}
    import_policies(work, entries, read)
    for entry in entries:
        for year in YEARS:
            _load_indicator(work, entry, year)


def _load_indicator(work: Work, entry: dict[str, Any], year: int) -> None:
    code = entry["versions"][-1]["indicator_code"]
    known = select(indicator.c.id).where(indicator.c.code == code, indicator.c.year == year)
    if work.connection.scalar(known):
        return
    indicator_id = open_indicator(work, code, year, entry["name"], entry["owner"])
    budget = Decimal(_BUDGETS.get(entry["id"], _BUDGET))
    allot(work, indicator_id, budget, f"{year}年示例预算指标下达")


def row_of(firm: Firm) -> dict[str, Any]:
    known = fact_list()
    facts = [
        {
            "name": name,
            "value": value,
            "as_of": date.fromisoformat(known[name]["as_of"]),
            "source": known[name]["source"],
        }
        for name, value in firm.facts.items()
    ]
    facts += [
        {"name": name, "value": value, "as_of": EARLIER, "source": _EARLIER_SOURCE}
        for name, value in firm.earlier.items()
    ]
    names = ("uscc", "name", "legal_representative", "status", "registered_on", "industry", "town")
    return {**{name: getattr(firm, name) for name in names}, "facts": facts}


def _load_accounts(work: Work, firms: list[Firm]) -> None:
    holders = {id_of(firm.uscc): firm for firm in firms if firm.account != "none"}
    known = set(
        work.connection.scalars(
            select(bank_account.c.enterprise_id).where(bank_account.c.enterprise_id.in_(holders))
        )
    )
    new = {key: firm for key, firm in holders.items() if key not in known}
    bank_accounts.declare_many(work, [_account_row(key, firm) for key, firm in new.items()])
    bank_accounts.confirm_many(
        work, [_account_id(key) for key, f in new.items() if f.account != "declared"]
    )
    bank_accounts.close_many(
        work, [_account_id(key) for key, f in new.items() if f.account == "closed"]
    )


def _account_id(enterprise_id: UUID) -> UUID:
    return uuid5(enterprise_id, "sample account")


def _account_row(enterprise_id: UUID, firm: Firm) -> dict[str, Any]:
    return {
        "id": _account_id(enterprise_id),
        "enterprise_id": enterprise_id,
        "holder": firm.name,
        "bank": _BANKS[firm.number % len(_BANKS)],
        "cnaps": f"999{firm.number % 1000:03d}00{firm.number % 9973:04d}",
        # No bank's numbers begin with 9999.
        "number": f"9999{firm.number * 7_919_000_003 % 10**15:015d}",
    }


def _load_listings(work: Work, firms: list[Firm]) -> None:
    listed = [id_of(firm.uscc) for firm in firms if firm.dishonest]
    known = set(
        work.connection.scalars(
            select(negative_listing.c.enterprise_id).where(
                negative_listing.c.enterprise_id.in_(listed)
            )
        )
    )
    rows = [
        {
            "id": uuid5(enterprise_id, "sample listing"),
            "enterprise_id": enterprise_id,
            "list_name": "严重失信主体名单" if enterprise_id.int % 2 else "经营异常名录",
            "reason": "示例：列入原因由发布部门载明",
            "listed_on": date(2025, 9, 1),
            "source": "市场监管部门数据（示例）",
        }
        for enterprise_id in listed
        if enterprise_id not in known
    ]
    negative_list.add_listings(work, rows)


def _finish(work: Work, enterprises: int, seed: int) -> None:
    add_accounts(work)
    value = json.dumps({"enterprises": enterprises, "seed": seed})
    statement = upsert(database_mark).values(kind="sample", value=value)
    work.connection.execute(
        statement.on_conflict_do_update(index_elements=["kind"], set_={"value": value})
    )
