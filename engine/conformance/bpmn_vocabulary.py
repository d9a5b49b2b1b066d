"""Translates the symbolic scripts and conditions of the process cases into ours.

The cases speak a language of their own (`SCRIPT_task1`, `test.contains("a")`). It is translated in the
document, before the ordinary parser sees it; the engine gets no second language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.spiff.rewrite import qualified_names
from engine.xml import NAMESPACES, bpmn, ours, parse_xml

EXPRESSIONS = (
    "conditionExpression",
    "condition",
    "loopCondition",
    "loopCardinality",
    "completionCondition",
    "activationCondition",
    "timeDate",
    "timeDuration",
    "timeCycle",
)
_CONTAINS = re.compile(r'(!?)\s*test\.contains\(("[^"]*")\)')
_DOLLAR = re.compile(r"\$\{([^}]*)\}")
_OPERATORS = ((re.compile(r"&&"), " and "), (re.compile(r"\|\|"), " or "), (re.compile(r"=="), "="))
NOTE = "conformance.note"
ADD = "conformance.add"
RAISE = "conformance.raise"
DATA = "conformance.data"
SCRIPTS = {
    "CREATE_MARKER_FILE": (NOTE, {"word": '"MARKER_EXISTS"'}, ""),
    "INCREMENT_INTEGER_VARIABLE": (ADD, {"number": "integerVariable", "word": '""'}, "integer"),
    "INCREMENT_INTEGER_VARIABLE_AND_LOG": (
        ADD,
        {"number": "integerVariable", "word": '"INCREMENT"'},
        "integer",
    ),
    "LOG_DATA": (DATA, {"value": "data"}, ""),
}


def translate(content: bytes) -> bytes:
    """A case's document in our vocabulary, otherwise unchanged."""
    root = parse_xml(content)
    qualified_names.rewrite(root)
    for node in root.iter(*(bpmn(name) for name in EXPRESSIONS)):
        node.text = expression(node.text or "")
    for node in list(root.iter(bpmn("scriptTask"), bpmn("globalScriptTask"))):
        _script(root, node)
    for node in _about_messages(root):
        if node.get(ours("key")) is None:
            node.set(ours("key"), '"case"')
    return bytes(etree.tostring(root))


def _about_messages(root: etree._Element) -> Iterator[etree._Element]:
    """What sends or waits for messages. The cases know no keys: all are about one case."""
    yield from root.iter(bpmn("sendTask"), bpmn("receiveTask"))
    shared = {n.get("id") for n in root.iterfind(bpmn("messageEventDefinition"))}
    for definition in root.iter(bpmn("messageEventDefinition"), bpmn("eventDefinitionRef")):
        event = definition.getparent()
        refers = definition.tag == bpmn("messageEventDefinition") or definition.text in shared
        if event is not None and event is not root and refers:
            yield event


def expression(text: str) -> str:
    """A symbolic condition as FEEL."""
    found = _DOLLAR.sub(r"\1", text.strip())
    for pattern, word in _OPERATORS:
        found = pattern.sub(word, found)
    return _CONTAINS.sub(
        lambda m: f"not(contains(test, {m[2]}))" if m[1] else f"contains(test, {m[2]})", found
    )


def _script(root: etree._Element, node: etree._Element) -> None:
    script = node.find(bpmn("script"))
    word = (script.text or "").strip() if script is not None else ""
    if word == "SET_STRING_DATA" and script is not None:
        script.text = '{ data: "String" }'
    elif word.startswith("SCRIPT_"):
        _call(node, NOTE, {"word": f'"{word}"'}, "")
    elif word == "THROW_ERROR":
        _call(node, RAISE, {"code": f'"{_caught_code(root, node)}"'}, "")
    elif word in SCRIPTS:
        handler, parameters, result = SCRIPTS[word]
        _call(node, handler, parameters, "integerVariable" if result else "")
    elif script is not None:
        script.text = "{}"


def _call(node: etree._Element, handler: str, parameters: dict[str, str], result: str) -> None:
    """Turns a script task into a call of one of the runner's handlers."""
    script = node.find(bpmn("script"))
    if script is not None:
        node.remove(script)
    task = "globalServiceTask" if node.tag == bpmn("globalScriptTask") else "serviceTask"
    node.tag = bpmn(task)
    node.set("implementation", handler)
    if result:
        node.set(ours("result"), result)
    extensions = etree.Element(bpmn("extensionElements"))
    for name, value in parameters.items():
        etree.SubElement(extensions, ours("parameter"), name=name, value=value)
    node.insert(0, extensions)


def _caught_code(root: etree._Element, node: etree._Element) -> str:
    """The code of the error that surrounds the script, so that what it raises is what is drawn."""
    codes = {e.get("id"): e.get("errorCode") for e in root.iterfind("bpmn:error", NAMESPACES)}
    references = [e.get("errorRef") for e in root.iter(bpmn("errorEventDefinition"))]
    known = [codes[r] for r in references if r in codes]
    return str(known[0]) if known and known[0] else "ERROR"
