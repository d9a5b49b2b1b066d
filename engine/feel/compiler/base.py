"""What all compiling shares: where names are found, and one compiling function per kind of node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from engine.feel import syntax as ast
from engine.feel.run import INPUT, LOCALS, Evaluate

Layer = dict[str, int] | int


@dataclass(slots=True)
class Layout:
    """The slots of one expression's frame."""

    size: int = LOCALS

    def slot(self) -> int:
        self.size += 1
        return self.size - 1


@dataclass(frozen=True, slots=True)
class Environment:
    """Names that are bound where a node stands, innermost layer first.

    A layer is a mapping of names to slots, or the slot of an item under a filter, whose entries are
    names while the program runs.
    """

    layout: Layout
    layers: tuple[Layer, ...] = ()
    input_slot: int = field(default=INPUT)

    def binding(self, names: dict[str, int]) -> Environment:
        return replace(self, layers=(names, *self.layers))

    def filtering(self, slot: int) -> Environment:
        return replace(self, layers=(slot, *self.layers))

    def testing(self, slot: int) -> Environment:
        return replace(self, input_slot=slot)

    def find(self, name: str) -> tuple[tuple[int, ...], int | None]:
        """The slots of items that may have such an entry, and the name's own slot if it is bound."""
        items: list[int] = []
        for layer in self.layers:
            if isinstance(layer, int):
                items.append(layer)
            elif name in layer:
                return tuple(items), layer[name]
        return tuple(items), None


N = TypeVar("N", bound=ast.Node)
_BY_NODE: dict[type[ast.Node], Callable[[Any, Environment], Evaluate]] = {}


def compiles(
    node_type: type[N],
) -> Callable[[Callable[[N, Environment], Evaluate]], Callable[[N, Environment], Evaluate]]:
    """Registers the function that compiles one kind of node."""

    def register(
        function: Callable[[N, Environment], Evaluate],
    ) -> Callable[[N, Environment], Evaluate]:
        _BY_NODE[node_type] = function
        return function

    return register


def compile_node(node: ast.Node, where: Environment) -> Evaluate:
    """The closure of a node."""
    return _BY_NODE[type(node)](node, where)
