"""Who may take a task."""

from __future__ import annotations

from engine.actor import Actor

EXPERT = Actor("17", memberships=frozenset([("SCJG", "expert")]))


def test_a_task_of_one_person_is_his_if_he_holds_the_role():
    assert EXPERT.holds("account:17", "expert")
    assert not EXPERT.holds("account:17", "head")


def test_a_task_of_another_person_is_not_open_to_his_peers():
    assert not EXPERT.holds("account:18", "expert")
    assert EXPERT.holds("", "expert") and EXPERT.holds("SCJG", "expert")
