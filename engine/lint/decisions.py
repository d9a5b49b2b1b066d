"""Every decision can be read and asked, and its tables have no dead rows, overlaps or gaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from engine.dmn.analysis import findings_of
from engine.dmn.coverage import problems_of
from engine.dmn.graph import Graph
from engine.dmn.model import Decision, Knowledge, Logic, Model, Table, parts_of
from engine.dmn.reader import read
from engine.dmn.soundness import flaws_of
from engine.errors import InvalidInput
from engine.lint import decision_form
from engine.lint.finding import Finding
from engine.lint.model import Release, local
from engine.lint.types import OWN_FUNCTIONS
from engine.xml import parse_xml


def check(
    path: str, content: bytes, others: Mapping[str, bytes] | None = None
) -> Iterable[Finding]:
    """The findings for one .dmn file, read with the `others` that it may import.

    Raises InvalidInput if it is no XML.
    """
    root = parse_xml(content, path)
    found = list(decision_form.check(path, root))
    try:
        models = read({**_readable(_importing(others or {})), path: content})
    except InvalidInput as error:
        yield from found or [
            Finding("error", path, "", "decision_readable", str(error), "The file is unreadable")
        ]
        return
    home = next(model for model in models if model.path == path)
    found += [*_faults(path, home), *_flaws(path, Graph(models), home), *_analysed(path, home)]
    yield from found
    if not found:
        for element in home.elements.values():
            if isinstance(element, (Decision, Knowledge)):
                yield from _coverage(path, element)


def twice(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Decisions that two files of a release have; unreadable files are reported elsewhere."""
    homes: dict[str, str] = {}
    for path, root in _roots(files).items():
        for node in root.iter("{*}decision"):
            identity = node.get("id", "")
            if homes.setdefault(identity, path) != path:
                text = f"决策 {identity} 在 {homes[identity]} 中已有,请改用其他编号"
                english = f"Decision {identity} is in {homes[identity]} too: give it another id"
                yield Finding("error", path, identity, "decision_ids", text, english)


def facts(release: Release) -> Iterator[Finding]:
    """What decisions that no diagram asks read and the release's catalogue of facts does not have.

    The catalogue is every file of input data without decisions. Without one, or where a file declares
    input data itself, there is nothing to compare with. A file that cannot be read is told of by `check`.
    """
    known = release.facts
    for path in release.unasked if known else ():
        try:
            models = read({**_readable(_importing(release.files)), path: release.files[path]})
        except InvalidInput:
            continue
        model = next(one for one in models if one.path == path)
        told = {(text.element, one) for text, one in findings_of(model, OWN_FUNCTIONS)}
        for text, one in findings_of(model, OWN_FUNCTIONS, known, closed=True):
            if (text.element, one) not in told:
                said, more = text.expression.text, ("", "")
                if one.key == "unknown_name":
                    more = (
                        ";新的事实请先登记到事实目录",
                        "; a new fact is entered in the catalogue of facts first",
                    )
                yield Finding(
                    "error",
                    path,
                    text.element,
                    "decision_facts",
                    f"{text.place}的“{said}”第 {one.line} 行第 {one.column} 列: {one.message}{more[0]}",
                    f"{text.place_english}: “{said}”, line {one.line}, column {one.column}: {one.english}{more[1]}",
                    one.line,
                    one.column,
                )


def _roots(files: Mapping[str, bytes]) -> dict[str, etree._Element]:
    """The decision files of a release that are XML."""
    found = {}
    for path in sorted(path for path in files if path.endswith(".dmn")):
        try:
            found[path] = parse_xml(files[path], path)
        except InvalidInput:
            continue
    return found


def _importing(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The decision files, if any of them imports another; without that each stands for itself."""
    decisions = {path: content for path, content in files.items() if path.endswith(".dmn")}
    return decisions if any(b"import" in content for content in decisions.values()) else {}


def _readable(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {
        path: files[path] for path, root in _roots(files).items() if local(root) == "definitions"
    }


def _faults(path: str, home: Model) -> Iterator[Finding]:
    for fault in home.faults:
        yield Finding(
            "error",
            path,
            fault.element,
            "decision_expression",
            f"{fault.place}的“{fault.text}”有误: {fault.message}",
            f"{fault.place_english}: “{fault.text}”: {fault.english}",
            fault.line,
            fault.column,
        )


def _analysed(path: str, home: Model) -> Iterator[Finding]:
    for text, finding in findings_of(home, OWN_FUNCTIONS):
        said = text.expression.text
        yield Finding(
            "error",
            path,
            text.element,
            "decision_expression",
            f"{text.place}的“{said}”有误: {finding.message}",
            f"{text.place_english}: “{said}”: {finding.english}",
            finding.line,
            finding.column,
        )


def _flaws(path: str, graph: Graph, home: Model) -> Iterator[Finding]:
    for flaw in flaws_of(graph, home):
        yield Finding("error", path, flaw.element, flaw.rule, flaw.text, flaw.english)


def _coverage(path: str, element: Decision | Knowledge) -> Iterator[Finding]:
    for table in _tables(element.logic):
        for problem in problems_of(table, element.name or element.id):
            row = table.rules[problem.row - 1].id if problem.row else ""
            yield Finding(
                problem.severity,
                path,
                row or element.id,
                problem.rule,
                problem.text,
                problem.english,
            )


def _tables(logic: Logic | None) -> Iterator[Table]:
    yield from (part for part in parts_of(logic) if isinstance(part, Table))
