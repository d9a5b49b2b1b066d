"""Forms ask for what their diagrams decide on, say it readably, and refuse half an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine import feel
from engine.errors import InvalidInput
from engine.forms import INPUTS, check_answer, english_words, in_english, parse_form, walk
from engine.xml import NAMESPACES, ours, parse_xml
from tests.scenarios.play import PROCESSES, ROOT, release

FORMS = {
    p.name: parse_form(p.read_bytes(), p.name) for p in sorted((ROOT / "forms").glob("*.form"))
}
CASE = {
    "case": {"number": "1", "enterprise": "甲", "policy": "乙", "expert_count": 2},
    "eligibility": {"holds": True, "amount": 1000, "failed": []},
}


def expressions(schema: dict[str, Any]) -> Iterator[str]:
    """Every FEEL of a form: conditions, and texts that begin with `=`."""
    for component in walk(schema):
        found = [(component.get("conditional") or {}).get("hide"), component.get("text")]
        found += [component.get("label"), component.get("description")]
        yield from (text[1:] for text in found if text and text.startswith("="))


def gateways() -> Iterator[tuple[str, etree._Element, list[str]]]:
    """(form, gateway, conditions) of every exclusive gateway that directly follows a user task."""
    for name in PROCESSES:
        root = parse_xml((Path(ROOT) / f"bpmn/{name}.bpmn").read_bytes())
        flows = list(root.iterfind(".//bpmn:sequenceFlow", NAMESPACES))
        nodes = {n.get("id"): n for n in root.iter() if n.get("id")}
        for flow in flows:
            source, target = nodes[flow.get("sourceRef")], nodes[flow.get("targetRef")]
            if source.tag.endswith("}userTask") and target.tag.endswith("}exclusiveGateway"):
                conditions = [
                    f.findtext("bpmn:conditionExpression", "", NAMESPACES)
                    for f in flows
                    if f.get("sourceRef") == target.get("id")
                ]
                yield source.get(ours("form"), ""), target, [c for c in conditions if c]


@pytest.mark.parametrize("name", FORMS)
def test_every_expression_of_a_form_parses(name):
    for text in expressions(FORMS[name]):
        feel.parse(text)


@pytest.mark.parametrize("name", FORMS)
def test_every_input_has_a_label_and_a_key_of_its_own(name):
    inputs = [c for c in walk(FORMS[name]) if c["type"] in INPUTS]
    keys = [c["key"] for c in inputs]
    assert len(keys) == len(set(keys)) and all(c.get("label") for c in inputs)


def chinese(part: Any) -> Iterator[str]:
    """The Chinese texts that a reader of a form meets; values are data."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key not in ("value", "key", "id", "conditional"):
                yield from chinese(value)
    elif isinstance(part, list):
        for one in part:
            yield from chinese(one)
    elif isinstance(part, str) and re.search(r"[\u4e00-\u9fff]", part):
        yield part


def read(text: str) -> list[str]:
    """The names in an expression, in their order."""
    parts = feel.known.walk(feel.parse(text[1:]).tree)
    return [part.name for part in parts if isinstance(part, feel.syntax.Name | feel.syntax.Path)]


@pytest.mark.parametrize("name", FORMS)
def test_every_text_of_a_form_is_there_in_english_and_reads_the_same_data(name):
    assert list(chinese(in_english(FORMS[name]))) == []
    for text, english in english_words(FORMS[name]).items():
        assert text.startswith("=") == english.startswith("=")
        if text.startswith("="):
            assert read(text) == read(english)


def test_every_form_is_used_by_a_user_task():
    used = {
        Path(node.get(ours("form"), "")).name
        for path, content in release().items()
        if path.endswith(".bpmn")
        for node in parse_xml(content).iterfind(".//bpmn:userTask", NAMESPACES)
    }
    assert used == set(FORMS)


def test_a_gateway_after_a_person_reads_choices_that_the_form_offers():
    seen = 0
    for path, gateway, conditions in gateways():
        inputs = {c["key"]: c for c in walk(FORMS[Path(path).name]) if c["type"] in INPUTS}
        for condition in conditions:
            for key, value in re.findall(r'(\w+) = "(\w+)"', condition):
                options = [option["value"] for option in inputs[key]["values"]]
                assert value in options, (gateway.get("id"), condition)
                seen += 1
    assert seen > 10


@pytest.mark.parametrize(
    ("name", "answer", "missing"),
    [
        ("review", {"decision": "refuse"}, {"reason", "explanation"}),
        ("review", {"decision": "approve"}, {"opinion"}),
        ("review", {"decision": "return_to_window"}, {"reason"}),
        ("review", {"decision": "transfer"}, {"target_department"}),
        ("acceptance", {"decision": "supplement"}, {"missing"}),
        ("acceptance", {"decision": "not_accept"}, {"reason"}),
        ("objection", {"objection_decision": "uphold", "objection_opinion": "不实"},
         {"objection_opinion", "reason", "explanation"}),
        ("expert_review", {"conflict": False}, {"score", "comment"}),
        ("expert_review", {"conflict": True}, {"conflict_reason"}),
        ("department_approval", {"head_decision": "disagree"}, {"head_opinion"}),
        ("account_confirmation", {"account_decision": "object"}, {"objection_text"}),
        ("batch_check", {"decision": "reject"}, {"reason"}),
        ("shortage", {"decision": "give_up"}, {"reason"}),
        ("commitment", {"commitment_signer": "张三"}, {"commitment_agreed"}),
    ],
)  # fmt: skip
def test_half_an_answer_is_refused_field_by_field(name, answer, missing):
    with pytest.raises(InvalidInput) as caught:
        check_answer(FORMS[f"{name}.form"], answer, CASE)
    assert set(caught.value.fields) == missing


def test_the_review_must_decide_an_amount_that_no_rule_computes():
    open_amount = {**CASE, "eligibility": {"holds": True, "amount": None, "failed": []}}
    answer = {"decision": "approve", "opinion": "同意"}
    form = FORMS["review.form"]
    assert check_answer(form, answer, CASE) == answer
    with pytest.raises(InvalidInput) as caught:
        check_answer(form, answer, open_amount)
    assert set(caught.value.fields) == {"decided_amount"}
    decided = {**answer, "decided_amount": Decimal(500)}
    assert check_answer(form, decided, open_amount) == decided


def test_the_account_number_of_a_form_is_left_to_the_inbox():
    fields = {c["key"]: c for c in walk(FORMS["correct_account.form"]) if "key" in c}
    assert fields["number_id"]["validate"] == {"required": True}
