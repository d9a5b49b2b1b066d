"""Small diagrams under the names of the contract, for tests of handlers alone."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

FORM = b'{"type": "default", "schemaVersion": 19, "components": []}'
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:r="urn:rongyidui:bpmn" id="D_{id}" targetNamespace="urn:test">'
    '<bpmn:message id="M_payment" name="payment"/><bpmn:message id="M_w" name="withdrawal"/>'
    '<bpmn:message id="M_o" name="objection"/>'
    '<bpmn:error id="E_any" errorCode="exhausted"/>'
    '<bpmn:process id="{id}" name="{id}" isExecutable="true">'
)
_TAIL = "</bpmn:process></bpmn:definitions>"


def service(name: str, handler: str, result: str = "", **parameters: str) -> str:
    given = "".join(
        f'<r:parameter name="{key}" value="{value}"/>' for key, value in parameters.items()
    )
    kept = f' r:result="{result}"' if result else ""
    return (
        f'<bpmn:serviceTask id="{name}" name="{name}" implementation="{handler}"{kept}>'
        f"<bpmn:extensionElements>{given}</bpmn:extensionElements></bpmn:serviceTask>"
    )


def person(name: str, role: str, department: str = "XZSPJ", due: str = "") -> str:
    limit = f' r:due="{due}"' if due else ""
    return (
        f'<bpmn:userTask id="{name}" name="{name}" r:role="{role}" r:department="{department}" '
        f'r:form="forms/empty.form"{limit}/>'
    )


def script(name: str, expression: str) -> str:
    return (
        f'<bpmn:scriptTask id="{name}" name="{name}"><bpmn:script>{expression}</bpmn:script>'
        "</bpmn:scriptTask>"
    )


def wait_for(name: str, message: str, key: str, result: str) -> str:
    return (
        f'<bpmn:intermediateCatchEvent id="{name}" name="{name}" r:key="{key}" r:result="{result}">'
        f'<bpmn:messageEventDefinition id="{name}_d" messageRef="{message}"/>'
        "</bpmn:intermediateCatchEvent>"
    )


def line(process: str, steps: Iterable[str], extra: str = "") -> bytes:
    """A process whose steps follow one another."""
    steps = list(steps)
    names = [
        "Event_Start",
        *(step.split('id="', 1)[1].split('"', 1)[0] for step in steps),
        "Event_End",
    ]
    flows = "".join(
        f'<bpmn:sequenceFlow id="F{n}" sourceRef="{a}" targetRef="{b}"/>'
        for n, (a, b) in enumerate(pairwise(names))
    )
    body = (
        '<bpmn:startEvent id="Event_Start"/>' + "".join(steps) + '<bpmn:endEvent id="Event_End"/>'
    )
    return (_HEAD.format(id=process) + body + flows + extra + _TAIL).encode()


WITHDRAWN = (
    '<bpmn:boundaryEvent id="Withdrawn" attachedToRef="Review" r:key="case.id" '
    'r:result="withdrawal"><bpmn:messageEventDefinition id="W_d" messageRef="M_w"/>'
    "</bpmn:boundaryEvent>"
    + service("Withdraw", "cases.withdraw", case_id="case.id", reason="withdrawal.reason")
    + '<bpmn:sequenceFlow id="W1" sourceRef="Withdrawn" targetRef="Withdraw"/>'
    '<bpmn:endEvent id="End_Withdrawn"/>'
    '<bpmn:sequenceFlow id="W2" sourceRef="Withdraw" targetRef="End_Withdrawn"/>'
    '<bpmn:boundaryEvent id="Reminder" attachedToRef="Review" cancelActivity="false">'
    '<bpmn:timerEventDefinition id="R_d"><bpmn:timeDate>working days after(now(), 3)'
    "</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    + service("Remind", "deadlines.remind", case_id="case.id", stage="&quot;60&quot;")
    + '<bpmn:sequenceFlow id="R1" sourceRef="Reminder" targetRef="Remind"/>'
    '<bpmn:endEvent id="End_Reminded"/>'
    '<bpmn:sequenceFlow id="R2" sourceRef="Remind" targetRef="End_Reminded"/>'
)


def _review(process: str) -> bytes:
    review = person("Review", "reviewer", "= case.owner", "working days after(now(), 5)")
    return line(process, [review], WITHDRAWN)


_PAY = [
    service("Check", "payouts.check", entitlement_id="entitlement_id"),
    service("Freeze", "funds.freeze", entitlement_id="entitlement_id"),
    service("Order", "payouts.order", entitlement_id="entitlement_id"),
    wait_for("Wait", "M_payment", "entitlement_id", "payment"),
]


def _branch(after: str) -> str:
    return (
        f'<bpmn:exclusiveGateway id="Gateway" default="Flow_Failed"/>'
        f'<bpmn:sequenceFlow id="G0" sourceRef="{after}" targetRef="Gateway"/>'
        '<bpmn:sequenceFlow id="Flow_Paid" sourceRef="Gateway" targetRef="Settled">'
        "<bpmn:conditionExpression>payment.result = &quot;settled&quot;"
        "</bpmn:conditionExpression></bpmn:sequenceFlow>"
        '<bpmn:sequenceFlow id="Flow_Failed" sourceRef="Gateway" targetRef="Failed"/>'
        + service("Settled", "payouts.settled", entitlement_id="entitlement_id")
        + service("Close", "cases.close", case_id="case.id", status="&quot;paid&quot;")
        + service(
            "Failed",
            "payouts.failed",
            entitlement_id="entitlement_id",
            reason="payment.reason",
        )
        + '<bpmn:endEvent id="End_Paid"/><bpmn:endEvent id="End_Failed"/>'
        '<bpmn:sequenceFlow id="G1" sourceRef="Settled" targetRef="Close"/>'
        '<bpmn:sequenceFlow id="G2" sourceRef="Close" targetRef="End_Paid"/>'
        '<bpmn:sequenceFlow id="G3" sourceRef="Failed" targetRef="End_Failed"/>'
    )


def _automatic() -> bytes:
    steps = [
        service(
            "Eligible",
            "eligibility.check",
            "eligibility",
            case_id="case.id",
            occasion="&quot;push&quot;",
        ),
        service(
            "Approve",
            "cases.approve",
            "approval",
            case_id="case.id",
            opinion="&quot;名单&quot;",
            amount="null",
        ),
        service("Entitle", "payouts.entitle", "owed", case_id="case.id", amount="approval.amount"),
        script("First", "{ entitlement_id: owed[1] }"),
        *_PAY,
    ]
    found = line("automatic", steps).decode()
    # The wait leads to the branch instead of the end.
    found = found.replace(
        'sourceRef="Wait" targetRef="Event_End"', 'sourceRef="Wait" targetRef="Gateway"'
    )
    branch = _branch("Wait").replace(
        '<bpmn:sequenceFlow id="G0" sourceRef="Wait" targetRef="Gateway"/>', ""
    )
    found = found.replace('<bpmn:endEvent id="Event_End"/>', "")
    return found.replace(_TAIL, branch + _TAIL).encode()


def _payment_batch() -> bytes:
    steps = [
        person("Check", "checker"),
        service("Checked", "payouts.batch_checked", batch_id="batch.id"),
        person("Release", "releaser"),
        service("Released", "payouts.batch_released", batch_id="batch.id"),
        service("Send", "payouts.send_batch", "sending", batch_id="batch.id"),
        service(
            "Enter",
            "payouts.enter_answers",
            "answers",
            batch_id="batch.id",
            answers="sending.answered",
        ),
        service("Ask", "payouts.ask_batch", "sending", batch_id="batch.id"),
        service("EnterAgain", "payouts.enter_answers", "answers", batch_id="batch.id"),
    ]
    # A person asks the bank, so that a test decides when.
    steps.insert(6, person("Wait", "maker"))
    return line("payment_batch", steps)


FILES = {
    "forms/empty.form": FORM,
    "bpmn/instant.bpmn": _review("instant"),
    "bpmn/promised.bpmn": _review("promised"),
    "bpmn/automatic.bpmn": _automatic(),
    "bpmn/payment_batch.bpmn": _payment_batch(),
    "bpmn/eligibility_list.bpmn": line(
        "eligibility_list",
        [
            service("Screen", "cases.screen_list", "screened", list_id="list.id"),
            person("Sign", "head", "= list.owner"),
            service("Open", "cases.open_from_list", "opened", list_id="list.id"),
        ],
    ),
}
