"""What a firm, its reviewer, its refusal and the screening of a list say of it is one answer."""

from __future__ import annotations

import io
import re
from datetime import date
from html import unescape

import pytest
from sqlalchemy import select, update

from engine.definitions import publish
from engine.tables import user_task
from handlers.cases.tables import eligibility_line
from handlers.catalogue.tables import policy_version
from handlers.notices.tables import notice
from tests.engine.dmn.tables import dmn, table
from tests.handlers.eligibility.district import add_fact
from tests.web.district import page, post
from tests.web.lists.test_lists import HEADER

CONDITIONS = [
    ['not("房地产")', "-", "-", '"房地产除外"'],
    ["-", ">= 2000000", "-", '"上年产值达到200万元"'],
    ["-", "-", ">= 10", '"职工不少于10人"'],
]
AMOUNT = [["< 2000000", "10000", '"基础奖励"'], [">= 1000000", "5000", '"产值过百万另奖"']]


@pytest.fixture
def reviewed(district, do):
    """The district whose policies A and I ask the same; the small firm is tried on both."""
    from tests.scenarios import play

    columns = [("行业", "industry", ""), ("产值(元)", "output", ""), ("职工(人)", "staff", "")]

    def act(work):
        decisions = dmn(
            table("conditions", "RULE ORDER", columns, ["text"], CONDITIONS),
            table("amount", "RULE ORDER", columns[1:2], ["amount", "text"], AMOUNT),
        )
        publish(work, {**play.release(), "bpmn/decisions/a.dmn": decisions})
        work.connection.execute(update(policy_version).values(inputs=[]))

    do(act)
    return district


def table_of(text: str, caption: str) -> list[list[str]]:
    """The cells of the table with this caption, as text."""
    body = text.split(f">{caption}</caption>", 1)[1].split("</table>", 1)[0]
    rows = re.findall(r"<tr.*?</tr>", body.split("<tbody>")[1], re.DOTALL)
    cells = [re.findall(r"<td.*?</td>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", unescape(c)).split()) for c in row] for row in cells]


def answer(text: str) -> tuple[list[list[str]], list[list[str]]]:
    return table_of(text, "兑现条件核对"), table_of(text, "金额计算")


def test_the_four_of_them_say_the_same(reviewed, do):
    firm = reviewed.firm()
    do(lambda work: add_fact(work, firm, "output", 1_800_000, date(2025, 12, 31)))
    client = reviewed.person(firm)
    checked = answer(page(client, "/policies/I@1/check"))
    assert [row[0] for row in checked[0]] == ["符合", "不符合", "待核实"]
    assert "180 万元" in checked[0][1][2] and "还差 20 万元" in str(checked[0][1])
    assert "2025-12-31" in str(checked[0][1])
    assert [row[1] for row in checked[1]] == ["10,000.00 元", "5,000.00 元", "15,000.00 元"]

    reviewed.apply(client, **{"stated-hires": None, "event_date": "2026-03-02"})
    (case,) = reviewed.cases()
    complete(reviewed, case, reviewed.officer("XZSPJ", "clerk"), {"decision": "accept"})
    reviewer = reviewed.officer("JFJ", "reviewer")
    task = open_task(do, case)
    assert answer(page(reviewer, f"/inbox/{task}")) == checked

    text = f"{HEADER}{reviewed.scene.uscc(firm)},,k1\n"
    file = (io.BytesIO(text.encode()), "list.csv")
    given = {"event_date": "2026-03-02", "file": file}
    location = post(reviewer, "/lists/new/A/upload", given).location
    reviewed.scene.drain()
    line = do(lambda work: work.connection.scalar(select(eligibility_line.c.id)))
    assert answer(page(reviewer, f"{location}/lines/{line}")) == checked

    refusal = {"decision": "refuse", "reason": "不符合条件", "explanation": "不符合政策规定的条件"}
    complete(reviewed, case, reviewer, refusal)
    assert answer(page(client, f"/cases/{case.id}")) == checked
    refused = select(notice.c.body).where(notice.c.kind == "refused")
    body = do(lambda work: work.connection.scalar(refused))
    said = [one for one in body.splitlines() if "的条件: " in one]
    assert said == [
        "未满足的条件: 上年产值达到200万元(要求 不低于 200 万元;实际 180 万元;"
        "还差 20 万元;数据来源 区统计部门 2025-12-31)",
        "无法核对的条件: 职工不少于10人(要求 不低于 10 人;缺少数据: 职工)",
    ]
    for place, sentence in ((1, said[0]), (2, said[1])):
        shown = " ".join(checked[0][place])
        for part in re.split(r"[(;)]", sentence.split(": ", 1)[1])[1:]:
            words = part.removeprefix("要求 ").removeprefix("实际 ").removeprefix("数据来源 ")
            assert all(word in shown for word in words.split()), (words, shown)


def open_task(do, case):
    of_case = (user_task.c.instance_id == case.instance_id, user_task.c.status == "open")
    return do(lambda work: work.connection.scalar(select(user_task.c.id).where(*of_case)))


def complete(reviewed, case, client, given):
    task = open_task(reviewed.scene.do, case)
    answered = client.post(
        f"/inbox/{task}/complete", json={"answer": given}, headers={"X-CSRFToken": client.csrf}
    )
    assert answered.status_code == 200, answered.get_data(as_text=True)
    reviewed.scene.drain()
