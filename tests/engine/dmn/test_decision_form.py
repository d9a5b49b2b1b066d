"""A decision file says nothing that nobody hears: what is incomplete, doubled or unknown is told."""

from __future__ import annotations

import pytest

from engine.lint import lint

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
ANSWER = '<literalExpression id="l{0}"><text>{1}</text></literalExpression>'


def told(*elements, namespace=MODEL, attributes=""):
    """The rules that refuse a file, without those of its facts."""
    content = f'<definitions xmlns="{namespace}" id="D" name="d" namespace="urn:d" {attributes}>{"".join(elements)}</definitions>'
    found = lint({"bpmn/decisions/d.dmn": content.encode()}, house=False)
    return {(one.rule, one.element) for one in found if one.severity == "error"}


def decision(inside, identity="a", name="a"):
    return f'<decision id="{identity}" name="{name}">{inside}</decision>'


def answer(text="1", number=1):
    return ANSWER.format(number, text)


def table(attributes='hitPolicy="FIRST"', asks="<inputExpression id='ie'><text>1</text></inputExpression>",
          output='<output id="o" name="r" />', results=('1',)):  # fmt: skip
    cells = "".join(
        f'<outputEntry id="x{n}"><text>{text}</text></outputEntry>'
        for n, text in enumerate(results)
    )
    return decision(
        f'<decisionTable id="t" {attributes}><input id="i">{asks}</input>{output}'
        f'<rule id="r1"><inputEntry id="c"><text>-</text></inputEntry>{cells}</rule></decisionTable>'
    )


TWO = '<output id="o" name="r" /><output id="p" name="s" />'
LETTERS = '<outputValues id="ov"><text>"A", "B"</text></outputValues>'


def test_a_whole_file_is_fine():
    assert told(decision(answer()), table().replace('"a"', '"b"').replace("'ie'", "'ie2'")) == set()


@pytest.mark.parametrize("attributes", ['hitPolicy="COLLECT" aggregation="SUM"', 'hitPolicy="COLLECT" aggregation="COUNT"'])  # fmt: skip
def test_a_collecting_table_may_count_up(attributes):
    assert told(table(attributes)) == set()


@pytest.mark.parametrize(
    ("attributes", "output", "results"),
    [('hitPolicy="FIRST" aggregation="SUM"', '<output id="o" name="r" />', ("1",)),
     ('hitPolicy="RULE ORDER" aggregation="MAX"', '<output id="o" name="r" />', ("1",)),
     ('hitPolicy="COLLECT" aggregation="AVG"', '<output id="o" name="r" />', ("1",)),
     ('hitPolicy="COLLECT" aggregation="SUM"', TWO, ("1", "2")),
     ('hitPolicy="COLLECT" aggregation="SUM"', '<output id="o" name="r" typeRef="string" />', ('"x"',))],
)  # fmt: skip
def test_an_aggregation_that_means_nothing_is_told(attributes, output, results):
    assert ("decision_policy", "t") in told(table(attributes, output=output, results=results))


@pytest.mark.parametrize(
    ("box", "element"),
    [('<conditional id="q"><if id="i"><literalExpression id="k"><text>true</text></literalExpression></if></conditional>', "q"),
     ('<for id="q" iteratorVariable="x"><in id="i"><literalExpression id="k"><text>[1]</text></literalExpression></in></for>', "q"),
     ('<filter id="q"><in id="i"><literalExpression id="k"><text>[1]</text></literalExpression></in><match id="m" /></filter>', "q"),
     ('<some id="q"><in id="i"><literalExpression id="k"><text>[1]</text></literalExpression></in>'
      '<satisfies id="m"><literalExpression id="n"><text>true</text></literalExpression></satisfies></some>', "q"),
     (answer("1", 1) + answer("2", 2), "a"),
     (answer() + '<surprise id="q" />', "q")],
    ids=["no branches", "no return", "no match", "no variable", "two expressions", "unknown element"],
)  # fmt: skip
def test_a_box_is_whole_and_heard(box, element):
    assert ("decision_boxes", element) in told(decision(box))


def test_what_only_explains_is_fine():
    more = '<description>why</description><question>what</question><allowedAnswers>yes</allowedAnswers>'  # fmt: skip
    source = '<knowledgeSource id="k" name="k"><type>law</type></knowledgeSource>'
    needs = '<authorityRequirement id="n"><requiredAuthority href="#k" /></authorityRequirement>'
    assert told(decision(more + needs + answer()), source) == set()


