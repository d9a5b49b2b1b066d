"""What goes wrong in SpiffWorkflow without our repairs."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from engine.errors import BusinessError
from engine.spiff import Run, parse_library

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:r="urn:rongyidui:bpmn" targetNamespace="x">'
)


class Services:
    """Handlers by name; everything is a database handler."""

    now = datetime(2026, 3, 2, tzinfo=UTC)
    functions: dict = {}  # noqa: RUF012

    def __init__(self, **handlers):
        self.handlers = handlers

    def effect(self, handler):
        return "database"

    def call(self, handler, arguments, element):
        return self.handlers[handler](**arguments)

    def decide(self, decision, context, element):
        raise AssertionError


def start(body, data, services=None):
    content = (
        f'{HEAD}<bpmn:process id="p" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
    )
    process = parse_library({"p.bpmn": content.encode()}).process("p")
    run = Run.start(process, data, services or Services())
    run.advance()
    return run


def flow(number, source, target, condition=""):
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return (
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{inner}'
        "</bpmn:sequenceFlow>"
    )


def test_a_loop_of_many_rounds_runs_to_its_end():
    """The stock engine reports it completed at pass 333, with the end event never reached."""
    body = (
        '<bpmn:startEvent id="s"/>'
        + flow(1, "s", "count")
        + '<bpmn:scriptTask id="count"><bpmn:script>{ i: i + 1 }</bpmn:script></bpmn:scriptTask>'
        + flow(2, "count", "again")
        + '<bpmn:exclusiveGateway id="again" default="f4"/>'
        + flow(3, "again", "count", "i &lt; 600")
        + flow(4, "again", "e")
        + '<bpmn:endEvent id="e"/>'
    )
    run = start(body, {"i": 0})
    assert run.completed and run.data["i"] == 600
    assert run.trace[-1].element == "e"


def test_an_error_leaves_by_the_boundary_event_of_its_own_activity_only():
    """The stock engine also cancels a running sibling that catches the same code."""

    def work(name):
        if name == "a":
            raise BusinessError("broken", "坏了")
        return None

    def activity(name):
        return (
            f'<bpmn:serviceTask id="{name}" implementation="work"><bpmn:extensionElements>'
            f'<r:parameter name="name" value="&quot;{name}&quot;"/></bpmn:extensionElements></bpmn:serviceTask>'
            f'<bpmn:boundaryEvent id="on_{name}" attachedToRef="{name}">'
            '<bpmn:errorEventDefinition errorRef="err"/></bpmn:boundaryEvent>'
            f'<bpmn:endEvent id="end_{name}"/><bpmn:endEvent id="failed_{name}"/>'
            + flow(f"1{name}", "fork", name)
            + flow(f"2{name}", name, f"end_{name}")
            + flow(f"3{name}", f"on_{name}", f"failed_{name}")
        )

    body = (
        '<bpmn:startEvent id="s"/>'
        + flow(0, "s", "fork")
        + '<bpmn:parallelGateway id="fork"/>'
        + activity("a")
        + activity("b")
    )
    content = (
        f'{HEAD}<bpmn:error id="err" errorCode="broken"/>'
        f'<bpmn:process id="p" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
    )
    process = parse_library({"p.bpmn": content.encode()}).process("p")
    run = Run.start(process, {}, Services(work=work))
    run.advance()
    done = {t.element for t in run.trace}
    assert {"failed_a", "end_b"} <= done and "failed_b" not in done
    assert run.completed


def test_a_failing_last_task_does_not_count_as_completed():
    body = (
        '<bpmn:startEvent id="s"/>'
        + flow(1, "s", "t")
        + '<bpmn:scriptTask id="t"><bpmn:script>1 + 1</bpmn:script></bpmn:scriptTask>'
        + flow(2, "t", "e")
        + '<bpmn:endEvent id="e"/>'
    )
    run = start(body, {})
    assert not run.completed
    assert [f.permanent for f in run.failures] == [True]
    assert "上下文" in run.failures[0].cause


def test_a_gateway_without_a_true_condition_fails_with_its_name():
    body = (
        '<bpmn:startEvent id="s"/>'
        + flow(1, "s", "g")
        + '<bpmn:exclusiveGateway id="g"/>'
        + flow(2, "g", "e", "x = 1")
        + flow(3, "g", "e2", "x = 2")
        + '<bpmn:endEvent id="e"/><bpmn:endEvent id="e2"/>'
    )
    run = start(body, {"x": Decimal(3)})
    assert not run.completed and "g" in run.failures[0].cause


def test_lanes_survive_the_parsing_of_many_documents():
    """The stock index is keyed by id() of a proxy that may be gone: 5 of 200 documents lost lanes."""
    for number in range(200):
        content = (
            f'{HEAD}<bpmn:process id="p{number}" isExecutable="true">'
            '<bpmn:laneSet id="ls"><bpmn:lane id="l" name="窗口"><bpmn:flowNodeRef>t</bpmn:flowNodeRef>'
            '</bpmn:lane></bpmn:laneSet><bpmn:startEvent id="s"/>'
            + flow(1, "s", "t")
            + '<bpmn:userTask id="t" r:role="clerk"/>'
            + flow(2, "t", "e")
            + '<bpmn:endEvent id="e"/></bpmn:process></bpmn:definitions>'
        )
        process = parse_library({"p.bpmn": content.encode()}).process(f"p{number}")
        assert process.spec.task_specs["t"].lane == "窗口"
