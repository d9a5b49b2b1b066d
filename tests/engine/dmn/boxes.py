"""Boxed expressions and item definitions for tests, put together as text."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from tests.engine.dmn.files import lit, named

Column = tuple[str, ...]


def item(
    name: str,
    type_name: str = "",
    *parts: str,
    many: bool = False,
    allowed: str = "",
    constraint: str = "",
) -> str:
    """An item definition; its parts are what `component` writes."""
    inner = "".join(parts) + (f"<typeRef>{type_name}</typeRef>" if type_name else "")
    inner += _tests("allowedValues", allowed) + _tests("typeConstraint", constraint)
    collection = ' isCollection="true"' if many else ""
    return f"<itemDefinition name={quoteattr(name)}{collection}>{inner}</itemDefinition>"


def component(*arguments: str, many: bool = False, allowed: str = "") -> str:
    written = item(*arguments, many=many, allowed=allowed)
    return written.replace("itemDefinition", "itemComponent")


def function_type(name: str, result: str, **parameters: str) -> str:
    inner = "".join(named("parameters", one, kind) for one, kind in parameters.items())
    return (
        f"<itemDefinition name={quoteattr(name)}><functionItem outputTypeRef={quoteattr(result)}>"
        f"{inner}</functionItem></itemDefinition>"
    )


def entry(name: str, logic: str, type_name: str = "") -> str:
    """An entry of a context; without a name its result."""
    variable = named("variable", name, type_name) if name else ""
    return f"<contextEntry>{variable}{logic}</contextEntry>"


def context(*entries: str) -> str:
    return f"<context>{''.join(entries)}</context>"


def listed(*items: str, type_name: str = "") -> str:
    declared = f" typeRef={quoteattr(type_name)}" if type_name else ""
    return f"<list{declared}>{''.join(items)}</list>"


def relation(columns: list[str], *rows: list[str]) -> str:
    """Columns `name` or `name:type`; the cells of rows are FEEL."""
    head = "".join(named("column", *one.split(":")) for one in columns)
    body = "".join(f"<row>{''.join(map(lit, row))}</row>" for row in rows)
    return f"<relation>{head}{body}</relation>"


def function(parameters: list[str], body: str, kind: str = "FEEL") -> str:
    """Parameters `name` or `name:type`."""
    formal = "".join(named("formalParameter", *one.split(":")) for one in parameters)
    return f'<functionDefinition kind="{kind}">{formal}{body}</functionDefinition>'


def invocation(called: str, **bindings: str) -> str:
    """A `_` in the name of a parameter is a space; what is bound is FEEL."""
    bound = "".join(
        f"<binding>{named('parameter', name.replace('_', ' '))}{lit(text)}</binding>"
        for name, text in bindings.items()
    )
    return f"<invocation>{lit(called)}{bound}</invocation>"


def conditional(condition: str, then: str, otherwise: str) -> str:
    parts = (("if", condition), ("then", then), ("else", otherwise))
    return f"<conditional>{''.join(f'<{tag}>{part}</{tag}>' for tag, part in parts)}</conditional>"


def filtered(source: str, match: str) -> str:
    return f"<filter><in>{source}</in><match>{match}</match></filter>"


def iterator(kind: str, variable: str, source: str, body: str, type_name: str = "") -> str:
    """`for`, `some` or `every`."""
    word = "return" if kind == "for" else "satisfies"
    declared = f" typeRef={quoteattr(type_name)}" if type_name else ""
    return (
        f'<{kind} iteratorVariable="{variable}"><in{declared}>{source}</in>'
        f"<{word}>{body}</{word}></{kind}>"
    )


def rules(
    policy: str,
    inputs: list[Column],
    outputs: list[Column],
    rows: list[list[str]],
    aggregation: str = "",
) -> str:
    """A table. An input is (expression, type, allowed), an output (name, type, allowed, default)."""
    head = "".join(map(_input, inputs)) + "".join(map(_output, outputs))
    body = "".join(
        "<rule>"
        + "".join(_text("inputEntry", cell) for cell in row[: len(inputs)])
        + "".join(_text("outputEntry", cell) for cell in row[len(inputs) :])
        + "</rule>"
        for row in rows
    )
    collected = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable hitPolicy="{policy}"{collected}>{head}{body}</decisionTable>'


def _input(column: Column) -> str:
    text, type_name, allowed = (*column, "", "")[:3]
    declared = f" typeRef={quoteattr(type_name)}" if type_name else ""
    expression = f"<inputExpression{declared}><text>{escape(text)}</text></inputExpression>"
    return f"<input label={quoteattr(text)}>{expression}{_tests('inputValues', allowed)}</input>"


def _output(column: Column) -> str:
    name, type_name, allowed, default = (*column, "", "", "")[:4]
    declared = f" typeRef={quoteattr(type_name)}" if type_name else ""
    inner = _tests("outputValues", allowed) + _tests("defaultOutputEntry", default)
    return f"<output name={quoteattr(name)}{declared}>{inner}</output>"


def _tests(tag: str, text: str) -> str:
    return _text(tag, text) if text else ""


def _text(tag: str, text: str) -> str:
    return f"<{tag}><text>{escape(text)}</text></{tag}>"
