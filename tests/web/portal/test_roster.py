"""The roster of persons on the application form and on the pages of its case."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select, update

from engine.tables import user_task
from handlers.cases.tables import application_draft
from handlers.catalogue.tables import policy_version
from handlers.rosters.tables import roster, roster_person
from tests.handlers.rosters.people import number
from tests.web.district import page, post


@pytest.fixture
def hiring(district, do):
    """The district whose policy I counts persons."""

    def act(work):
        rule = {"exclusivity": {"persons": {"fact": "hires", "period": "ever"}}}
        work.connection.execute(
            update(policy_version).where(policy_version.c.id == "I@1").values(**rule)
        )

    do(act)
    return district


def pasted(*serials):
    return "\n".join(f"张{'甲乙丙丁'[serial - 1]}三\t{number(serial)}" for serial in serials)


def test_a_roster_is_pasted_kept_masked_and_becomes_the_cases(hiring, do):
    client = hiring.person(hiring.firm())
    form = page(client, "/policies/I@1/apply")
    assert "粘贴名册" in form and "stated-hires" not in form
    assert hiring.apply(client, action="save", roster=pasted(1, 2)).status_code == 302
    form = page(client, "/policies/I@1/apply")
    assert "共 2 人，计入 2 人" in form and "张**" in form
    assert number(1) not in form and number(1)[:3] + "*" * 13 + number(1)[-2:] in form
    assert hiring.apply(client).status_code == 302
    (case,) = hiring.cases()
    assert case.application["hires"] and case.roster_id
    text = page(client, f"/cases/{case.id}")
    assert "张**" in text and number(1) not in text
    assert do(lambda work: work.connection.execute(select(application_draft)).all()) == []


def test_a_wrong_row_is_named_stays_to_be_corrected_and_is_kept_nowhere(hiring, do):
    client = hiring.person(hiring.firm())
    wrong = number(2)[:-1] + ("1" if number(2)[-1] != "1" else "2")
    answer = hiring.apply(client, roster=f"张三\t{number(1)}\n李四\t{wrong}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "第 2 行 证件号码：校验码不正确" in text
    assert wrong in text.split("<textarea")[1].split("</textarea>")[0]
    assert do(lambda work: work.connection.execute(select(roster_person)).all()) == []
    (draft,) = do(lambda work: work.connection.execute(select(application_draft)).all())
    assert wrong not in str(draft) and number(1) not in str(draft)
    post(client, "/display", {"language": "en"})
    english = hiring.apply(client, roster=f"李四\t{wrong}", action="save")
    assert english.status_code == 422 and "校验码" not in english.get_data(as_text=True)


def test_an_application_without_a_roster_is_refused(hiring):
    answer = hiring.apply(hiring.person(hiring.firm()))
    assert answer.status_code == 422 and not hiring.cases()
    assert "请填写人员名册" in answer.get_data(as_text=True)


def test_a_new_roster_takes_the_place_of_the_old_one_and_can_be_removed(hiring, do):
    client = hiring.person(hiring.firm())
    hiring.apply(client, action="save", roster=pasted(1))
    content = f"姓名,证件号码\n王五,{number(3)}\n赵六,{number(4)}".encode("gbk")
    hiring.apply(client, action="save", roster_file=(io.BytesIO(content), "名册.csv"))
    assert "共 2 人" in page(client, "/policies/I@1/apply")
    assert len(do(lambda work: work.connection.execute(select(roster)).all())) == 1
    post(client, "/policies/I@1/apply", {"remove_roster": "yes", "event_date": "2026-03-01"})
    assert "共 2 人" not in page(client, "/policies/I@1/apply")
    assert do(lambda work: work.connection.execute(select(roster_person)).all()) == []


def test_the_firm_is_told_that_a_person_counts_elsewhere_but_only_offices_see_where(hiring):
    first, second = hiring.person(hiring.firm()), hiring.person(hiring.firm())
    hiring.apply(first, roster=pasted(1))
    answer = hiring.apply(second, action="save", roster=pasted(2, 1))
    assert answer.status_code == 302
    form = page(second, "/policies/I@1/apply")
    assert "1 人已由其他办件计入" in form
    hiring.apply(second)
    one, other = hiring.cases()
    assert one.number not in page(second, f"/cases/{other.id}")
    reviewer = hiring.officer("JFJ", "reviewer")
    assert f"已由办件 {one.number} 计入" in page(reviewer, f"/cases/{other.id}")


def test_a_reviewer_reads_full_numbers_with_a_reason_and_others_do_not(hiring, do):
    client = hiring.person(hiring.firm())
    hiring.apply(client, roster=pasted(1))
    (case,) = hiring.cases()
    task = do(
        lambda work: work.connection.scalar(
            select(user_task.c.id).where(user_task.c.instance_id == case.instance_id)
        )
    )
    reviewer = hiring.officer("JFJ", "reviewer")
    shown = page(reviewer, f"/inbox/{task}")
    assert "查看并记录" in shown and number(1) not in shown
    assert post(reviewer, f"/inbox/{task}/roster", {"reason": ""}).status_code == 422
    answer = post(reviewer, f"/inbox/{task}/roster", {"reason": "与参保名单比对"})
    text = answer.get_data(as_text=True)
    assert number(1) in text and "与参保名单比对" in text
    assert answer.headers["Cache-Control"] == "no-store"
    assert post(client, f"/inbox/{task}/roster", {"reason": "x"}).status_code == 403
    head = hiring.officer("JFJ", "head")
    assert post(head, f"/inbox/{task}/roster", {"reason": "x"}).status_code in (403, 404)


def test_a_reviewer_strikes_persons_off_and_the_firm_reads_who_and_why(hiring, do):
    client = hiring.person(hiring.firm())
    hiring.apply(client, roster=pasted(1, 2, 3))
    (case,) = hiring.cases()
    task = do(
        lambda work: work.connection.scalar(
            select(user_task.c.id).where(user_task.c.instance_id == case.instance_id)
        )
    )
    reviewer = hiring.officer("JFJ", "reviewer")
    address = f"/inbox/{task}/roster/review"
    assert address in page(reviewer, f"/inbox/{task}")
    refused = post(reviewer, address, {"rows": "2", "act": "strike", "reason": ""})
    assert refused.status_code == 422
    assert "请写明不计入的理由" in refused.get_data(as_text=True)
    assert post(client, address, {"rows": "2", "reason": "x"}).status_code == 403
    given = {"rows": "2", "act": "strike", "reason": "申请期间未参保"}
    assert post(reviewer, address, given).status_code == 302
    shown = page(reviewer, f"/inbox/{task}")
    assert "共 3 人，计入 2 人" in shown and "1 人经审核不计入" in shown
    assert "已更正数据" in shown and "恢复计入" in shown and "jfj-reviewer" in shown
    seen = page(client, f"/cases/{case.id}")
    assert "审核不计入：申请期间未参保" in seen and "区经发局" in seen
    assert "jfj-reviewer" not in seen and "人员名册审核通知" in seen
    assert "第 2 行经审核剔除" in seen
    assert post(reviewer, address, {"rows": "2", "act": "restore"}).status_code == 302
    assert "共 3 人，计入 3 人" in page(client, f"/cases/{case.id}")


def test_a_self_check_by_count_says_that_nobody_was_examined_and_by_roster_examines_each(
    hiring, do
):
    hiring.apply(hiring.person(hiring.firm()), roster=pasted(1))
    client = hiring.person(hiring.firm())
    text = page(client, "/policies/I@1/check?stated-hires=3")
    assert "没有核对人员" in text and "受理时按名册逐人核对" in text
    answer = post(client, "/policies/I@1/check", {"stated-hires": "3", "roster": pasted(1, 2)})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "没有核对人员" not in text
    assert "名册 2 人,计入 1 人;第 1 行已由其他办件计入" in text
    assert "共 2 人，计入 1 人" in text and number(1) not in text
    assert len(do(lambda work: work.connection.execute(select(roster)).all())) == 1
    wrong = post(client, "/policies/I@1/check", {"roster": "张三\t360"})
    assert "第 1 行 证件号码" in wrong.get_data(as_text=True)


def test_a_visitor_is_not_asked_for_persons(hiring, client):
    text = page(client, "/policies/I@1/check?asked=1&stated-hires=2")
    assert "没有核对人员" in text and 'name="roster"' not in text
