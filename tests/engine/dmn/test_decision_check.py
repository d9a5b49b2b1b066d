"""What is wrong with a decision file, before it is published."""

from __future__ import annotations

import pytest

from engine import definitions
from engine.actor import Actor
from engine.errors import DiagramRefused
from engine.lint import lint
from engine.lint.decisions import check
from tests.engine.dmn.files import decision, file, given, importing, knowledge, lit, service
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


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST"])
def test_a_table_without_rules_is_told_so(policy):
    ((rule, element, text),) = findings(one_column(policy, []))
    assert (rule, element) == ("decision_gap", "t") and "还没有规则行" in text


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
        ("RULE ORDER", ["> 5", "? > 7 and ? < 3"], "", "t_r2", "没有值能满足“金额”的条件"),
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


# -- what the declared types tell


AMOUNT = given("i", "amount", "number")
GRADE = (
    '<itemDefinition name="tGrade"><typeRef>string</typeRef><allowedValues><text>"A", "B"</text>'
    "</allowedValues></itemDefinition>"
)


def cells(tests: list[str], results: list[str], type_name: str = "", more: str = "") -> bytes:
    """A table over `x`, input data of a type, with results that are numbers."""
    rules = [[a, b] for a, b in zip(tests, results, strict=True)]
    content = table("t", "FIRST", [("等级", "x", "")], ["r"], rules, more).replace(
        'name="r"/>', 'name="r" typeRef="number"/>'
    )
    requires = '<informationRequirement><requiredInput href="#i"/></informationRequirement>'
    return file(
        GRADE,
        given("i", "x", type_name),
        content.replace("<decisionTable", f"{requires}<decisionTable"),
    )


@pytest.mark.parametrize(
    ("parts", "element", "english"),
    [
        ((AMOUNT, decision("d", lit("amout + 1"), "input:#i")), "d", "amount"),
        ((AMOUNT, decision("d", lit('amount = "1"'), "input:#i")), "d", "number"),
        ((AMOUNT, decision("d", lit("upper case(amount)"), "input:#i")), "d", "upper case"),
        ((knowledge("f", lit("m + 1"), "n: number"),), "f", "“m”"),
    ],
)
def test_unknown_names_and_wrong_types_are_found_before_a_decision_runs(parts, element, english):
    (found,) = check(PATH, file(*parts))
    assert (found.rule, found.element) == ("decision_expression", element)
    assert english in found.english and (found.line, found.column) != (None, None)


def test_a_cell_of_the_wrong_type_is_found_with_its_row_and_column():
    (found,) = check(PATH, cells(["> 5", "-"], ["1", "2"], "string"))
    assert found.element == "t_r1c0"
    assert found.text.startswith("决策“t”第 1 行“等级”的“> 5”有误")
    assert found.english.startswith("“t”, rule 1, “等级”: “> 5”: ")
    (found,) = check(PATH, cells(["-"], ['"many"'], "string"))
    assert found.element == "t_r1o0" and "number" in found.english


def test_values_that_a_type_does_not_list_are_found():
    (found,) = check(PATH, cells(['"C"', "-"], ["1", "2"], "tGrade"))
    assert found.element == "t_r1c0" and '"C"' in found.english
    (gap,) = check(PATH, cells(['"A"'], ["1"], "tGrade"))
    assert gap.text == "“t”有遗漏: 等级为B时没有一行成立"


def test_a_decision_that_declares_no_input_data_reads_the_process():
    assert list(check(PATH, file(decision("d", lit("anything + 1"))))) == []


# -- the model as a whole


@pytest.mark.parametrize(
    ("parts", "rule", "english"),
    [
        ((decision("d", lit("1"), "decision:#e"),), "decision_requirements", "does not exist"),
        (
            (decision("d", lit("e"), "decision:#e"), decision("e", lit("d"), "decision:#d")),
            "decision_requirements",
            "depends on itself",
        ),
        ((decision("d", lit("1"), type_name="tNone"),), "decision_types", "no type called tNone"),
        ((decision("d", ""),), "decision_logic", "neither a table nor an expression"),
        ((importing("lib"), decision("d", lit("1"))), "decision_imports", "not in this release"),
    ],
)
def test_a_model_that_does_not_hold_together_is_refused(parts, rule, english):
    found = list(check(PATH, file(*parts)))
    assert {f.rule for f in found} == {rule}
    assert english in found[0].english


def test_functions_in_other_languages_are_refused():
    body = '<functionDefinition kind="Java"><context/></functionDefinition>'
    (found,) = check(PATH, file(decision("d", body)))
    assert found.rule == "decision_function" and "Java" in found.text


def test_a_priority_without_an_order_is_refused():
    (found,) = check(PATH, one_column("PRIORITY", ["-"]))
    assert found.rule == "decision_columns" and "priority" in found.english


def test_an_input_decision_of_a_service_may_be_left_open():
    parts = (
        decision("open", ""),
        decision("d", lit("open"), "decision:#open"),
        service("s", ["d"], ["open"], []),
    )
    assert list(check(PATH, file(*parts))) == []


def test_a_file_is_checked_with_the_files_that_it_imports():
    library = file(knowledge("half", lit("n / 2"), "n: number"), namespace="urn:lib")
    own = file(importing("lib"), decision("d", lit("lib.half(1)"), "knowledge:urn:lib#half"))
    assert lint({PATH: own, "bpmn/decisions/lib.dmn": library}) == []
