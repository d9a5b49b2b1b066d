"""FEEL, the expression language of DMN. Pure: imports nothing else of ours.

>>> str(evaluate("price * 3", {"price": 7}))
'21'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from engine.feel import more_builtins as more_builtins  # registers its functions
from engine.feel import syntax
from engine.feel.builtins import BUILTINS
from engine.feel.compile import Compiler, Evaluate, Run, Scope, Warning_
from engine.feel.errors import FeelError, FeelLimit, FeelSyntaxError
from engine.feel.parser import Parser

__all__ = [
    "BUILTINS",
    "Expression",
    "FeelError",
    "FeelLimit",
    "FeelSyntaxError",
    "evaluate",
    "parse",
]
MAX_LENGTH = 20_000
# Names of several words that callers add to the standard's functions; the parser must know them.
OWN_FUNCTION_NAMES = ("working days after", "working days between", "working day start")


@dataclass(frozen=True)
class Expression:
    """A parsed and compiled text. `kind` is "expression" or "unary tests"."""

    text: str
    kind: str
    tree: syntax.Node
    _run: Evaluate

    def evaluate(
        self,
        names: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]] | None = None,
        warnings: list[Warning_] | None = None,
    ) -> Any:
        """The value in a context. Nulls that came of an error are added to `warnings`.

        Raises FeelLimit when the work exceeds the fixed bound.
        """
        table = {**BUILTINS, **functions} if functions else BUILTINS
        run = Run(table, warnings if warnings is not None else [])
        try:
            return self._run(Scope(dict(names), run))
        except RecursionError:
            raise FeelLimit("表达式中的函数调用自身过深") from None

    def passes(self, value: Any, names: Mapping[str, Any], **options: Any) -> bool:
        """For unary tests: whether `value` passes."""
        return self.evaluate({**names, "?": value}, **options) is True

    @cached_property
    def parts(self) -> tuple[tuple[syntax.Node, Evaluate], ...]:
        """For unary tests: each of the alternatives with its own evaluation."""
        assert isinstance(self.tree, syntax.UnaryTests)
        compiler = Compiler(BUILTINS)
        return tuple((node, compiler.test(node)) for node in self.tree.tests)

    def part(self, node: syntax.Node) -> Expression:
        """A part of this expression as an expression of its own."""
        return Expression(
            self.text[node.start : node.end], "expression", node, Compiler(BUILTINS).compile(node)
        )


@lru_cache(maxsize=10_000)
def _parse(text: str, kind: str, names: tuple[str, ...]) -> Expression:
    if len(text) > MAX_LENGTH:
        raise FeelSyntaxError(f"表达式超过 {MAX_LENGTH} 个字符", text, MAX_LENGTH)
    parser = Parser(text, (*BUILTINS, *OWN_FUNCTION_NAMES, *names))
    tree = parser.unary_tests_text() if kind == "unary tests" else parser.expression_text()
    return Expression(text, kind, tree, Compiler(BUILTINS).compile(tree))


def parse(text: str, kind: str = "expression", names: Iterable[str] = ()) -> Expression:
    """Parses a text once; later calls with the same text are answered from a cache.

    `names` are variable names of several words. Raises FeelSyntaxError with the position.
    """
    return _parse(text.strip(), kind, tuple(names))


def evaluate(text: str, names: Mapping[str, Any] | None = None, **options: Any) -> Any:
    """Parses and evaluates in one go."""
    return parse(text).evaluate(names or {}, **options)
