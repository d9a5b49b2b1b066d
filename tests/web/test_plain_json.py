"""Process values as ordinary JSON."""

from __future__ import annotations

import json

import pytest

from engine.feel import evaluate
from web.plain_json import text_of


@pytest.mark.parametrize(
    "expression, written",
    [
        ("[1..5)", "[1..5)"),
        ('@"P3DT2H"', "P3DT2H"),
        ('@"P14M"', "P1Y2M"),
        ('@"12026-03-01"', "12026-03-01"),
    ],
)
def test_values_that_json_lacks_are_written_as_feel_writes_them(expression, written):
    assert json.loads(text_of({"x": evaluate(expression)})) == {"x": written}
