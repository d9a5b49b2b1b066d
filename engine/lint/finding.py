"""What a rule says: a finding, and the edit that would cure it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]
Action = Literal["set", "remove", "drop", "write", "rename", "parameter"]


@dataclass(frozen=True)
class Edit:
    """One change of a diagram, as the studio and `fixes.apply_fix` make it.

    `set`: attribute `name` (`default`, `r:role`) becomes `value`, or goes if that is None.
    `remove`: the element goes, with the flows that touch it. `drop`: its BPMN children called `name`
    go. `write`: the text of its BPMN child `name`, made if need be, becomes `value`. `rename`: its id
    becomes `value`, everywhere. `parameter`: our extension element `kind` called `name` gets `value`,
    or goes if that is None.
    """

    action: Action
    element: str
    name: str = ""
    value: str | None = None
    kind: str = "parameter"


@dataclass(frozen=True)
class Fix:
    """Edits that cure a finding; the sentence says what they do."""

    text: str
    english: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Finding:
    """One thing wrong. `severity` is error (refuses publishing) or warning.

    `line` and `column` (from 1) say where in the element's expression; `path` is a counter-example:
    the ids of the elements passed, in order.
    """

    severity: str
    file: str
    element: str
    rule: str
    text: str
    english: str
    line: int | None = None
    column: int | None = None
    fix: Fix | None = None
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.said("zh")

    def said(self, language: str) -> str:
        """`file: element: rule: sentence` in Chinese, or in English for `en`."""
        sentence = self.english if language.startswith("en") else self.text
        return f"{self.file}: {self.element}: {self.rule}: {sentence}"

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; what is not there is null."""
        return asdict(self)
