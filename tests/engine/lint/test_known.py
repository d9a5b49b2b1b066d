"""What is known of a process's variables, and what is refused by it."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypedDict

import pytest

from engine.lint import apply_fix, lint
from engine.runtime import Work
from engine.service_tasks import Registry, service_task
from handlers.registry import load
from tests.engine.lint.sample import DIAGRAM, FORM, process

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = {
    str(path.relative_to(ROOT)): path.read_bytes()
    for folder in ("bpmn", "forms")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".bpmn", ".dmn", ".form")
}
CHOICE = b"""{"type": "default", "components": [
 {"type": "radio", "key": "decision", "label": "d", "values": [{"value": "agree", "label": "a"}, {"value": "refuse", "label": "r"}]},
 {"type": "datetime", "subtype": "date", "key": "day", "label": "day"},
 {"type": "number", "key": "price", "label": "p"},
 {"type": "checklist", "key": "papers", "label": "p", "values": [{"value": "licence", "label": "l"}]}]}"""
GRADE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="Grade" name="grade" namespace="urn:sample">
<decision id="grade" name="grade"><decisionTable id="T" hitPolicy="{policy}">
<input id="I"><inputExpression id="E" typeRef="number"><text>price</text></inputExpression></input>
<output id="O" name="grade" typeRef="string"><outputValues id="V"><text>"A", "B"</text></outputValues></output>
<rule id="R"><inputEntry id="C1"><text>-</text></inputEntry><outputEntry id="C2"><text>"A"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


class Firm(TypedDict):
    name: str
    staff: int
    founded: date


class Case(TypedDict):
    id: str
    channel: Literal["portal", "window"]
    firm: Firm
    limit: int | None


class Checked(TypedDict):
    holds: bool | None
    amount: Decimal
    lines: list[Firm]


class Reason(TypedDict):
    reason: str


HOUSE = Registry()
HOUSE.roles = frozenset(["reviewer"])
HOUSE.started_with("sample", case=Case)
HOUSE.message("sample", Reason)


@service_task("sample.check", registry=HOUSE)
def check(work: Work, *, case_id: str) -> Checked:
    """Checks."""


@service_task("sample.ids", registry=HOUSE)
def ids(work: Work, *, case_id: str) -> list[str]:
    """Finds."""


@service_task("sample.note", registry=HOUSE)
def note(work: Work, *, text: str) -> None:
    """Notes."""


@service_task("sample.anything", registry=HOUSE)
def anything(work: Work) -> dict[str, Any]:
    """Gives whatever it likes."""


def service(identity, handler, result="", **parameters):
    given = "".join(f'<r:parameter name="{k}" value="{v}" />' for k, v in parameters.items())
    kept = f' r:result="{result}"' if result else ""
    return (
        f'<bpmn:serviceTask id="{identity}" name="{identity}" implementation="{handler}"{kept}>'
        f"<bpmn:extensionElements>{given}</bpmn:extensionElements></bpmn:serviceTask>"
    )


def script(identity, text):
    return f'<bpmn:scriptTask id="{identity}" name="{identity}"><bpmn:script>{text}</bpmn:script></bpmn:scriptTask>'


CHECK = service("check", "sample.check", "checked", case_id="case.id")
REVIEW = '<bpmn:userTask id="review" name="review" r:role="reviewer" r:form="forms/choice.form" />'
DECIDE = '<bpmn:businessRuleTask id="decide" name="decide" r:decision="grade" r:result="grade" />'
WAIT = '<bpmn:intermediateCatchEvent id="wait" name="wait" r:key="case.id" r:result="heard"><bpmn:messageEventDefinition id="wait_d" messageRef="Message_Sample" /></bpmn:intermediateCatchEvent>'
GOOD = (CHECK, REVIEW, DECIDE, WAIT)


def files(*elements, others="", policy="FIRST", **more):
    parts = ['<bpmn:startEvent id="s" />', *elements, '<bpmn:endEvent id="e" />']
    names = [part.split('id="', 1)[1].split('"', 1)[0] for part in parts]
    flows = {f"f{n}": f"{a} {b}" for n, (a, b) in enumerate(itertools.pairwise(names))}
    diagram = (DIAGRAM % process(*parts, flows=flows)).replace(
        "</bpmn:definitions>", f"{others}</bpmn:definitions>"
    )
    return {
        "bpmn/sample.bpmn": diagram.encode(),
        "forms/choice.form": CHOICE,
        "forms/sample.form": FORM,
        "bpmn/grade.dmn": GRADE.format(policy=policy).encode(),
        **more,
    }


def told(text, *elements, **more):
    """The errors about one more script `{ x: text }` at the end, as (line, column, English)."""
    made = files(*elements, script("last", f"{{ x: {text} }}"), **more)
    return [
        (found.line, found.column, found.english)
        for found in lint(made, HOUSE)
        if found.severity == "error"
    ]


@pytest.mark.parametrize(
    "text",
    ["case.firm.staff + 1", 'case.channel = "portal"', "case.firm.founded &lt; today()", "case.limit * 2",
     "if checked.holds = null then 0 else checked.amount", "checked.lines.name", "checked.lines[staff &gt; 3].name",
     'decision = "agree" or decision = null', "day &lt; today()", 'list contains(papers, "licence")', 'grade = "A"',
     "string length(heard.reason)", "some one in checked.lines satisfies one.staff &gt; 3", "loopCounter + 1",
     "for one in checked.lines return one.founded"],
)  # fmt: skip
def test_what_is_there_may_be_read(text):
    assert told(text, *GOOD) == []


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [("case.frim.staff", 11, "did you mean “firm”"),
     ("case.firm.staf", 16, "did you mean “staff”"),
     ("caes.id", 6, "did you mean “case”"),
     ("entirely_unknown", 6, "no data named “entirely_unknown”"),
     ('case.channel = "post"', 21, "among the allowed values"),
     ('case.firm.founded &gt; "x"', 6, "Comparing date with string"),
     ('case.firm.staff = "3"', 6, "Comparing number with string"),
     ("checked.amuont", 14, "did you mean “amount”"),
     ('checked.lines.nmae', 20, "did you mean “name”"),
     ('checked.lines[staf &gt; 3]', 20, "did you mean “staff”"),
     ('decision = "agreed"', 17, "among the allowed values"),
     ('day &gt; 3', 6, "Comparing date with number"),
     ('grade = "C"', 14, "among the allowed values"),
     ("heard.reson", 12, "did you mean “reason”"),
     ("heard.reason + 1", 6, "string + number")],
)  # fmt: skip
def test_what_is_not_there_or_cannot_be_is_refused_with_its_place(text, column, said):
    [(line, at, english)] = told(text, *GOOD)
    assert (line, at) == (1, column) and said in english


def test_a_misspelt_name_is_put_right_by_the_fix():
    made = files(*GOOD, script("last", "{ x: checked.amuont }"))
    [found] = [f for f in lint(made, HOUSE) if f.severity == "error"]
    cured = {**made, found.file: apply_fix(made[found.file], found.fix)}
    assert b"{ x: checked.amount }" in cured[found.file]
    assert lint(cured, HOUSE) == []


def test_a_list_of_all_rows_is_no_single_value():
    assert told('grade = "A"', *GOOD, policy="COLLECT")
    assert not told('list contains(grade, "A")', *GOOD, policy="COLLECT")


def test_an_answer_that_says_nothing_leaves_all_names_open():
    assert told("whatever", *GOOD)
    assert not told("whatever", *GOOD, service("any", "sample.anything"))


def begun(text, start):
    """The errors of a process that nobody declares and that begins so, about a script."""
    made = files(script("last", f"{{ x: {text} }}"))
    drawn = made["bpmn/sample.bpmn"].replace(b'id="sample"', b'id="another"')
    made["bpmn/sample.bpmn"] = drawn.replace(b'<bpmn:startEvent id="s" />', start.encode())
    return [(f.rule, f.english) for f in lint(made, HOUSE) if f.severity == "error"]


BEGINS = '<bpmn:startEvent id="s" name="s"{}>{}</bpmn:startEvent>'
ASKED = ' r:form="forms/sample.form"'
DAILY = '<bpmn:timerEventDefinition id="t"><bpmn:timeCycle>R/P1D</bpmn:timeCycle></bpmn:timerEventDefinition>'
TOLD = '<bpmn:messageEventDefinition id="t" messageRef="Message_Sample" />'
ONCE = '<bpmn:conditionalEventDefinition id="t"><bpmn:condition>price > 3</bpmn:condition></bpmn:conditionalEventDefinition>'


@pytest.mark.parametrize(
    ("start", "text", "said"),
    [(BEGINS.format("", ""), "price", "No"), (BEGINS.format(ASKED, ""), "price * 2", ""),
     (BEGINS.format(ASKED, ""), "prise", "did you mean “price”"),
     (BEGINS.format(ASKED, ""), "price = &quot;ten&quot;", "Comparing number with string"),
     (BEGINS.format("", DAILY), "owner", "owner"), (BEGINS.format("", TOLD), "reason", ""),
     (BEGINS.format("", TOLD), "raeson", "did you mean “reason”"),
     (BEGINS.format(ASKED, ONCE), "price * 2", ""), (BEGINS.format("", ONCE), "1", "price")],
)  # fmt: skip
def test_a_process_begins_with_what_its_start_says(start, text, said):
    found = begun(text, start)
    assert bool(found) is bool(said), found
    assert all(said.removeprefix("No") in english for _, english in found)


@pytest.mark.parametrize("what", [DAILY, TOLD])
def test_nobody_fills_in_a_form_where_something_else_begins_a_process(what):
    assert [rule for rule, _ in begun("1", BEGINS.format(ASKED, what))] == ["start_forms"]


def test_a_form_is_told_of_that_a_process_of_the_application_would_not_ask_for():
    made = files(script("last", "{ x: case.id }"))
    drawn = made["bpmn/sample.bpmn"].replace(b'id="s" />', b'id="s" r:form="forms/sample.form" />')
    found = lint({**made, "bpmn/sample.bpmn": drawn}, HOUSE)
    assert [f.rule for f in found if f.severity == "error"] == ["start_forms"]


def test_a_foreign_model_may_begin_with_anything():
    made = files(script("last", "{ x: anything_at_all }"))
    drawn = made["bpmn/sample.bpmn"].replace(b'id="sample"', b'id="another"')
    findings = lint({**made, "bpmn/sample.bpmn": drawn}, HOUSE, house=False)
    assert [f for f in findings if f.severity == "error"] == []


def test_a_variable_that_changes_keeps_its_type():
    again = script("again", '{ case: context put(case, "limit", 3), list: [] }')
    more = script("more", "{ list: append(list, case.firm), count: 1, rest: count - 1 }")
    assert not told("case.firm.name", again, more)
    assert told("case.frim", again, more)
    assert told("case.limit.x", again, more)


def test_a_variable_of_two_types_is_of_none():
    first, second = script("first", "{ v: 1 }"), script("second", '{ v: "one" }')
    assert not told("v + 1", first, second)
    assert told('v + "x"', first)


def other(body, name="other"):
    flows = {"o1": "os o", "o2": "o oe"}
    parts = ('<bpmn:startEvent id="os" />', body, '<bpmn:endEvent id="oe" />')
    return f'<bpmn:process id="{name}" name="{name}" isExecutable="true">{process(*parts, flows=flows)}</bpmn:process>'


def call(*handed):
    inner = "".join(f'<r:{kind} name="{n}" value="{v}" />' for kind, n, v in handed)
    return f'<bpmn:callActivity id="call" name="call" calledElement="other"><bpmn:extensionElements>{inner}</bpmn:extensionElements></bpmn:callActivity>'


@pytest.mark.parametrize(
    ("inside", "taken", "wrong"),
    [("{ total: firm.staff * 2 }", "total", ""),
     ("{ total: firm.staf * 2 }", "total", "did you mean “staff”"),
     ("{ total: case.id }", "total", "no data named “case”"),
     ("{ total: firm.staff * 2 }", "totla", "did you mean “total”"),
     ('{ total: firm.name + 1 }', "total", "string + number")],
)  # fmt: skip
def test_a_called_process_knows_what_is_handed_over_and_no_more(inside, taken, wrong):
    found = told(
        "result + 1",
        call(("input", "firm", "case.firm"), ("output", "result", taken)),
        others=other(script("o", inside)),
    )
    assert bool(found) is bool(wrong) and all(wrong in english for _, _, english in found)


def test_the_instances_of_a_list_are_of_its_items():
    each = (
        '<bpmn:scriptTask id="each" name="each"><bpmn:script>{ said: one.%s }</bpmn:script>'
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>firms</bpmn:loopDataInputRef>"
        '<bpmn:loopDataOutputRef>all</bpmn:loopDataOutputRef><bpmn:inputDataItem id="one" />'
        '<bpmn:outputDataItem id="said" /></bpmn:multiInstanceLoopCharacteristics></bpmn:scriptTask>'
    )
    gather = script("gather", "{ firms: checked.lines }")
    assert not told("all[1] + case.firm.name", CHECK, gather, each % "name")
    assert told("all[1] + 1", CHECK, gather, each % "name")
    assert told("1", CHECK, gather, each % "nmae")
    over = each % "name"
    assert "runs over firm," in told("1", CHECK, over.replace(">firms<", ">firm<"))[0][2]
    assert "a context and not" in told("1", CHECK, over.replace(">firms<", ">case<"))[0][2]


def test_a_form_reads_what_any_process_with_it_has():
    hiding = b"""{"type": "default", "components": [
     {"type": "textarea", "key": "why", "label": "why", "conditional": {"hide": "=%s"}}]}"""
    task = '<bpmn:userTask id="ask" name="ask" r:role="reviewer" r:form="forms/why.form" />'

    def said(text, *elements, others=""):
        made = {**files(*elements, task, others=others), "forms/why.form": hiding % text.encode()}
        return [f.english for f in lint(made, HOUSE) if f.rule == "form_data"]

    assert said("case.firm.staff > 3") == []
    assert any("did you mean “staff”" in one for one in said("case.firm.staf > 3"))
    assert said("scores > 3")
    elsewhere = other(task.replace('id="ask"', 'id="o"')) + other(
        call(("input", "scores", "3"), ("input", "case", "case")).replace('id="call"', 'id="o"'),
        "third",
    ).replace('"o1"', '"o3"').replace('"o2"', '"o4"')
    assert said("scores > 3", others=elsewhere) == []


def test_everything_is_known_of_the_shipped_processes():
    from engine.lint import _read
    from engine.lint.known import known_in
    from engine.lint.model import Release

    registry = load()
    diagrams = [_read(path, text) for path, text in SHIPPED.items() if path.endswith(".bpmn")]
    known = known_in(Release(diagrams, SHIPPED, registry))
    assert known.keys() >= {"automatic", "instant", "promised", "acceptance", "payout"}
    assert [name for name, found in known.items() if not found.sure] == []
    assert [f for f in lint(SHIPPED, registry) if f.severity == "error"] == []


@pytest.mark.parametrize(
    ("path", "right", "wrong"),
    [("bpmn/instant.bpmn", "case.limit_days)", "case.limit_day)"),
     ("bpmn/instant.bpmn", "eligibility.amount = null", "eligibility.amuont = null"),
     ("bpmn/instant.bpmn", 'decision = "transfer" or', 'decision = "transferred" or'),
     ("bpmn/payout.bpmn", "payment.result", "payment.resutl"),
     ("bpmn/acceptance.bpmn", "withdrawal.reason", "withdrawal.reazon"),
     ("bpmn/payment_batch.bpmn", "batch.number", "batch.nubmer"),
     ("bpmn/returned_payment.bpmn", "payment.reason", "payment.reasons"),
     ("bpmn/eligibility_list.bpmn", "list.policy", "list.polixy"),
     ("forms/review.form", "scores.mean", "scores.mena")],
)  # fmt: skip
def test_a_slip_in_a_shipped_file_is_refused(path, right, wrong):
    assert right in SHIPPED[path].decode()
    slipped = {**SHIPPED, path: SHIPPED[path].decode().replace(right, wrong).encode()}
    errors = [f for f in lint(slipped, load()) if f.severity == "error"]
    assert errors and all(f.line and f.column for f in errors)


def test_a_variable_that_holds_itself_has_an_end():
    grows = script("grows", "{ v: { inner: v, name: case.firm.name } }")
    assert not told("v.inner.anything + 1", grows)
    assert told("case.firm.nmae", grows)


LEVEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="Level" name="level" namespace="urn:sample">
{given}<decision id="level" name="level"><variable id="V" name="level" typeRef="string" />{needs}
<literalExpression id="X"><text>{text}</text></literalExpression></decision></definitions>"""
GIVEN = (
    '<inputData id="{0}" name="{0}"><variable id="v_{0}" name="{0}" typeRef="{1}" /></inputData>'
)
NEEDS = '<informationRequirement id="r_{0}"><requiredInput href="#{0}" /></informationRequirement>'


@pytest.mark.parametrize(
    ("text", "given", "said"),
    [("if case.firm.staff &gt; 3 then case.firm.name else grade", (), ""),
     ("case.firm.nmae", (), "did you mean “name”"),
     ('if case.limit = "x" then "a" else "b"', (), "Comparing number with string"),
     ("gade", (), "did you mean “grade”"),
     ("grade", [("grade", "string")], ""),
     ("gade", [("gade", "string")], "reads “gade”, which the process does not have"),
     ("string(grade)", [("grade", "number")], "must be a number; in the process it is a string")],
)  # fmt: skip
def test_a_decision_that_a_diagram_asks_reads_what_the_process_has(text, given, said):
    ask = '<bpmn:businessRuleTask id="ask" name="ask" r:decision="level" r:result="level" />'
    file = LEVEL.format(
        text=text,
        given="".join(GIVEN.format(*one) for one in given),
        needs="".join(NEEDS.format(*one) for one in given),
    )
    found = told("string length(level)", *GOOD, ask, **{"bpmn/level.dmn": file.encode()})
    assert bool(found) is bool(said)
    assert all(said in english for _, _, english in found)
