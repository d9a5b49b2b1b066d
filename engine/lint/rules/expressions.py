"""Every expression is FEEL that parses; what comes from other languages is put right."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine import feel
from engine.feel import FeelSyntaxError
from engine.lint.expressions import Place, places
from engine.lint.finding import Finding, Fix
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule

# What people write who know other languages, and what FEEL has for it.
_FOREIGN = (
    (re.compile(r"^\s*[#$]\{(.*)\}\s*$", re.DOTALL), r"\1"),
    (re.compile(r"^\s*=(?!=)\s*"), ""),
    (re.compile(r"===?"), "="),
    (re.compile(r"=>"), ">="),
    (re.compile(r"=<"), "<="),
    (re.compile(r"<>"), "!="),
    (re.compile(r"!=="), "!="),
    (re.compile(r"\s*&&\s*"), " and "),
    (re.compile(r"\s*\|\|\s*"), " or "),
    (re.compile(r"!(?!=)\s*([A-Za-z_][\w.]*)"), r"not(\1)"),
    (re.compile(r"\bTrue\b"), "true"),
    (re.compile(r"\bFalse\b"), "false"),
    (re.compile(r"\bNone\b"), "null"),
    (re.compile(r"'([^'\"]*)'"), r'"\1"'),
)
_QUOTED = re.compile(r'("(?:[^"\\]|\\.)*")')


@rule(
    title=("表达式要是正确的 FEEL", "Every expression is FEEL"),
    why=(
        "读不懂的表达式到运行时才会失败。",
        "An expression that cannot be read fails only when a case gets there.",
    ),
    refuses="""
<bpmn:exclusiveGateway id="Gateway_Agreed" name="同意?" default="Flow_No" />
<bpmn:endEvent id="End_Yes" />
<bpmn:endEvent id="End_No" />
<bpmn:sequenceFlow id="Flow_Yes" sourceRef="Gateway_Agreed" targetRef="End_Yes">
  <bpmn:conditionExpression>agreed == true</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="Flow_No" sourceRef="Gateway_Agreed" targetRef="End_No" />
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for place in places(diagram):
        if not place.text:
            yield diagram.error(
                place.element,
                f"“{called(place.element)}”的 {place.name} 没有填写表达式",
                f"“{called(place.element)}”: the expression of {place.name} is empty",
            )
            continue
        try:
            feel.parse(place.text)
        except FeelSyntaxError as error:
            yield diagram.error(
                place.element,
                f"“{called(place.element)}”的表达式“{place.text}”有误: {error}",
                f"“{called(place.element)}”: the expression “{place.text}” cannot be read at "
                f"line {error.line}, column {error.column}: {error.english}",
                _cure(place),
                line=error.line,
                column=error.column,
            )


def _cure(place: Place) -> Fix | None:
    """The expression in FEEL's words, if that makes it readable."""
    text = corrected(place.text)
    edit = place.becomes(text)
    try:
        feel.parse(text)
    except FeelSyntaxError:
        return None
    if edit is None or text == place.text:
        return None
    return Fix(f"改为 {text}", f"Write {text}", (edit,))


def corrected(text: str) -> str:
    """A text with the operators and literals of other languages replaced, outside of strings."""
    for pattern, replacement in _FOREIGN[:2]:
        text = pattern.sub(replacement, text)
    parts = _QUOTED.split(text)
    for place in range(0, len(parts), 2):
        for pattern, replacement in _FOREIGN[2:]:
            parts[place] = pattern.sub(replacement, parts[place])
    return "".join(parts).strip()
