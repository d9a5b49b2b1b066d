"""Brings a list of policies into the catalogue: the sample's, or a district's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.errors import Conflict, InvalidInput
from engine.runtime import Work
from handlers.accounts.tables import department
from handlers.catalogue.policy_entry import check_entry
from handlers.catalogue.tables import policy, policy_version, required_document
from handlers.catalogue.text_search import search_text, sort_key

# What must not change once a version has been published: cases were decided by it.
RULE_COLUMNS = (
    "mode", "valid_from", "conditions_decision", "amount_decision", "limit_days", "expert_count",
    "site_survey", "notice_days", "inputs", "exclusivity",
)  # fmt: skip


def import_policy(
    work: Work,
    entry: Mapping[str, Any],
    decisions: Mapping[str, Collection[str]] | None = None,
) -> str:
    """Adds or updates a policy with its versions; returns its id.

    `decisions`, where given, are those that conditions and amounts may name: id → the facts it
    reads. Raises InvalidInput that names the policy and every faulty field, Conflict if a published
    version's rules would change.
    """
    check_entry(entry, _departments(work), decisions)
    _store_policy(work, entry)
    for version in entry["versions"]:
        _store_version(work, entry["id"], version)
    return str(entry["id"])


def import_policies(
    work: Work,
    entries: Iterable[Mapping[str, Any]],
    decisions: Mapping[str, Collection[str]] | None = None,
) -> list[str]:
    """Imports a list; nothing is imported if one entry is refused. Raises InvalidInput."""
    found: list[str] = []
    for entry in entries:
        if entry.get("id") in found:
            raise InvalidInput(f"政策 {entry['id']} 在清单中出现了两次", {"id": "重复"})
        found.append(import_policy(work, entry, decisions))
    return found


def _departments(work: Work) -> list[str]:
    return list(work.connection.scalars(select(department.c.code)))


def _store_policy(work: Work, entry: Mapping[str, Any]) -> None:
    values = {
        "name": entry["name"],
        "name_en": entry["name_en"],
        "owner": entry["owner"],
        "search": search_text(entry["id"], entry["name"], entry["name_en"]),
        "sort_key": sort_key(entry["name"]),
        "sample": entry.get("sample", False),
    }
    statement = upsert(policy).values(id=entry["id"], **values)
    work.connection.execute(
        statement.on_conflict_do_update(index_elements=[policy.c.id], set_=values)
    )


def _store_version(work: Work, policy_id: str, version: Mapping[str, Any]) -> None:
    version_id = f"{policy_id}@{version['number']}"
    values = _columns(version)
    before = work.connection.execute(
        select(policy_version).where(policy_version.c.id == version_id)
    ).first()
    if before is not None and before.status != "draft":
        _refuse_other_rules(version_id, before._mapping, values)
    published = version["status"] != "draft"
    values["published_at"] = (before and before.published_at) or (work.now if published else None)
    statement = upsert(policy_version).values(
        id=version_id, policy_id=policy_id, number=version["number"], **values
    )
    work.connection.execute(
        statement.on_conflict_do_update(index_elements=[policy_version.c.id], set_=values)
    )
    _store_documents(work, version_id, version)


def _columns(version: Mapping[str, Any]) -> dict[str, Any]:
    ends = version.get("valid_to")
    return {
        "status": version["status"],
        "mode": version["mode"],
        "document_number": version["document_number"],
        "valid_from": date.fromisoformat(version["valid_from"]),
        "valid_to": date.fromisoformat(ends) if ends else None,
        "conditions_decision": version["conditions_decision"],
        "amount_decision": version["amount_decision"],
        "limit_days": version["limit_days"],
        "expert_count": version.get("expert_count", 0),
        "site_survey": version.get("site_survey", False),
        "notice_days": version.get("notice_days", 0),
        "confirm_account": version.get("confirm_account", False),
        "indicator_code": version["indicator_code"],
        "exclusivity": version.get("exclusivity", {}),
        "inputs": version.get("inputs", []),
        "guide": version["guide"],
        "source": version["source"],
    }


def _refuse_other_rules(version_id: str, before: Any, values: Mapping[str, Any]) -> None:
    changed = [name for name in RULE_COLUMNS if before[name] != values[name]]
    if changed:
        raise Conflict(
            f"政策版本 {version_id} 已经发布，不能改动 {'、'.join(changed)}；请新增一个版本"
        )


def _store_documents(work: Work, version_id: str, version: Mapping[str, Any]) -> None:
    table = required_document
    work.connection.execute(delete(table).where(table.c.policy_version_id == version_id))
    rows = [
        {
            "policy_version_id": version_id,
            "position": position,
            "name": one["name"],
            "obtained": one["obtained"],
            "required": one.get("required", True),
            "from_source": one.get("from_source", False),
        }
        for position, one in enumerate(version.get("required_documents", []), 1)
    ]
    if rows:
        work.connection.execute(insert(table), rows)
