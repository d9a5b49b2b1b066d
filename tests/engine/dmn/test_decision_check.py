"""What is wrong with a decision file, before it is published."""

from __future__ import annotations

import pytest

from engine import definitions
from engine.actor import Actor
from engine.errors import DiagramRefused
from engine.lint import lint
from engine.lint.decisions import check
from tests.engine.dmn.tables import dmn, literal, table

PATH = "bpmn/decisions/a.dmn"


def findings(content: bytes) -> list[tuple[str, str, str]]:
    return [(f.rule, f.element, f.text) for f in check(PATH, content)]


def one_column(policy: str, cells: list[str], allowed: str = "", label: str = "金额(元)") -> bytes:
    rows = [[cell, str(number)] for number, cell in enumerate(cells)]
    return dmn(table("t", policy, [(label, "x", allowed)], ["amount"], rows))


@pytest.mark.parametrize(
    ("policy", "cells", "allowed"),
    [
        ("UNIQUE", ["< 10", "[10..20)", ">= 20"], ""),
        ("UNIQUE", ["true", "false"], ""),
        ("UNIQUE", ['"A"', '"B"', 'not("A","B")'], ""),
        ("UNIQUE", ['"A"', '"B"'], ""),
        ("UNIQUE", ['"A"', '"B"'], '"A","B"'),
        ("UNIQUE", ["[0..10)", ">= 10"], ">= 0"),
        ("FIRST", ["> 5", "-"], ""),
        ("RULE ORDER", ["> 5", "> 3"], ""),
        ("UNIQUE", ["< limit", ">= limit"], ""),
        ("UNIQUE", ['< @"2026-01-01"', '>= @"2026-01-01"'], ""),
        ("UNIQUE", ["null, 1", "not(null, 1)"], ""),
    ],
)
def test_a_sound_table_has_no_findings(policy, cells, allowed):
    assert findings(one_column(policy, cells, allowed)) == []


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["<= 10", ">= 10"], "金额为 10 元"),
        (["< 20", "> 10"], "金额高于 10 元且低于 20 元"),
        (["[0..100]", "[50..150]", "< 0", "> 150"], "金额不低于 50 元且不超过 100 元"),
        (["-", "10"], "金额为 10 元"),
        (["true", "true,false"], "金额为是"),
        (['not("A")', 'not("B")'], "金额为其他值"),
        (["< 10, > 30", "not([10..30])"], "金额低于 10 元或高于 30 元"),
        (['< @"2026-01-02"', '>= @"2026-01-01"'], "金额为 2026年1月1日"),
    ],
)
def test_rows_of_a_unique_table_that_overlap_are_named_with_the_values(cells, said):
    found = [f for f in findings(one_column("UNIQUE", cells)) if f[0] == "decision_overlap"]
    assert found == [("decision_overlap", "t_r2", f"“t”第 1 行与第 2 行重叠: {said}时两行同时成立")]


@pytest.mark.parametrize(
    ("cells", "allowed", "said"),
    [
        (["< 10", "> 10"], "", "金额为 10 元"),
        (["[0..10)", "[20..30]"], ">= 0", "金额不低于 10 元且低于 20 元或高于 30 元"),
        (["> 0"], "", "金额不超过 0 元"),
        (["true"], "", "金额为否"),
        (['"A"', '"B"'], '"A","B","C","D"', "金额为C、D"),
    ],
)
@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST"])
def test_values_that_no_row_covers_are_named(policy, cells, allowed, said):
    content = one_column(policy, cells, allowed)
    assert findings(content) == [("decision_gap", "t", f"“t”有遗漏: {said}时没有一行成立")]
    assert [f.severity for f in check(PATH, content)] == ["error"]


def test_a_default_output_leaves_no_gap():
    content = one_column("UNIQUE", ["> 0"]).replace(
        b'name="amount"/>',
        b'name="amount"><defaultOutputEntry><text>0</text></defaultOutputEntry></output>',
    )
    assert findings(content) == []


