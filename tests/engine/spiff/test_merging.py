"""Parallel branches become one without losing or resurrecting what they did."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spiff.merging import merge
from tests.engine.spiff.draw import Drawn, end, flows, gate, person, script, start

names = st.sampled_from("abcd")
contexts = st.dictionaries(names, st.integers(0, 3) | st.dictionaries(names, st.integers(0, 3)))


@given(contexts, contexts)
def test_the_changes_of_one_branch_alone_are_its_data(base, version):
    assert merge(base, version) == version
    assert merge(base, base, version) == version
    assert merge(base, version, base) == version


@given(contexts, contexts)
def test_the_same_change_twice_is_the_change(base, version):
    assert merge(base, version, version) == version


@pytest.mark.parametrize(
    ("base", "one", "other", "merged"),
    [
        ({"x": 1}, {}, {"x": 1, "y": 2}, {"y": 2}),
        ({"x": 1}, {"x": 2}, {"x": 1}, {"x": 2}),
        ({"x": 1}, {"x": 2}, {"x": 3}, {"x": 3}),
        ({"list": [1]}, {"list": [1, 2]}, {"list": [1]}, {"list": [1, 2]}),
        ({"c": {"a": 1, "b": 1}}, {"c": {"a": 2, "b": 1}}, {"c": {"a": 1}}, {"c": {"a": 2}}),
    ],
    ids=["deleted stays", "old copy", "last writer", "list as a whole", "entry by entry"],
)
def test_what_joined_branches_leave(base, one, other, merged):
    assert merge(base, one, other) == merged


def test_a_branch_that_ends_last_does_not_bring_back_its_old_copy():
    """The stock join overwrites what the first branch has changed, and mixes lists item by item."""
    case = Drawn(
        start(),
        gate("parallel", "fork", "join"),
        person("a"),
        person("b"),
        script("after", "{ seen: amount }"),
        end("e"),
        flows("s>fork>a>join>after>e; fork>b>join"),
        data={"amount": 1, "list": [1, 2, 9]},
    )
    case.answer("a", amount=5, list=[5])
    case.answer("b", other=2)
    assert case.completed
    assert case.data == {"amount": 5, "list": [5], "other": 2, "seen": 5}


def test_nested_branches_merge_against_the_fork_they_parted_at():
    case = Drawn(
        start(),
        gate("parallel", "f1", "f2", "j1", "j2"),
        script("early", "{ x: 2 }"),
        person("a"),
        person("b"),
        person("c"),
        end("e"),
        flows("s>f1>early>f2>a>j1>j2>e; f2>b>j1; f1>c>j2"),
        data={"x": 1, "y": 1},
    )
    case.answer("c", y=3).answer("b", x=4).answer("a")
    assert case.completed and case.data == {"x": 4, "y": 3}
