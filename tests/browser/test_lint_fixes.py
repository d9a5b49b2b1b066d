"""The buttons of the studio that cure what the linter finds, in a real browser."""

from __future__ import annotations

import pytest

from engine import definitions
from engine.actor import SYSTEM
from engine.lint import apply_fix, lint
from handlers import registry
from tests.browser.conftest import axe
from tests.browser.test_studio import ROOT, analyst, linted, wait  # noqa: F401
from tests.web.studio.example import DIAGRAM, FILES

pytestmark = pytest.mark.browser
XML = FILES[DIAGRAM].decode()
SERVICE = """<bpmn:serviceTask id="Task_Survey" name="停表" implementation="deadlines.pausee">
<bpmn:extensionElements><r:parameter name="case_id" value="remark" /><r:parameter name="kind" value="&quot;site_survey&quot;" /><r:parameter name="reasn" value="&quot;踏勘&quot;" /></bpmn:extensionElements></bpmn:serviceTask>"""
FLOW = """
    <bpmn:sequenceFlow id="Flow_1" sourceRef="Event_Start" targetRef="Task_Survey" />
    """
START = f'<bpmn:startEvent id="Event_Start" name="开始" />{FLOW}'
GIVEN = f'<bpmn:startEvent id="Event_Start" name="开始" r:form="forms/survey.form" />{FLOW}'
TASK = '<bpmn:userTask id="Task_Survey" name="现场踏勘" r:role="reviewer" r:department="JFJ" r:form="forms/survey.form" />'
LOST = '<bpmn:endEvent id="End_Lost" name="无人到达" /><bpmn:endEvent id="End_Not"'
BROKEN = {
    "an ignored attribute": ('id="Flow_1"', 'id="Flow_1" isImmediate="false"'),
    "a misspelt extension": ("r:department", "r:departement"),
    "a foreign resource": (TASK, TASK.replace(" />", '><bpmn:potentialOwner id="Owner" /></bpmn:userTask>')),
    "a condition in another language": (">found<", ">found == True<"),
    "a gateway without default": (' default="Flow_No"', ""),
    "a reserved id": ("End_Found", "End_Found.split"),
    "a misspelt role": ('"reviewer"', '"reviewr"'),
    "a misspelt handler, then its parameter": (f"{START}{TASK}", f"{GIVEN}{SERVICE}"),
    "a process that is not executable": ('isExecutable="true"', 'isExecutable="false"'),
}  # fmt: skip


def files(content):
    return {**FILES, DIAGRAM: content}


def errors(content):
    return [f for f in lint(files(content), registry.load()) if f.severity == "error"]


def broken_xml(name):
    old, new = BROKEN[name]
    assert old in XML
    return XML.replace(old, new).encode()


def save(runtime, content):
    runtime.run(SYSTEM, lambda work: definitions.save_draft(work, DIAGRAM, content, None))


@pytest.mark.parametrize("name", BROKEN)
def test_the_fix_cures_the_text(name):
    content = broken_xml(name)
    assert errors(content)
    for _ in range(4):
        fixable = [f.fix for f in errors(content) if f.fix is not None]
        if not fixable:
            break
        content = apply_fix(content, fixable[0])
    assert errors(content) == []


def test_a_condition_that_bpmn_ignores_is_a_warning_and_can_be_taken_away():
    """A default flow's condition is never asked."""
    ignored = XML.replace(
        'targetRef="End_Not" />',
        'targetRef="End_Not"><bpmn:conditionExpression>not(found)</bpmn:conditionExpression>'
        "</bpmn:sequenceFlow>",
    ).encode()
    (found,) = lint(files(ignored), registry.load())
    assert (found.rule, found.severity) == ("gateway_conditions", "warning")
    assert lint(files(apply_fix(ignored, found.fix)), registry.load()) == []


@pytest.mark.parametrize("name", BROKEN)
def test_the_button_cures_the_diagram_and_can_be_undone(runtime, open_page, analyst, name):  # noqa: F811
    save(runtime, broken_xml(name))
    page = wait(open_page(analyst, f"/studio/edit/{DIAGRAM}"))
    pressed = 0
    while page.locator(".lint-row-error").count():
        before = int(page.get_attribute(".studio", "data-linted"))
        page.click(".lint-item:has(.lint-row-error) .lint-fix")
        pressed += 1
        assert pressed < 5
        linted(page, before + 1)
    assert pressed > 0
    assert page.inner_text(".studio-summary") == "规范检查通过"
    for _ in range(pressed):
        page.click("[data-act=undo]")
    assert page.is_disabled("[data-act=undo]")
    page.wait_for_selector(".lint-row-error")
    assert [c for c in page.complaints if "unknown attribute" not in c] == []


def test_a_counter_example_is_marked_on_the_diagram(runtime, open_page, analyst):  # noqa: F811
    joined = XML.replace('targetRef="End_Not"', 'targetRef="Join"').replace(
        'targetRef="End_Found"', 'targetRef="Join"'
    )
    joined = joined.replace(
        '<bpmn:endEvent id="End_Not" name="不属实" />',
        '<bpmn:parallelGateway id="Join" name="汇合" />',
    ).replace('"End_Not"', '"Join"')
    joined = joined.replace(
        "</bpmn:process>",
        '<bpmn:sequenceFlow id="Flow_3" sourceRef="Join" targetRef="End_Found" /></bpmn:process>',
    )
    save(runtime, joined.encode())
    page = wait(open_page(analyst, f"/studio/edit/{DIAGRAM}"))
    page.click(".lint-row-error:has-text('永远等下去')")
    marked = page.eval_on_selector_all(
        ".djs-element.lint-path", "all => all.map(e => e.dataset.elementId)"
    )
    assert {"Event_Start", "Task_Survey", "Gateway_Found"} <= set(marked)


@pytest.mark.parametrize("width", [1440, 390])
def test_many_findings_stay_readable(runtime, open_page, analyst, width):  # noqa: F811
    broken = XML.replace(' default="Flow_No"', "").replace(">found<", ">found == True<")
    broken = broken.replace("r:department", "r:departement").replace('r:role="reviewer"', "")
    save(runtime, broken.encode())
    page = wait(open_page(analyst, f"/studio/edit/{DIAGRAM}", width=width, height=900))
    assert page.locator(".lint-fix").count() >= 3
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    rows = page.eval_on_selector_all(
        ".lint-row", "all => all.map(e => e.getBoundingClientRect().width)"
    )
    assert min(rows) > 200
    assert axe(page) == []
