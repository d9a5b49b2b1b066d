"""Reads the catalogue: search, versions, guides, required documents, and whether an item is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select

from engine.calendar import SHANGHAI
from engine.errors import NotFound
from engine.rows import Question, among
from engine.runtime import Work
from handlers.accounts.tables import department
from handlers.catalogue.tables import policy, policy_version, required_document
from handlers.catalogue.text_search import matches

# A superseded version still binds for the events of its days; an expired or suspended one pays no more.
PAYING = ("published", "superseded")


@dataclass(frozen=True)
class GuideElement:
    """One element of a 办事指南."""

    name: str
    text: str


def search(
    work: Work, text: str = "", mode: str | None = None, owner: str | None = None
) -> list[Row[Any]]:
    """The published versions that cover today and whose policy matches, by pinyin of the name.

    `text` is Chinese, pinyin initials or an id. A row has the version's columns and `name, name_en,
    owner, sample` of its policy.
    """
    today = work.now.astimezone(SHANGHAI).date()
    chosen = _with_policy().where(
        policy_version.c.status == "published",
        policy_version.c.valid_from <= today,
        policy_version.c.valid_to.is_(None) | (policy_version.c.valid_to >= today),
        matches(policy.c.search, text),
    )
    if mode:
        chosen = chosen.where(policy_version.c.mode == mode)
    if owner:
        chosen = chosen.where(policy.c.owner == owner)
    return list(work.connection.execute(chosen.order_by(policy.c.sort_key, policy.c.id)))


def _ask(work: Work, version_ids: list[str], lock: bool) -> dict[str, Row[Any]]:
    chosen = (
        _with_policy()
        .add_columns(policy.c.name.label("policy_name"), department.c.name.label("owner_name"))
        .join(department, department.c.code == policy.c.owner)
        .where(among(policy_version.c.id, version_ids))
    )
    return {row.id: row for row in work.connection.execute(chosen)}


VERSION = Question(_ask, {policy_version: None, policy: None, department: None})


def get_version(work: Work, version_id: str) -> Row[Any]:
    """A version with `name, name_en, owner, sample, policy_name, owner_name` of its policy. Raises
    NotFound."""
    row = work.known(VERSION, version_id)
    if row is None:
        raise NotFound(f"政策目录中没有版本 {version_id}，请在政策目录中确认")
    return row


def versions_of(work: Work, policy_id: str) -> list[Row[Any]]:
    """The versions of a policy, newest first."""
    chosen = _with_policy().where(policy_version.c.policy_id == policy_id)
    return list(work.connection.execute(chosen.order_by(policy_version.c.number.desc())))


def guide_of(version: Any) -> list[GuideElement]:
    """The elements of a version's guide, in order."""
    return [GuideElement(one["name"], one["text"]) for one in version.guide]


def required_documents(work: Work, version_id: str, to_upload: bool = False) -> list[Row[Any]]:
    """The papers a version asks for, in order; with `to_upload` only those the applicant uploads."""
    table = required_document
    chosen = select(table).where(table.c.policy_version_id == version_id)
    if to_upload:
        chosen = chosen.where(table.c.obtained == "upload")
    return list(work.connection.execute(chosen.order_by(table.c.position)))


def stages_of(version: Any) -> list[str]:
    """The names of a staged policy's stages, first to last; empty if it is paid at once."""
    return list(version.exclusivity.get("stages", []))


def in_catalogue(work: Work, version: Any, day: date) -> bool:
    """Whether an event of a day may be paid by a version (a row or an id): rule B2 of the plan.

    The version must have been published, not be suspended or expired, and cover the day.
    """
    row = get_version(work, version) if isinstance(version, str) else version
    covers = row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
    return bool(row.status in PAYING and covers)


def official_address(version: Any) -> str | None:
    """The address of the source that pages may link to: only one on a *.gov.cn host."""
    for address in version.source.get("addresses", []):
        host = address.split("/")[2].split(":")[0].lower()
        if host == "gov.cn" or host.endswith(".gov.cn"):
            return str(address)
    return None


def _with_policy() -> Select[Any]:
    return select(
        policy_version, policy.c.name, policy.c.name_en, policy.c.owner, policy.c.sample
    ).join(policy, policy.c.id == policy_version.c.policy_id)
