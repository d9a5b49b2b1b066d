"""A multi-instance says over what it runs and what it collects, and stays small."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.feel import FeelSyntaxError, parse, syntax
from engine.feel.types import ANY_NAME
from engine.feel.values import LIST
from engine.lint.dataflow import instance_names, once, writes_of_all
from engine.lint.finding import Edit, Finding, Fix
from engine.lint.known import how_to_declare, known_at
from engine.lint.model import Diagram, Node, Release, called, is_bpmn
from engine.lint.rule import Words, rule
from engine.lint.types import english_of, spoken
from engine.xml import NAMESPACES, bpmn

MOST = 200


@rule(
    title=("多实例要写全,也不能太多", "A multi-instance is complete, and small"),
    why=(
        f"多实例要么给出数量,要么给出列表;收集结果要同时写明集合和每个实例的变量,实例变量不能与已有的重名。每一步的代价随实例数平方增长,所以不超过 {MOST} 个,成批的明细用表格行。",
        f"A multi-instance has either a number or a list; to collect results it needs the collection and each instance's variable, which nothing else may write. Its cost grows with the square of the instances, so at most {MOST}; long batches are rows, not instances.",
    ),
    refuses="""
<bpmn:userTask id="Task_Score" name="评分" r:role="reviewer" r:form="forms/sample.form">
  <bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>1000</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>
</bpmn:userTask>
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for loop in diagram.find_all("multiInstanceLoopCharacteristics"):
        node = loop.getparent()
        if node is None:
            continue
        name = called(node)
        for text, english in _wrong(loop):
            yield diagram.error(
                node, f"多实例“{name}”{text}", f"The multi-instance “{name}” {english}"
            )
        yield from _list(diagram, node, loop, release)
        yield from _items(diagram, node, loop)
        yield from _data(diagram, node, loop, release)


def _wrong(loop: Node) -> Iterator[Words]:
    number, items = _text(loop, "loopCardinality"), _text(loop, "loopDataInputRef")
    if bool(number) == bool(items):
        yield "应给出数量或列表之一", "must have either a number or a list"
    count = _count(number) if number else None
    if count is not None and count > MOST:
        yield (
            f"有 {count} 个实例,最多 {MOST} 个,成批的明细请用表格行",
            f"has {count} instances; at most {MOST}, so use rows for long batches",
        )
    collects = bool(_text(loop, "loopDataOutputRef"))
    if collects != (loop.find(bpmn("outputDataItem")) is not None):
        yield (
            "收集结果要同时写明集合和每个实例的变量",
            "needs both the collection and each instance's variable to collect results",
        )


def _list(diagram: Diagram, node: Node, loop: Node, release: Release) -> Iterable[Finding]:
    """The list is a variable of the process, and a list."""
    name, known = _text(loop, "loopDataInputRef"), known_at(node, release)
    found = known.names.get(name)
    if name and found is None and known.sure:
        more = how_to_declare(node, release)
        yield diagram.error(
            node,
            f"多实例“{called(node)}”的列表 {name} 没有写入过{more[0]}",
            f"The multi-instance “{called(node)}” runs over {name}, which nothing writes{more[1]}",
        )
    if found is not None and found.name not in (ANY_NAME, LIST):
        yield diagram.error(
            node,
            f"多实例“{called(node)}”的列表 {name} 是{spoken([found.name])},不是列表",
            f"The multi-instance “{called(node)}” runs over {name}, which is {english_of([found.name])} and not a list",
        )


def _items(diagram: Diagram, node: Node, loop: Node) -> Iterable[Finding]:
    """The engine names the variable by the item's id, whatever its name says."""
    for kind in ("inputDataItem", "outputDataItem"):
        item = loop.find(bpmn(kind))
        if item is None or item.get("name", item.get("id")) == item.get("id"):
            continue
        identity = item.get("id", "")
        edit = Edit("set", identity, "name", identity)
        yield diagram.error(
            node,
            f"“{called(node)}”每个实例的变量是编号 {identity},不是名称 {item.get('name')}",
            f"“{called(node)}”: each instance's variable is the id {identity}, not the name “{item.get('name')}”",
            Fix(f"名称改为 {identity}", f"Name it {identity}", (edit,)),
        )


def _data(diagram: Diagram, node: Node, loop: Node, release: Release) -> Iterable[Finding]:
    inside = {node, *node.iterdescendants()}
    outer = writes_of_all(
        (n for n in diagram.flow_nodes.values() if n not in inside and node not in n.iterdescendants()),
        release,
    )  # fmt: skip
    for name in sorted(set(instance_names(node)) & outer.names.keys()):
        yield diagram.error(
            node,
            f"“{called(node)}”的实例变量 {name} 在别处也被写入,引擎不允许重名",
            f"“{called(node)}”: the instance's variable {name} is written elsewhere too, which the engine refuses",
        )
    body = writes_of_all((n for n in node if is_bpmn(n)), release)
    if not list(node.iterfind("bpmn:startEvent", NAMESPACES)):
        body = once(node, release)
    output = loop.find(bpmn("outputDataItem"))
    item = output.get("id", "") if output is not None else ""
    if item and body.sure and item not in body.names:
        yield diagram.error(
            node,
            f"“{called(node)}”的每个实例都应写变量 {item},但没有哪一步写它",
            f"“{called(node)}”: each instance should write {item}, but no step does",
        )
    if output is None and body.names and loop.get("isSequential") != "true":
        listed = "、".join(sorted(body.names))
        yield diagram.warning(
            node,
            f"“{called(node)}”的各个实例都写 {listed},只留下最后一个;请用集合收集",
            f"“{called(node)}”: every instance writes “{listed}” and only the last is kept; collect them",
        )


def _text(loop: Node, name: str) -> str:
    return (loop.findtext(bpmn(name)) or "").strip()


def _count(text: str) -> int | None:
    try:
        tree = parse(text).tree
    except FeelSyntaxError:
        return None
    value = tree.value if isinstance(tree, syntax.Literal) else None
    return int(value) if value is not None and not isinstance(value, (str, bool)) else None
