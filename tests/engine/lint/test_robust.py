"""The linter answers with findings, whatever a diagram lacks."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lxml import etree

from engine.lint import apply_fix, lint
from handlers import registry

ROOT = Path(__file__).parents[3]
PATHS = sorted(str(p.relative_to(ROOT)) for p in (ROOT / "bpmn").glob("*.bpmn"))
FILES = {path: (ROOT / path).read_bytes() for path in PATHS}


def damaged(content, chance):
    """A diagram with some elements and attributes gone, doubled or emptied."""
    root = etree.fromstring(content)
    for _ in range(chance.randint(1, 6)):
        node = chance.choice([n for n in root.iter() if n.getparent() is not None])
        act = chance.choice(["remove", "attribute", "text", "twice", "move"])
        if act == "remove":
            node.getparent().remove(node)
        elif act == "attribute" and node.attrib:
            node.attrib.pop(chance.choice(list(node.attrib)))
        elif act == "text":
            node.text = chance.choice([None, "", "((", "x", "${a}"])
        elif act == "twice":
            node.getparent().append(etree.fromstring(etree.tostring(node)))
        elif act == "move":
            root.append(node)
    return etree.tostring(root)


def check(seed):
    chance = random.Random(seed)
    path = chance.choice(PATHS)
    files = {**FILES, path: damaged(FILES[path], chance)}
    found = lint(files, registry.load())
    for finding in found:
        assert finding.rule and finding.text and finding.english
        if finding.fix is not None and finding.element:
            apply_fix(files[finding.file], finding.fix)


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_diagram_is_told_and_breaks_nothing(seed):
    check(seed)


@pytest.mark.long
def test_many_damaged_diagrams_are_told_and_break_nothing():
    for seed in range(1_000):
        check(seed)
