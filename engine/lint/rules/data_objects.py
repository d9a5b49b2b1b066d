"""Data objects stand for themselves: none that the parser cannot find, none twice, no data stores."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.elements import SCOPES
from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Node, Release, called, local
from engine.lint.rule import rule


@rule(
    title=("数据对象要存在,没有数据库符号", "Data objects exist, and no data stores"),
    why=(
        "指向不存在的数据对象会使解析器停不下来;数据库符号引擎不认识。流程数据用变量,变量是整个流程的:不同层的两个数据对象不能同名。",
        "A reference to a data object that is not there keeps the parser busy for ever; the engine knows no data stores. Process data are variables of the whole process: two data objects of different levels cannot have one name.",
    ),
    refuses='<bpmn:dataObjectReference id="Data_Form" name="申请表" dataObjectRef="Nowhere" />',
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    known = {node.get("id") for node in diagram.find_all("dataObject")}
    for node in diagram.find_all("dataObjectReference"):
        if node.get("dataObjectRef") not in known:
            yield diagram.error(
                node,
                f"数据对象引用“{called(node)}”指向的 {node.get('dataObjectRef')} 不存在",
                f"The data object reference “{called(node)}” points to {node.get('dataObjectRef')}, which does not exist",
                _remove(node.get("id", "")),
            )
    for node in diagram.find_all("dataStoreReference"):
        yield diagram.error(
            node,
            f"引擎不认识数据库符号“{called(node)}”,请改用注释",
            f"The engine does not know the data store “{called(node)}”; use an annotation",
            _remove(node.get("id", "")),
        )
    for process in diagram.processes:
        yield from _twice(diagram, process)


def _twice(diagram: Diagram, process: Node) -> Iterable[Finding]:
    """BPMN keeps what a sub-process declares to itself; here both would be one variable."""
    declared: dict[str, Node] = {}
    for node in process.iter("{*}dataObject", "{*}property"):
        scope, first = node.getparent(), declared.setdefault(called(node), node)
        if scope is None or scope is first.getparent() or local(scope) not in SCOPES:
            continue
        yield diagram.error(
            scope,
            f"“{called(scope)}”里的数据对象“{called(node)}”与另一层的同名,会互相覆盖,请改名",
            f"“{called(scope)}” has a data object “{called(node)}” like another level; each would overwrite the other, so rename one",
        )


def _remove(identity: str) -> Fix:
    return Fix("删除", "Remove it", (Edit("remove", identity),))
