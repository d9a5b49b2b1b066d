"""Operations over HTTP: pages that show the effect first, the JSON interface, the command line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from engine import definitions, instances, operations, user_tasks
from engine.actor import SYSTEM
from engine.operations import Suspend, batches
from engine.tables import draft, instance, user_task
from tests.engine.drain import drain
from tests.engine.example import FILES
from tests.web.monitor.test_monitor import ADMIN, HTML, LI, MANAGER, post, text

NEW = {
    **FILES,
    "bpmn/example.bpmn": FILES["bpmn/example.bpmn"].replace("审批".encode(), "复审".encode()),
}


@pytest.fixture
def root(sign_in):
    return sign_in("root", ADMIN)


def send(client, method, path, **body):
    return client.open(path, method=method, json=body, headers={"X-CSRFToken": client.csrf})


def standing(runtime, instance_id):
    def act(work):
        found = instances.restore(work, instances.get(work, instance_id)).tokens()
        return sorted(found)

    return runtime.run(SYSTEM, act)


def approve(runtime, instance_id):
    with runtime.database.connect() as connection:
        wanted = (user_task.c.instance_id == instance_id, user_task.c.status == "open")
        task_id = connection.scalar(select(user_task.c.id).where(*wanted))
    answer = {"agreed": True, "count": 3}
    runtime.run(LI, lambda work: user_tasks.complete(work, task_id, answer))


# -- pages


def test_the_instance_page_offers_what_its_status_allows(root, runtime, start):
    instance_id = start()
    page = text(root, f"/monitor/{instance_id}")
    assert f"/monitor/{instance_id}/move" in page and f"/monitor/{instance_id}/resume" not in page
    runtime.run(SYSTEM, lambda w: operations.apply(w, instance_id, Suspend(), reason="查"))
    page = text(root, f"/monitor/{instance_id}")
    assert f"/monitor/{instance_id}/resume" in page and f"/monitor/{instance_id}/move" not in page


def test_a_move_is_shown_on_the_diagram_before_it_is_done(root, runtime, start):
    instance_id = start()
    page = text(root, f"/monitor/{instance_id}/move")
    task = page.partition('name="task"')[2].partition('value="')[2].partition('"')[0]
    path = f"/monitor/{instance_id}/move?task={task}&to=Event_Settled"
    page = text(root, path)
    assert "data-arriving" in page and "Event_Settled" in page.partition("data-arriving")[2][:80]
    assert "收回" in page and "新增" in page
    assert standing(runtime, instance_id) == ["Task_Approve"]
    version = page.partition('name="version" value="')[2].partition('"')[0]
    given = {"task": task, "to": "Event_Settled", "version": version, "reason": "已线下付款"}
    assert post(root, f"/monitor/{instance_id}/move", **given).status_code == 302
    assert standing(runtime, instance_id) == ["Event_Settled"]
    page = text(root, f"/monitor/{instance_id}")
    assert "已移动" in page and "已线下付款" in page


def test_what_cannot_be_done_says_why_and_offers_no_button(root, start):
    instance_id = start()
    page = text(root, f"/monitor/{instance_id}/move")
    task = page.partition('name="task"')[2].partition('value="')[2].partition('"')[0]
    page = text(root, f"/monitor/{instance_id}/move?task={task}&to=Event_Remind")
    assert "附着在步骤上" in page and 'name="reason"' not in page
    english = root.get(
        f"/monitor/{instance_id}/move?task={task}&to=Event_Remind",
        headers={**HTML, "Accept-Language": "en"},
    ).get_data(as_text=True)
    assert "attached to a step" in english and "附着" not in english


def test_an_instance_that_moved_on_is_answered_409_with_a_fresh_preview(root, runtime, start):
    instance_id = start()
    page = text(root, f"/monitor/{instance_id}/restart")
    version = page.partition('name="version" value="')[2].partition('"')[0]
    approve(runtime, instance_id)
    late = post(root, f"/monitor/{instance_id}/restart", version=version, reason="重办")
    assert late.status_code == 409 and "请重新预览" in late.get_data(as_text=True)


def test_one_goes_back_to_a_step_chosen_from_those_done(root, runtime, start):
    instance_id = start()
    approve(runtime, instance_id)
    page = text(root, f"/monitor/{instance_id}/back")
    chosen = page.partition('name="sequence"')[2].partition("</option>")[2]
    sequence = chosen.partition('value="')[2].partition('"')[0]
    page = text(root, f"/monitor/{instance_id}/back?sequence={sequence}")
    assert "不会撤销" in page or "新增" in page
    done = post(root, f"/monitor/{instance_id}/back", sequence=sequence, reason="数量有误")
    assert done.status_code == 302 and standing(runtime, instance_id) == ["Task_Approve"]


def test_the_wizard_counts_tries_and_migrates_with_progress(root, sign_in, runtime, start):
    first = [start(f"K{n}") for n in range(3)]
    approve(runtime, first[0])
    release = runtime.run(SYSTEM, lambda work: definitions.publish(work, NEW))
    path = f"/monitor/migration?process=example&release={release}"
    page = text(root, path)
    assert "可以迁移" in page and ">2<" in page and ">1<" in page
    assert 'name="act"' not in text(sign_in("boss", MANAGER), path)
    given = {"process": "example", "release": release, "reason": ""}
    assert post(root, "/monitor/migration", act="go", **given).status_code == 422
    given["reason"] = "新版上线"
    for act, word in (("dry", "试运行"), ("go", "批量操作")):
        found = post(root, "/monitor/migration", act=act, **given)
        assert found.status_code == 302
        assert "hx-get" in text(root, found.location)
        drain(runtime)
        page = text(root, found.location)
        assert word in page and "hx-get" not in page and "<b>3</b>" in page
    assert "新版上线" in text(root, "/monitor/batches")
    with runtime.database.connect() as connection:
        ids = set(connection.scalars(select(instance.c.definition_id)))
    assert len(ids) == 1
    assert "没有需要迁移" in text(root, path)


# -- JSON


def test_the_json_interface_previews_and_does_what_the_pages_do(root, runtime, start):
    instance_id = start()
    found = root.get(f"/api/instances/{instance_id}").get_json()
    assert [t["place"] for t in found["tokens"]] == ["Task_Approve"]
    body = {"operation": "move", "arguments": {"to": "Event_Settled", "changes": {"total": 12.5}}}
    shown = send(root, "POST", f"/api/instances/{instance_id}/preview", **body).get_json()
    assert shown["allowed"] and shown["changed"] == {"total": {"$decimal": "12.5"}}
    assert standing(runtime, instance_id) == ["Task_Approve"]
    path = f"/api/instances/{instance_id}/operations"
    assert send(root, "POST", path, **body).status_code == 422
    body |= {"reason": "已线下付款", "expected_version": shown["version"]}
    done = send(root, "POST", path, **body)
    assert done.status_code == 200 and done.get_json()["version"] == shown["version"] + 1
    again = send(root, "POST", path, **body)
    assert again.status_code == 409 and "重新预览" in again.get_json()["detail"]
    assert standing(runtime, instance_id) == ["Event_Settled"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"operation": "explode"},
        {"operation": "move", "arguments": {"to": 7}},
        {"operation": "move"},
        {"operation": "skip", "arguments": {"task_id": "x"}},
        {"operation": "skip", "arguments": {"colour": "red"}},
        {"operation": "skip", "arguments": []},
    ],
)
def test_a_wrong_body_names_the_field(root, start, wrong):
    found = send(root, "POST", f"/api/instances/{start()}/preview", **wrong)
    assert found.status_code == 422 and (found.get_json()["fields"] or found.get_json()["detail"])


def test_steps_lists_and_refusals_are_read_by_readers_only(sign_in, runtime, start):
    instance_id = start()
    approve(runtime, instance_id)
    boss, li = sign_in("boss", MANAGER), sign_in("li", ("JFJ", "reviewer"))
    steps = boss.get(f"/api/instances/{instance_id}/steps").get_json()["steps"]
    assert [s["place"] for s in steps] == ["Task_Approve"]
    assert len(boss.get("/api/instances?process=example").get_json()["instances"]) == 1
    for path in ("/api/instances", "/api/operations", f"/api/instances/{instance_id}"):
        assert li.get(path).status_code == 403
    body = {"operation": "cancel", "reason": "x"}
    path = f"/api/instances/{instance_id}/operations"
    assert send(boss, "POST", path, **body).status_code == 403


def test_many_are_done_by_json_and_refusals_say_why(root, runtime, start):
    good, bad = start("K1"), start("K2")
    runtime.run(SYSTEM, lambda w: operations.apply(w, bad, Suspend(), reason="查"))
    body = {"operation": "suspend", "instances": [str(good), str(bad)], "reason": "盘点"}
    batch = send(root, "POST", "/api/operations", **body)
    assert batch.status_code == 202
    path = f"/api/operations/{batch.get_json()['id']}"
    drain(runtime)
    found = root.get(path).get_json()
    assert (found["done"], found["refused"], found["waiting"]) == (1, 1, 0)
    (refused,) = root.get(f"{path}/refusals").get_json()["refusals"]
    assert refused["business_key"] == "K2" and "挂起" in refused["text"] and refused["english"]
    assert send(root, "POST", f"{path}/stop").status_code == 409


def test_a_draft_that_never_ran_is_deleted_by_json(root, runtime):
    content = FILES["bpmn/example.bpmn"].replace(b'"example"', b'"other"')
    runtime.run(LI, lambda w: definitions.save_draft(w, "bpmn/other.bpmn", content, None))
    assert [d["path"] for d in root.get("/api/drafts").get_json()["drafts"]] == ["bpmn/other.bpmn"]
    assert send(root, "DELETE", "/api/drafts/bpmn/other.bpmn").status_code == 422
    assert send(root, "DELETE", "/api/drafts/bpmn/other.bpmn", reason="画错").status_code == 200
    with runtime.database.connect() as connection:
        assert connection.execute(select(draft)).all() == []


# -- the command line


@pytest.fixture
def redeem(runtime, monkeypatch):
    """Runs a subcommand over the test's database; returns (exit code, output)."""
    import contextlib

    from web.commands import instances as commands

    @contextlib.contextmanager
    def opened(settings):
        yield runtime

    monkeypatch.setattr(commands, "opened", opened)

    def act(*words):
        group = commands.instances if words[0] == "instances" else commands.draft_commands
        found = CliRunner().invoke(group, [str(w) for w in words[1:]], catch_exceptions=False)
        return found.exit_code, found.stdout

    return act


