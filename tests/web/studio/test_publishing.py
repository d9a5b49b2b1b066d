"""Publishing under four eyes."""

from __future__ import annotations

import pytest

from engine import definitions, instances
from engine.actor import SYSTEM
from tests.web.studio.example import (
    ANALYST,
    APPROVER,
    DECISION,
    DIAGRAM,
    FILES,
    FORM,
    ROW,
    publish,
)
from web.studio.changes import changes
from web.studio.publishing_pages import publish as publish_page

XML = FILES[DIAGRAM].decode()
CHANGED = XML.replace('name="现场踏勘" r:role', 'name="实地核查" r:role')


@pytest.fixture
def analyst(runtime, sign_in):
    publish(runtime)
    return sign_in("fenxi", ANALYST)


@pytest.fixture
def approver(analyst, sign_in):
    return sign_in("shenhe", APPROVER)


def save(client, content, version=None, path=DIAGRAM):
    body = {"content": content, "lock_version": version}
    answer = client.put(f"/studio/files/{path}", json=body, headers={"X-CSRFToken": client.csrf})
    assert answer.status_code == 200, answer.get_data(as_text=True)


def ask(client, *paths, note="改称实地核查,与通知一致"):
    return client.post(
        "/studio/publish", data={"paths": list(paths), "note": note, "csrf_token": client.csrf}
    )


def latest(runtime):
    return runtime.run(SYSTEM, lambda work: definitions.latest_release(work.connection))


def drafts(client):
    return client.get("/studio/").get_data(as_text=True).count("放弃草稿…")


def test_publishing_makes_a_release_and_running_instances_stay_on_theirs(
    runtime, analyst, approver
):
    started = runtime.run(SYSTEM, lambda work: instances.start(work, "survey", {}))
    save(analyst, CHANGED)
    answer = ask(approver, DIAGRAM)
    assert answer.headers["Location"].endswith("/studio/releases/2")
    assert latest(runtime) == 2
    assert drafts(approver) == 0
    begun = runtime.run(SYSTEM, lambda work: instances.start(work, "survey", {}))

    def names(work):
        return [
            definitions.file_of(
                work.connection, instances.get(work, one).release_id, DIAGRAM
            ).decode()
            for one in (started, begun)
        ]

    assert runtime.run(SYSTEM, names) == [XML, CHANGED]


def test_nobody_publishes_his_own_draft(runtime, analyst, sign_in):
    both = sign_in("shuang", ANALYST, APPROVER)
    save(both, CHANGED)
    answer = ask(both, DIAGRAM)
    assert answer.status_code == 403
    assert "另一位审核员" in answer.get_data(as_text=True)
    assert latest(runtime) == 1


def test_saving_over_somebody_elses_draft_makes_one_an_author_for_good(runtime, analyst, sign_in):
    both = sign_in("shuang", ANALYST, APPROVER)
    save(both, CHANGED)
    save(analyst, CHANGED, 1)
    assert ask(both, DIAGRAM).status_code == 403
    assert ask(sign_in("shenhe", APPROVER), DIAGRAM).status_code == 302


def test_an_analyst_may_not_publish(analyst, sign_in):
    save(sign_in("tongshi", ANALYST), CHANGED)
    assert ask(analyst, DIAGRAM).status_code == 403


def test_the_linter_refuses_and_says_why(runtime, analyst, approver):
    save(analyst, XML.replace(' r:role="reviewer"', ""))
    answer = ask(approver, DIAGRAM)
    assert answer.status_code == 422
    assert "用户任务“现场踏勘”没有候选角色" in answer.get_data(as_text=True)
    assert latest(runtime) == 1
    assert drafts(approver) == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", "条件为 100时没有一行成立"), ("en", "no rule fires when 条件 is 100")],
)
def test_a_table_with_a_gap_is_refused_with_the_values_that_fall_through(
    runtime, analyst, approver, language, said
):
    table = FILES[DECISION].decode().replace("<text>-</text>", "<text>&lt; 100</text>", 1)
    above = ROW.decode().replace("_Any", "_Above").replace("Cell_Result", "Cell_Above_Result")
    above = above.replace("<text>-</text>", "<text>&gt; 100</text>")
    table = table.replace('typeRef="string"><text>value', 'typeRef="number"><text>value')
    save(analyst, table.replace("</decisionTable>", above), path=DECISION)
    approver.post("/display", data={"language": language}, headers={"X-CSRFToken": approver.csrf})
    answer = ask(approver, DECISION)
    assert answer.status_code == 422 and said in answer.get_data(as_text=True)
    assert latest(runtime) == 1


def test_drafts_that_need_each_other_are_published_together(runtime, analyst, approver):
    analyst.post(
        "/studio/new",
        data={"kind": "form", "identity": "visit", "name": "走访", "csrf_token": analyst.csrf},
    )
    save(analyst, XML.replace(FORM, "forms/visit.form"))
    assert ask(approver, DIAGRAM).status_code == 422
    save(analyst, FILES[FORM].decode(), 1, "forms/visit.form")
    assert ask(approver, DIAGRAM, "forms/visit.form").status_code == 302
    assert latest(runtime) == 2


def test_a_note_and_a_choice_are_required(analyst, approver):
    save(analyst, CHANGED)
    assert "请写明" in ask(approver, DIAGRAM, note="").get_data(as_text=True)
    assert "至少选择一个" in ask(approver).get_data(as_text=True)


def test_a_draft_begun_on_an_older_release_is_not_published_over_a_newer_one(
    runtime, analyst, approver
):
    save(analyst, CHANGED)
    publish(runtime, {DIAGRAM: XML.replace("不属实", "不符").encode()})
    answer = ask(approver, DIAGRAM)
    assert answer.status_code == 409
    assert "又发布过新版本" in answer.get_data(as_text=True)
    assert latest(runtime) == 2


def test_the_history_says_what_each_release_changed(runtime, analyst, approver):
    save(analyst, CHANGED)
    ask(approver, DIAGRAM)
    page = approver.get("/studio/releases").get_data(as_text=True)
    assert "改称实地核查,与通知一致" in page
    assert "shenhe" in page
    detail = approver.get("/studio/releases/2").get_data(as_text=True)
    assert "实地核查" in detail
    assert detail.count("state-warning") == 1


def test_changes_name_elements_and_ignore_layout():
    moved = XML.replace('x="260" y="120"', 'x="280" y="140"')
    assert changes(DIAGRAM, XML.encode(), moved.encode()) == []
    found = changes(DIAGRAM, XML.encode(), CHANGED.encode())
    assert [(c.kind, c.element, c.name) for c in found] == [("changed", "Task_Survey", "实地核查")]
    condition = XML.replace(">found<", ">found = true<")
    assert [c.element for c in changes(DIAGRAM, XML.encode(), condition.encode())] == ["Flow_Yes"]


def test_the_publish_page_is_guarded():
    assert publish_page.access == ("analyst", "analyst_approver")
