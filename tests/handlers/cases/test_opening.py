from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from engine.errors import Conflict, InvalidInput
from engine.tables import instance, user_task
from handlers.cases import firm as acts
from handlers.cases.case_files import case_file
from handlers.cases.opening import open_case
from handlers.catalogue.tables import policy_version
from tests.handlers.scene import CLERK, REVIEWER


def opened(scene, firm, version="I@1", channel="portal", **values):
    return scene.do(
        lambda work: open_case(work, version, firm, channel, {}, "applicant", **values),
        scene.applicant(firm),
    )


def test_a_case_starts_the_diagram_of_its_mode_with_the_variable_of_the_contract(scene):
    firm = scene.firm()
    case = scene.case(opened(scene, firm))
    assert case.number.startswith("RJ20260302") and len(case.number) >= 14
    rows = scene.do(
        lambda work: work.connection.execute(
            instance.select().where(instance.c.id == case.instance_id)
        ).all()
    )
    assert [row.business_key for row in rows] == [case.number]
    task = scene.do(
        lambda work: work.connection.execute(
            user_task.select().where(user_task.c.instance_id == case.instance_id)
        ).one()
    )
    assert (task.role, task.department) == ("reviewer", "JFJ")


@pytest.mark.parametrize("status", ["draft", "suspended", "expired"])
def test_a_policy_out_of_the_catalogue_is_refused(scene, status):
    firm = scene.firm()
    scene.do(lambda work: work.connection.execute(update(policy_version).values(status=status)))
    with pytest.raises(InvalidInput, match="政策目录"):
        opened(scene, firm)


def test_an_event_before_the_policys_validity_is_refused(scene):
    firm = scene.firm()
    with pytest.raises(InvalidInput, match="政策目录"):
        opened(scene, firm, event_date=date(2025, 12, 31))


def test_a_closed_enterprise_is_refused(scene):
    with pytest.raises(InvalidInput, match="已注销"):
        opened(scene, scene.firm(status="closed"))


def test_the_same_event_is_not_opened_twice(scene):
    firm = scene.firm()
    opened(scene, firm)
    with pytest.raises(Conflict, match="不能重复申请"):
        opened(scene, firm, channel="window")


def test_a_withdrawn_case_may_be_applied_for_again(scene):
    firm = scene.firm()
    case_id = opened(scene, firm)
    scene.do(lambda work: acts.withdraw(work, case_id, "填错了"), scene.applicant(firm))
    scene.drain()
    assert scene.case(case_id).status == "withdrawn"
    assert scene.case(case_id).ended_at is not None
    opened(scene, firm)


def test_a_withdrawal_after_the_end_is_refused(scene):
    firm = scene.firm()
    case_id = opened(scene, firm)
    scene.do(lambda work: acts.withdraw(work, case_id, "填错了"), scene.applicant(firm))
    scene.drain()
    with pytest.raises(Conflict, match="不能撤回"):
        scene.do(lambda work: acts.withdraw(work, case_id, "再撤一次"), CLERK)


def test_another_departments_people_cannot_withdraw_for_the_firm(scene):
    from engine.errors import NotAllowed

    case_id = opened(scene, scene.firm())
    with pytest.raises(NotAllowed):
        scene.do(lambda work: acts.withdraw(work, case_id, ""), REVIEWER)


def test_an_automatic_policy_cannot_be_applied_for(scene):
    with pytest.raises(InvalidInput, match="无需申请"):
        opened(scene, scene.firm(), version="A@1")


def test_a_receipt_in_the_future_is_refused(scene):
    firm = scene.firm()
    later = scene.runtime.time.now() + timedelta(hours=1)
    with pytest.raises(InvalidInput):
        opened(scene, firm, received_at=later)


def test_a_failed_opening_leaves_nothing(scene):
    firm = scene.firm()
    opened(scene, firm)
    with pytest.raises(Conflict):
        opened(scene, firm)
    rows = scene.do(lambda work: work.connection.execute(case_file.select()).all())
    assert len(rows) == 1


def test_of_two_applications_at_the_same_moment_one_is_opened(scene):
    firm = scene.firm()
    ready, outcomes = threading.Barrier(2), []

    def apply():
        def act(work):
            ready.wait(5)
            return open_case(work, "I@1", firm, "portal", {}, "applicant")

        try:
            scene.runtime.run(CLERK, act, tries=1)
            outcomes.append("opened")
        except Conflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=apply) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["opened", "refused"]
