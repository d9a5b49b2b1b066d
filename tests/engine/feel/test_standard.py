"""The language of DMN 1.5 clause by clause: each line of `standard/*.feel` is an expression and its value.

`error` is null with a reason, `syntax` what is refused; other values are FEEL and of the same type.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.feel import FeelSyntaxError, parse
from engine.feel.values import kind
from engine.feel.writing import text_of

FOLDER = Path(__file__).parent / "standard"
FACTS = parse(
    """{"full name": "甲", "a-b": 5, a: 9, b: 2, "Teacher's pet": true, "a+b": 1, "a*b": 40, "a/b": 50,
    "v.w": 60, "rate 2": 0.2, "for life": 8, "end in 3": 9, "profit and loss": 7, "not yet": 4,
    "if any": 3, "is it or not": true, "null value": 6, "true north": 11, x: null,
    people: [{name: "A", age: 30, tags: ["x", "y"]}, {name: "B", age: 20, tags: []}, {name: "C"}]}"""
).evaluate({})
NAMES = [name for name in FACTS if not name.isidentifier()]


def corners(path: Path) -> Iterator[tuple[str, str]]:
    """The expressions of a file, each with what is expected of it."""
    held: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not held and (not line or line.startswith("# ")):
            continue
        held.append(line)
        if " => " in line:
            text, _, expected = "\n".join(held).rpartition(" => ")
            yield text, expected
            held = []
    assert not held, held


ALL = [
    pytest.param(text, expected, id=f"{path.stem}: {text}")
    for path in sorted(FOLDER.glob("*.feel"))
    for text, expected in corners(path)
]


@pytest.mark.parametrize(("text", "expected"), ALL)
def test_a_corner_of_the_standard(text, expected):
    if expected == "syntax":
        with pytest.raises(FeelSyntaxError):
            parse(text, names=NAMES)
        return
    found = parse(text, names=NAMES).run(FACTS)
    if expected == "error":
        assert found.value is None and found.warnings
        return
    wanted = parse(expected).evaluate({})
    # The text tells types apart, as `1` and `"1"`; a null that is a value needs no reason.
    assert (text_of([found.value]), kind(found.value)) == (text_of([wanted]), kind(wanted))
