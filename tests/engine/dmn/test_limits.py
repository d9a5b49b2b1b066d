"""Decisions that would run for ever, or are nested without end, are stopped."""

from __future__ import annotations

import pytest

from engine.dmn import Decisions
from engine.dmn.reader import read
from engine.errors import InvalidInput
from engine.feel import FeelLimit
from tests.engine.dmn.files import decision, file, knowledge, lit


def decide(*parts: str, **facts):
    return Decisions({"a.dmn": file(*parts)}).decide("d", facts)[0]


def test_all_expressions_of_a_decision_share_one_budget_of_steps():
    """Forty levels of knowledge, each asking the next twice, are 10^12 calls."""
    levels = [
        knowledge(f"f{n}", lit(f"f{n + 1}() + f{n + 1}()"), requires=(f"knowledge:#f{n + 1}",))
        for n in range(40)
    ]
    with pytest.raises(FeelLimit):
        decide(*levels, knowledge("f40", lit("1")), decision("d", lit("f0()"), "knowledge:#f0"))


def test_a_boxed_iteration_spends_the_budget_too():
    body = "<return><context><contextEntry><variable name='a'/>{}</contextEntry></context></return>"
    boxed = f"<for iteratorVariable='n'><in>{lit('xs')}</in>{body.format(lit('n'))}</for>"
    with pytest.raises(FeelLimit):
        decide(decision("d", boxed), xs=[1] * 2_000_000)


def test_a_long_chain_of_decisions_is_stopped():
    chain = [decision(f"d{n}", lit(f"d{n + 1}"), f"decision:#d{n + 1}") for n in range(3000)]
    with pytest.raises(FeelLimit):
        decide(decision("d", lit("d0"), "decision:#d0"), *chain, decision("d3000", lit("1")))


def test_boxes_nested_too_deeply_are_refused():
    deep = "<functionDefinition>" * 300 + lit("1") + "</functionDefinition>" * 300
    with pytest.raises(InvalidInput):
        read({"a.dmn": file(decision("d", deep))})


@pytest.mark.parametrize(
    "content",
    [
        b"<definitions/>",
        b"<definitions><decision/></definitions>",
        b"<definitions><decision id='d'><decisionTable/></decision></definitions>",
        b"<definitions><decision id='d'><decisionTable><input/><output/><rule/></decisionTable></decision></definitions>",
        b"<definitions><decision id='d'><invocation/></decision></definitions>",
        b"<definitions><decision id='d'><for/></decision></definitions>",
        b"<definitions><decision id='d'><filter/></decision></definitions>",
        b"<definitions><decision id='d'><conditional/></decision></definitions>",
        b"<definitions><decision id='d'><context><contextEntry/></context></decision></definitions>",
        b"<definitions><decision id='d'><relation><row/></relation></decision></definitions>",
        b"<definitions><decision id='d'><informationRequirement/><literalExpression/></decision></definitions>",
        b"<definitions><decisionService id='s'><outputDecision/></decisionService></definitions>",
        b"<definitions><itemDefinition/><itemDefinition name='a'><typeRef/></itemDefinition></definitions>",
        b"<definitions><businessKnowledgeModel id='b'/></definitions>",
        b"<definitions><import/></definitions>",
    ],
)
def test_what_lacks_its_parts_is_refused_or_answers_null(content):
    try:
        decisions = Decisions({"a.dmn": content})
    except InvalidInput:
        return
    for identity in decisions.by_id:
        answer, _ = decisions.decide(identity, {})
        assert answer in (None, [], {}, [{}])
