"""Hypothesis strategies for expressions: syntax trees over the whole grammar, and values.

`trees()` covers the grammar and means nothing; `typed(...)` makes conditions over given columns that
can be evaluated, for comparing readings of one expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from engine.feel import syntax as ast

NAMES = ("amount", "x", "金额", "full name", "a-b", "Teacher's pet", "部门 2")
_TYPES = ("number", "string", "date and time", "years and months duration", "Any", "tFirm")
_OPERATORS = ("or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "**")
_TEMPORAL = (
    "2026-03-02",
    "-12345-01-31",
    "09:30:00@Asia/Shanghai",
    "2026-03-02T09:30:00.5Z",
    "P1DT2H",
    "-P3M",
)
_HERE = (0, 0)

numbers = st.decimals(min_value=0, max_value=10**12, allow_nan=False, places=3)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = st.sampled_from(NAMES)


def _node(kind: type[ast.Node], *parts: Any) -> st.SearchStrategy[Any]:
    strategies = [part if isinstance(part, st.SearchStrategy) else st.just(part) for part in parts]
    return st.tuples(*strategies).map(lambda values: kind(*_HERE, *values))


def _several(strategy: st.SearchStrategy[Any], least: int = 0, most: int = 3) -> Any:
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


literals = _node(ast.Literal, st.one_of(st.none(), st.booleans(), numbers, texts))
at_literals = st.sampled_from(_TEMPORAL).map(
    lambda text: ast.Call(*_HERE, ast.Name(*_HERE, "@"), (ast.Literal(*_HERE, text),))
)
leaves = st.one_of(literals, at_literals, _node(ast.Name, names), _node(ast.Input))


def _typed_nodes() -> st.SearchStrategy[ast.TypeNode]:
    base = st.sampled_from(_TYPES).map(lambda name: ast.TypeNode(*_HERE, name))

    def wider(inner: st.SearchStrategy[ast.TypeNode]) -> st.SearchStrategy[ast.TypeNode]:
        pairs = st.tuples(st.sampled_from(("a", "b c")), inner)
        return st.one_of(
            _node(ast.TypeNode, "list", _several(inner, 1, 1)),
            _node(ast.TypeNode, "range", _several(inner, 1, 1)),
            _node(ast.TypeNode, "context", (), _several(pairs, 1, 2)),
            _node(ast.TypeNode, "function", _several(inner), (), inner),
        )

    return st.recursive(base, wider, max_leaves=4)


types = _typed_nodes()


def _wider(inner: st.SearchStrategy[ast.Node]) -> st.SearchStrategy[ast.Node]:
    pairs = st.tuples(names, inner)
    spans = _node(ast.Span, inner, inner)
    iterators = _several(st.tuples(names, st.one_of(inner, spans)), 1, 2)
    return st.one_of(
        _node(ast.Unary, inner),
        _node(ast.Binary, st.sampled_from(_OPERATORS), inner, inner),
        _node(ast.Between, inner, inner, inner),
        _node(ast.In, inner, _several(inner, 1)),
        _node(ast.InstanceOf, inner, types),
        _node(ast.If, inner, inner, inner),
        _node(ast.For, iterators, inner),
        _node(ast.Quantified, st.booleans(), iterators, inner),
        _functions(inner),
        _node(ast.Call, inner, _several(inner), ()),
        _node(ast.Call, inner, (), _several(pairs, 1)),
        _node(ast.Call, ast.Name(*_HERE, "not"), _several(inner), ()),
        _node(ast.Call, ast.Name(*_HERE, "date and time"), _several(inner), ()),
        _node(ast.Path, inner, st.sampled_from(("city", "full name", "time offset"))),
        _node(ast.Filter, inner, inner),
        _node(ast.ListNode, _several(inner)),
        _node(ast.ContextNode, _several(st.tuples(st.one_of(names, texts), inner))),
        _ranges(inner),
    )


def _functions(inner: st.SearchStrategy[ast.Node]) -> st.SearchStrategy[ast.Node]:
    parameters = st.lists(st.tuples(names, st.none() | types), max_size=2)
    return st.tuples(parameters, inner).map(
        lambda parts: ast.FunctionDefinition(
            *_HERE, tuple(n for n, _ in parts[0]), parts[1], tuple(t for _, t in parts[0])
        )
    )


def _ranges(inner: st.SearchStrategy[ast.Node]) -> st.SearchStrategy[ast.Node]:
    return st.one_of(
        _node(ast.RangeNode, inner, inner, st.booleans(), st.booleans()),
        _node(ast.RangeNode, None, inner, False, st.booleans()),
        _node(ast.RangeNode, inner, None, st.booleans(), False),
    )


def trees(max_leaves: int = 12) -> st.SearchStrategy[ast.Node]:
    """Expressions over the whole grammar."""
    return st.recursive(leaves, _wider, max_leaves=max_leaves)


def cells() -> st.SearchStrategy[ast.UnaryTests]:
    """Cells of decision tables."""
    return _node(ast.UnaryTests, _several(trees(6)), st.booleans()).map(
        lambda cell: cell if cell.tests else ast.UnaryTests(*_HERE, (), False)
    )


# -- conditions that can be evaluated


def _name(name: str) -> ast.Node:
    return ast.Name(*_HERE, name)


def literal_of(kind: str) -> st.SearchStrategy[ast.Node]:
    """Constants of a type, few enough to meet each other."""
    if kind == "number":
        small = st.decimals(min_value=0, max_value=6, places=1, allow_nan=False)
        plain = _node(ast.Literal, small)
        return st.one_of(plain, _node(ast.Unary, plain))
    if kind == "string":
        return _node(ast.Literal, st.sampled_from(("", "A", "B", "国家级")))
    if kind == "boolean":
        return _node(ast.Literal, st.booleans())
    days = st.sampled_from(("2025-12-31", "2026-01-01", "2026-03-02"))
    return days.map(lambda d: ast.Call(*_HERE, _name("@"), (ast.Literal(*_HERE, d),)))


def values_of(kind: str, null: bool = True) -> st.SearchStrategy[Any]:
    """Values of a type; unless forbidden, null now and then."""
    from datetime import date

    known: dict[str, st.SearchStrategy[Any]] = {
        "number": st.decimals(min_value=-6, max_value=6, places=1, allow_nan=False),
        "string": st.sampled_from(("", "A", "B", "国家级")),
        "boolean": st.booleans(),
        "date": st.sampled_from((date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 2))),
    }
    return st.none() | known[kind] if null else known[kind]


def operands(columns: Mapping[str, str], kind: str) -> st.SearchStrategy[ast.Node]:
    """Expressions of a type over columns (name to FEEL type)."""
    own = [_name(name) for name, found in columns.items() if found == kind]
    plain = st.one_of(literal_of(kind), *([st.sampled_from(own)] if own else []))
    if kind != "number":
        return plain
    return st.recursive(
        plain,
        lambda inner: st.one_of(
            _node(ast.Binary, st.sampled_from(("+", "-", "*")), inner, inner),
            _node(ast.Unary, inner),
        ),
        max_leaves=3,
    )


def conditions(columns: Mapping[str, str], max_leaves: int = 6) -> st.SearchStrategy[ast.Node]:
    """Conditions over columns: comparisons, membership, ranges, joined by and, or and not."""
    kinds = sorted(set(columns.values()))
    simple = st.sampled_from(kinds).flatmap(lambda kind: _comparison(columns, kind))

    def wider(inner: st.SearchStrategy[ast.Node]) -> st.SearchStrategy[ast.Node]:
        return st.one_of(
            _node(ast.Binary, st.sampled_from(("and", "or")), inner, inner),
            _node(ast.Call, _name("not"), inner.map(lambda one: (one,)), ()),
        )

    return st.recursive(simple, wider, max_leaves=max_leaves)


def _comparison(columns: Mapping[str, str], kind: str) -> st.SearchStrategy[ast.Node]:
    value = operands(columns, kind)
    equality = _node(ast.Binary, st.sampled_from(("=", "!=")), value, value)
    is_null = _node(ast.Binary, st.sampled_from(("=", "!=")), value, ast.Literal(*_HERE, None))
    if kind == "boolean":
        return st.one_of(equality, is_null, value)
    constant = literal_of(kind)
    ordered = _node(ast.Binary, st.sampled_from(("<", "<=", ">", ">=")), value, value)
    ranges = _node(ast.RangeNode, constant, constant, st.booleans(), st.booleans())
    return st.one_of(
        equality,
        is_null,
        ordered,
        _node(ast.Between, value, constant, constant),
        _node(ast.In, value, _several(constant, 1)),
        _node(ast.In, value, st.tuples(ranges)),
    )
