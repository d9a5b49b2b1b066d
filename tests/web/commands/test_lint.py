"""`redeem lint`: no database, one line for each finding, exit 1 on an error."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from tests.engine.lint.sample import release
from tests.engine.lint.test_rules import START, person, process
from web.commands import cli

BROKEN = process(START, person("a"), flows={"1": "s a"})


@pytest.fixture
def folder(tmp_path):
    for path, content in release(BROKEN).items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return tmp_path


def redeem(*arguments):
    return CliRunner().invoke(cli, ["lint", *map(str, arguments)])


def test_an_error_is_a_line_and_the_exit_is_1(folder):
    done = redeem(folder)
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert "bpmn/sample.bpmn: a: dead_ends: “a”之后没有去处,请连到结束事件" in lines


def test_the_sentences_come_in_english_too(folder):
    line = "bpmn/sample.bpmn: a: dead_ends: “a” leads nowhere; connect it to an end event"
    assert line in redeem(folder, "--lang", "en").output.splitlines()


def test_findings_come_as_json(folder):
    found = json.loads(redeem(folder, "--json").output)
    dead = next(f for f in found if f["rule"] == "dead_ends")
    assert (dead["file"], dead["element"], dead["severity"]) == ("bpmn/sample.bpmn", "a", "error")
    assert dead["text"] and dead["english"]
    assert set(dead) >= {"line", "column", "fix", "path"}


def test_what_is_clean_says_nothing_and_exits_0(folder):
    done = redeem(folder / "forms")
    assert (done.output, done.exit_code) == ("", 0)


def test_without_paths_it_says_what_to_give():
    assert redeem().exit_code == 2
