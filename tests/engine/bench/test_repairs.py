"""The benchmark that leaves repairs out one at a time puts them back."""

from __future__ import annotations

import pytest
from SpiffWorkflow.task import Task

from engine.bench import repairs
from engine.bench.models import PROMISED
from engine.bench.ours import OurTwin
from engine.spiff import run


@pytest.mark.parametrize("repair", repairs.REPAIRS, ids=lambda repair: repair.name)
def test_a_repair_is_gone_while_it_is_left_out_and_back_afterwards(repair):
    own = [getattr(owner, name) for owner, name, _ in repair.instead]
    with repair.left_out():
        other = [getattr(owner, name) for owner, name, _ in repair.instead]
    assert all(one is not two for one, two in zip(own, other, strict=True))
    assert [getattr(owner, name) for owner, name, _ in repair.instead] == own


def test_what_a_model_needs_is_not_given_as_a_cost():
    twin = OurTwin(PROMISED)
    needed = repairs.Repair("all", ((run, "prune", None),))
    assert repairs.cost(twin, needed, seconds=0.01, rounds=1) is None
    failing = repairs.Repair("running", ((Task, "run", None),))
    assert repairs.cost(twin, failing, seconds=0.01, rounds=1) is None


def test_a_case_that_is_stored_at_each_wait_ends_with_the_data_of_one_that_is_not():
    twin = OurTwin(PROMISED)
    assert repairs.saved_at_each_wait(twin) == twin.run(PROMISED.data).data
