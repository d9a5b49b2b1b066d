"""The answer to "does this firm qualify, and for how much"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, cast


class ConditionData(TypedDict):
    """A condition as diagrams read it; see `Condition`."""

    text: str
    holds: bool | None
    actual: str | None
    threshold: str
    missing: str | None
    source: str
    as_of: date | None
    english: dict[str, str | None]


class LineData(TypedDict, total=False):
    """A part of the amount as diagrams read it; see `Line`."""

    text: str
    amount: Decimal | None
    stage: int
    rule: int
    part: str
    english: dict[str, str]


class AnswerData(TypedDict):
    """The answer as diagrams read it, and as it is stored."""

    holds: bool | None
    amount: Decimal | None
    conditions: list[ConditionData]
    lines: list[LineData]
    failed: list[str]


@dataclass(frozen=True)
class Condition:
    """One condition in words. `holds` None: a fact is missing.

    `exclusion` names what no policy's table asks: status, listing, event or group. `english` says
    actual, threshold and missing in English, and the text as the table has it (`text_en`) or as its
    cells read, if their columns have English names.
    """

    text: str
    holds: bool | None
    actual: str | None
    threshold: str
    missing: str | None
    source: str
    as_of: date | None
    english: dict[str, str | None] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    exclusion: str = ""

    def to_data(self) -> ConditionData:
        return {
            "text": self.text,
            "holds": self.holds,
            "actual": self.actual,
            "threshold": self.threshold,
            "missing": self.missing,
            "source": self.source,
            "as_of": self.as_of,
            "english": self.english,
        }


def in_a_sentence(condition: Mapping[str, Any]) -> str:
    """A condition of a stored answer: its text, what is asked, what is, what is missing, and from
    where and of which day that is."""
    source, as_of = condition["source"], condition["as_of"]
    known = f"{source} {as_of}" if source and as_of else source
    said = (
        f"要求 {condition['threshold']}" if condition["threshold"] else "",
        f"实际 {condition['actual']}" if condition["actual"] is not None else "",
        condition["missing"] or "",
        f"数据来源 {known}" if known else "",
    )
    return f"{condition['text']}({';'.join(filter(None, said))})"


@dataclass(frozen=True)
class Line:
    """A part of the amount, yuan. None: a fact is missing, so it is not counted.

    `rule` is the row of the amount's table that gave it, counted from 1; None where no row did. A
    `part` is given once ever to a firm, whatever the event. `english` is the text in English, empty
    where the table has none (`text_en`).
    """

    text: str
    amount: Decimal | None
    stage: int | None = None
    rule: int | None = None
    part: str | None = None
    english: str = ""

    def to_data(self) -> LineData:
        data: dict[str, Any] = {"text": self.text, "amount": self.amount}
        english = {"text": self.english} if self.english else None
        more = {"stage": self.stage, "rule": self.rule, "part": self.part, "english": english}
        told = {name: value for name, value in more.items() if value is not None}
        return cast(LineData, data | told)


@dataclass(frozen=True)
class Answer:
    """`amount` in yuan to the fen; None if the review decides it, or a fact is missing."""

    policy_version_id: str
    holds: bool | None
    amount: Decimal | None
    conditions: tuple[Condition, ...]
    lines: tuple[Line, ...]

    @property
    def missed(self) -> tuple[Condition, ...]:
        """The conditions that do not hold, or of which that is not known."""
        return tuple(c for c in self.conditions if c.holds is not True)

    @property
    def failed(self) -> list[str]:
        """The texts of the conditions that do not hold."""
        return [c.text for c in self.conditions if c.holds is False]

    @property
    def unknown(self) -> list[str]:
        """The texts of the conditions for which a fact is missing."""
        return [c.text for c in self.conditions if c.holds is None]

    @property
    def missing_facts(self) -> list[str]:
        """The names of the facts that the unknown conditions read."""
        return list(dict.fromkeys(f for c in self.conditions if c.holds is None for f in c.facts))

    def to_data(self) -> AnswerData:
        """The context that diagrams and stored results hold."""
        return {
            "holds": self.holds,
            "amount": self.amount,
            "conditions": [c.to_data() for c in self.conditions],
            "lines": [line.to_data() for line in self.lines],
            "failed": self.failed,
        }