def test_rows_of_a_relation_have_its_columns():
    columns = '<column id="c1" name="x" /><column id="c2" name="y" />'
    row = f'<row id="w">{answer("1", 1)}</row>'
    assert ("decision_columns", "w") in told(decision(f'<relation id="q">{columns}{row}</relation>'))  # fmt: skip
    whole = f'<row id="w">{answer("1", 1)}{answer("2", 2)}</row>'
    assert told(decision(f'<relation id="q">{columns}{whole}</relation>')) == set()


def test_a_column_of_conditions_asks_something():
    assert ("decision_columns", "i") in told(table(asks=""))


def test_results_by_default_are_among_the_allowed_ones():
    def by_default(text):
        default = f'<defaultOutputEntry id="de"><text>{text}</text></defaultOutputEntry>'
        output = f'<output id="o" name="r" typeRef="string">{LETTERS}{default}</output>'
        return told(table('hitPolicy="UNIQUE"', output=output, results=('"A"',)))

    assert by_default('"B"') == set()
    assert by_default('"C"') == {("decision_not_allowed", "a")}


def test_everything_that_is_read_by_name_has_a_name_of_its_own():
    twice = told(decision(answer("1", 1)), decision(answer("2", 2), "b"))
    assert twice == {("decision_ids", "a"), ("decision_ids", "b")}


def test_parameters_have_names_of_their_own():
    def knowledge(*names):
        given = "".join(f'<formalParameter id="p{n}" name="{name}" />' for n, name in enumerate(names))  # fmt: skip
        return f'<businessKnowledgeModel id="k" name="k"><encapsulatedLogic id="e">{given}{answer()}</encapsulatedLogic></businessKnowledgeModel>'

    assert told(knowledge("x", "y")) == set()
    assert ("decision_boxes", "e") in told(knowledge("x", "x"))
    assert ("decision_logic", "k") in told('<businessKnowledgeModel id="k" name="k" />')


def test_a_service_gives_something():
    assert ("decision_boxes", "s") in told('<decisionService id="s" name="s" />')


def test_a_decision_does_not_ask_itself_by_way_of_a_service():
    service = '<decisionService id="s" name="s"><outputDecision href="#a" /></decisionService>'
    needs = '<knowledgeRequirement id="n"><requiredKnowledge href="#s" /></knowledgeRequirement>'
    assert ("decision_requirements", "a") in told(decision(needs + answer("s()")), service)
    assert told(decision(answer()), service) == set()


@pytest.mark.parametrize(
    ("definitions", "element"),
    [('<itemDefinition id="x" name="tX"><typeRef>tY</typeRef></itemDefinition>'
      '<itemDefinition id="y" name="tY"><typeRef>tX</typeRef></itemDefinition>', "x"),
     ('<itemDefinition id="x" name="tX"><typeRef>number</typeRef></itemDefinition>'
      '<itemDefinition id="y" name="tX"><typeRef>string</typeRef></itemDefinition>', "D"),
     ('<itemDefinition id="x" name="number"><typeRef>string</typeRef></itemDefinition>', "x"),
     ('<itemDefinition id="x" name="tX" isCollection="yes"><typeRef>string</typeRef></itemDefinition>', "x"),
     ('<itemDefinition id="x" name="tX"><itemComponent id="c" name="k"><typeRef>string</typeRef></itemComponent>'
      '<itemComponent id="d" name="k"><typeRef>number</typeRef></itemComponent></itemDefinition>', "x")],
    ids=["a circle", "one name twice", "a basic type's name", "no boolean", "one part twice"],
)  # fmt: skip
def test_types_hold_together(definitions, element):
    assert ("decision_types", element) in told(definitions, decision(answer()))


def test_a_type_may_contain_itself():
    tree = (
        '<itemDefinition id="x" name="tTree">'
        '<itemComponent id="c" name="children" isCollection="true"><typeRef>tTree</typeRef></itemComponent>'
        "</itemDefinition>"
    )
    assert told(tree, decision(answer())) == set()


def test_other_languages_and_versions_are_refused():
    assert ("decision_expression", "D") in told(decision(answer()), attributes='expressionLanguage="juel"')  # fmt: skip
    feel = 'expressionLanguage="https://www.omg.org/spec/DMN/20191111/FEEL/"'
    assert told(decision(answer()), attributes=feel) == set()
    unknown = told(decision(answer()), namespace="urn:something")
    assert ("decision_readable", "D") in unknown
