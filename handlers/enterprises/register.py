"""The register of enterprises and of the facts known of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Row, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.credit_code import fault, normalised
from engine.errors import InvalidInput, NotFound
from engine.rows import rows_by_key
from engine.runtime import Work
from engine.values import ValueRefused, from_json, to_json
from handlers.catalogue.text_search import matches, search_text
from handlers.enterprises.tables import enterprise, enterprise_fact

STATUSES = ("active", "moved", "closed")
_TEXTS = ("name", "legal_representative", "industry", "town")

FIRM = rows_by_key(enterprise)
"""The row of an enterprise, by its id."""


def id_of(uscc: str) -> UUID:
    """The id of an enterprise: the same for the same credit code in every database."""
    return uuid5(NAMESPACE_URL, f"urn:uscc:{uscc}")


def import_enterprise(work: Work, row: Mapping[str, Any]) -> UUID:
    """Adds or updates an enterprise and its facts; returns its id.

    `row`: uscc, name, legal_representative, status (active if absent), registered_on, industry, town,
    `facts` (list of {name, value, as_of, source}), and `override_reason` where the code fails its
    check and is to be kept all the same. Raises InvalidInput naming the enterprise and each field.
    """
    return import_enterprises(work, [row])[0]


def import_enterprises(work: Work, rows: Iterable[Mapping[str, Any]]) -> list[UUID]:
    """The many-rows form of `import_enterprise`; nothing is kept if one row is refused."""
    checked = [_checked(row) for row in rows]
    if not checked:
        return []
    statement = upsert(enterprise)
    columns = {
        c.name: statement.excluded[c.name] for c in enterprise.c if c.name not in ("id", "uscc")
    }
    statement = statement.on_conflict_do_update(index_elements=[enterprise.c.uscc], set_=columns)
    work.connection.execute(statement, [values for values, _ in checked])
    record_facts(work, [fact for _, facts in checked for fact in facts])
    return [values["id"] for values, _ in checked]


def record_facts(work: Work, facts: Sequence[Mapping[str, Any]]) -> None:
    """Adds facts {enterprise_id, name, value, as_of, source}; one of the same day is replaced.

    Values are those of engine/values.py; money is Decimal yuan.
    """
    connection = work.connection
    connection.execute(
        text(
            "create temporary table if not exists incoming_fact (enterprise_id uuid, name text,"
            " as_of date, value jsonb, source text) on commit drop"
        )
    )
    connection.execute(text("truncate incoming_fact"))
    driver: Any = connection.connection.driver_connection
    # COPY: a district has hundreds of thousands of facts.
    with (
        driver.cursor() as cursor,
        cursor.copy(
            "copy incoming_fact (enterprise_id, name, as_of, value, source) from stdin"
        ) as copy,
    ):
        for fact in facts:
            value = json.dumps(to_json(fact["value"]), ensure_ascii=False)
            copy.write_row(
                (fact["enterprise_id"], fact["name"], fact["as_of"], value, fact["source"])
            )
    connection.execute(
        text(
            "insert into enterprise_fact (enterprise_id, name, as_of, value, source)"
            " select enterprise_id, name, as_of, value, source from incoming_fact"
            " on conflict (enterprise_id, name, as_of)"
            " do update set value = excluded.value, source = excluded.source"
        )
    )


def by_uscc(work: Work, uscc: str) -> Row[Any]:
    """The enterprise with a credit code, typed in either width or case. Raises NotFound."""
    code = normalised(uscc)
    row = work.connection.execute(select(enterprise).where(enterprise.c.uscc == code)).first()
    if row is None:
        raise NotFound(f"没有统一社会信用代码为 {code} 的企业，请核对代码或先登记企业")
    return row


def get(work: Work, enterprise_id: UUID) -> Row[Any]:
    """An enterprise's row. Raises NotFound."""
    row = work.connection.execute(
        select(enterprise).where(enterprise.c.id == enterprise_id)
    ).first()
    if row is None:
        raise NotFound("没有这家企业，请先登记企业信息")
    return row


def find(work: Work, typed: str, limit: int = 20) -> list[Row[Any]]:
    """Enterprises whose name (Chinese or pinyin initials) or code matches what was typed."""
    chosen = select(enterprise).where(
        or_(
            enterprise.c.uscc.startswith(normalised(typed), autoescape=True),
            matches(enterprise.c.search, typed),
        )
    )
    return list(work.connection.execute(chosen.order_by(enterprise.c.uscc).limit(limit)))


def facts_of(work: Work, enterprise_id: UUID, day: date) -> dict[str, Any]:
    """Name → value of what is known on a day: of each fact the newest not after it."""
    table = enterprise_fact
    rows = work.connection.execute(
        select(table.c.name, table.c.value)
        .where(table.c.enterprise_id == enterprise_id, table.c.as_of <= day)
        .order_by(table.c.as_of)
    )
    # The newest comes last and stands.
    return {row.name: from_json(row.value) for row in rows}


def _checked(row: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    faults: dict[str, str] = {}
    code = normalised(str(row.get("uscc") or ""))
    wrong = fault(code)
    if wrong and not str(row.get("override_reason") or "").strip():
        faults["uscc"] = wrong
    for name in _TEXTS:
        if not isinstance(row.get(name), str) or not row[name].strip():
            faults[name] = "应填写文字"
    status = row.get("status", "active")
    if status not in STATUSES:
        faults["status"] = f"应为 {'、'.join(STATUSES)} 之一，现为“{status}”"
    registered = _day(row.get("registered_on"), "registered_on", faults)
    enterprise_id = id_of(code)
    facts = [
        _checked_fact(enterprise_id, fact, f"facts[{number}].", faults)
        for number, fact in enumerate(row.get("facts", []))
    ]
    if faults:
        said = "；".join(f"{name}：{sentence}" for name, sentence in faults.items())
        raise InvalidInput(f"企业 {row.get('name') or code or '（无名）'} 不能导入。{said}", faults)
    texts = {name: row[name].strip() for name in _TEXTS}
    values = {
        "id": enterprise_id,
        "uscc": code,
        "status": status,
        "registered_on": registered,
        "search": search_text(texts["name"], code),
        **texts,
    }
    return values, facts


def _checked_fact(
    enterprise_id: UUID, fact: Mapping[str, Any], path: str, faults: dict[str, str]
) -> dict[str, Any]:
    for name in ("name", "source"):
        if not fact.get(name):
            faults[path + name] = "应填写文字"
    value = fact.get("value")
    if value is None or not _storable(value):
        faults[path + "value"] = "应为文字、整数、Decimal、真假或日期"
    return {
        "enterprise_id": enterprise_id,
        "name": fact.get("name"),
        "value": value,
        "as_of": _day(fact.get("as_of"), path + "as_of", faults),
        "source": fact.get("source"),
    }


def _storable(value: Any) -> bool:
    try:
        to_json(value)
    except ValueRefused:
        return False
    return True


def _day(value: Any, field: str, faults: dict[str, str]) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        faults[field] = f"应为日期，如 2026-01-01，现为“{value}”"
        return None
