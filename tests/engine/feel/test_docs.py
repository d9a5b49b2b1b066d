"""Every example of the analysts' page is run."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.feel import BUILTINS, OWN_FUNCTION_NAMES, FeelLimit, parse
from engine.feel.analysis import analyse, type_of
from engine.feel.comparison import equal
from engine.feel.say import Voice, say_expression, say_tests
from engine.functions import outside_any_step

PAGE = Path(__file__).parents[3] / "docs" / "feel.md"
EXAMPLES = re.findall(r"```feel\n(.*?)\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
_KEYS = ("给定", "值", "单元格", "得到", "读作", "因为", "报错", "超限", "今天")


def parts_of(example):
    """The lines by what they say; those without a word of ours are the expression."""
    found = {}
    for line in example.splitlines():
        key, _, rest = line.partition(" ")
        if key in _KEYS:
            found[key] = rest
        else:
            found["表达式"] = (found.get("表达式", "") + "\n" + line).strip()
    return found


def evaluated(parts):
    """The parsed expression, its value with the warnings, and what checking finds."""
    day = datetime.fromisoformat(parts.get("今天", "2026-03-02"))
    functions = outside_any_step(day.replace(hour=4, tzinfo=UTC))
    facts = parse(parts.get("给定", "{}"))
    names = facts.evaluate({})
    if "单元格" in parts:
        expression = parse(parts["单元格"], "unary tests")
        return expression, expression.run(names, value=parse(parts["值"]).evaluate({})), []
    expression = parse(parts["表达式"], names=[n for n in names if not n.isidentifier()])
    known = dict(type_of(facts).entries)
    findings = analyse(expression, known, functions=functions)
    return expression, expression.run(names, functions=functions), findings


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_page_gives_what_the_page_says(example):
    parts = parts_of(example)
    if "超限" in parts:
        with pytest.raises(FeelLimit, match=parts["超限"]):
            evaluated(parts)
        return
    expression, result, findings = evaluated(parts)
    wanted = parse(parts["得到"]).evaluate({})
    assert result.value is wanted or equal(result.value, wanted) is True
    if "因为" in parts:
        assert result.warnings[0].message == parts["因为"]
    if "读作" in parts:
        say = say_tests if "单元格" in parts else say_expression
        unit = "元" if "万元" in parts["读作"] else ""
        assert say(expression, Voice("zh", unit)) == parts["读作"]
    if "报错" in parts:
        assert [finding.message for finding in findings] == [parts["报错"]]


def test_the_page_names_every_function():
    text = PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z ]+)[`(]", text))
    assert {*BUILTINS, *OWN_FUNCTION_NAMES} <= named


def test_the_page_has_examples():
    assert len(EXAMPLES) > 50
