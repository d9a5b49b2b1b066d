"""What a policy version says of persons: `exclusivity.persons`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

EVER = "ever"
PERIODS = ("year", EVER)


@dataclass(frozen=True)
class PersonRule:
    """`fact` is counted over the roster and not asked of the applicant.

    With a `basis` (what a person counts for, such as 人年) the fact is its sum, else the number of
    persons. `period`: a person counts once in a year of events, or once ever.
    """

    fact: str
    period: str
    basis: str

    def period_of(self, event_date: date) -> str:
        """The period that an event date lies in, as claims name it."""
        return EVER if self.period == EVER else str(event_date.year)


def person_rule(version: Any) -> PersonRule | None:
    """The rule of a version (a row with `exclusivity`); None where it counts no persons."""
    said = (version.exclusivity or {}).get("persons")
    if not said:
        return None
    return PersonRule(said["fact"], said.get("period", "year"), said.get("basis", ""))
