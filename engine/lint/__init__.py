"""What a release must satisfy before it may be published; `rules` has one rule in each module."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from engine.errors import InvalidInput
from engine.lint import decisions, forms
from engine.lint.finding import Edit, Finding, Fix
from engine.lint.fixes import apply_fix
from engine.lint.model import Diagram, Release
from engine.lint.rules import RULES
from engine.service_tasks import REGISTRY, Registry
from engine.spiff.rewrite import definition_references, implicit_starts, qualified_names
from engine.xml import bpmn, parse_xml

__all__ = ["RULES", "DecisionCheck", "Edit", "Finding", "Fix", "apply_fix", "kind_of", "lint"]

# Path, content, and all files of the release.
DecisionCheck = Callable[[str, bytes, Mapping[str, bytes]], Iterable[Finding]]


def kind_of(path: str) -> str:
    """The kind of a file by its name: diagram, decision or form. Raises InvalidInput for others."""
    for ending, kind in ((".bpmn", "diagram"), (".dmn", "decision"), (".form", "form")):
        if path.endswith(ending):
            return kind
    raise InvalidInput(f"{path}: 只能发布 .bpmn、.dmn 和 .form 文件")


def lint(
    files: Mapping[str, bytes],
    registry: Registry = REGISTRY,
    decision_check: DecisionCheck = decisions.check,
    house: bool = True,
) -> list[Finding]:
    """All findings for the files (path → content) of one release, errors first.

    Without `house` the rules of this house are left out; those of BPMN and of the engine stay, and a
    process may begin with data that nobody declares.
    """
    findings: list[Finding] = []
    diagrams: list[Diagram] = []
    for path, content in files.items():
        try:
            kind = kind_of(path)
            if kind == "diagram":
                diagrams.append(_read(path, content))
            elif kind == "form":
                findings.extend(forms.check(path, content))
            else:
                findings.extend(decision_check(path, content, files))
        except InvalidInput as error:
            findings.append(
                Finding("error", path, "", "readable", str(error), "The file is unreadable")
            )
    findings.extend(decisions.twice(files))
    release = Release(diagrams, dict(files), registry, open_starts=not house)
    findings.extend(decisions.facts(release))
    for diagram in diagrams:
        for rule in RULES:
            if house or not rule.house:
                findings.extend(rule.findings(diagram, release))
    order = {"error": 0, "warning": 1}
    return sorted(findings, key=lambda f: (order[f.severity], f.file, f.element))


def _read(path: str, content: bytes) -> Diagram:
    """Raises InvalidInput unless the file is a diagram with a process."""
    diagram = Diagram(path, parse_xml(content, path))
    if diagram.root.tag != bpmn("definitions") or not diagram.processes:
        raise InvalidInput(f"{path}: 这不是 BPMN 流程图,或图中没有流程;请在设计器中重新导出")
    qualified_names.rewrite(diagram.root)
    definition_references.rewrite(diagram.root)
    implicit_starts.rewrite(diagram.root)
    return diagram
