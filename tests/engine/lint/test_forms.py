"""The expressions of forms are checked by the types of the form's own answers."""

from __future__ import annotations

import json

import pytest

from engine.lint.forms import check

PRICE = {"type": "number", "id": "Field_Price", "key": "price", "label": "价格"}
AGREED = {"type": "checkbox", "id": "Field_Agreed", "key": "agreed", "label": "同意"}
DAY = {"type": "datetime", "subtype": "date", "id": "Field_Day", "key": "day", "label": "日期"}


def said(hide):
    note = {"type": "textfield", "id": "Field_Note", "key": "note", "label": "备注"}
    note["conditional"] = {"hide": hide}
    content = json.dumps({"type": "default", "components": [PRICE, AGREED, DAY, note]}).encode()
    return [(f.rule, f.text, f.english, f.line, f.column) for f in check("forms/a.form", content)]


@pytest.mark.parametrize(
    "hide",
    ["= price > 5", "= not(agreed)", '= day < date("2026-01-01")', "= price = null", "= case.urgent",
     "= unknown", "= agreed and price between 1 and 5"],
)  # fmt: skip
def test_a_condition_that_fits_the_answers_is_left_alone(hide):
    assert said(hide) == []


@pytest.mark.parametrize(
    ("hide", "column", "reason", "english"),
    [
        ('= price > "5"', 1, "数字 与 文字 比较,结果总是空", "Comparing number with string always gives null"),
        ("= price", 1, "结果应为是否,而这是数字", "The result should be a boolean but is a number"),
        ('= agreed = "true"', 1, "是否 与 文字 比较,结果总是空", "Comparing boolean with string always gives null"),
        ('= day > "2026-01-01"', 1, "日期 与 文字 比较,结果总是空", "Comparing date with string always gives null"),
        ("= price => 5", 8, "这里应为一个值,却是 '>';大于等于写作 >=", "Expected a value, found '>'; write >= for at least"),
    ],
)  # fmt: skip
def test_a_condition_that_does_not_is_told_with_its_place(hide, column, reason, english):
    text = hide.removeprefix("= ")
    assert said(hide) == [
        (
            "form_expressions",
            f"“备注”的 conditional.hide “{text}”有误: 第 1 行第 {column} 列: {reason}",
            f"“备注”: conditional.hide “{text}”, line 1, column {column}: {english}",
            1,
            column,
        )
    ]
