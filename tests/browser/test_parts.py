"""The diagram viewer and the task form, each on a page of its own under the site's CSP."""

from __future__ import annotations

import json

import pytest
from flask import render_template_string, request

from engine.actor import SYSTEM
from tests.browser.conftest import axe
from tests.web.conftest import person
from tests.web.studio.example import DIAGRAM, FILES
from web.access import public

pytestmark = pytest.mark.browser
SCHEMA = {
    "type": "default",
    "schemaVersion": 19,
    "components": [
        {
            "type": "textfield",
            "key": "opinion",
            "id": "Opinion",
            "label": "意见",
            "validate": {"required": True},
        },
        {"type": "number", "key": "amount", "id": "Amount", "label": "金额", "decimalDigits": 2},
        {"type": "datetime", "key": "on", "id": "On", "subtype": "date", "dateLabel": "日期"},
        {"type": "filepicker", "key": "papers", "id": "Papers", "label": "材料", "multiple": True},
    ],
}
FORM_PAGE = """{% extends "base.html" %}{% block title %}表单{% endblock %}
{% block scripts %}{{ vite("src/pages/task-form.js") }}{% endblock %}
{% block content %}<h1>办理</h1><div class="card"><div class="card-body" data-form data-submit-url="/try/submit"
 data-draft-url="/try/draft" data-upload-url="/try/file"><script type="application/json">{{ given | tojson }}</script>
</div></div>{% endblock %}"""
VIEWER_PAGE = """{% extends "base.html" %}{% block title %}流程图{% endblock %}
{% block scripts %}{{ vite("src/pages/viewer.js") }}{% endblock %}
{% block content %}<h1>进度</h1><div data-diagram data-xml-url="/try/xml" data-tokens='["Gateway_Found"]'
 data-done='["Event_Start", "Task_Survey"]' data-incidents='["End_Found"]'></div>{% endblock %}"""


@pytest.fixture
def received(app):
    """Adds the pages to try; returns what they send."""
    found = {"submit": [], "draft": [], "file": []}
    given = {"schema": SCHEMA, "data": {"amount": 5}, "answer": {"opinion": "暂存的意见"}}

    @app.get("/try/form")
    @public
    def form():
        return render_template_string(FORM_PAGE, given=given)

    @app.get("/try/viewer")
    @public
    def viewer():
        return render_template_string(VIEWER_PAGE)

    @app.get("/try/xml")
    @public
    def xml():
        return FILES[DIAGRAM], 200, {"Content-Type": "application/xml"}

    @app.post("/try/submit")
    @public
    def submit():
        found["submit"].append(json.loads(request.data))
        if len(found["submit"]) == 1:
            fields = {"amount": "金额: 不能大于 3", "other": "名额已满"}
            return {"message": "有内容需要修改", "fields": fields}, 422
        return {"redirect": "/try/viewer"}

    @app.post("/try/draft")
    @public
    def draft():
        found["draft"].append(json.loads(request.data))
        return {}

    @app.post("/try/file")
    @public
    def file():
        found["file"].append(request.files["file"].filename)
        return {"id": "f1", "name": request.files["file"].filename}

    return found


@pytest.fixture
def page(runtime, open_page, received):
    runtime.run(SYSTEM, lambda work: person(work, "jingban", ("JFJ", "reviewer")))

    def enter(path, **more):
        found = open_page("jingban", path, **more)
        found.wait_for_selector("[data-ready]")
        return found

    return enter


def test_what_was_typed_before_is_there_and_changes_are_kept(page, received):
    form = page("/try/form")
    assert form.input_value("[id*=Opinion]") == "暂存的意见"
    form.fill("[id*=Opinion]", "同意")
    form.wait_for_function(
        "() => document.querySelector('.task-form-status').textContent.includes('已自动保存')"
    )
    assert received["draft"][-1]["answer"]["opinion"] == "同意"
    assert form.complaints == []


def test_a_missing_field_is_said_in_chinese_and_nothing_is_sent(page, received):
    form = page("/try/form")
    form.fill("[id*=Opinion]", "")
    form.click(".task-form-foot .btn-primary")
    form.wait_for_selector(".fjs-form-field-error")
    assert "必须填写" in form.inner_text(".fjs-form-field-error")
    assert received["submit"] == []
    assert form.evaluate("[...globalThis.__untranslated]") == []


def test_the_servers_sentences_stand_beside_their_fields(page, received):
    form = page("/try/form")
    form.set_input_files("input[type=file]", {"name": "附件.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})  # fmt: skip
    form.click(".task-form-foot .btn-primary")
    form.wait_for_selector(".task-form .alert:not([hidden])")
    assert form.inner_text(".task-form .alert") == "有内容需要修改 名额已满"
    assert "不能大于 3" in form.inner_text(".fjs-has-errors .fjs-form-field-error")
    assert received["submit"][0]["answer"]["papers"] == [{"id": "f1", "name": "附件.pdf"}]
    assert received["file"] == ["附件.pdf"]
    focused = form.evaluate("document.activeElement.id")
    assert "Amount" in focused
    form.click(".task-form-foot .btn-primary")
    form.wait_for_url("**/try/viewer")


def test_the_form_is_accessible(page):
    form = page("/try/form")
    assert axe(form) == []


def test_the_calendar_speaks_chinese(page):
    form = page("/try/form")
    form.click(".fjs-form-field-datetime input.flatpickr-input, .fjs-form-field-datetime input")
    form.wait_for_selector(".flatpickr-calendar.open")
    assert "周一" in form.inner_text(".flatpickr-calendar.open .flatpickr-weekdays")


def test_the_viewer_marks_tokens_the_done_path_and_incidents(page):
    viewer = page("/try/viewer")
    assert viewer.inner_text(".diagram-label-here").strip() == "办理中"
    assert viewer.inner_text(".diagram-label-broken").strip() == "出错"
    done = viewer.eval_on_selector_all(
        ".djs-element.is-done", "nodes => nodes.map(n => n.dataset.elementId).sort()"
    )
    assert done == ["Event_Start", "Flow_1", "Flow_2", "Task_Survey"]
    assert viewer.complaints == []
    assert axe(viewer) == []
    logo = viewer.locator(".bjs-powered-by")
    assert logo.is_visible()


@pytest.mark.parametrize("path", ["/try/form", "/try/viewer"])
def test_both_fit_a_telephone_in_large_type(page, path):
    small = page(path, width=390, height=844)
    small.evaluate("document.documentElement.dataset.care = ''")
    assert small.evaluate("document.documentElement.scrollWidth") <= 390
