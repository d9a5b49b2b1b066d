from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import insert

from engine.errors import BusinessError, InvalidInput
from handlers.accounts.tables import account, membership
from handlers.cases.opening import open_case
from handlers.routing import experts


def add_expert(scene, ends_on=None, **values):
    person = uuid4()

    def act(work):
        work.connection.execute(
            insert(account).values(
                {
                    "id": person,
                    "login": str(person),
                    "name": "专家",
                    "password_hash": "-",
                    "created_at": work.now,
                }
                | values
            )
        )
        work.connection.execute(
            insert(membership).values(
                id=uuid4(),
                account_id=person,
                unit="JFJ",
                role="expert",
                starts_on=date(2026, 1, 1),
                ends_on=ends_on,
            )
        )

    scene.do(act)
    return str(person)


@pytest.fixture
def firm(scene):
    return scene.firm()


@pytest.fixture
def case_id(scene, firm):
    return scene.do(lambda work: open_case(work, "P@1", firm, "portal", {}, "applicant"))


def draw(scene, case_id, count):
    return scene.do(lambda work: experts.draw(work, case_id, count))


def test_experts_are_drawn_without_those_who_must_not_judge(scene, firm, case_id):
    good = {add_expert(scene), add_expert(scene)}
    add_expert(scene, enterprise_id=firm)
    add_expert(scene, active=False)
    add_expert(scene, ends_on=date(2026, 2, 28))
    assert set(draw(scene, case_id, 2)) == good


def test_too_few_experts_are_told_with_the_numbers(scene, case_id):
    add_expert(scene)
    with pytest.raises(BusinessError, match="需要 2 位专家,可抽取的只有 1 位"):
        draw(scene, case_id, 2)


def test_a_second_draw_takes_others(scene, case_id):
    pool = {add_expert(scene) for _ in range(3)}
    first = set(draw(scene, case_id, 2))
    assert set(draw(scene, case_id, 1)) == pool - first


def test_scores_are_summed_up_and_a_conflict_counts_as_none(scene, case_id):
    for _ in range(3):
        add_expert(scene)
    people = draw(scene, case_id, 3)

    def act(work):
        experts.record_score(work, case_id, people[0], 80)
        experts.record_score(work, case_id, people[1], 91)
        experts.record_score(work, case_id, people[2], None, "亲属任职", conflict=True)
        return experts.scores(work, case_id)

    assert scene.do(act) == {
        "mean": Decimal("85.50"),
        "low": 80,
        "high": 91,
        "given": 2,
        "conflicts": 1,
    }


def test_without_scores_there_is_no_mean(scene, case_id):
    assert scene.do(lambda work: experts.scores(work, case_id))["mean"] is None


@pytest.mark.parametrize("score", [-1, 101, None])
def test_a_score_out_of_range_is_refused(scene, case_id, score):
    with pytest.raises(InvalidInput):
        scene.do(lambda work: experts.record_score(work, case_id, "x", score))
