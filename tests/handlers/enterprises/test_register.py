"""The register, bank accounts and negative listings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, text

from engine.errors import Conflict, EngineError, InvalidInput, NotFound
from engine.runtime import Runtime, Work
from handlers.enterprises import bank_accounts, negative_list, register
from handlers.enterprises.tables import bank_account

CODE = "91360700MA9TEXT004"
NUMBER = "9999123412341234567"


def row(**changes: Any) -> dict[str, Any]:
    return {
        "uscc": CODE,
        "name": "示例云杉（赣州）有限公司",
        "legal_representative": "王示例",
        "registered_on": date(2020, 5, 1),
        "industry": "制造业",
        "town": "潭东镇",
        **changes,
    }


def fact(name: str, value: Any, as_of: date = date(2025, 12, 31)) -> dict[str, Any]:
    return {"name": name, "value": value, "as_of": as_of, "source": "示例来源"}


@pytest.fixture
def firm(do: Callable[..., Any]) -> Any:
    return do(lambda work: register.import_enterprise(work, row()))


def declared(work: Work, firm: Any, **changes: str) -> Any:
    given = {"holder": "示例云杉(赣州)有限公司", "bank": "示例银行", "cnaps": "999000000001"}
    return bank_accounts.declare(work, firm, **{**given, "number": NUMBER, **changes})


def test_facts_keep_their_kind_and_the_newest_before_the_day_counts(do: Callable[..., Any]) -> None:
    facts = [
        fact("rd_expense", Decimal("10.50")),
        fact("rd_expense", Decimal(7), date(2024, 12, 31)),
        fact("above_scale", True),
        fact("certificate_date", date(2026, 1, 2)),
    ]
    firm = do(lambda work: register.import_enterprise(work, row(facts=facts)))
    late = do(lambda work: register.facts_of(work, firm, date(2026, 3, 1)))
    assert late == {
        "rd_expense": Decimal("10.50"),
        "above_scale": True,
        "certificate_date": date(2026, 1, 2),
    }
    early = do(lambda work: register.facts_of(work, firm, date(2025, 6, 1)))
    assert early == {"rd_expense": Decimal(7)}


def test_importing_again_updates_in_place(do: Callable[..., Any]) -> None:
    first = do(lambda work: register.import_enterprise(work, row(facts=[fact("beds", 5)])))
    changed = row(name="示例新名有限公司", status="moved", facts=[fact("beds", 6)])
    assert do(lambda work: register.import_enterprise(work, changed)) == first
    found = do(lambda work: register.by_uscc(work, CODE))
    assert (found.name, found.status) == ("示例新名有限公司", "moved")
    assert do(lambda work: register.facts_of(work, first, date(2026, 1, 1))) == {"beds": 6}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"uscc": "91310115MA1H8R7C6D"}, "uscc"),
        ({"name": " "}, "name"),
        ({"status": "asleep"}, "status"),
        ({"registered_on": "2020-13-01"}, "registered_on"),
        ({"facts": [{**fact("beds", 5), "source": ""}]}, "facts[0].source"),
        ({"facts": [fact("rd_expense", 0.1)]}, "facts[0].value"),
        ({"facts": [{**fact("beds", 5), "as_of": None}]}, "facts[0].as_of"),
    ],
)
def test_a_faulty_row_is_refused_naming_enterprise_and_field(
    do: Callable[..., Any], changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        do(lambda work: register.import_enterprise(work, row(**changes)))
    assert set(raised.value.fields) == {field}
    with pytest.raises(NotFound):
        do(lambda work: register.by_uscc(work, CODE))


def test_a_code_that_fails_the_check_needs_a_reason(do: Callable[..., Any]) -> None:
    odd = row(uscc="91350211M0000XUF46", override_reason="登记机关核实，确为该代码")
    do(lambda work: register.import_enterprise(work, odd))
    assert do(lambda work: register.by_uscc(work, "91350211m0000xuf46")).name == odd["name"]


def test_enterprises_are_found_by_name_initials_and_code(firm: Any, do: Callable[..., Any]) -> None:
    for typed in ("云杉", "slys", "91360700MA9", "ＭＡ９ＴＥＸＴ００４", "text004"):
        found = do(lambda work, typed=typed: register.find(work, typed))
        assert [one.id for one in found] == [firm], typed
    assert do(lambda work: register.find(work, "梧桐")) == []


def test_an_account_number_is_never_stored_in_clear(
    firm: Any, runtime: Runtime, do: Callable[..., Any]
) -> None:
    account = do(lambda work: declared(work, firm, number="9999 1234 1234 1234 567"))
    stored = do(lambda work: work.connection.scalar(text("select t::text from bank_account t")))
    assert NUMBER not in str(stored) and "4567" in str(stored)
    assert do(lambda work: bank_accounts.number_of(work, account)) == NUMBER
    runtime.outside["field_key"] = Fernet.generate_key().decode()
    with pytest.raises(EngineError, match="密钥"):
        do(lambda work: bank_accounts.number_of(work, account))


def test_without_a_key_no_number_is_taken(
    firm: Any, runtime: Runtime, do: Callable[..., Any]
) -> None:
    runtime.outside.clear()
    with pytest.raises(EngineError, match="field_key"):
        do(lambda work: declared(work, firm))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"holder": "示例别家有限公司"}, "holder"),
        ({"bank": ""}, "bank"),
        ({"cnaps": "12345"}, "cnaps"),
        ({"number": "12ab"}, "number"),
    ],
)
def test_a_faulty_account_names_its_field(
    firm: Any, do: Callable[..., Any], changes: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        do(lambda work: declared(work, firm, **changes))
    assert set(raised.value.fields) == {field}


def test_only_one_confirmed_account_is_used(firm: Any, do: Callable[..., Any]) -> None:
    first = do(lambda work: declared(work, firm))
    assert do(lambda work: bank_accounts.usable_account(work, firm)) is None
    do(lambda work: bank_accounts.confirm(work, first))
    second = do(lambda work: declared(work, firm, number="99990000000000000001"))
    do(lambda work: bank_accounts.confirm(work, second))
    used = do(lambda work: bank_accounts.usable_account(work, firm))
    assert used.id == second and used.confirmed_by == "system" and used.holder == row()["name"]
    states = do(lambda work: [a.state for a in bank_accounts.accounts_of(work, firm)])
    assert states == ["confirmed", "closed"]
    with pytest.raises(Conflict):
        do(lambda work: bank_accounts.confirm(work, first))
    do(lambda work: bank_accounts.close(work, second))
    assert do(lambda work: bank_accounts.usable_account(work, firm)) is None


def test_an_account_of_nobody_is_refused(firm: Any, do: Callable[..., Any]) -> None:
    with pytest.raises(NotFound):
        do(lambda work: declared(work, register.id_of("91360700MA9TEXT191")))
    assert do(lambda work: work.connection.execute(select(bank_account)).all()) == []


def test_a_listing_counts_from_its_day_until_it_is_removed(
    firm: Any, do: Callable[..., Any]
) -> None:
    listing = do(
        lambda work: negative_list.add_listing(
            work, firm, "严重失信主体名单", "示例原因", date(2025, 6, 1), "示例来源"
        )
    )
    do(lambda work: negative_list.remove_listing(work, listing, date(2026, 1, 1)))

    def active(day: date) -> int:
        return len(do(lambda work: negative_list.active_listings(work, firm, day)))

    days = [date(2025, 5, 31), date(2025, 6, 1), date(2025, 12, 31), date(2026, 1, 1)]
    assert [active(day) for day in days] == [0, 1, 1, 0]
    with pytest.raises(InvalidInput):
        do(lambda work: negative_list.add_listing(work, firm, "", "r", date(2025, 6, 1), "s"))
