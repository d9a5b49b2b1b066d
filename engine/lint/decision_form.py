"""What can be said of a decision file before its expressions are read: is every box whole and heard?

DMN readers are lenient: what they do not know, or expect elsewhere, they leave out. Here that is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from engine.dmn.source import child, children, owner_of, text_of
from engine.dmn.types import basic
from engine.lint.finding import Finding
from engine.lint.model import local
from engine.lint.rule import Words

Flaw = tuple[
    etree._Element, str, str, str
]  # where, which rule, the sentence in Chinese and English

# DMN 1.1 to 1.5.
_NAMESPACES = (
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
)
_LOGIC = frozenset(
    ["literalExpression", "decisionTable", "context", "list", "relation", "functionDefinition",
     "invocation", "conditional", "filter", "for", "every", "some"]
)  # fmt: skip
# What holds one expression, apart from the members of a list and the cells of a row.
_HOLDERS = frozenset(
    ["decision", "encapsulatedLogic", "functionDefinition", "contextEntry", "binding", "if", "then",
     "else", "in", "match", "return", "satisfies"]
)  # fmt: skip
# What a box consists of.
_PARTS: dict[str, tuple[str, ...]] = {
    "conditional": ("if", "then", "else"),
    "filter": ("in", "match"),
    "for": ("in", "return"),
    "every": ("in", "satisfies"),
    "some": ("in", "satisfies"),
}
_NAMED = ("decision", "inputData", "businessKnowledgeModel", "decisionService")
_AGGREGATIONS = ("SUM", "COUNT", "MIN", "MAX")
_KNOWN = (
    _LOGIC
    | _HOLDERS
    | frozenset(_NAMED)
    | frozenset(
        ["definitions", "import", "itemDefinition", "itemComponent", "typeRef", "allowedValues",
         "typeConstraint", "functionItem", "parameters", "variable", "informationRequirement",
         "requiredDecision", "requiredInput", "knowledgeRequirement", "requiredKnowledge",
         "formalParameter", "outputDecision", "encapsulatedDecision", "inputDecision", "parameter",
         "input", "inputExpression", "inputValues", "output", "outputValues", "defaultOutputEntry",
         "rule", "inputEntry", "outputEntry", "column", "row", "text"]
    )
    # These explain, or show; none of them decides.
    | frozenset(
        ["description", "question", "allowedAnswers", "annotation", "annotationEntry", "textAnnotation",
         "association", "sourceRef", "targetRef", "group", "extensionElements", "extensionAttribute",
         "authorityRequirement", "requiredAuthority", "knowledgeSource", "type", "owner",
         "supportedObjective", "impactedPerformanceIndicator", "impactingDecision", "decisionMade",
         "decisionOwned", "decisionMaker", "decisionOwner", "usingProcess", "usingTask",
         "performanceIndicator", "organizationUnit", "organisationUnit", "elementCollection",
         "drgElement", "businessContextElement", "artifact", "DMNDI"]
    )
)  # fmt: skip


def check(path: str, root: etree._Element) -> Iterator[Finding]:
    """All that is wrong with the form of a file."""
    yield from _ids(path, root)
    for look in (
        _version,
        _unheard,
        _empty,
        _boxes,
        _types,
        _columns,
        _policies,
        _languages,
        _names,
    ):
        for node, rule, text, english in look(root):
            yield Finding("error", path, owner_of(node), rule, text, english)


def place_of(node: etree._Element) -> Words:
    """The decision, knowledge model or service around an element, in words."""
    said = {"decision": "决策", "businessKnowledgeModel": "知识模型", "decisionService": "决策服务"}
    for current in (node, *node.iterancestors()):
        if local(current) in said:
            name = current.get("name") or current.get("id", "")
            return f"{said[local(current)]}“{name}”", f"“{name}”"
    return "", ""


def _ids(path: str, root: etree._Element) -> Iterator[Finding]:
    counts = Counter(node.get("id") for node in root.iter("{*}*") if node.get("id"))
    for identity, count in counts.items():
        if count > 1:
            text = f"编号 {identity} 重复了 {count} 次,请改成不同的编号"
            english = f"The id {identity} is used {count} times: make the ids differ"
            yield Finding("error", path, str(identity), "decision_ids", text, english)
    for node in root.iter("{*}decision"):
        if not node.get("id"):
            name = node.get("name", "")
            text, english = f"决策“{name}”没有编号", f"Decision “{name}” has no id"
            yield Finding("error", path, "", "decision_ids", text, english)


def _version(root: etree._Element) -> Iterator[Flaw]:
    own = str(etree.QName(root).namespace)
    if local(root) == "definitions" and own not in _NAMESPACES:
        text = f"不认识的 DMN 版本 {own},可用 1.1 至 1.5"
        yield root, "decision_readable", text, f"Unknown version of DMN {own}; 1.1 to 1.5 are read"


def _unheard(root: etree._Element) -> Iterator[Flaw]:
    """Elements of DMN's own namespace that nobody reads."""
    own = etree.QName(root).namespace
    for node in root.iter("{*}*"):
        if etree.QName(node).namespace == own and local(node) not in _KNOWN:
            yield (
                node,
                "decision_boxes",
                f"{place_of(node)[0] or '文件'}中的 {local(node)} 引擎不看,请删除",
                f"Nobody looks at {local(node)} in {place_of(node)[1] or 'the file'}; remove it",
            )


