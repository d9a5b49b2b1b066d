"""What a rule is: a check, and the words that the documentation of the rules is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release

Words = tuple[str, str]  # Chinese, English
Check = Callable[[Diagram, Release], Iterable[Finding]]


@dataclass(frozen=True)
class Rule:
    """One rule; its name is its module's.

    `refuses` is an example, a part of a process, that the rule refuses. A `house` rule is ours and
    not BPMN's: a foreign model may break it and still run rightly.
    """

    name: str
    title: Words
    why: Words
    refuses: str
    house: bool
    check: Check

    def findings(self, diagram: Diagram, release: Release) -> Iterable[Finding]:
        """The rule's findings, named after it; a fix of what has no id cannot be made."""
        for finding in self.check(diagram, release):
            fix = finding.fix
            if fix is not None and not all(edit.element for edit in fix.edits):
                fix = None
            yield replace(finding, rule=finding.rule or self.name, fix=fix)


def rule(title: Words, why: Words, refuses: str, house: bool = False) -> Callable[[Check], Rule]:
    """Makes a check a rule."""

    def made(check: Check) -> Rule:
        name = check.__module__.rpartition(".")[2]
        return Rule(name, title, why, refuses.strip("\n"), house, check)

    return made


@dataclass(frozen=True)
class FileRule:
    """A rule for decisions or forms: those are checked file by file. `refuses` is a part of a file."""

    name: str
    title: Words
    why: Words
    refuses: str
