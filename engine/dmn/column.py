"""A column of a decision table as the checks see it, and its values in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.dmn.model import Input
from engine.dmn.regions import ORDERED, OTHER, Region, cut, runs
from engine.feel import Expression
from engine.feel.known import asks_for_null
from engine.feel.say import Voice, say_value

_WORDS = {
    "zh": ("为任何值", "为", "其他值", "不低于 ", "高于 ", "不超过 ", "低于 ", "且", "或", "、"),
    "en": (
        " is anything",
        " is ",
        "another value",
        "at least ",
        "more than ",
        "at most ",
        "less than ",
        " and ",
        " or ",
        ", ",
    ),
}


@dataclass(frozen=True)
class Column:
    """A column with its regions in order. `kind` is the FEEL type; empty: it can't be told.

    For each row: the regions in which its cell surely passes, and those in which it may.
    """

    label: str
    unit: str
    kind: str
    regions: tuple[Region, ...]
    must: tuple[frozenset[int], ...]
    may: tuple[frozenset[int], ...]

    @cached_property
    def everything(self) -> frozenset[int]:
        return frozenset(range(len(self.regions)))

    @cached_property
    def meant(self) -> frozenset[int]:
        """The regions that somebody listed: not a missing value, not texts that no cell names."""
        if not self.kind:
            return self.everything
        return frozenset(n for n, region in enumerate(self.regions) if region.is_meant)

    def value(self, values: Iterable[Any], language: str) -> str:
        """Single values in words."""
        voice = Voice(language, self.unit)
        return _WORDS[language][-1].join(say_value(value, voice) for value in values)

    def say(self, places: Iterable[int], language: str = "zh") -> str:
        """The values of some regions in words, neighbours joined."""
        anything, is_, other, *_, alternatives, comma = _WORDS[language]
        chosen = sorted(places)
        if len(chosen) == len(self.regions):
            return f"{self.label}{anything}"
        voice = Voice(language, self.unit)
        if self.kind not in ORDERED:
            named = [self.regions[p].sample for p in chosen]
            said = [other if v == OTHER else say_value(v, voice) for v in named]
            return f"{self.label}{is_}{comma.join(said)}"
        known = [p for p in chosen if self.regions[p].sample is not None]
        parts = [self._run(run, voice, language) for run in runs(known)]
        if len(known) < len(chosen):
            parts.append(say_value(None, voice))
        space = " " if language == "en" else ""
        return f"{self.label}{space}{alternatives.join(parts)}".replace("  ", " ")

    def _run(self, run: tuple[int, int], voice: Voice, language: str) -> str:
        _, _, _, least, above, most, below, both, _, _ = _WORDS[language]
        first, last = self.regions[run[0]], self.regions[run[1]]
        if run[0] == run[1] and first.is_point:
            said = say_value(first.sample, voice)
            return f"为 {said}" if language == "zh" else f"is {said}"
        low = say_value(first.low, voice) if first.low is not None else ""
        high = say_value(last.high, voice) if last.high is not None else ""
        from_here = (least if first.is_point else above) + low if low else ""
        to_here = (most if last.is_point else below) + high if high else ""
        said = both.join(part for part in (from_here, to_here) if part)
        return said if language == "zh" else f"is {said}"


def column_of(column: Input, cells: Sequence[Expression]) -> Column:
    """A column's regions, those that its allowed values exclude left out.

    A missing value counts only where a cell asks for one.
    """
    limits = column.limits
    found = cut([*cells, *limits], column.type_name)
    regions = [r for r in found.regions if r.sample is not None]
    if any(asks_for_null(cell.tree) for cell in cells):
        regions.append(found.regions[-1])
    if not found.kind:
        regions = [found.regions[-1]]
    for place, limit in enumerate(limits, len(cells)):
        if found.kind and place in found.known:
            regions = [r for r in regions if r.sample is None or limit.passes(r.sample, {})]
    everything = frozenset(range(len(regions)))

    by_text = {
        text: frozenset(n for n, r in enumerate(regions) if cell.passes(r.sample, {}))
        for text, cell in {cells[p].text: cells[p] for p in found.known if p < len(cells)}.items()
    }
    passed = [
        by_text[cell.text] if place in found.known else None for place, cell in enumerate(cells)
    ]
    return Column(
        column.bare_label,
        column.unit,
        found.kind,
        tuple(regions),
        tuple(frozenset() if p is None else p for p in passed),
        tuple(everything if p is None else p for p in passed),
    )
