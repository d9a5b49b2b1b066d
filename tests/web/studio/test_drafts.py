"""Saving drafts, and what the editors ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.studio.example import ANALYST, DIAGRAM, FILES, FORM, publish
from web.studio.files import title

ROOT = Path(__file__).parents[3]
XML = FILES[DIAGRAM].decode()


@pytest.fixture
def studio(runtime, sign_in):
    publish(runtime)
    return sign_in("fenxi", ANALYST)


def put(client, content, version, path=DIAGRAM):
    body = {"content": content, "lock_version": version}
    return client.put(f"/studio/files/{path}", json=body, headers={"X-CSRFToken": client.csrf})


def lint(client, content, path=DIAGRAM):
    answer = client.post(
        f"/studio/lint/{path}", json={"content": content}, headers={"X-CSRFToken": client.csrf}
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json["findings"]


def test_the_editor_opens_what_is_published_until_there_is_a_draft(studio):
    opened = studio.get(f"/studio/files/{DIAGRAM}").json
    assert (opened["content"], opened["lock_version"]) == (XML, None)
    assert put(studio, XML.replace("现场踏勘", "现场核查"), None).json == {"lock_version": 1}
    opened = studio.get(f"/studio/files/{DIAGRAM}").json
    assert "现场核查" in opened["content"]
    assert opened["lock_version"] == 1


def test_a_second_editor_cannot_overwrite_what_the_first_has_saved(studio, sign_in):
    other = sign_in("tongshi", ANALYST)
    put(studio, XML, None)
    assert put(studio, XML.replace("属实?", "属实吗"), 1).json == {"lock_version": 2}
    refused = put(other, XML.replace("属实?", "是否属实"), 1)
    assert refused.status_code == 409
    assert "请重新打开" in refused.json["message"]
    assert "属实吗" in other.get(f"/studio/files/{DIAGRAM}").json["content"]


def test_two_first_drafts_do_not_overwrite_each_other(studio, sign_in):
    put(studio, XML, None)
    refused = put(sign_in("tongshi", ANALYST), XML, None)
    assert refused.status_code == 409
    assert "已有草稿" in refused.json["message"]


def test_the_linter_names_the_element_in_both_languages(studio):
    assert lint(studio, XML) == []
    found = lint(studio, XML.replace(' r:role="reviewer"', ""))
    assert [(f["element"], f["rule"]) for f in found] == [("Task_Survey", "candidate_groups")]
    assert found[0]["text"] == "用户任务“现场踏勘”没有候选角色"
    assert found[0]["english"]


def test_the_linter_checks_against_the_whole_release(studio):
    found = lint(studio, XML.replace("forms/survey.form", "forms/none.form"))
    assert [(f["rule"], f["element"]) for f in found] == [("form_references", "Task_Survey")]


def test_broken_xml_is_a_finding_and_no_crash(studio):
    assert lint(studio, "<bpmn:definitions")[0]["rule"] == "readable"


@pytest.mark.parametrize("path", ["bpmn/../../etc/passwd.bpmn", "secret.bpmn", "bpmn/a b.bpmn"])
def test_only_files_of_the_release_folders_can_be_saved(studio, path):
    answer = put(studio, XML, None, path)
    assert answer.status_code in (404, 422)


def test_a_draft_of_a_file_nobody_began_is_refused(studio):
    assert put(studio, XML, None, "bpmn/unheard_of.bpmn").status_code == 404


def test_a_new_file_begins_as_a_draft_that_opens(studio):
    answer = studio.post(
        "/studio/new",
        data={"kind": "form", "identity": "visit", "name": "走访记录", "csrf_token": studio.csrf},
    )
    assert answer.headers["Location"].endswith("/studio/edit/forms/visit.form")
    assert "走访记录" in studio.get("/studio/files/forms/visit.form").json["content"]
    again = studio.post(
        "/studio/new",
        data={"kind": "form", "identity": "visit", "name": "走访记录", "csrf_token": studio.csrf},
    )
    assert again.status_code == 422
    assert "已存在" in again.get_data(as_text=True)


def test_the_catalogue_offers_handlers_with_their_parameters(studio):
    found = studio.get("/studio/catalogue.json").json
    assert ["reviewer", "部门经办 reviewer"] in found["roles"]
    assert [FORM, f"survey {FORM}"] in found["forms"]
    assert ["survey", "现场踏勘 survey"] in found["processes"]
    assert ["grade", "等级 grade"] in found["decisions"]
    names = [handler["name"] for handler in found["handlers"]]
    assert names == sorted(names)
    checked = next(h for h in found["handlers"] if h["name"] == "eligibility.check")
    assert {p["name"] for p in checked["parameters"]} == {"case_id", "occasion"}


def test_others_may_not_enter(runtime, sign_in):
    publish(runtime)
    clerk = sign_in("chuangkou", ("XZSPJ", "clerk"))
    assert clerk.get("/studio/").status_code == 403
    assert put(clerk, XML, None).status_code == 403


def test_discarding_shows_what_is_lost_and_keeps_what_is_published(studio):
    put(studio, XML.replace('name="现场踏勘" r:role', 'name="实地核查" r:role'), None)
    page = studio.get(f"/studio/discard/{DIAGRAM}").get_data(as_text=True)
    assert "实地核查" in page
    assert "不能找回" in page
    stale = studio.post(
        f"/studio/discard/{DIAGRAM}", data={"lock_version": 9, "csrf_token": studio.csrf}
    )
    assert stale.status_code == 409
    studio.post(f"/studio/discard/{DIAGRAM}", data={"lock_version": 1, "csrf_token": studio.csrf})
    opened = studio.get(f"/studio/files/{DIAGRAM}").json
    assert (opened["content"], opened["lock_version"]) == (XML, None)


def test_a_file_without_decisions_is_called_by_its_own_name():
    catalogue = (ROOT / "bpmn/decisions/facts.dmn").read_bytes()
    assert title("bpmn/decisions/facts.dmn", catalogue) == "事实目录（示例）"
    assert title("bpmn/decisions/none.dmn", b"<definitions/>") == "bpmn/decisions/none.dmn"
