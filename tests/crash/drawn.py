"""A small process for each kind of step, drawn in a few lines."""

from __future__ import annotations

import re

from tests.engine.example import FORM
from tests.engine.spiff.draw import boundary, end, event, flows, gate, script, start, sub, watcher
from tests.engine.spiff.test_repairs import HEAD

NAMED = "|".join(f"[a-zA-Z]*{kind}" for kind in ("Task", "Event", "Gateway", "Activity",
                 "subProcess", "process"))  # fmt: skip
CATALOGUE = (
    '<bpmn:message id="m" name="told"/><bpmn:message id="begin" name="begin"/>'
    '<bpmn:signal id="sig" name="alarm"/><bpmn:error id="err" errorCode="broken" name="broken"/>'
    '<bpmn:escalation id="esc" escalationCode="look" name="look"/>'
)


def person(identity, inner="", attributes=""):
    return (
        f'<bpmn:userTask id="{identity}" r:role="reviewer" r:department="JFJ" '
        f'r:form="forms/example.form" {attributes}>{inner}</bpmn:userTask>'
    )


def service(identity, handler, inner="", attributes="", **parameters):
    given = "".join(f'<r:parameter name="{k}" value="{v}"/>' for k, v in parameters.items())
    return (
        f'<bpmn:serviceTask id="{identity}" implementation="{handler}" {attributes}>'
        f"<bpmn:extensionElements>{given}</bpmn:extensionElements>{inner}</bpmn:serviceTask>"
    )


def note(identity, inner="", attributes="", text=""):
    text = text or f"&quot;{identity}&quot;"
    return service(identity, "example.note", inner, attributes, text=text)


def transfer(identity, amount, inner="", attributes=""):
    return service(identity, "house.transfer", inner, attributes, amount=amount)


def each(collection, item, one_after_the_other=False, answer="", answers=""):
    """Once for each item of a list, all at once unless said otherwise."""
    output = f"<bpmn:loopDataOutputRef>{answers}</bpmn:loopDataOutputRef>" if answers else ""
    taken = f'<bpmn:outputDataItem id="{answer}" name="{answer}"/>' if answer else ""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(one_after_the_other).lower()}">'
        f"<bpmn:loopDataInputRef>{collection}</bpmn:loopDataInputRef>{output}"
        f'<bpmn:inputDataItem id="{item}" name="{item}"/>{taken}'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def call(identity, process, inner="", **given):
    parts = "".join(f'<r:input name="{k}" value="{v}"/>' for k, v in given.items())
    return (
        f'<bpmn:callActivity id="{identity}" calledElement="{process}">'
        f"<bpmn:extensionElements>{parts}</bpmn:extensionElements>{inner}</bpmn:callActivity>"
    )


def process(identity, *body):
    return f'<bpmn:process id="{identity}" isExecutable="true">{"".join(body)}</bpmn:process>'


def compensated(host, by):
    """The boundary event by which an activity is compensated."""
    return (
        boundary(f"undo_{host}", host, "compensate")
        + f'<bpmn:association id="as_{host}" sourceRef="undo_{host}" targetRef="{by}"/>'
    )


LOOP = (
    '<bpmn:standardLoopCharacteristics loopMaximum="3"><bpmn:loopCondition>true'
    "</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
)
UNDOES = 'isForCompensation="true"'

