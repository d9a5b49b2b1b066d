"""Proposing lists: by matching, by file; lines with every reason; who may."""

from __future__ import annotations

import html
import io
import json

import pytest
from sqlalchemy import select

from handlers.cases.tables import eligibility_line, eligibility_list
from tests.web.district import page, post
from web.lists import proposing

HEADER = "统一社会信用代码,金额,事项标识\n"


@pytest.fixture
def reviewer(district):
    return district.officer("JFJ", "reviewer")


def lines(district):
    return district.scene.do(
        lambda work: work.connection.execute(
            select(eligibility_line).order_by(eligibility_line.c.position)
        ).all()
    )


def upload(client, text, policy="A"):
    file = (io.BytesIO(text.encode()), "list.csv")
    return post(client, f"/lists/new/{policy}/upload", {"event_date": "2026-03-01", "file": file})


def test_the_department_sees_its_automatic_policies(district, reviewer):
    text = page(reviewer, "/lists/new")
    assert "高新认定奖励" in text and "扩岗补助" not in text
    assert "本部门没有免申即享政策" in page(district.officer("CZJ", "reviewer"), "/lists/new")


def test_matching_proposes_the_firms_that_qualify_and_takes_the_ticked_ones(district, reviewer):
    first, second = district.firm(), district.firm()
    district.firm(industry="房地产")
    text = page(reviewer, "/lists/new/A?matching=yes&event_date=2026-03-01")
    codes = [part[:18] for part in text.split('name="uscc" value="')[1:]]
    assert codes == sorted([district.scene.uscc(first), district.scene.uscc(second)])
    answer = post(reviewer, "/lists/new/A/matching", {"event_date": "2026-03-01", "uscc": codes[0]})
    assert answer.status_code == 302
    (line,) = lines(district)
    assert (line.uscc, str(line.amount), line.status) == (codes[0], "10000.00", "proposed")
    assert "10,000.00" in page(reviewer, answer.location)


def test_of_many_that_qualify_the_first_are_shown_and_the_others_go_along(
    district, reviewer, monkeypatch
):
    monkeypatch.setattr(proposing, "SHOWN", 1)
    codes = sorted(district.scene.uscc(district.firm()) for _ in range(3))
    text = page(reviewer, "/lists/new/A?matching=yes&event_date=2026-03-01")
    assert codes[0] in text and codes[1] not in text and "其余 2 家也列入名单" in text
    sent = {"event_date": "2026-03-01", "others": "yes", "last": codes[0]}
    assert post(reviewer, "/lists/new/A/matching", sent).status_code == 302
    assert [line.uscc for line in lines(district)] == codes[1:]


def test_nothing_ticked_is_said(district, reviewer):
    answer = post(reviewer, "/lists/new/A/matching", {"event_date": "2026-03-01"})
    assert answer.status_code == 302 and not lines(district)
    assert "请至少勾选一家企业" in page(reviewer, "/lists")


def test_an_uploaded_list_shows_every_reason_of_its_lines(district, reviewer):
    good = district.scene.uscc(district.firm())
    builder = district.scene.uscc(district.firm(industry="房地产", account=False))
    answer = upload(reviewer, f"{HEADER}{good},10000,k1\n{builder},9000,k2\n")
    text = page(reviewer, answer.location)
    assert [line.status for line in lines(district)] == ["proposed", "returned"]
    for words in ("没有经企业确认的收款账户", "不满足: 房地产除外", "不一致"):
        assert words in text
    returned = page(reviewer, f"{answer.location}?status=returned")
    assert builder in returned and good not in returned


def test_bad_rows_are_listed_and_the_others_can_go_on(district, reviewer):
    good = district.scene.uscc(district.firm())
    answer = upload(reviewer, f"{HEADER}{good},10000,k1\n123,5,k2\n")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and not lines(district)
    assert "18 位" in text and ">3<" in text and "其余 1 行" in text
    rows = html.unescape(text.split('name="rows" value="')[1].split('"')[0])
    assert json.loads(rows)[0]["uscc"] == good
    sent = post(reviewer, "/lists/new/A/good-rows", {"event_date": "2026-03-01", "rows": rows})
    assert sent.status_code == 302 and [line.uscc for line in lines(district)] == [good]


@pytest.mark.parametrize(
    "rows", ["", "{", '[{"uscc": 1}]', '[{"uscc": "1,2", "amount": "", "event_key": "k"}]']
)
def test_tampered_rows_are_refused(district, reviewer, rows):
    answer = post(reviewer, "/lists/new/A/good-rows", {"event_date": "2026-03-01", "rows": rows})
    assert answer.status_code == 422 and not lines(district)


def test_a_line_is_left_out_only_with_a_reason(district, reviewer):
    location = upload(reviewer, f"{HEADER}{district.scene.uscc(district.firm())},,k1\n").location
    (line,) = lines(district)
    path = f"{location}/lines/{line.id}/leave-out"
    refused = post(reviewer, path, {"reason": " "})
    assert refused.status_code == 422 and "请写明" in refused.get_data(as_text=True)
    assert post(reviewer, path, {"reason": "正在注销"}).status_code == 302
    (line,) = lines(district)
    assert line.status == "left_out" and "正在注销" in line.reasons[0]


def test_the_head_is_led_to_the_task_and_the_signed_list_opens_cases(district, reviewer):
    location = upload(reviewer, f"{HEADER}{district.scene.uscc(district.firm())},,k1\n").location
    assert "正在等待" in page(reviewer, location)
    head = district.officer("JFJ", "head")
    assert "去办理" in page(head, location) and "剔除</summary>" not in page(head, location)
    assert "MD2026" in page(head, "/lists")


@pytest.mark.parametrize(
    ("unit", "role", "status"),
    [("CZJ", "reviewer", 404), ("CZJ", "head", 404), ("XZSPJ", "auditor", 200),
     ("XZSPJ", "manager", 200), ("XZSPJ", "clerk", 403), ("XZSPJ", "maker", 403)],
)  # fmt: skip
def test_only_those_concerned_see_a_list(district, reviewer, unit, role, status):
    location = upload(reviewer, f"{HEADER}{district.scene.uscc(district.firm())},,k1\n").location
    page(district.officer(unit, role), location, status)


def test_another_department_cannot_propose_or_change(district, reviewer):
    code = district.scene.uscc(district.firm())
    stranger = district.officer("CZJ", "reviewer")
    assert upload(stranger, f"{HEADER}{code},,k1\n").status_code == 403
    page(stranger, "/lists/new/A", 403)
    assert upload(district.officer("JFJ", "head"), f"{HEADER}{code},,k1\n").status_code == 403
    assert not district.scene.do(
        lambda work: work.connection.execute(select(eligibility_list)).all()
    )
    location = upload(reviewer, f"{HEADER}{code},,k1\n").location
    (line,) = lines(district)
    answer = post(stranger, f"{location}/lines/{line.id}/leave-out", {"reason": "x"})
    assert answer.status_code == 404 and lines(district)[0].status == "proposed"


def test_a_policy_with_applications_takes_no_list(district, reviewer):
    assert (
        upload(reviewer, f"{HEADER}{district.scene.uscc(district.firm())},,k\n", "I").status_code
        == 422
    )
