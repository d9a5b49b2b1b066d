"""Boxed expressions, each kind, and what their declared types do."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.dmn import Decisions
from tests.engine.dmn.tables import MODEL


def file(*parts: str, namespace: str = "urn:t") -> bytes:
    return f'<definitions xmlns="{MODEL}" name="m" namespace="{namespace}">{"".join(parts)}</definitions>'.encode()


def decision(logic: str, type_name: str = "", requires: str = "", identity: str = "d") -> str:
    declared = f'typeRef="{type_name}"' if type_name else ""
    return (
        f'<decision id="{identity}" name="{identity}"><variable name="{identity}" {declared}/>'
        f"{requires}{logic}</decision>"
    )


def lit(text: str, type_name: str = "") -> str:
    declared = f' typeRef="{type_name}"' if type_name else ""
    return f"<literalExpression{declared}><text>{text}</text></literalExpression>"


def answer(*parts: str, **facts):
    return Decisions({"a.dmn": file(*parts)}).decide("d", facts)[0]


def problems(*parts: str, **facts) -> list[str]:
    found = Decisions({"a.dmn": file(*parts)}).decide("d", facts)[1].get("problems", [])
    return [one["text"] for one in found]


def numbers(*values: int) -> list[Decimal]:
    return [Decimal(value) for value in values]


# -- the kinds of boxes


def entry(name: str, logic: str, type_name: str = "") -> str:
    declared = f'typeRef="{type_name}"' if type_name else ""
    variable = f'<variable name="{name}" {declared}/>' if name else ""
    return f"<contextEntry>{variable}{logic}</contextEntry>"


def context(*entries: str) -> str:
    return f"<context>{''.join(entries)}</context>"


def test_a_context_is_its_entries_each_seeing_those_before():
    boxed = context(entry("the sum", lit("x + 1")), entry("twice", lit("the sum * 2")))
    assert answer(decision(boxed), x=1) == {"the sum": Decimal(2), "twice": Decimal(4)}


def test_a_context_with_a_result_is_that_result():
    boxed = context(entry("a", lit("1")), entry("", lit("a + 1")))
    assert answer(decision(boxed)) == Decimal(2)


def test_an_entry_of_the_wrong_type_is_null_and_told():
    boxed = decision(context(entry("a", lit('"x"'), "number"), entry("b", lit("2"), "number")))
    assert answer(boxed) == {"a": None, "b": Decimal(2)}
    (told,) = problems(boxed)
    assert "不是 number" in told


def test_a_list_is_its_items():
    boxed = f"<list>{lit('1')}{context(entry('a', lit('2')))}</list>"
    assert answer(decision(boxed)) == [Decimal(1), {"a": Decimal(2)}]


def test_a_relation_is_a_list_of_contexts():
    boxed = (
        '<relation><column name="name"/><column name="age" typeRef="number"/>'
        f"<row>{lit('&quot;A&quot;')}{lit('30')}</row><row>{lit('&quot;B&quot;')}{lit('true')}</row></relation>"
    )
    assert answer(decision(boxed)) == [
        {"name": "A", "age": Decimal(30)},
        {"name": "B", "age": None},
    ]


@pytest.mark.parametrize(("x", "found"), [(5, "big"), (1, "small"), (None, "small")])
def test_a_conditional_takes_its_else_for_everything_but_true(x, found):
    boxed = (
        f"<conditional><if>{lit('x &gt; 2')}</if><then>{lit('&quot;big&quot;')}</then>"
        f"<else>{lit('&quot;small&quot;')}</else></conditional>"
    )
    assert answer(decision(boxed), x=x) == found


def test_a_filter_reads_the_item_and_its_entries():
    boxed = f"<filter><in>{lit('xs')}</in><match>{lit('a &gt; 1')}</match></filter>"
    assert answer(decision(boxed), xs=[{"a": Decimal(n)} for n in (1, 2, 3)]) == [
        {"a": Decimal(2)},
        {"a": Decimal(3)},
    ]
    boxed = f"<filter><in>{lit('[1, 2, 3]')}</in><match>{lit('item &gt; 1')}</match></filter>"
    assert answer(decision(boxed)) == numbers(2, 3)


def test_a_filter_may_be_boxed_itself():
    match = f"<conditional><if>{lit('item &gt; 2')}</if><then>{lit('true')}</then><else>{lit('a = 1')}</else></conditional>"
    boxed = f"<filter><in>{lit('xs')}</in><match>{match}</match></filter>"
    assert answer(decision(boxed), xs=[{"a": Decimal(1)}, {"a": Decimal(2)}]) == [{"a": Decimal(1)}]


def test_an_iterator_gives_a_list_and_sees_what_it_has_so_far():
    boxed = f'<for iteratorVariable="n"><in>{lit("1..4")}</in><return>{lit("n * k")}</return></for>'
    boxed = boxed.replace("1..4", "[1, 2, 3, 4]")
    assert answer(decision(boxed), k=2) == numbers(2, 4, 6, 8)
    sums = f"<return>{lit('if count(partial) = 0 then n else partial[-1] + n')}</return>"
    boxed = f'<for iteratorVariable="n"><in>{lit("[1, 2, 3]")}</in>{sums}</for>'
    assert answer(decision(boxed)) == numbers(1, 3, 6)


def test_an_iterator_over_a_boxed_body():
    body = f"<return>{context(entry('n', lit('n')), entry('double', lit('n * 2')))}</return>"
    boxed = f'<for iteratorVariable="n"><in>{lit("[1, 2]")}</in>{body}</for>'
    assert answer(decision(boxed)) == [
        {"n": Decimal(1), "double": Decimal(2)},
        {"n": Decimal(2), "double": Decimal(4)},
    ]


@pytest.mark.parametrize(
    ("kind", "test", "found"),
    [
        ("every", "n &gt; 0", True),
        ("every", "n &gt; 1", False),
        ("some", "n &gt; 2", True),
        ("some", "n &gt; 3", False),
    ],
)
def test_quantifiers(kind, test, found):
    body = f"<satisfies>{lit(test)}</satisfies>"
    boxed = f'<{kind} iteratorVariable="n"><in>{lit("[1, 2, 3]")}</in>{body}</{kind}>'
    assert answer(decision(boxed)) is found


def function(parameters: str, body: str, kind: str = "FEEL") -> str:
    return f'<functionDefinition kind="{kind}">{parameters}{body}</functionDefinition>'


def parameter(name: str, type_name: str = "") -> str:
    declared = f' typeRef="{type_name}"' if type_name else ""
    return f'<formalParameter name="{name}"{declared}/>'


def call(called: str, **bindings: str) -> str:
    bound = "".join(
        f'<binding><parameter name="{name}"/>{logic}</binding>' for name, logic in bindings.items()
    )
    return f"<invocation>{lit(called)}{bound}</invocation>"


def test_a_function_is_closed_over_what_is_around_it_and_called_by_name_or_place():
    made = function(parameter("n", "number"), lit("n * rate"))
    boxed = context(
        entry("rate", lit("3")),
        entry("f", made),
        entry("by place", lit("f(2)")),
        entry("by name", lit("f(n: 5)")),
        entry("boxed", call("f", n=lit("7"))),
    )
    found = answer(decision(boxed))
    assert [found["by place"], found["by name"], found["boxed"]] == numbers(6, 15, 21)


@pytest.mark.parametrize("called", ['f("x")', "f(1, 2)", "f()", "f(m: 1)", "f({a: 1})"])
def test_a_function_is_not_run_with_the_wrong_arguments(called):
    made = function(parameter("n", "number"), lit('"ran"'))
    boxed = decision(context(entry("f", made), entry("", lit(called.replace('"', "&quot;")))))
    assert answer(boxed) is None
    assert problems(boxed)


def test_a_single_value_is_given_to_a_function_as_the_list_it_wants_and_back():
    types = '<itemDefinition name="tList" isCollection="true"><typeRef>number</typeRef></itemDefinition>'
    made = function(parameter("ns", "tList"), lit("count(ns)"))
    boxed = decision(context(entry("f", made), entry("", lit("f(5)"))))
    assert answer(types, boxed) == Decimal(1)
    made = function(parameter("n", "number"), lit("n + 1"))
    boxed = decision(context(entry("f", made), entry("", lit("f([5])"))))
    assert answer(types, boxed) == Decimal(6)


def test_an_invocation_with_an_unknown_parameter_is_null_and_told():
    made = function(parameter("n"), lit('"ran"'))
    boxed = decision(context(entry("f", made), entry("", call("f", m=lit("1")))))
    assert answer(boxed) is None
    assert problems(boxed)


def test_an_invocation_of_a_built_in_function():
    assert answer(decision(call("contains", string=lit('"abc"'), match=lit('"b"')))) is True


@pytest.mark.parametrize("kind", ["Java", "PMML", "J"])
def test_a_function_of_another_language_is_null_and_told(kind):
    made = function(parameter("n"), context(entry("class", lit('"java.lang.Math"'))), kind)
    boxed = decision(context(entry("f", made), entry("", lit("f(1)"))))
    assert answer(boxed) is None
    assert any("引擎不运行" in told for told in problems(boxed))


def test_an_expression_in_another_language_is_null_and_told():
    boxed = '<literalExpression expressionLanguage="http://www.w3.org/1999/XPath"><text>1</text></literalExpression>'
    assert answer(decision(boxed)) is None
    assert "不支持表达式语言" in problems(decision(boxed))[0]


def test_a_table_may_stand_anywhere():
    table = (
        "<decisionTable><input><inputExpression><text>n</text></inputExpression></input>"
        "<output/><rule><inputEntry><text>&lt; 3</text></inputEntry>"
        '<outputEntry><text>"low"</text></outputEntry></rule>'
        "<rule><inputEntry><text>-</text></inputEntry>"
        '<outputEntry><text>"high"</text></outputEntry></rule></decisionTable>'
    ).replace("<decisionTable>", '<decisionTable hitPolicy="FIRST">')
    boxed = f'<for iteratorVariable="n"><in>{lit("[1, 5]")}</in><return>{table}</return></for>'
    assert answer(decision(boxed)) == ["low", "high"]


# -- types


PERSON = (
    '<itemDefinition name="tPerson"><itemComponent name="full name"><typeRef>string</typeRef>'
    '</itemComponent><itemComponent name="age"><typeRef>number</typeRef><allowedValues>'
    "<text>[0..150]</text></allowedValues></itemComponent></itemDefinition>"
    '<itemDefinition name="tPeople" isCollection="true"><typeRef>tPerson</typeRef></itemDefinition>'
)
GRADE = (
    '<itemDefinition name="tGrade"><typeRef>string</typeRef><allowedValues>'
    '<text>"A", "B"</text></allowedValues></itemDefinition>'
    '<itemDefinition name="tBest"><typeRef>tGrade</typeRef><allowedValues>'
    '<text>"A"</text></allowedValues></itemDefinition>'
    '<itemDefinition name="tTwo" isCollection="true"><typeRef>number</typeRef><typeConstraint>'
    "<text>count(?) = 2</text></typeConstraint></itemDefinition>"
)
GIVEN = '<inputData id="i" name="x"><variable name="x" typeRef="{}"/></inputData>'
ASKS = '<informationRequirement><requiredInput href="#i"/></informationRequirement>'


@pytest.mark.parametrize(
    ("type_name", "value", "kept"),
    [
        ("number", Decimal(1), True),
        ("number", "1", False),
        ("number", True, False),
        ("Any", "1", True),
        ("tPerson", {"full name": "A", "age": Decimal(1)}, True),
        ("tPerson", {"full name": "A", "age": Decimal(1), "more": 1}, True),
        ("tPerson", {"full name": "A", "age": None}, True),
        ("tPerson", {"full name": "A"}, False),
        ("tPerson", {"full name": "A", "age": "1"}, False),
        ("tPerson", {"full name": "A", "age": Decimal(151)}, False),
        ("tPeople", [{"full name": "A", "age": Decimal(1)}], True),
        ("tPeople", [], True),
        ("tPeople", [{"full name": "A"}], False),
        ("tPeople", {"full name": "A"}, False),
        ("tGrade", "B", True),
        ("tGrade", "C", False),
        ("tBest", "A", True),
        ("tBest", "B", False),
        ("tTwo", [Decimal(1), Decimal(2)], True),
        ("tTwo", [Decimal(1)], False),
        ("feel:number", Decimal(1), True),
        ("tPerson", None, True),
    ],
)
def test_input_data_of_the_wrong_type_are_null_and_told(type_name, value, kept):
    parts = (PERSON, GRADE, GIVEN.format(type_name), decision(lit("x"), requires=ASKS))
    assert answer(*parts, x=value) == (value if kept else None)
    assert bool(problems(*parts, x=value)) is not kept


def test_names_of_components_may_have_several_words():
    parts = (PERSON, GIVEN.format("tPeople"))
    logic = lit('x[full name = "B"].age')
    found = answer(
        *parts,
        decision(logic, requires=ASKS),
        x=[{"full name": "A", "age": Decimal(1)}, {"full name": "B", "age": Decimal(2)}],
    )
    assert found == [Decimal(2)]


@pytest.mark.parametrize(
    ("logic", "type_name", "found"),
    [
        ("[5]", "number", Decimal(5)),
        ('["a"]', "number", None),
        ("5", "string", None),
        ("[[5]]", "number", None),
        ("5", "tNumbers", [Decimal(5)]),
        ('"a"', "tNumbers", None),
        ("null", "tNumbers", None),
    ],
)
def test_a_decision_answers_a_value_of_its_type_or_null(logic, type_name, found):
    types = '<itemDefinition name="tNumbers" isCollection="true"><typeRef>number</typeRef></itemDefinition>'
    assert answer(types, decision(lit(logic), type_name)) == found


def test_a_type_that_contains_itself_ends():
    types = (
        '<itemDefinition name="tTree"><itemComponent name="children" isCollection="true">'
        "<typeRef>tTree</typeRef></itemComponent></itemDefinition>"
    )
    assert answer(types, decision(lit("{children: []}"), "tTree")) == {"children": []}


@pytest.mark.parametrize(
    ("made", "kept"), [("function(a, b) a", True), ("function(a) a", False), ("5", False)]
)
def test_a_function_type_wants_a_function_of_so_many_parameters(made, kept):
    types = (
        '<itemDefinition name="tF"><functionItem outputTypeRef="number"><parameters name="a"/>'
        '<parameters name="b"/></functionItem></itemDefinition>'
    )
    boxed = context(entry("f", lit(made), "tF"), entry("", lit("f != null")))
    assert answer(types, decision(boxed)) is kept


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"full name": "A", "age": Decimal(1)}, True),
        ({"full name": "A", "age": Decimal(200)}, False),
        (None, False),
    ],
)
def test_instance_of_knows_the_types_of_the_file(value, found):
    assert answer(PERSON, decision(lit("x instance of tPerson")), x=value) is found
    assert answer(PERSON, decision(lit("[x] instance of tPeople")), x=value or 5) is found


def test_a_single_input_is_a_list_of_one_where_a_list_is_declared():
    person = {"full name": "A", "age": Decimal(1)}
    found = answer(
        PERSON, GIVEN.format("tPeople"), decision(lit("count(x)"), requires=ASKS), x=person
    )
    assert found == Decimal(1)
