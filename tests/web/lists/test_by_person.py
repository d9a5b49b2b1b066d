"""Lists by person: by file and by the HTTP interface, with the persons explained."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select, update

from engine.definitions import publish
from handlers.cases.tables import eligibility_line
from handlers.catalogue.tables import policy_version
from handlers.rosters.tables import roster_person
from tests.engine.dmn.tables import dmn, literal, table
from tests.handlers import diagrams
from tests.handlers.rosters.people import number
from tests.web.district import HIRES, page, post

HEADER = "统一社会信用代码,姓名,证件号码\n"


@pytest.fixture
def talents(district, do):
    """The district whose automatic policy A pays 1,500 yuan for each person, once a year."""

    def act(work):
        rules = [['not("房地产")', '"房地产除外"']]
        decisions = dmn(
            table("conditions", "RULE ORDER", [("行业", "industry", "")], ["text"], rules),
            literal("amount", "hires * 1500"),
        )
        publish(work, {**diagrams.FILES, "bpmn/decisions/a.dmn": decisions})
        rule = {"exclusivity": {"persons": {"fact": "hires", "period": "year"}}, "inputs": [HIRES]}
        of_a = policy_version.c.id == "A@1"
        work.connection.execute(update(policy_version).where(of_a).values(rule))

    do(act)
    return district


@pytest.fixture
def reviewer(talents):
    return talents.officer("JFJ", "reviewer")


def upload(client, text, name="名册.csv"):
    file = (io.BytesIO(text.encode()), name)
    return post(client, "/lists/new/A/persons", {"event_date": "2026-03-01", "file": file})


def lines(talents):
    statement = select(eligibility_line).order_by(eligibility_line.c.position)
    return talents.scene.do(lambda work: work.connection.execute(statement).all())


def test_a_file_by_person_becomes_a_line_for_each_firm_with_its_persons(talents, reviewer):
    form = page(reviewer, "/lists/new/A?event_date=2026-03-01")
    assert "每人每年只计一次" in form and "开始匹配" not in form
    template = page(reviewer, "/lists/new/A/persons.csv?event_date=2026-03-01")
    assert template.strip("\ufeff\r\n") == "统一社会信用代码,姓名,证件类型,证件号码,事项标识"
    one, two = (talents.scene.uscc(talents.firm()) for _ in range(2))
    rows = [(one, 1), (two, 2), (one, 3), (two, 3)]
    text = HEADER + "".join(f"{code},张甲,{number(n)}\n" for code, n in rows)
    answer = upload(reviewer, text)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    found = lines(talents)
    assert [(line.uscc, str(line.amount)) for line in found] == [(one, "3000.00"), (two, "1500.00")]
    assert found[1].status == "proposed"
    whole = page(reviewer, answer.location)
    assert "第 2 行的核对结果" in whole
    text = page(reviewer, f"{answer.location}/lines/{found[1].id}")
    assert "名册 2 人,计入 1 人;第 2 行已由其他办件计入" in text
    assert "已由办件 MD2026" in text and "1,500.00" in text
    assert number(3) not in text and "张*" in text
    page(talents.officer("CZJ", "reviewer"), f"{answer.location}/lines/{found[1].id}", 404)


def test_a_wrong_row_is_named_in_the_readers_language_and_nothing_is_kept(talents, reviewer):
    code = talents.scene.uscc(talents.firm())
    bad = number(2)[:-1] + ("1" if number(2)[-1] != "1" else "2")
    answer = upload(reviewer, f"{HEADER}{code},张甲,{number(1)}\n{code},李乙,{bad}\n")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and not lines(talents)
    assert "校验码不正确" in text and ">3<" in text and bad not in text
    assert talents.scene.do(lambda work: work.connection.execute(select(roster_person)).all()) == []
    assert "缺少这一列" in upload(reviewer, "姓名\n张甲\n").get_data(as_text=True)
    assert upload(reviewer, "x", "a.pdf").status_code == 422
    post(reviewer, "/display", {"language": "en"})
    english = upload(reviewer, f"{HEADER}{code},李乙,{bad}\n").get_data(as_text=True)
    assert "校验码" not in english and "check" in english.lower()


def pushed(client, body):
    return client.post("/api/lists", json=body, headers={"X-CSRFToken": client.csrf})


def test_a_departments_system_pushes_a_list_with_its_persons(talents, reviewer):
    code = talents.scene.uscc(talents.firm())
    people = [{"name": "张甲", "number": number(1)}, {"name": "李乙", "number": number(2)}]
    body = {
        "policy": "A",
        "event_date": "2026-03-01",
        "lines": [{"uscc": code, "event_key": "第一批", "persons": people}, {"uscc": "NOSUCH"}],
    }
    body["lines"][1]["persons"] = [{"name": "王丙", "number": number(3)}]
    answer = pushed(reviewer, body)
    assert answer.status_code == 201, answer.json
    found = reviewer.get(answer.location).json
    assert found["number"] == answer.json["number"]
    assert [(one["status"], one["amount"]) for one in found["lines"]] == [
        ("proposed", "3000.00"),
        ("returned", None),
    ]
    said = [one["actual"] for one in found["lines"][0]["conditions"]]
    assert "名册 2 人,计入 2 人" in said
    assert "没有登记" in found["lines"][1]["reasons"][0]
    assert number(1) not in str(found)


def test_a_pushed_list_with_faults_names_each_field_and_is_not_taken(talents, reviewer):
    code = talents.scene.uscc(talents.firm())
    people = [{"name": "张甲", "number": number(1)}, {"name": "", "number": "360"}]
    bad = {"policy": "A", "lines": [{"uscc": code, "persons": people}, {"uscc": 5, "amount": []}]}
    answer = pushed(reviewer, bad)
    assert answer.status_code == 422 and not lines(talents)
    assert set(answer.json["fields"]) == {
        "lines[0].persons[1].name",
        "lines[0].persons[1].number",
        "lines[1].uscc",
        "lines[1].amount",
    }
    assert pushed(reviewer, {"policy": "A", "lines": 3}).json["fields"].keys() == {"lines"}
    assert pushed(talents.officer("CZJ", "reviewer"), bad).status_code == 403
    assert pushed(talents.officer("JFJ", "head"), bad).status_code == 403
