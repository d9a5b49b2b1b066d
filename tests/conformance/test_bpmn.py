"""The published process cases, and the runner that judges them."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from click.testing import CliRunner

from engine.conformance import bpmn
from engine.conformance.bpmn_vocabulary import expression, translate
from tests.conformance.cases import folder
from web.commands.conformance import conformance

PASSED = 80

ONE_SCRIPT = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">
<process id="p" isExecutable="true"><startEvent id="s"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="t"/>
<scriptTask id="t"><script>SCRIPT_task1</script></scriptTask>
<sequenceFlow id="f2" sourceRef="t" targetRef="e"/><endEvent id="e"/></process></definitions>"""


def test_as_many_cases_pass_as_we_say():
    verdicts = list(bpmn.run_cases(folder("bpmn")))
    counted = Counter(v.word for v in verdicts)
    assert counted["passed"] == PASSED, [str(v) for v in verdicts if v.word != "passed"]


@pytest.mark.parametrize(
    ("symbolic", "feel"),
    [
        ('test.contains("a")', 'contains(test, "a")'),
        ('!test.contains("b")', 'not(contains(test, "b"))'),
        ("${integerVariable}", "integerVariable"),
        ("integerVariable<3 && 1==1", "integerVariable<3  and  1=1"),
    ],
)
def test_a_symbolic_condition_becomes_feel(symbolic, feel):
    assert expression(symbolic) == feel


def test_only_the_vocabulary_changes():
    text = translate(ONE_SCRIPT.encode()).decode()
    assert "SCRIPT_task1" in text and "conformance.note" in text and 'id="f2"' in text


@pytest.fixture
def cases(tmp_path):
    """A folder with one case that expects a trace."""

    def write(expect):
        run = {"test": "", "integer": 0, "delay_ms": 0, "second_process": False, "expect": expect}
        entry = {"group": "g", "name": "ONE", "file": "one.bpmn", "cases": [run]}
        (tmp_path / "cases.json").write_text(json.dumps([entry]))
        (tmp_path / "one.bpmn").write_text(ONE_SCRIPT)
        return CliRunner().invoke(conformance, ["bpmn", str(tmp_path)])

    return write


def test_the_last_line_counts_and_a_wrong_trace_fails(cases):
    good, bad = cases(["SCRIPT_task1"]), cases(["SCRIPT_task2"])
    assert good.output.splitlines()[-1] == "1 passed, 0 failed, 0 refused"
    assert good.exit_code == 0
    assert bad.output.splitlines()[-1] == "0 passed, 1 failed, 0 refused"
    assert bad.exit_code == 1
