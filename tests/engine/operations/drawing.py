"""Small diagrams for the tests of operations, drawn in a line or two each."""

from __future__ import annotations

import itertools

from tests.engine.example import FORM
from tests.engine.spiff.test_repairs import HEAD

FORM_PATH = "forms/example.form"


def person(identity, *inside, role="reviewer"):
    body = "".join(inside)
    return (
        f'<bpmn:userTask id="{identity}" name="{identity}" r:role="{role}" r:department="JFJ" '
        f'r:form="{FORM_PATH}" r:due="= working days after(now(), 3)">{body}</bpmn:userTask>'
    )


def note(identity, text="'x'"):
    text = text.replace("'", "&quot;")
    return (
        f'<bpmn:serviceTask id="{identity}" name="{identity}" implementation="example.note">'
        f'<bpmn:extensionElements><r:parameter name="text" value="{text}"/>'
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )


def pay(identity, amount="1"):
    return (
        f'<bpmn:serviceTask id="{identity}" name="{identity}" implementation="example.pay">'
        f'<bpmn:extensionElements><r:parameter name="amount" value="{amount}"/>'
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )


def script(identity, text):
    return (
        f'<bpmn:scriptTask id="{identity}" name="{identity}">'
        f"<bpmn:script>{text}</bpmn:script></bpmn:scriptTask>"
    )


def timer(identity, attached, duration="P2D", cancels=False):
    return (
        f'<bpmn:boundaryEvent id="{identity}" name="{identity}" attachedToRef="{attached}" '
        f'cancelActivity="{str(cancels).lower()}"><bpmn:timerEventDefinition>'
        f"<bpmn:timeDuration>{duration}</bpmn:timeDuration></bpmn:timerEventDefinition>"
        "</bpmn:boundaryEvent>"
    )


def message(identity, key="k"):
    return (
        f'<bpmn:intermediateCatchEvent id="{identity}" name="{identity}" r:key="{key}">'
        '<bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>'
    )


def call(identity, process, given=(), taken=()):
    parts = [f'<r:input name="{k}" value="{v}"/>' for k, v in given]
    parts += [f'<r:output name="{k}" value="{v}"/>' for k, v in taken]
    return (
        f'<bpmn:callActivity id="{identity}" name="{identity}" calledElement="{process}">'
        f"<bpmn:extensionElements>{''.join(parts)}</bpmn:extensionElements></bpmn:callActivity>"
    )


def part(identity, *inside, way=""):
    """A sub-process."""
    inner = "".join(inside) + flows(way, identity)
    return f'<bpmn:subProcess id="{identity}" name="{identity}">{inner}</bpmn:subProcess>'


def fork(identity):
    return f'<bpmn:parallelGateway id="{identity}" name="{identity}"/>'


def choice(identity, default=""):
    given = f' default="{default}"' if default else ""
    return f'<bpmn:exclusiveGateway id="{identity}" name="{identity}"{given}/>'


def start(identity="s"):
    return f'<bpmn:startEvent id="{identity}"/>'


def end(*identities):
    return "".join(f'<bpmn:endEvent id="{i}" name="{i}"/>' for i in identities)


def each(collection="items"):
    """Several at once, one for each item."""
    return (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="false">'
        f'<bpmn:loopDataInputRef>{collection}</bpmn:loopDataInputRef><bpmn:inputDataItem id="item"/>'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def flows(way, prefix):
    """`a > b > c; b > d [x = 1]`: sequence flows, the conditions in brackets."""
    found, number = [], 0
    for line in filter(None, (one.strip() for one in way.split(";"))):
        line, _, condition = line.partition("[")
        stops = [one.strip() for one in line.split(">")]
        for source, target in itertools.pairwise(stops):
            number += 1
            inner = (
                f"<bpmn:conditionExpression>{condition.rstrip('] ')}</bpmn:conditionExpression>"
                if condition
                else ""
            )
            found.append(
                f'<bpmn:sequenceFlow id="f_{prefix}_{number}" sourceRef="{source}" '
                f'targetRef="{target}">{inner}</bpmn:sequenceFlow>'
            )
    return "".join(found)


def process(identity, way, *inside):
    inner = "".join(inside) + flows(way, identity)
    return f'<bpmn:process id="{identity}" name="{identity}" isExecutable="true">{inner}</bpmn:process>'


def files(*processes):
    body = f'{HEAD}<bpmn:message id="m" name="told"/>{"".join(processes)}</bpmn:definitions>'
    return {"bpmn/p.bpmn": body.encode(), FORM_PATH: FORM}
