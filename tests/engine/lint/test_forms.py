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


def rules(*components):
    content = json.dumps({"type": "default", "components": components}).encode()
    return {(f.rule, f.element) for f in check("forms/a.form", content)}


NOTE = {"type": "textfield", "id": "N", "key": "note", "label": "备注"}
TOWN = {"type": "select", "id": "T", "key": "town", "label": "乡镇"}
TOWNS = [{"label": "潭口", "value": "TK"}, {"label": "潭东", "value": "TD"}]


@pytest.mark.parametrize(
    ("component", "rule"),
    [
        ({**NOTE, "validate": {"required": True, "minLength": 1, "maxLength": 5, "pattern": "a+"}}, ""),
        ({**NOTE, "validate": {"requird": True}}, "form_limits"),
        ({**NOTE, "validate": {"required": "=agreed"}}, "form_limits"),
        ({**NOTE, "validate": {"validationType": "email"}}, "form_limits"),
        ({**NOTE, "validate": {"maxLength": -1}}, "form_limits"),
        ({**NOTE, "validate": {"maxLength": "ten"}}, "form_limits"),
        ({**PRICE, "id": "N", "validate": {"min": 0, "max": "10.5"}, "decimalDigits": 2}, ""),
        ({**PRICE, "id": "N", "validate": {"min": "abc"}}, "form_limits"),
        ({**PRICE, "id": "N", "validate": {"min": "=1"}}, "form_limits"),
        ({**PRICE, "id": "N", "decimalDigits": -1}, "form_limits"),
        ({**PRICE, "id": "N", "defaultValue": 5}, ""),
        ({**PRICE, "id": "N", "defaultValue": "abc"}, "form_choices"),
        ({**NOTE, "label": ""}, "form_labels"),
        ({"type": "group", "id": "N", "path": "g", "components": []}, "form_keys"),
        ({**TOWN, "id": "N", "values": TOWNS, "defaultValue": "TD"}, ""),
        ({**TOWN, "id": "N", "values": TOWNS, "defaultValue": "XX"}, "form_choices"),
        ({**TOWN, "id": "N", "values": [*TOWNS, {"label": "另一", "value": "TK"}]}, "form_choices"),
        ({**TOWN, "id": "N", "valuesKey": "towns", "defaultValue": "XX"}, ""),
    ],
)  # fmt: skip
def test_what_the_server_would_not_check_or_keep_is_told(component, rule):
    assert rules(component) == ({(rule, "N")} if rule else set())


def test_an_id_stands_for_one_component():
    assert rules(NOTE, {**NOTE, "key": "other"}) == {("form_keys", "N")}
