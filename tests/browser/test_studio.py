"""The studio in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import definitions
from engine.actor import SYSTEM
from tests.browser.conftest import axe
from tests.web.conftest import person
from tests.web.studio.example import ANALYST, APPROVER, DECISION, DIAGRAM, FILES, FORM, publish

START = "Event_Start"

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
SHIPPED = sorted(str(p.relative_to(ROOT)) for p in (ROOT / "bpmn").glob("*.bpmn"))

# selects one element of every kind, so that the panel shows each of its groups
EVERY_KIND = """async () => {
  const modeler = document.querySelector('.studio').modeler, seen = new Set();
  for (const element of modeler.get('elementRegistry').getAll()) {
    const definition = element.businessObject?.eventDefinitions?.[0]?.$type ?? '';
    const kind = element.type + definition;
    if (!element.parent || element.labelTarget || seen.has(kind)) continue;
    seen.add(kind);
    modeler.get('selection').select(element);
    await new Promise(done => setTimeout(done, 30));
  }
}"""


@pytest.fixture
def analyst(runtime):
    """A login whose room holds the example release."""
    publish(runtime)
    runtime.run(SYSTEM, lambda work: person(work, "fenxi", ANALYST, APPROVER))
    return "fenxi"


def wait(page):
    page.wait_for_selector(".studio[data-ready]")
    return page


def select(page, element):
    """Selects an element of the diagram."""
    page.evaluate(
        "id => { const m = document.querySelector('.studio').modeler;"
        "m.get('selection').select(m.get('elementRegistry').get(id)); }",
        element,
    )


def attribute(page, element, name):
    return page.evaluate(
        "([id, name]) => document.querySelector('.studio').modeler"
        ".get('elementRegistry').get(id).businessObject.get(name) ?? null",
        [element, name],
    )


def linted(page, times):
    page.wait_for_function(
        "n => Number(document.querySelector('.studio').dataset.linted) >= n", arg=times
    )


def watermark_is_on_top(page, selector=".bjs-powered-by"):
    return page.evaluate(
        "selector => { const logo = document.querySelector(selector), box = logo.getBoundingClientRect();"
        "const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);"
        "return box.width > 0 && logo.contains(top); }",
        selector,
    )


@pytest.mark.parametrize("path", SHIPPED)
def test_the_modeler_opens_every_shipped_diagram_without_a_complaint(
    runtime, open_page, analyst, path
):
    content = (ROOT / path).read_bytes()
    runtime.run(SYSTEM, lambda work: definitions.save_draft(work, path, content, None))
    page = wait(open_page(analyst, f"/studio/edit/{path}"))
    assert page.get_attribute(".studio", "data-warnings") == "0"
    page.evaluate(EVERY_KIND)
    assert page.complaints == []
    untranslated = page.evaluate("[...globalThis.__untranslated]")
    assert not untranslated, "; ".join(untranslated)


def test_the_diagram_survives_being_opened_and_saved(runtime, open_page, analyst):
    """Our own attributes and elements are known to the modeler, none is dropped."""
    from engine.lint import lint

    files = {
        str(p.relative_to(ROOT)): p.read_bytes()
        for folder in ("bpmn", "forms")
        for p in (ROOT / folder).rglob("*")
        if p.suffix in (".bpmn", ".dmn", ".form")
    }
    before = [str(f) for f in lint(files)]
    for path in SHIPPED[:2]:
        content = files[path]
        runtime.run(
            SYSTEM, lambda work, p=path, c=content: definitions.save_draft(work, p, c, None)
        )
        page = wait(open_page(analyst, f"/studio/edit/{path}"))
        page.click("[data-act=save]")
        page.wait_for_selector(".studio-status[data-state=saved]")
        with runtime.database.connect() as connection:
            from web.studio.files import draft_of

            files[path] = bytes(draft_of(connection, path).content)
        from web.studio.changes import changes

        assert changes(path, content, files[path]) == []
    assert [str(f) for f in lint(files)] == before


def test_an_edit_is_undoable_saved_and_opened_again(open_page, analyst):
    page = wait(open_page(analyst, f"/studio/edit/{DIAGRAM}"))
    assert page.is_disabled("[data-act=undo]")
    select(page, "Task_Survey")
    page.select_option("#bio-properties-panel-r-role", "head")
    assert attribute(page, "Task_Survey", "r:role") == "head"
    page.click("[data-act=undo]")
    assert attribute(page, "Task_Survey", "r:role") == "reviewer"
    assert page.is_disabled("[data-act=undo]")
    page.click("[data-act=redo]")
    page.fill("#bio-properties-panel-r-instructions", "到现场核对 **{{ case.enterprise }}**")
    page.wait_for_function(
        "() => document.querySelector('.studio').modeler.get('elementRegistry')"
        ".get('Task_Survey').businessObject.extensionElements?.values[0]?.text?.includes('现场')"
    )
    page.click("[data-act=save]")
    page.wait_for_selector(".studio-status[data-state=saved]")
    page.reload()
    wait(page)
    assert attribute(page, "Task_Survey", "r:role") == "head"
    assert "草稿" in page.inner_text(".studio-where")
    assert page.complaints == []


def test_a_mark_appears_on_what_the_linter_finds_and_goes_with_the_cure(open_page, analyst):
    page = wait(open_page(analyst, f"/studio/edit/{DIAGRAM}"))
    assert page.inner_text(".studio-summary") == "规范检查通过"
    select(page, "Task_Survey")
    page.select_option("#bio-properties-panel-r-form", "")
    page.wait_for_selector(".lint-mark-error")
    assert "没有表单" in page.get_attribute(".lint-mark-error", "title")
    assert "没有表单" in page.inner_text(".studio-findings")
    page.select_option("#bio-properties-panel-r-form", FORM)
    page.wait_for_selector(".lint-mark-error", state="detached")


def test_a_start_by_hand_names_the_form_of_its_data(open_page, analyst):
    page = wait(open_page(analyst, f"/studio/edit/{DIAGRAM}"))
    select(page, START)
    page.select_option("#bio-properties-panel-r-form", FORM)
    assert attribute(page, START, "r:form") == FORM
    page.evaluate(
        "(id) => { const m = document.querySelector('.studio').modeler;"
        "const e = m.get('bpmnReplace').replaceElement(m.get('elementRegistry').get(id),"
        "{ type: 'bpmn:StartEvent', eventDefinitionType: 'bpmn:TimerEventDefinition' });"
        "m.get('selection').select(e); }",
        START,
    )
    page.wait_for_selector("#bio-properties-panel-r-form", state="detached")
    untranslated = page.evaluate("[...globalThis.__untranslated]")
    assert not untranslated, "; ".join(untranslated)


def test_a_service_task_asks_for_the_parameters_of_its_handler(open_page, analyst):
    page = wait(open_page(analyst, f"/studio/edit/{DIAGRAM}"))
    page.evaluate(
        "() => { const m = document.querySelector('.studio').modeler;"
        "const e = m.get('bpmnReplace').replaceElement(m.get('elementRegistry').get('Task_Survey'),"
        "{ type: 'bpmn:ServiceTask' }); m.get('selection').select(e); }"
    )
    page.select_option("#bio-properties-panel-r-handler", "eligibility.check")
    page.fill("#bio-properties-panel-r-parameter-case_id", "case.id")
    page.wait_for_function(
        "() => document.querySelector('.studio').modeler.saveXML().then("
        '({ xml }) => /<r:parameter name="case_id" value="case.id"/.test(xml))'
    )
    assert "occasion" in page.inner_text(".studio-panel")
    untranslated = page.evaluate("[...globalThis.__untranslated]")
    assert not untranslated, "; ".join(untranslated)


def test_the_menus_offer_only_what_the_engine_runs(open_page, analyst):
    page = wait(open_page(analyst, f"/studio/edit/{DIAGRAM}"))
    select(page, "Task_Survey")
    page.click(".djs-context-pad [data-action=replace]")
    offered = page.eval_on_selector_all(
        ".djs-popup .entry", "entries => entries.map(e => e.dataset.id)"
    )
    assert "replace-with-service-task" in offered
    assert not {"replace-with-task", "replace-with-manual-task", "toggle-loop"} & set(offered)
    untranslated = page.evaluate("[...globalThis.__untranslated]")
    assert not untranslated, "; ".join(untranslated)


def test_a_conflict_is_said_and_nothing_is_lost(open_page, analyst):
    first = wait(open_page(analyst, f"/studio/edit/{DIAGRAM}"))
    second = wait(open_page(analyst, f"/studio/edit/{DIAGRAM}"))
    first.click("[data-act=save]")
    first.wait_for_selector(".studio-status[data-state=saved]")
    second.click("[data-act=save]")
    second.wait_for_selector(".studio-status[data-state=conflict]")
    assert "已有草稿" in second.inner_text(".studio-status")


def test_the_decision_table_opens_is_edited_and_saved(open_page, analyst):
    page = wait(open_page(analyst, f"/studio/edit/{DECISION}"))
    page.click(".add-rule-add, .add-rule .add-rule-add, .add-rule")
    page.wait_for_selector("[data-act=undo]:not([disabled])")
    page.click("[data-act=save]")
    page.wait_for_selector(".studio-status[data-state=saved]")
    page.reload()
    wait(page)
    assert page.locator("tbody tr .rule-index").count() == 2
    untranslated = page.evaluate("[...globalThis.__untranslated]")
    assert not untranslated, "; ".join(untranslated)
    assert page.complaints == []


def test_the_form_editor_opens_and_saves(open_page, analyst):
    page = wait(open_page(analyst, f"/studio/edit/{FORM}"))
    assert page.locator(".fjs-element[data-id=Field_Found]").count() == 1
    page.click("[data-act=save]")
    page.wait_for_selector(".studio-status[data-state=saved]")
    assert page.complaints == []


PAGES = {
    "overview": "/studio/",
    "modeler": f"/studio/edit/{DIAGRAM}",
    "decision": f"/studio/edit/{DECISION}",
    "form": f"/studio/edit/{FORM}",
    "publish": "/studio/publish",
    "releases": "/studio/releases",
    "release": "/studio/releases/1",
}


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(open_page, analyst, name):
    page = open_page(analyst, PAGES[name])
    if name in ("modeler", "decision", "form"):
        wait(page)
    assert axe(page) == []
    assert page.complaints == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_a_telephone(open_page, analyst, name):
    page = open_page(analyst, PAGES[name], width=390, height=844)
    if name in ("modeler", "decision", "form"):
        wait(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    ("name", "selector"),
    [("modeler", ".bjs-powered-by"), ("decision", ".bjs-powered-by"), ("form", ".fjs-powered-by")],
)
def test_the_watermark_stays_visible(open_page, analyst, name, selector):
    page = wait(open_page(analyst, PAGES[name]))
    if name == "form":
        page.locator(selector).first.scroll_into_view_if_needed()
    assert watermark_is_on_top(page, selector)


EVENT_SUB_PROCESS = """<bpmn:subProcess id="Sub_Late" name="超期" triggeredByEvent="true">
<bpmn:startEvent id="Event_Late" name="收到撤回"><bpmn:signalEventDefinition id="Signal_Late" /></bpmn:startEvent>
<bpmn:endEvent id="End_Late" name="已处理"><bpmn:escalationEventDefinition id="Escalation_Late" /></bpmn:endEvent>
</bpmn:subProcess><bpmn:intermediateThrowEvent id="Event_Told" name="告知"><bpmn:linkEventDefinition id="Link_Told" name="续" /></bpmn:intermediateThrowEvent>
<bpmn:sendTask id="Task_Send" name="发送" r:key="case.id" />
<bpmn:boundaryEvent id="Event_Changed" attachedToRef="Task_Survey"><bpmn:conditionalEventDefinition id="Changed"><bpmn:condition>found</bpmn:condition></bpmn:conditionalEventDefinition></bpmn:boundaryEvent>
</bpmn:process>"""
SHAPES = """<bpmndi:BPMNShape id="S7" bpmnElement="Sub_Late" isExpanded="true"><dc:Bounds x="160" y="320" width="350" height="160" /></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="S8" bpmnElement="Event_Late"><dc:Bounds x="200" y="380" width="36" height="36" /></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="S9" bpmnElement="End_Late"><dc:Bounds x="400" y="380" width="36" height="36" /></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="S10" bpmnElement="Event_Told"><dc:Bounds x="600" y="380" width="36" height="36" /></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="S12" bpmnElement="Task_Send"><dc:Bounds x="560" y="320" width="100" height="80" /></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="S11" bpmnElement="Event_Changed"><dc:Bounds x="300" y="182" width="36" height="36" /></bpmndi:BPMNShape>
</bpmndi:BPMNPlane>"""


def test_every_event_that_the_engine_runs_is_offered_and_edited_in_words(
    runtime, open_page, analyst
):
    content = FILES[DIAGRAM].decode().replace("</bpmn:process>", EVENT_SUB_PROCESS)
    content = content.replace("</bpmndi:BPMNPlane>", SHAPES).encode()
    runtime.run(SYSTEM, lambda work: definitions.save_draft(work, DIAGRAM, content, None))
    page = wait(open_page(analyst, f"/studio/edit/{DIAGRAM}"))
    page.evaluate(EVERY_KIND)
    for element, offered, withheld in [
        ("Event_Late", "replace-with-compensation-start", "replace-with-none-start"),
        ("Event_Start", "replace-with-timer-start", "replace-with-error-start"),
        ("Event_Changed", "replace-with-signal-boundary", "replace-with-cancel-boundary"),
        ("End_Late", "replace-with-signal-end", "replace-with-cancel-end"),
        ("Task_Survey", "replace-with-send-task", "replace-with-manual-task"),
    ]:
        select(page, element)
        page.click(".djs-context-pad [data-action=replace]")
        ids = page.eval_on_selector_all(".djs-popup .entry", "all => all.map(e => e.dataset.id)")
        assert offered in ids and withheld not in ids, (element, ids)
        page.keyboard.press("Escape")
    select(page, "Task_Send")
    assert page.input_value("#bio-properties-panel-r-key") == "case.id"
    untranslated = page.evaluate("[...globalThis.__untranslated]")
    assert not untranslated, "; ".join(untranslated)
