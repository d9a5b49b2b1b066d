"""Two people hand in one task at the same moment, over HTTP."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.tables import user_task
from tests.engine.interleave import interleave, schedules

LI = ("JFJ", "reviewer")


@pytest.mark.parametrize("schedule", schedules(6, count=4, seed=11))
def test_one_completes_and_the_other_gets_a_sentence_and_the_fresh_task(
    runtime, sign_in, start, schedule
):
    start()
    with runtime.database.connect() as connection:
        task_id = connection.scalar(select(user_task.c.id))
    clients = [sign_in("li", LI), sign_in("wang", LI)]

    def hand_in(client, agreed):
        return client.post(
            f"/inbox/{task_id}/complete",
            json={"answer": {"agreed": agreed, "count": 2}},
            headers={"X-CSRFToken": client.csrf},
        )

    acts = [lambda c=client, a=n == 0: hand_in(c, a) for n, client in enumerate(clients)]
    answers = interleave(runtime, acts, schedule)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (lost,) = [answer.get_json() for answer in answers if answer.status_code == 409]
    assert lost["message"]
    assert lost["task"] == {
        "status": "completed",
        "assignee": lost["task"]["assignee"],
        "editable": False,
    }
    winner = ["li", "wang"][[answer.status_code for answer in answers].index(200)]
    assert lost["task"]["assignee"] == winner
    loser = clients[[answer.status_code for answer in answers].index(409)]
    page = loser.get(f"/inbox/{task_id}", headers={"Accept": "text/html"})
    assert page.status_code == 200


def test_an_answer_sent_twice_with_one_key_is_handed_in_once(runtime, sign_in, start):
    start()
    with runtime.database.connect() as connection:
        task_id = connection.scalar(select(user_task.c.id))
    client = sign_in("li", LI)

    def hand_in(count):
        headers = {"X-CSRFToken": client.csrf, "Idempotency-Key": "one"}
        answer = {"agreed": False, "count": count}
        return client.post(f"/inbox/{task_id}/complete", json={"answer": answer}, headers=headers)

    first, second = hand_in(2), hand_in(2)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.get_json() == second.get_json()
    other = hand_in(3)
    assert other.status_code == 422 and "编号" in other.get_json()["message"]