@pytest.mark.parametrize(
    ("policy", "cells", "allowed", "row", "why"),
    [
        ("RULE ORDER", ["> 5", "[10..5]"], "", "t_r2", "没有值能满足“金额”的条件"),
        ("UNIQUE", ['"A"', '"Z"'], '"A","B"', "t_r2", "没有值能满足“金额”的条件"),
        ("UNIQUE", ["< 0", ">= 0"], ">= 0", "t_r1", "没有值能满足“金额”的条件"),
        ("FIRST", ["> 5", "> 10", "<= 5"], "", "t_r2", "每个值都已被前面的行覆盖"),
        ("FIRST", ["true", "false", "-"], "", "t_r3", "每个值都已被前面的行覆盖"),
    ],
)
def test_a_row_that_can_never_fire_is_named(policy, cells, allowed, row, why):
    found = [f for f in findings(one_column(policy, cells, allowed)) if f[0] != "decision_gap"]
    assert [(f[0], f[1]) for f in found] == [("decision_dead_rule", row)]
    assert why in found[0][2]


def test_rows_of_several_columns_overlap_only_where_every_column_does():
    columns = [("级别", "level", '"国家级","省级"'), ("人数(人)", "staff", ">= 0")]
    apart = [['"国家级"', "-", "1"], ['"省级"', "< 10", "2"], ['"省级"', ">= 10", "3"]]
    assert findings(dmn(table("t", "UNIQUE", columns, ["amount"], apart))) == []
    meeting = [['"国家级"', "-", "1"], ["-", ">= 10", "2"], ['"省级"', "< 10", "3"]]
    assert findings(dmn(table("t", "UNIQUE", columns, ["amount"], meeting))) == [
        (
            "decision_overlap",
            "t_r2",
            "“t”第 1 行与第 2 行重叠: 级别为国家级、人数不低于 10 人时两行同时成立",
        )
    ]


def test_every_unreadable_expression_is_found_with_its_place():
    rows = [["> ", "1 +"], ["5", "2"]]
    content = dmn(table("t", "UNIQUE", [("金额", "x y", "")], ["amount"], rows), literal("l", "if"))
    found = findings(content)
    assert [(rule, element) for rule, element, _ in found] == [
        ("decision_expression", "t_i0"),
        ("decision_expression", "t_r1c0"),
        ("decision_expression", "t_r1o0"),
        ("decision_expression", "l_l"),
    ]
    assert "决策“t”第 1 行“amount”的“1 +”有误" in found[2][2]


def test_a_row_with_too_few_or_too_many_cells_is_named():
    columns = [("金额", "x", "")]
    short = dmn(table("t", "UNIQUE", columns, ["amount"], [["> 1"]]))
    long = dmn(table("t", "UNIQUE", columns, ["amount"], [["> 1", "2", "3"]]))
    assert findings(short) == [
        ("decision_columns", "t_r1", "决策“t”第 1 行有 0 个结果,而表头有 1 个结果列")
    ]
    assert findings(long) == [
        ("decision_columns", "t_r1", "决策“t”第 1 行有 2 个结果,而表头有 1 个结果列")
    ]


def test_ids_used_twice_are_named():
    assert findings(dmn(literal("a", "1"), literal("a", "2"))) == [
        ("decision_ids", "a", "编号 a 重复了 2 次,请改成不同的编号"),
        ("decision_ids", "a_l", "编号 a_l 重复了 2 次,请改成不同的编号"),
    ]


def test_a_decision_that_another_file_has_too_is_named_with_both_files():
    one = dmn(literal("a", "1"))
    found = lint({"bpmn/decisions/1.dmn": one, "bpmn/decisions/2.dmn": one})
    assert [(f.file, f.element, f.text) for f in found] == [
        ("bpmn/decisions/2.dmn", "a", "决策 a 在 bpmn/decisions/1.dmn 中已有,请改用其他编号")
    ]


@pytest.mark.parametrize("content", [b"<a>", b"<definitions/>x", b"<!DOCTYPE a><a/>"])
def test_an_unreadable_file_is_one_finding(content):
    found = lint({PATH: content})
    assert [(f.severity, f.file) for f in found] == [("error", PATH)]


def test_a_hit_policy_that_does_not_exist_is_refused():
    content = one_column("UNIQUE", ["-"]).replace(b"UNIQUE", b"SOMETIMES")
    assert [f.rule for f in check(PATH, content)] == ["decision_readable"]


def test_publishing_refuses_an_overlapping_table(runtime):
    files = {PATH: one_column("UNIQUE", ["<= 10", ">= 10"])}
    with pytest.raises(DiagramRefused, match="金额为 10 元"):
        runtime.run(Actor("a"), lambda work: definitions.publish(work, files))
    assert runtime.run(Actor("a"), lambda work: definitions.latest_release(work.connection)) is None
