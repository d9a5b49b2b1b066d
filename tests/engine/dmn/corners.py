"""Checks one corner of the standard: a file, facts, and the value of its decision `d`."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dmn import Decisions
from engine.dmn.evaluate import TableBroken
from engine.feel import evaluate
from engine.feel.values import kind
from engine.feel.writing import text_of
from tests.engine.dmn.files import decision, file

Corner = tuple[str, ...]


def d(logic: str, *requires: str, type_name: str = "") -> str:
    """The decision that is asked."""
    return decision("d", logic, *requires, type_name=type_name)


def check(corner: Corner, others: Mapping[str, bytes] | None = None) -> None:
    """A corner is what is expected, the facts and the parts of the file, all but the last FEEL.

    `error` is null with a reason; other values are of the same type too.
    """
    expected, facts, *parts = corner
    decisions = Decisions({"a.dmn": file(*parts), **(others or {})})
    try:
        found, trace = decisions.decide("d", evaluate(facts))
    except TableBroken as broken:
        found, trace = None, {"problems": [str(broken)]}
    if expected == "error":
        assert found is None and trace.get("problems")
        return
    wanted = evaluate(expected)
    assert (text_of([found]), kind(found)) == (text_of([wanted]), kind(wanted)), trace


def name_of(corner: Corner) -> str:
    """The id of a test: what is asked, without the angle brackets."""
    return f"{corner[0]} of {' '.join(corner[2:])}"[:80]