def test_the_command_line_previews_does_and_refuses(redeem, runtime, start):
    instance_id = start("K9")
    assert "K9" in redeem("instances", "list")[1]
    code, shown = redeem(
        "instances", "skip", instance_id, "--data", '{"agreed": false}', "--dry-run"
    )
    assert code == 0 and "- task" in shown and standing(runtime, instance_id) == ["Task_Approve"]
    code, shown = redeem("instances", "move", instance_id, "--to", "Task_Bank", "--data",
                         '{"total": 3}', "--reason", "补付", "--json")  # fmt: skip
    assert code == 0 and json.loads(shown)["placed"][0]["place"] == "Task_Bank"
    code, shown = redeem("instances", "back", instance_id, "--to", "Nowhere", "--dry-run")
    assert code == 1 and "不能执行" in shown
    assert redeem("instances", "suspend", instance_id, "--reason", "查")[0] == 0
    assert (
        json.loads(redeem("instances", "show", instance_id, "--json")[1])["status"] == "suspended"
    )
    for verb in ("resume", "restart", "cancel"):
        assert redeem("instances", verb, instance_id, "--reason", "试")[0] == 0
    assert runtime.run(SYSTEM, lambda w: instances.get(w, instance_id)).status == "cancelled"


def test_the_command_line_migrates_many(redeem, runtime, start):
    ids = [start(f"K{n}") for n in range(3)]
    before = runtime.run(SYSTEM, lambda w: instances.get(w, ids[0])).release_id
    runtime.run(SYSTEM, lambda work: definitions.publish(work, NEW))
    many = ("instances", "migrate", "--process", "example", "--from", before)
    code, shown = redeem(*many, "--dry-run")
    assert code == 0 and "可以迁移 3 件" in shown
    assert runtime.run(SYSTEM, lambda w: instances.get(w, ids[0])).release_id == before
    code, shown = redeem(*many, "--reason", "新版")
    assert code == 0 and "已迁移 3 件" in shown
    assert redeem("instances", "migrate", ids[0], "--reason", "再来")[0] == 1
    assert len(runtime.run(SYSTEM, batches.latest)) == 3


def test_the_command_line_deletes_drafts_that_never_ran(redeem, runtime):
    content = FILES["bpmn/example.bpmn"].replace(b'"example"', b'"other"')
    runtime.run(LI, lambda w: definitions.save_draft(w, "bpmn/other.bpmn", content, None))
    assert "bpmn/other.bpmn" in redeem("drafts", "list")[1]
    assert redeem("drafts", "delete", "bpmn/other.bpmn", "--dry-run")[0] == 0
    assert redeem("drafts", "delete", "bpmn/other.bpmn", "--reason", "画错")[0] == 0
    assert redeem("drafts", "list")[1] == ""