PROCESSES = {
    "parallel_items": process(
        "parallel_items",
        start(),
        gate("parallel", "fork", "join"),
        transfer(
            "pay",
            "part",
            each("parts", "part", answer="receipt", answers="receipts"),
            'r:result="receipt"',
        ),
        note("mark", each("parts", "item"), text="&quot;mark &quot; + string(item)"),
        person("vote", each("parts", "voter", answer="agreed", answers="votes")),
        call("each_one", "one_part", each("parts", "one"), part="one"),
        end("e"),
        flows("s>fork>pay>join; fork>mark>join; fork>vote>join; fork>each_one>join>e"),
    )
    + process(
        "one_part",
        start("o"),
        note("noted_one", text="&quot;one &quot; + string(part)"),
        event("intermediateCatchEvent", "soon", "timer @&quot;PT1H&quot; * part"),
        end("oe"),
        flows("o>noted_one>soon>oe"),
    ),
    "one_by_one": process(
        "one_by_one",
        start(),
        person("ask", each("parts", "part", one_after_the_other=True)),
        note("thrice", LOOP),
        sub(
            "part_of_it",
            start("ps"),
            transfer("pay_each", "piece"),
            end("pe"),
            flows("ps>pay_each>pe"),
            each("parts", "piece", one_after_the_other=True),
        ),
        end("e"),
        flows("s>ask>thrice>part_of_it>e"),
    ),
    "alarmed": process(
        "alarmed",
        start(),
        note("before"),
        person("t"),
        end("e", what="signal sig"),
        flows("s>before>t>e"),
    )
    + process(
        "listens",
        start("ls"),
        event("intermediateCatchEvent", "hears", "signal sig"),
        note("heard"),
        end("le"),
        flows("ls>hears>heard>le"),
    )
    + process(
        "woken",
        start("ws", "signal sig"),
        note("wakes"),
        end("we"),
        flows("ws>wakes>we"),
    ),
    "begun": process(
        "begun",
        start("s", "message begin", r_key="id"),
        note("begins"),
        '<bpmn:sendTask id="tell" messageRef="m" r:key="id"/>',
        end("e"),
        flows("s>begins>tell>e"),
    )
    + process(
        "told",
        start("ts"),
        event("intermediateCatchEvent", "hears", "message m", r_key="id", r_result="heard"),
        note("got"),
        end("te"),
        flows("ts>hears>got>te"),
    ),
    "watched": process(
        "watched",
        start(),
        sub(
            "scope",
            start("is"),
            person("t"),
            end("ie"),
            flows("is>t>ie"),
            watcher(
                "hint",
                "message m",
                note("hinted"),
                end("hint.e"),
                flows("hint.s>hinted>hint.e"),
                interrupting=False,
                r_key="id",
            ),
        ),
        person("u"),
        end("e"),
        flows("s>scope>u>e"),
        watcher(
            "late",
            "timer P2D",
            transfer("late_pay", "1"),
            end("late.e"),
            flows("late.s>late_pay>late.e"),
        ),
    ),
    "undone": process(
        "undone",
        start(),
        note("a"),
        compensated("a", "undo_note"),
        note("undo_note", attributes=UNDOES),
        transfer("b", "5"),
        compensated("b", "undo_pay"),
        transfer("undo_pay", "7", attributes=UNDOES),
        person("t"),
        end("back", what="compensate"),
        flows("s>a>b>t>back"),
    ),
    "caught": process(
        "caught",
        start(),
        transfer("pay", "0 - 1"),
        boundary("refused", "pay", "error err"),
        note("noted_refusal"),
        service("check", "house.object", code="&quot;broken&quot;"),
        boundary("objected", "check", "error err"),
        sub(
            "inner",
            start("is"),
            note("in_it"),
            gate("exclusive", "well", default="f3.well.ie"),
            end("ie", what="error err"),
            end("io"),
            flows("is>in_it>well>io[sound];well>ie"),
        ),
        boundary("fell", "inner", "error err"),
        sub(
            "other",
            start("os"),
            event("intermediateThrowEvent", "look_here", "escalation esc"),
            person("t"),
            end("oe"),
            flows("os>look_here>t>oe"),
        ),
        boundary("looked", "other", "escalation esc", interrupts=False),
        note("escalated"),
        end("e", "e1", "e2", "e3", "e4"),
        flows(
            "s>pay>e1; refused>noted_refusal>check>e2; objected>inner>e3; fell>other>e; "
            "looked>escalated>e4"
        ),
    ),
    "reminded": process(
        "reminded",
        start(),
        person("t"),
        boundary("remind", "t", "cycle R2/PT24H", interrupts=False),
        note("reminder"),
        boundary("withdrawn", "t", "message m", r_key="id"),
        gate("eventBased", "which"),
        event("intermediateCatchEvent", "told", "message m", r_key="id2"),
        event("intermediateCatchEvent", "waited", "timer P3D"),
        note("after_telling"),
        note("after_waiting"),
        end("e", "e1", "e2", "e3"),
        flows(
            "s>t>e; remind>reminder>e1; withdrawn>which>told>after_telling>e2; "
            "which>waited>after_waiting>e3"
        ),
    ),
    "failing": process(
        "failing",
        start(),
        person("t"),
        service("await_it", "house.wait"),
        service("divide", "house.divide", attributes='r:result="half"', amount="10", by="by"),
        transfer("pay", "half.share"),
        end("e"),
        flows("s>t>await_it>divide>pay>e"),
    ),
    "held": process(
        "held",
        start(),
        gate("parallel", "fork", "join"),
        transfer("pay", "3"),
        event("intermediateCatchEvent", "later", "timer P1D"),
        event("intermediateCatchEvent", "told", "message m", r_key="id"),
        note("n"),
        end("e"),
        flows("s>fork>pay>join; fork>later>join; fork>told>join>n>e"),
    ),
    "moved": process(
        "moved",
        start(),
        person("a"),
        person("b"),
        boundary("late", "b", "timer P5D"),
        note("n"),
        transfer("pay", "2"),
        person("c"),
        end("e", "e2"),
        flows("s>a>b>n>pay>c>e; late>e2"),
    ),
    "again": process(
        "again",
        start(),
        note("n"),
        transfer("pay", "4"),
        person("a"),
        end("e"),
        flows("s>n>pay>a>e"),
    ),
}
MIGRATED = process(
    "migrated", start(), person("a"), boundary("late", "a", "timer P1D", interrupts=False),
    note("n"), end("e", "e2"), flows("s>a>e; late>n>e2"),
)  # fmt: skip
MIGRATED_NEW = process(
    "migrated", start(), person("a"), boundary("late", "a", "timer P1D", interrupts=False),
    note("n"), script("added", "{ added: true }"), transfer("pay", "6"), end("e", "e2"),
    flows("s>a>added>pay>e; late>n>e2"),
)  # fmt: skip


def diagram(*processes):
    """A diagram as the house wants it: everything has a name."""
    content = f"{HEAD}{CATALOGUE}{''.join(processes)}</bpmn:definitions>"
    return re.sub(
        rf'<bpmn:({NAMED}) id="([^"]*)"', r'<bpmn:\1 id="\2" name="步骤 \2"', content
    ).encode()


FILES = {
    "forms/example.form": FORM,
    "bpmn/migrated.bpmn": diagram(MIGRATED),
    **{f"bpmn/{name}.bpmn": diagram(drawing) for name, drawing in PROCESSES.items()},
}
FILES_LATER = {**FILES, "bpmn/migrated.bpmn": diagram(MIGRATED_NEW)}