def _empty(root: etree._Element) -> Iterator[Flaw]:
    """Expressions that nobody filled in. An empty cell is one that every value passes."""
    for node in root.iter("{*}inputExpression", "{*}literalExpression"):
        if not text_of(node):
            said, english = place_of(node)
            yield (
                node,
                "decision_expression",
                f"{said}没有填写表达式",
                f"An expression of {english} is empty",
            )


def _boxes(root: etree._Element) -> Iterator[Flaw]:
    """Every box has its parts, and what holds one expression holds no second."""
    for node in root.iter("{*}*"):
        name, (said, english) = local(node), place_of(node)
        inside = [one for one in node if isinstance(one.tag, str) and local(one) in _LOGIC]
        if name in _HOLDERS and len(inside) > 1:
            yield (
                node,
                "decision_boxes",
                f"{said}的 {name} 里有 {len(inside)} 个表达式,只会用第一个",
                f"{name} of {english} holds {len(inside)} expressions; only the first would be used",
            )
        for part in _PARTS.get(name, ()):
            found = child(node, part)
            if found is None or not any(local(one) in _LOGIC for one in found):
                yield (
                    node,
                    "decision_boxes",
                    f"{said}的 {name} 没有填写 {part}",
                    f"{name} of {english} lacks {part}",
                )
        if name in ("for", "every", "some") and not node.get("iteratorVariable"):
            yield (
                node,
                "decision_boxes",
                f"{said}的 {name} 没有循环变量的名称",
                f"{name} of {english} has no name for its variable",
            )
        if name == "businessKnowledgeModel" and child(node, "encapsulatedLogic") is None:
            yield (
                node,
                "decision_logic",
                f"{said}没有填写逻辑",
                f"The knowledge model {english} has no logic",
            )
        if name == "decisionService" and not children(node, "outputDecision"):
            yield (
                node,
                "decision_boxes",
                f"{said}没有输出的决策",
                f"The service {english} has no output decision",
            )
        if name in ("encapsulatedLogic", "functionDefinition"):
            yield from _parameters(node)
        if name == "relation":
            yield from _rows(node)


def _parameters(node: etree._Element) -> Iterator[Flaw]:
    counts = Counter(one.get("name", "") for one in children(node, "formalParameter"))
    for name, count in counts.items():
        if count > 1 or not name:
            said, english = place_of(node)
            yield (
                node,
                "decision_boxes",
                f"{said}的参数“{name}”重复或没有名称",
                f"The parameter “{name}” of {english} is there twice or has no name",
            )


def _rows(node: etree._Element) -> Iterator[Flaw]:
    wanted = len(children(node, "column"))
    for number, row in enumerate(children(node, "row"), 1):
        given = sum(local(one) in _LOGIC for one in row if isinstance(one.tag, str))
        if given != wanted:
            said, english = place_of(node)
            yield (
                row,
                "decision_columns",
                f"{said}的关系表第 {number} 行有 {given} 格,而有 {wanted} 列",
                f"Row {number} of the relation in {english} has {given} cells for {wanted} columns",
            )


def _types(root: etree._Element) -> Iterator[Flaw]:
    """Types and their components have names of their own, and no type stands for itself."""
    own = {one.get("name", ""): one for one in children(root, "itemDefinition")}
    for name, node in own.items():
        if basic(name) is not None:
            text = f"类型“{name}”与基本类型同名,请换一个名称"
            yield node, "decision_types", text, f"The type “{name}” is called like a basic one"
        seen, current = [name], _stands_for(node)
        while current in own and current not in seen:
            seen.append(current)
            current = _stands_for(own[current])
        if current == name:
            text = f"类型“{name}”绕了一圈又指向自己"
            yield node, "decision_types", text, f"The type “{name}” stands for itself"
    for holder in (root, *root.iter("{*}itemDefinition", "{*}itemComponent")):
        kind = "itemDefinition" if holder is root else "itemComponent"
        counts = Counter(one.get("name", "") for one in children(holder, kind))
        for name, count in counts.items():
            if count > 1:
                text = f"有 {count} 个类型或成分都叫“{name}”"
                yield holder, "decision_types", text, f"{count} types or parts are called “{name}”"
    for node in root.iter("{*}itemDefinition", "{*}itemComponent"):
        value = node.get("isCollection", "false")
        if value not in ("true", "false"):
            text = f"类型“{node.get('name')}”的 isCollection 应是 true 或 false,现为“{value}”"
            english = f"isCollection of “{node.get('name')}” must be true or false, not “{value}”"
            yield node, "decision_types", text, english


