"""The SQL reading: an expression or a table's cell as a column of PostgreSQL.

It answers what `engine.feel.known` answers, for every row at once: a column that is null is a fact
that is missing, and a condition that depends on one is null. The subset:

- numbers, texts, booleans, dates; names of columns; constants of any kind (computed by FEEL itself)
- `+ - *`, division by a constant, text `+`; date - date and its `days`; date ± a constant duration
- `= != < <= > >=`, `between`, `in` with values, ranges, lists and comparisons; `and`, `or`, `not`
- `if`; `is defined`, `null`; `min`, `max`, `abs`, `floor`, `ceiling`, `round up/down/half up`;
  `contains`, `starts with`, `ends with`, `string length`

Everything else, and every number that might need more than 34 digits, raises NotInSql. Types are
those of the columns; comparing two different ones is refused.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, cast, literal, null

from engine.feel import Expression, syntax
from engine.feel.known import asks_for_null, names_in, walk
from engine.feel.sql.columns import (
    NO_VALUE,
    Columns,
    Functions,
    NotInSql,
    Sql,
    any_of,
    constant,
    guarded,
    negated,
    number_column,
)
from engine.feel.sql.reader import ORDER, Reader, decides

__all__ = [
    "NO_VALUE", "Columns", "NotInSql", "Sql", "constant", "number_column", "passes_column", "value_of_column",
]  # fmt: skip


def value_of_column(
    expression: Expression,
    columns: Columns,
    functions: Functions | None = None,
    to_compare: bool = False,
) -> Sql:
    """What `known.value_of` answers, as a column. Raises NotInSql.

    A quotient without an end, such as `x / 12`, can only be compared (`to_compare`) or rounded.
    """
    reader = Reader(expression.text, columns, functions, not asks_for_null(expression.tree))
    found = reader.read(expression.tree)
    if not found.digits.exact and not to_compare:
        raise NotInSql(f"“{expression.text}”除不尽,应先取整或比较", expression.tree)
    return found


def passes_column(
    cell: Expression, tested: Sql, columns: Columns, functions: Functions | None = None
) -> ColumnElement[Any]:
    """What `known.holds` answers for a cell, as a boolean column. Raises NotInSql."""
    tree = cell.tree
    assert isinstance(tree, syntax.UnaryTests)
    if not tree.tests:
        return literal(True)
    asking = asks_for_null(tree)
    if tested.kind == "null" and not asking:
        return cast(null(), Boolean)
    found = [
        _alternative(node, cell.text, tested, columns, functions, asking) for node in tree.tests
    ]
    answer = any_of(found)
    if not asking and not all(map(_null_with_the_tested, tree.tests)):
        answer = guarded(answer, tested)
    return negated(answer.element) if tree.negated else answer.element


def _alternative(
    node: syntax.Node,
    text: str,
    tested: Sql,
    columns: Columns,
    functions: Functions | None,
    asking: bool,
) -> Sql:
    strict = not asking
    if asking and not asks_for_null(node) and names_in(node):
        raise NotInSql("判断“无数据”的单元格不能同时读取其他数据", node)
    return Reader(text, {**columns, "?": tested}, functions, strict).test(node)


def _null_with_the_tested(node: syntax.Node) -> bool:
    """Whether a test of a missing value is certainly null, as the whole cell must be."""
    if isinstance(node, syntax.Binary) and isinstance(node.left, syntax.Input):
        return node.operator in ORDER or node.operator in ("=", "!=")
    return not decides(node) and not any(isinstance(part, syntax.Input) for part in walk(node))
