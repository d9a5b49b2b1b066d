"""Every rule says what it refuses, and does refuse it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.lint import RULES, apply_fix, decision_rules, forms, lint
from engine.lint.documentation import markdown
from tests.engine.lint.sample import SAMPLE, release

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "lint.md"
NAMES = [rule.name for rule in RULES]


def found(files, name):
    return [f for f in lint(files, SAMPLE) if f.rule == name]


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_refuses_its_own_example(rule):
    findings = found(release(rule.refuses), rule.name)
    assert findings
    for finding in findings:
        assert finding.text and finding.english
        assert finding.element
        assert not any("一" <= letter <= "鿿" for letter in without_names(finding.english))


def without_names(sentence):
    """A sentence without what it quotes from the diagram."""
    while "“" in sentence:
        before, _, rest = sentence.partition("“")
        sentence = before + rest.partition("”")[2]
    return sentence


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_fix_cures_what_it_is_offered_for(rule):
    files = release(rule.refuses)
    for finding in found(files, rule.name):
        if finding.fix is None:
            continue
        cured = {**files, finding.file: apply_fix(files[finding.file], finding.fix)}
        left = [(f.element, f.text) for f in found(cured, rule.name)]
        assert (finding.element, finding.text) not in left


@pytest.mark.parametrize("rule", forms.RULES, ids=[rule.name for rule in forms.RULES])
def test_a_form_rule_refuses_its_own_example(rule):
    content = f'{{"components": [{rule.refuses}]}}'.encode()
    findings = found({"forms/x.form": content}, rule.name)
    assert findings
    for finding in findings:
        assert finding.text and finding.element
        assert not any("一" <= letter <= "鿿" for letter in without_names(finding.english))


DMN = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="D" name="d" namespace="urn:t">%s</definitions>'

FACTS = '<inputData id="F" name="annual_revenue"><variable id="V" name="annual_revenue" typeRef="number" /></inputData>'


@pytest.mark.parametrize("rule", decision_rules.RULES, ids=[r.name for r in decision_rules.RULES])
def test_a_decision_rule_refuses_its_own_example(rule):
    files = {"x": DMN % rule.refuses, "facts": (DMN % FACTS).replace("urn:t", "urn:facts")}
    named = {f"bpmn/decisions/{name}.dmn": text.encode() for name, text in files.items()}
    findings = found(named, rule.name)
    assert findings
    for finding in findings:
        assert finding.text
        assert not any("一" <= letter <= "鿿" for letter in without_names(finding.english))


def test_every_decision_rule_is_documented():
    sources = [*(ROOT / "engine/dmn").glob("*.py"), *(ROOT / "engine/lint").glob("decision*.py")]
    sources.remove(ROOT / "engine/lint/decision_rules.py")
    used = {
        name
        for source in sources
        for name in re.findall(r'"(decision_[a-z_]+)"', source.read_text())
    }
    assert used == {rule.name for rule in decision_rules.RULES}


def test_a_rule_is_documented_in_two_languages():
    for rule in (*RULES, *decision_rules.RULES, *forms.RULES):
        assert all(rule.title) and all(rule.why) and rule.refuses


def test_the_page_is_what_the_rules_say():
    assert PAGE.read_text() == markdown(), "run: redeem lint --rules > docs/lint.md"
