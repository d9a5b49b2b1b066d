"""A parsed and compiled text, and the cache of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from engine.feel import syntax
from engine.feel.compiler import compile_part, compile_tree
from engine.feel.errors import FeelLimit, FeelSyntaxError, place
from engine.feel.known_names import KnownNames
from engine.feel.library import BUILTINS
from engine.feel.messages import say
from engine.feel.parser import Parser
from engine.feel.run import LOCALS, NO_FUNCTIONS, Evaluate, FeelWarning, Run
from engine.feel.sharing import check_size, may_grow
from engine.feel.values import MISSING

MAX_LENGTH = 20_000
Functions = Mapping[str, Callable[..., Any]]
# Names of several words that callers add to the standard's functions; the parser must know them.
OWN_FUNCTION_NAMES = (
    "working days after",
    "working days between",
    "amount in capitals",
    "credit code is valid",
)
_BUILT_IN = KnownNames((*BUILTINS, *OWN_FUNCTION_NAMES))


@dataclass(frozen=True)
class Result:
    """A value with the reasons why parts of the expression are null."""

    value: Any
    warnings: tuple[FeelWarning, ...]


@dataclass(frozen=True)
class Expression:
    """A parsed and compiled text. `kind` is "expression" or "unary tests"."""

    text: str
    kind: str
    tree: syntax.Node

    @cached_property
    def _compiled(self) -> tuple[Evaluate, tuple[None, ...], bool]:
        """The closure, what fills its frame's local slots, and whether its value may be huge."""
        try:
            evaluate, size = compile_tree(self.tree)
            return evaluate, (None,) * (size - LOCALS), may_grow(self.tree)
        except RecursionError:
            raise _too_deep(self.text) from None

    def evaluate(
        self,
        names: Mapping[str, Any],
        functions: Functions | None = None,
        warnings: list[FeelWarning] | None = None,
        types: Mapping[str, Callable[[Any], bool]] | None = None,
        value: Any = MISSING,
    ) -> Any:
        """The value in a context. Nulls that came of an error are added to `warnings`.

        `functions` are those beyond the standard's, `types` tell whether a value is of a type that
        the model defines; `value` is what unary tests are about. Raises FeelLimit when the work
        exceeds the fixed bound.
        """
        run = Run(functions or NO_FUNCTIONS, warnings, types or NO_FUNCTIONS)
        return self.evaluate_in(run, names, value)

    def evaluate_in(self, run: Run, names: Mapping[str, Any], value: Any = MISSING) -> Any:
        """The value as a part of a greater evaluation, whose budget it uses up."""
        evaluate, padding, grows = self._compiled
        try:
            found = evaluate([names, run, value, *padding])
        except RecursionError:
            raise FeelLimit("too_deep") from None
        if grows:
            check_size(found)
        return found

    def run(self, names: Mapping[str, Any], **options: Any) -> Result:
        """The value together with the warnings."""
        warnings: list[FeelWarning] = []
        value = self.evaluate(names, warnings=warnings, **options)
        return Result(value, tuple(warnings))

    def passes(self, value: Any, names: Mapping[str, Any], **options: Any) -> bool:
        """For unary tests: whether `value` passes."""
        if options:
            return self.evaluate(names, value=value, **options) is True
        return self.evaluate_in(Run(), names, value) is True

    @cached_property
    def parts(self) -> tuple[tuple[syntax.Node, Test], ...]:
        """For unary tests: each of the alternatives with its own evaluation."""
        assert isinstance(self.tree, syntax.UnaryTests)
        return tuple((node, Test(*compile_part(node))) for node in self.tree.tests)

    def part(self, node: syntax.Node) -> Expression:
        """A part of this expression as an expression of its own."""
        return Expression(self.text[node.start : node.end], "expression", node)

    def place_of(self, warning: FeelWarning) -> tuple[int, int]:
        """Line and column of a warning, both from 1."""
        return place(self.text, warning.start)


@dataclass(frozen=True)
class Test:
    """One of the alternatives of unary tests."""

    _evaluate: Evaluate
    _size: int

    def evaluate(self, value: Any, names: Mapping[str, Any], run: Run) -> Any:
        """True, false, or null where there is no answer."""
        try:
            return self._evaluate([names, run, value, *[None] * (self._size - LOCALS)])
        except RecursionError:
            raise FeelLimit("too_deep") from None


def _too_deep(text: str) -> FeelSyntaxError:
    return FeelSyntaxError(say("depth", ()), text, 0, say("depth", (), "en"))


@lru_cache(maxsize=10_000)
def _parse(text: str, kind: str, names: tuple[str, ...]) -> Expression:
    if len(text) > MAX_LENGTH:
        said = (say("length", (MAX_LENGTH,), language) for language in ("zh", "en"))
        raise FeelSyntaxError(next(said), text, MAX_LENGTH, next(said))
    try:
        parser = Parser(text, names, _BUILT_IN)
        tree = parser.unary_tests_text() if kind == "unary tests" else parser.expression_text()
    except RecursionError:
        raise _too_deep(text) from None
    expression = Expression(text, kind, tree)
    assert expression._compiled
    return expression


def parse(text: str, kind: str = "expression", names: Iterable[str] = ()) -> Expression:
    """Parses a text once; later calls with the same text are answered from a cache.

    `names` are variable names of several words or with symbols. Raises FeelSyntaxError with the
    position.
    """
    return _parse(text.strip(), kind, tuple(names))


def evaluate(text: str, names: Mapping[str, Any] | None = None, **options: Any) -> Any:
    """Parses and evaluates in one go; the names given are known to the parser."""
    given = names or {}
    known = tuple(name for name in given if not name.isidentifier())
    return parse(text, names=known).evaluate(given, **options)
