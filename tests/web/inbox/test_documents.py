"""Papers of a case, opened and added from a task."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from engine.tables import user_task
from handlers.cases.tables import document
from tests.web.district import PDF, district
from tests.web.inbox.test_account_number import runtime

__all__ = ["district", "runtime"]


@pytest.fixture
def review(district):
    """A review task of JFJ with its case's paper; returns (task id, document id)."""
    district.apply(district.person(district.firm()))

    def act(work):
        task_id = work.connection.scalar(
            select(user_task.c.id).where(user_task.c.role == "reviewer")
        )
        return task_id, work.connection.scalar(select(document.c.id))

    return district.scene.do(act)


def add(client, task_id, content, name="补充.pdf", kind="application/pdf"):
    data = {"file": (io.BytesIO(content), name, kind)}
    headers = {"X-CSRFToken": client.csrf, "Accept": "application/json"}
    return client.post(f"/inbox/{task_id}/documents", data=data, headers=headers)


def test_a_paper_is_opened_from_its_task_only(district, review, sign_in):
    task_id, document_id = review
    client = district.officer("JFJ", "reviewer")
    path = f"/inbox/{task_id}/documents/{document_id}"
    found = client.get(path)
    assert found.data == PDF and found.headers["Content-Disposition"].startswith("inline")
    assert path in client.get(f"/inbox/{task_id}").get_data(as_text=True)
    other = sign_in("zhao", ("SGJ", "reviewer"))
    assert other.get(path).status_code == 403


def test_a_paper_is_added_by_whoever_does_the_task(district, review, sign_in):
    task_id, _ = review
    client = district.officer("JFJ", "reviewer")
    found = add(client, task_id, PDF)
    assert found.get_json()["name"] == "补充.pdf"
    assert client.get(f"/inbox/{task_id}/documents/{found.get_json()['id']}").data == PDF
    client.post(f"/inbox/{task_id}/claim", headers={"X-CSRFToken": client.csrf})
    assert add(sign_in("wang", ("JFJ", "reviewer")), task_id, PDF).status_code == 409


def test_a_file_that_is_not_what_it_claims_is_refused(district, review):
    task_id, _ = review
    found = add(district.officer("JFJ", "reviewer"), task_id, b"MZ not a paper")
    assert found.status_code == 422 and "不符" in found.get_json()["fields"]["file"]
