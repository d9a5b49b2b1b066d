"""The sample district in a real database."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, text

from engine.actor import SYSTEM
from engine.database import connect
from engine.definitions import publish
from engine.postgres import Server
from engine.runtime import Runtime, Work
from engine.tables import database_mark
from engine.time_source import DatabaseTime
from handlers.accounts.people import actor_named, password_matches
from handlers.accounts.tables import account
from handlers.catalogue.policies import get_version
from handlers.eligibility.check import check
from handlers.enterprises.bank_accounts import number_of
from handlers.enterprises.register import id_of
from handlers.enterprises.tables import bank_account
from handlers.funds.tables import indicator
from handlers.funds.verify import verify
from handlers.sample.firms import MISSING_ONE, NAMED, application, make_firm
from handlers.sample.load import decision_files, load_sample
from handlers.sample.people import PASSWORD
from tests.conftest import START

COUNT = 160
TABLES = {
    "department": "code, name, name_en",
    "policy": "id, name, name_en, owner, search, sort_key, sample",
    "policy_version": "id, status, mode, valid_from, valid_to, guide, inputs, source, exclusivity",
    "required_document": "policy_version_id, position, name, obtained, required, from_source",
    "enterprise": "*",
    "enterprise_fact": "*",
    "negative_listing": "*",
    "bank_account": "id, enterprise_id, holder, bank, cnaps, number_tail, state",
    "indicator": "code, year, name, department, budget, available",
    "account": "login, name, enterprise_id, must_change_password",
    "membership": "unit, role, starts_on, ends_on",
}


def snapshot(runtime: Runtime) -> dict[str, Any]:
    """Every row that the sample writes, without ids that are drawn."""
    found: dict[str, Any] = {}
    with runtime.database.connect() as connection:
        for table, columns in TABLES.items():
            rows = connection.execute(text(f"select {columns} from {table}"))
            found[table] = sorted(map(str, rows))
    found["numbers"] = runtime.run(SYSTEM, account_numbers)
    return found


def account_numbers(work: Work) -> dict[str, str]:
    ids = work.connection.scalars(select(bank_account.c.id).limit(20).order_by(bank_account.c.id))
    return {str(one): number_of(work, one) for one in ids.all()}


@pytest.fixture
def sample(runtime: Runtime) -> Runtime:
    runtime.outside["field_key"] = Fernet.generate_key().decode()
    load_sample(runtime, COUNT)
    return runtime


def test_loading_again_and_elsewhere_gives_the_same_data(
    sample: Runtime, server: Server, template: str
) -> None:
    first = snapshot(sample)
    load_sample(sample, COUNT)
    assert snapshot(sample) == first
    server.create_database("test_sample_elsewhere", template)
    database = connect(server.url("test_sample_elsewhere"))
    time = DatabaseTime(database)
    time.set(START)
    elsewhere = Runtime(database, time, outside={"field_key": Fernet.generate_key().decode()})
    load_sample(elsewhere, COUNT)
    assert snapshot(elsewhere) == first
    database.dispose()
    server.drop_database("test_sample_elsewhere")


def test_the_database_says_that_it_is_a_sample(sample: Runtime) -> None:
    with sample.database.connect() as connection:
        row = connection.execute(select(database_mark)).one()
    assert row.kind == "sample"
    assert json.loads(row.value)["enterprises"] == COUNT


def test_every_policy_has_money_for_two_years_and_the_ledger_balances(sample: Runtime) -> None:
    with sample.database.connect() as connection:
        rows = connection.execute(select(indicator)).all()
        assert list(verify(connection)) == []
    assert len(rows) == 60 and {row.year for row in rows} == {2026, 2027}
    assert all(row.available == row.budget > 0 for row in rows)
    small = {row.code for row in rows if row.budget <= Decimal(400_000)}
    assert {"ZB-JX-02", "ZB-GZ-11", "ZB-JX-XS-01"} <= small


def test_the_sample_accounts_can_sign_in_and_hold_their_roles(sample: Runtime) -> None:
    def look(work: Work) -> None:
        row = work.connection.execute(select(account).where(account.c.login == "jfj.head")).one()
        assert password_matches(row.password_hash, PASSWORD)
        assert actor_named(work, "jfj.head").holds("JFJ", "head")
        assert actor_named(work, "pay.releaser").holds("XZSPJ", "releaser")
        assert actor_named(work, "expert.6").has_role("expert")
        unit = f"enterprise:{id_of(make_firm(2).uscc)}"
        assert actor_named(work, "firm2.accountant").holds(unit, "applicant")
        assert actor_named(work, "firm2.legal").holds(unit, "legal_representative")

    sample.run(SYSTEM, look)


def test_the_named_firms_get_what_the_readme_promises(sample: Runtime) -> None:
    def ask(work: Work) -> dict[int, Any]:
        publish(work, decision_files())
        found = {}
        for number, policy_id in NAMED.items():
            version_id = (
                f"{policy_id}@2"
                if policy_id in ("GZ-01", "GK-01", "JX-NC-06")
                else f"{policy_id}@1"
            )
            version = get_version(work, version_id)
            stated = application(number, version.inputs)
            firm = id_of(make_firm(number).uscc)
            found[number] = check(work, version, firm, date(2026, 3, 2), stated)
        return found

    answers = sample.run(SYSTEM, ask)
    for number, answer in answers.items():
        assert answer.holds is (number != MISSING_ONE), (number, answer.failed, answer.unknown)
        assert number == MISSING_ONE or (answer.amount or 0) > 0
    assert answers[MISSING_ONE].failed == ["首次认定的中小企业须先入库"]


def test_an_event_of_2025_is_judged_by_the_earlier_version(sample: Runtime) -> None:
    def ask(work: Work) -> Any:
        publish(work, decision_files())
        number = next(n for n in range(1, COUNT) if make_firm(n).earlier["hnte_first_recognition"])
        firm = id_of(make_firm(number).uscc)
        return make_firm(number), check(work, "GZ-01@1", firm, date(2025, 8, 1))

    firm, answer = sample.run(SYSTEM, ask)
    assert answer.holds is True
    assert answer.amount == (150_000 if firm.earlier["above_scale"] else 50_000)


def test_progress_is_told(runtime: Runtime) -> None:
    runtime.outside["field_key"] = Fernet.generate_key().decode()
    told: list[tuple[str, int, int]] = []
    load_sample(runtime, 20, lambda part, done, total: told.append((part, done, total)))
    assert told == [("policies", 30, 30), ("enterprises", 20, 20), ("accounts", 1, 1)]