def _stands_for(node: etree._Element) -> str:
    referred = child(node, "typeRef")
    return "" if referred is None else (referred.text or "").strip()


def _columns(root: etree._Element) -> Iterator[Flaw]:
    for node in root.iter("{*}decisionTable"):
        zh, en = place_of(node)
        wanted = {kind: len(children(node, kind)) for kind in ("input", "output")}
        if not wanted["output"]:
            text, english = "决策表没有输出列", "The decision table has no output column"
            yield node, "decision_columns", text, english
        for number, column in enumerate(children(node, "input"), 1):
            if child(column, "inputExpression") is None:
                text = f"{zh}第 {number} 个条件列没有填写问什么"
                yield column, "decision_columns", text, f"Input {number} of {en} asks nothing"
        for number, row in enumerate(children(node, "rule"), 1):
            for kind, said in (("input", "条件"), ("output", "结果")):
                given = len(children(row, f"{kind}Entry"))
                if given != wanted[kind]:
                    text = (
                        f"{zh}第 {number} 行有 {given} 个{said},而表头有 {wanted[kind]} 个{said}列"
                    )
                    english = (
                        f"Rule {number} of {en} has {given} {kind} cells, the head "
                        f"{wanted[kind]} {kind} columns"
                    )
                    yield row, "decision_columns", text, english


def _policies(root: etree._Element) -> Iterator[Flaw]:
    """How rows are counted up is asked of a collecting table, and of one column of results."""
    for node in root.iter("{*}decisionTable"):
        aggregation, (said, english) = node.get("aggregation"), place_of(node)
        if aggregation is None:
            continue
        outputs = children(node, "output")
        if aggregation not in _AGGREGATIONS:
            text = f"{said}的汇总方式 {aggregation} 不存在,可用 {'、'.join(_AGGREGATIONS)}"
            told = (
                f"{english}: there is no aggregation {aggregation}; use {', '.join(_AGGREGATIONS)}"
            )
        elif node.get("hitPolicy") != "COLLECT":
            text = f"{said}的命中策略不是 COLLECT,汇总方式 {aggregation} 不起作用"
            told = f"{english} does not collect, so that {aggregation} means nothing"
        elif len(outputs) > 1:
            text = f"{said}有 {len(outputs)} 个结果列,{aggregation} 只能汇总一列"
            told = f"{english} has {len(outputs)} output columns; {aggregation} is for one"
        elif aggregation == "SUM" and any(_is_text(one) for one in outputs):
            text = f"{said}的结果列不是数字,不能求和"
            told = f"The output of {english} is no number; it cannot be summed up"
        else:
            continue
        yield node, "decision_policy", text, told


def _is_text(output: etree._Element) -> bool:
    return output.get("typeRef", "").rpartition(":")[2] in ("string", "boolean", "date", "time")


def _languages(root: etree._Element) -> Iterator[Flaw]:
    for node in root.iter("{*}*"):
        language = node.get("expressionLanguage", "")
        # A literal expression is told of by its reader.
        if language and "feel" not in language.lower() and local(node) != "literalExpression":
            said, english = place_of(node)
            yield (
                node,
                "decision_expression",
                f"{said or '文件'}标着语言 {language},而表达式一律按 FEEL 读",
                f"{english or 'The file'} claims the language {language}, but all is read as FEEL",
            )


def _names(root: etree._Element) -> Iterator[Flaw]:
    """What others read by its name has a name of its own (DMN 1.5, 6.3.2)."""
    named = [node for node in root if isinstance(node.tag, str) and local(node) in _NAMED]
    # Of two with one id, that is told.
    counts = Counter(name for _, name in {(n.get("id"), n.get("name", "")) for n in named})
    for node in named:
        name = node.get("name", "")
        if name and counts[name] > 1:
            yield (
                node,
                "decision_ids",
                f"有 {counts[name]} 个元素都叫“{name}”,按名称读取时分不清",
                f"{counts[name]} elements are called “{name}”; read by name they cannot be told apart",
            )
