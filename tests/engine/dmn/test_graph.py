"""Requirement graphs: decisions, knowledge, services and other files."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

import pytest

from engine.dmn import Decisions
from engine.dmn.graph import Graph
from engine.dmn.model import Service
from engine.dmn.reader import read
from engine.dmn.session import Session
from tests.engine.dmn.files import decision, file, given, importing, knowledge, lit, service
from tests.engine.dmn.tables import table


def asked(*parts: str, **facts):
    return Decisions({"a.dmn": file(*parts)}).decide("d", facts)


def test_a_decision_sees_what_it_requires_under_names_of_several_words():
    answer, _ = asked(
        given("i", "the amount", "number"),
        decision("twice", lit("the amount * 2"), "input:#i", name="twice the amount"),
        decision("d", lit("twice the amount + 1"), "decision:#twice"),
        **{"the amount": Decimal(2)},
    )
    assert answer == Decimal(5)


def test_a_decision_that_two_others_need_is_made_once():
    parts = (
        table("a", "COLLECT", [("甲", "n", "")], ["r"], [["-", "1"]]),
        decision("b", lit("count(a)"), "decision:#a"),
        decision("c", lit("count(a)"), "decision:#a"),
        decision("d", lit("b + c"), "decision:#b", "decision:#c"),
    )
    answer, trace = asked(*parts, n=1)
    assert answer == Decimal(2)
    assert [one["decision"] for one in trace["required"]] == ["a", "b", "c"]
    assert trace["required"][0] == {
        "decision": "a",
        "inputs": {"甲": 1},
        "rules": [1],
        "output": [Decimal(1)],
    }


def test_the_trace_names_the_version_of_the_file():
    content = file(decision("d", lit("1")))
    _, trace = Decisions({"a.dmn": content}).decide("d", {})
    assert trace == {
        "decision": "d",
        "output": Decimal(1),
        "version": sha256(content).hexdigest(),
    }


def test_what_became_null_of_an_error_is_told_with_the_cell():
    rules = [["> 1", "amount + name"], ["<= 1", "0"]]
    content = file(table("t", "UNIQUE", [("金额", "amount", "")], ["r"], rules))
    answer, trace = Decisions({"a.dmn": content}).decide("t", {"amount": 2, "name": "x"})
    assert answer is None
    (told,) = trace["problems"]
    assert told["text"].startswith("“t”第 1 行“r”: “amount + name” ")
    assert told["english"].startswith("“t”, rule 1, “r”: “amount + name”: ")


def test_a_required_decision_without_an_answer_hides_a_fact_of_its_name():
    answer, _ = asked(
        decision("limit", lit("null")), decision("d", lit("limit"), "decision:#limit"), limit=5
    )
    assert answer is None


def test_decisions_in_a_circle_answer_null_and_say_so():
    _, trace = asked(decision("d", lit("e"), "decision:#e"), decision("e", lit("d"), "decision:#d"))
    assert any("间接依赖自己" in told["text"] for told in trace["problems"])


def test_knowledge_is_a_function_that_sees_its_parameters_and_what_it_requires():
    parts = (
        knowledge("rate", lit("0.5")),
        knowledge("part", lit("amount * rate()"), "amount: number", requires=("knowledge:#rate",)),
    )
    answer, _ = asked(*parts, decision("d", lit("part(4)"), "knowledge:#part"))
    assert answer == Decimal(2)
    answer, trace = asked(*parts, decision("d", lit('part("4")'), "knowledge:#part"))
    assert answer is None and "part 的参数 amount 应为 number" in trace["problems"][0]["text"]
    seen = knowledge("part", lit("outside"))
    assert asked(seen, decision("d", lit("part()"), "knowledge:#part"), outside=1)[0] is None


def test_knowledge_may_call_itself():
    parts = (
        knowledge(
            "sum to",
            lit("if n = 0 then 0 else n + sum to(n - 1)"),
            "n",
            requires=("knowledge:#sum to",),
        ),
    )
    assert asked(*parts, decision("d", lit("sum to(4)"), "knowledge:#sum to"))[0] == Decimal(10)


def test_knowledge_without_end_is_stopped():
    from engine.feel import FeelLimit

    parts = (knowledge("f", lit("f(n + 1)"), "n", requires=("knowledge:#f",)),)
    with pytest.raises(FeelLimit):
        asked(*parts, decision("d", lit("f(1)"), "knowledge:#f"))


SERVICE = (
    given("i", "x", "number"),
    decision("inner", lit("1000"), type_name="number"),
    decision("out", lit("x + inner"), "input:#i", "decision:#inner"),
    service("offer", ["out"], ["inner"], ["i"]),
)


@pytest.mark.parametrize(
    ("called", "found"),
    [
        ("offer(1, 2)", Decimal(3)),
        ("offer(inner: 5, x: 1)", Decimal(6)),
        ("offer(1)", None),
        ('offer("a", 2)', None),
        ("offer(y: 1, inner: 2)", None),
    ],
)
def test_a_service_is_a_function_of_its_input_data_then_its_input_decisions(called, found):
    answer, trace = asked(*SERVICE, decision("d", lit(called), "knowledge:#offer"))
    assert answer == found
    assert (found is None) == ("problems" in trace)


def test_a_service_does_not_change_what_is_decided_outside_of_it():
    logic = lit("[offer(1, 2), inner, x]")
    answer, _ = asked(
        *SERVICE, decision("d", logic, "knowledge:#offer", "decision:#inner", "input:#i"), x=7
    )
    assert answer == [Decimal(3), Decimal(1000), 7]


def test_a_service_of_several_decisions_gives_a_context():
    parts = (
        decision("a", lit("1")),
        decision("b", lit("2")),
        service("both", ["a", "b"], [], []),
    )
    answer, _ = asked(*parts, decision("d", lit("both()"), "knowledge:#both"))
    assert answer == {"a": Decimal(1), "b": Decimal(2)}


def test_a_service_may_be_asked_from_outside():
    (model,) = read({"a.dmn": file(*SERVICE)})
    offer = model.elements["offer"]
    assert isinstance(offer, Service)
    given_values = {"x": Decimal(1), "inner": Decimal(2)}
    assert Graph([model]).outputs(model, offer, given_values, Session()) == {"out": Decimal(3)}


# -- other files


LIBRARY = file(
    '<itemDefinition name="tRate"><typeRef>number</typeRef><allowedValues><text>[0..1]</text>'
    "</allowedValues></itemDefinition>",
    given("i", "the base", "number"),
    knowledge("half", lit("n / 2"), "n: number"),
    decision("best", lit("the base * 10"), "input:#i", name="best of all"),
    namespace="urn:lib",
)


@pytest.mark.parametrize("facts", [{"the base": Decimal(2)}, {"lib": {"the base": Decimal(2)}}])
def test_what_is_imported_is_read_under_its_prefix(facts):
    own = file(
        importing("lib"),
        decision(
            "d",
            lit("lib.half(lib.best of all)"),
            "knowledge:urn:lib#half",
            "decision:urn:lib#best",
        ),
    )
    decisions = Decisions({"rules/a.dmn": own, "rules/lib.dmn": LIBRARY})
    assert decisions.decide("d", facts)[0] == Decimal(10)


def test_an_import_without_a_name_needs_no_prefix():
    own = file(importing(""), decision("d", lit("half(8)"), "knowledge:urn:lib#half"))
    assert Decisions({"a.dmn": own, "b.dmn": LIBRARY}).decide("d", {})[0] == Decimal(4)


@pytest.mark.parametrize(("value", "found"), [("0.5", Decimal("0.5")), ("2", None)])
def test_types_are_imported_too(value, found):
    own = file(importing("lib"), decision("d", lit(value), type_name="lib.tRate"))
    assert Decisions({"a.dmn": own, "b.dmn": LIBRARY}).decide("d", {})[0] == found


def test_an_import_by_place_takes_the_file_that_lies_there():
    other = LIBRARY.replace(b"n / 2", b"n / 4").replace(b'"best"', b'"second"')
    own = file(
        importing("lib", "new/lib.dmn"),
        decision("d", lit("lib.half(8)"), "knowledge:urn:lib#half"),
    )
    files = {"rules/old.dmn": LIBRARY, "rules/new/lib.dmn": other, "rules/a.dmn": own}
    assert Decisions(files).decide("d", {})[0] == Decimal(2)


def test_facts_are_those_that_nothing_in_the_graph_provides():
    decisions = Decisions(
        {
            "a.dmn": file(
                knowledge("half", lit("n / 2"), "n"),
                decision("e", lit("turnover > 1")),
                decision("d", lit("half(staff) > 1 and e"), "decision:#e", "knowledge:#half"),
            )
        }
    )
    assert decisions.facts_of("d") == {"turnover", "staff"}


def test_a_decision_that_declares_its_input_data_reads_no_other_facts():
    parts = (given("i", "x"), decision("d", lit("[x, y]"), "input:#i"))
    assert asked(*parts, x=1, y=2)[0] == [1, None]
    assert asked(decision("d", lit("[x, y]")), x=1, y=2)[0] == [1, 2]


def test_in_a_file_with_input_data_a_decision_reads_none_that_it_does_not_require():
    parts = (given("i", "x"), decision("e", lit("1")), decision("d", lit("[x, e]")))
    assert asked(*parts, x=1)[0] == [None, None]
    parts = (*parts[:2], decision("d", lit("[x, e]"), "decision:#e"))
    assert asked(*parts, x=1)[0] == [None, Decimal(1)]
