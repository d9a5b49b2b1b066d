"""Every error with a value in it is known to the catalogue, whoever raises it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_babel import force_locale

from web.inserted import TEMPLATES, in_readers_language, recognised

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What is said to the operator at the command line only, or never leaves the program.
NOT_PAGES = (
    "engine/bench", "engine/conformance", "handlers/bench", "handlers/sample", "engine/postgres.py",
    "engine/database.py", "engine/backup.py", "engine/feel/sql", "handlers/eligibility/compiled.py",
)  # fmt: skip
# Heads of lists of faults in a file; a page shows the faults one by one.
HEADS = (" 不能导入。",)


def raised() -> Iterator[tuple[str, ast.JoinedStr]]:
    """The sentences with values that are raised: where, and the text."""
    for folder in ("engine", "handlers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(NOT_PAGES):
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                    for given in node.exc.args:
                        if isinstance(given, ast.JoinedStr) and CHINESE.search(_own(given)):
                            yield f"{name}:{node.lineno}", given


def _own(text: ast.JoinedStr) -> str:
    return "".join(str(part.value) for part in text.values if isinstance(part, ast.Constant))


def test_every_error_with_values_is_known_to_the_catalogue():
    found = list(raised())
    assert len(found) > 80
    unknown = []
    for place, text in found:
        values = [
            f"<{n}>" for n, part in enumerate(text.values) if not isinstance(part, ast.Constant)
        ]
        filled = iter(values)
        said = "".join(
            str(part.value) if isinstance(part, ast.Constant) else next(filled)
            for part in text.values
        )
        known = recognised(said)
        if known is None or list(known[1].values()) != values:
            unknown.append(f"{place}: {said}")
    assert [line for line in unknown if not any(head in line for head in HEADS)] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_is_recognised_by_what_was_made_from_it(template):
    names = re.findall(r"%\((\w+)\)s", template)
    values = {name: f"{name} 1" for name in names}
    assert recognised(template % values) == (template, values)


def test_a_reader_of_english_gets_the_sentence_and_what_is_in_it_in_english(app):
    with app.test_request_context(), force_locale("en"):
        said = in_readers_language("第 2 行第 3 列: 没有这个待办事项")
        unknown = in_readers_language("一句谁也不认识的话")
    assert said == "Line 2, column 3: There is no such task"
    assert unknown == "一句谁也不认识的话"
