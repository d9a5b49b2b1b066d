"""Writes a model as BPMN and DMN; a dialect says how an element of one engine looks."""

from __future__ import annotations

from typing import Protocol
from xml.sax.saxutils import escape, quoteattr

from engine.bench.models.model import (
    Call,
    Choice,
    Decision,
    Element,
    End,
    Fork,
    Model,
    Person,
    Script,
    Start,
    Table,
    Timer,
)

_TAGS: dict[type[Element], str] = {
    Start: "startEvent",
    End: "endEvent",
    Choice: "exclusiveGateway",
    Fork: "parallelGateway",
    Person: "userTask",
    Script: "scriptTask",
    Decision: "businessRuleTask",
    Timer: "boundaryEvent",
    Call: "callActivity",
}


class Dialect(Protocol):
    """How one engine wants what the standard leaves open."""

    namespaces: str
    handler_tag: str
    hit_policy: str

    def expression(self, text: str) -> str: ...
    def script(self, text: str) -> str: ...
    def duration(self, text: str) -> str: ...
    def cell(self, text: str) -> str: ...

    def attributes(self, element: Element) -> dict[str, str]:
        """What stands in the element's tag beside id and name."""

    def content(self, element: Element) -> str:
        """XML inside of the element, before its flows."""


def bpmn(models: list[Model], dialect: Dialect) -> bytes:
    """One file with these processes."""
    processes = "".join(_process(model, dialect) for model in models)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'{dialect.namespaces} id="{models[0].id}_file" targetNamespace="urn:rongyidui:bench">'
        f"{processes}</bpmn:definitions>"
    ).encode()


def _process(model: Model, dialect: Dialect) -> str:
    nodes = "".join(_node(model, element, dialect) for element in model.elements)
    flows = "".join(
        f'<bpmn:sequenceFlow id="{_flow_id(flow.source, flow.target)}" '
        f'sourceRef="{flow.source}" targetRef="{flow.target}">{_condition(flow.condition, dialect)}'
        "</bpmn:sequenceFlow>"
        for flow in model.flows
    )
    return f'<bpmn:process id="{model.id}" name="{model.id}" isExecutable="true">{nodes}{flows}</bpmn:process>'


def _flow_id(source: str, target: str) -> str:
    return f"from_{source}_to_{target}"


def _condition(text: str, dialect: Dialect) -> str:
    if not text:
        return ""
    return (
        '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
        f"{escape(dialect.expression(text))}</bpmn:conditionExpression>"
    )


def _node(model: Model, element: Element, dialect: Dialect) -> str:
    tag = _TAGS.get(type(element), dialect.handler_tag)
    attributes = {"id": element.id, "name": element.id, **dialect.attributes(element)}
    if isinstance(element, Choice):
        leaving = [flow for flow in model.flows if flow.source == element.id]
        if len(leaving) > 1:
            default = next(flow for flow in leaving if not flow.condition)
            attributes["default"] = _flow_id(default.source, default.target)
    if isinstance(element, Timer):
        attributes |= {
            "attachedToRef": element.at,
            "cancelActivity": "true" if element.interrupting else "false",
        }
    if isinstance(element, Call):
        attributes["calledElement"] = element.process.id
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    content = dialect.content(element) + _flows_of(model, element) + _inside(element, dialect)
    return f"<bpmn:{tag}{written}>{content}</bpmn:{tag}>"


def _flows_of(model: Model, element: Element) -> str:
    ends = [("incoming", flow) for flow in model.flows if flow.target == element.id]
    ends += [("outgoing", flow) for flow in model.flows if flow.source == element.id]
    return "".join(
        f"<bpmn:{end}>{_flow_id(flow.source, flow.target)}</bpmn:{end}>" for end, flow in ends
    )


def _inside(element: Element, dialect: Dialect) -> str:
    if isinstance(element, Script):
        return f"<bpmn:script>{escape(dialect.script(element.text))}</bpmn:script>"
    if isinstance(element, Timer):
        return (
            f'<bpmn:timerEventDefinition id="{element.id}_timer"><bpmn:timeDuration '
            f'xsi:type="bpmn:tFormalExpression">{dialect.duration(element.duration)}'
            "</bpmn:timeDuration></bpmn:timerEventDefinition>"
        )
    return ""


def dmn(table: Table, dialect: Dialect) -> bytes:
    """A decision file."""
    inputs = "".join(
        f'<input id="input_{n}" label="{n}"><inputExpression id="expression_{n}">'
        f"<text>{escape(dialect.expression(text))}</text></inputExpression></input>"
        for n, text in enumerate(table.inputs)
    )
    outputs = "".join(f'<output id="output_{n}" label="{n}" name="{n}"/>' for n in table.outputs)
    rows = "".join(_row(number, *row, dialect) for number, row in enumerate(table.rows))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" '
        f'id="{table.id}_file" name="{table.id}" namespace="urn:rongyidui:bench">'
        f'<decision id="{table.id}" name="{table.id}"><decisionTable id="{table.id}_table" '
        f'hitPolicy="{dialect.hit_policy}">{inputs}{outputs}{rows}</decisionTable></decision>'
        "</definitions>"
    ).encode()


def _row(number: int, tests: tuple[str, ...], results: tuple[str, ...], dialect: Dialect) -> str:
    def entries(tag: str, texts: list[str]) -> str:
        return "".join(
            f'<{tag} id="{tag}_{number}_{n}"><text>{escape(text)}</text></{tag}>'
            for n, text in enumerate(texts)
        )

    cells = entries("inputEntry", [dialect.cell(text) for text in tests])
    found = entries("outputEntry", [dialect.expression(text) for text in results])
    return f'<rule id="rule_{number}">{cells}{found}</rule>'
