"""A policy as pages show it: names in the reader's language, the owner's name, the amount in a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from engine.runtime import Work
from handlers.accounts.tables import department
from handlers.catalogue import policies
from web.naming import in_english

AMOUNT = "兑付标准"
CONDITIONS = "申请条件"
PROCEDURE = "兑现流程"
_SAMPLE = re.compile(r"\s*(（示例）|\(sample\))$")
_NUMBERED = re.compile(r"(?:^|[；;])\s*\d+[.．、]\s*")


@dataclass(frozen=True)
class PolicyView:
    """A version's row with what pages add; unknown attributes are the row's."""

    row: Any
    name: str
    owner_name: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)

    @property
    def short_name(self) -> str:
        """The name without the words that the sample's badge says."""
        return _SAMPLE.sub("", self.name)

    @property
    def elements(self) -> dict[str, str]:
        """The guide's elements by name."""
        return {one.name: one.text for one in policies.guide_of(self.row)}

    @property
    def amount_line(self) -> str:
        return self.elements.get(AMOUNT, "")

    @property
    def conditions(self) -> list[str]:
        """The guide's conditions one by one."""
        parts = _NUMBERED.split(self.elements.get(CONDITIONS, ""))
        return [part.strip(" ；;") for part in parts if part.strip(" ；;")]


def department_names(work: Work) -> dict[str, str]:
    """Code → name of every department, in the reader's language."""
    rows = work.connection.execute(
        select(department.c.code, department.c.name, department.c.name_en)
    )
    return {row.code: row.name_en if in_english() else row.name for row in rows}


def view_of(row: Row[Any], owners: dict[str, str]) -> PolicyView:
    """Shapes a row of `handlers.catalogue.policies`."""
    name = row.name_en if in_english() and row.name_en else row.name
    return PolicyView(row, name, owners.get(row.owner, row.owner))


def load(work: Work, version_id: str) -> PolicyView:
    """A version for a page. Raises NotFound."""
    return view_of(policies.get_version(work, version_id), department_names(work))
