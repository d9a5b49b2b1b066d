"""Writes small DMN files for tests."""

from __future__ import annotations

from xml.sax.saxutils import escape

Column = tuple[str, str, str]
MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def dmn(*decisions: str) -> bytes:
    """A file with these decisions."""
    body = "".join(decisions)
    return f'<definitions xmlns="{MODEL}" id="d" name="d" namespace="urn:t">{body}</definitions>'.encode()


def table(
    identity: str,
    policy: str,
    inputs: list[Column],
    outputs: list[str],
    rules: list[list[str]],
    extra: str = "",
) -> str:
    """A decision table; a column is (label, expression, allowed values), a rule its cells."""
    head = "".join(
        f'<input id="{identity}_i{n}" label="{escape(label)}"><inputExpression><text>'
        f"{escape(expression)}</text></inputExpression>"
        + (f"<inputValues><text>{escape(allowed)}</text></inputValues>" if allowed else "")
        + "</input>"
        for n, (label, expression, allowed) in enumerate(inputs)
    ) + "".join(f'<output id="{identity}_{name}" name="{name}"/>' for name in outputs)
    rows = "".join(
        f'<rule id="{identity}_r{n}">'
        + "".join(
            f'<inputEntry id="{identity}_r{n}c{c}"><text>{escape(cell)}</text></inputEntry>'
            for c, cell in enumerate(row[: len(inputs)])
        )
        + "".join(
            f'<outputEntry id="{identity}_r{n}o{c}"><text>{escape(cell)}</text></outputEntry>'
            for c, cell in enumerate(row[len(inputs) :])
        )
        + "</rule>"
        for n, row in enumerate(rules, 1)
    )
    return (
        f'<decision id="{identity}" name="{identity}">{extra}'
        f'<decisionTable id="{identity}_t" hitPolicy="{policy}">{head}{rows}</decisionTable></decision>'
    )


def literal(identity: str, text: str) -> str:
    """A decision that is one expression."""
    return (
        f'<decision id="{identity}" name="{identity}"><literalExpression id="{identity}_l">'
        f"<text>{escape(text)}</text></literalExpression></decision>"
    )
