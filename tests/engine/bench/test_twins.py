"""The models' twins: what a benchmark compares does the same on both sides."""

from __future__ import annotations

import pytest

from engine.bench import python_text
from engine.bench.models import MODELS
from engine.bench.other_process import STOCK, OtherProcess
from engine.bench.ours import twin_of


@pytest.fixture(scope="module")
def stock():
    with OtherProcess(STOCK) as process:
        yield process


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.id)
def test_both_engines_reach_the_same_end_with_the_same_data(model, stock):
    assert twin_of(model, stock).model is model


def test_a_feel_text_has_a_python_twin():
    assert python_text.expression("a.b > 5 and c = true") == 'a["b"] > 5 and c == True'
    assert python_text.script("{ i: i + 1, j: 2 }") == "i = i + 1\nj = 2"
    assert python_text.cell("[5..200)") == "5 <= ? < 200"
    assert python_text.cell("-") == ""
