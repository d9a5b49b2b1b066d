"""What an expression may read: names with their types, and which names are of several words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.dmn.types import ANY, Type, names_in
from engine.feel import Expression, syntax

_ONE_WORD = re.compile(r"[^\W\d]\w*$")


def needs_telling(name: str) -> bool:
    """Whether the parser of expressions has to be told of a name: it is more than one word."""
    return bool(name) and _ONE_WORD.match(name) is None


@dataclass(frozen=True)
class Scope:
    """The names in view and their types; there are no others if it is `closed`."""

    types: Mapping[str, Type] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    closed: bool = True

    def with_(self, *parameters: tuple[str, Type]) -> Scope:
        """The scope inside a function, a context or an iteration."""
        found = {name for name, _ in parameters}
        found |= {part for _, wanted in parameters for part in names_in(wanted)}
        return Scope(
            {**self.types, **dict(parameters)},
            self.words | set(filter(needs_telling, found)),
            self.closed,
        )

    def opened(self) -> Scope:
        """The same where other names may exist too."""
        return replace(self, closed=False)

    def item_of(self, source: object) -> Type:
        """What the items of an expression's list are; Any where that is not declared."""
        found = self.type_of(source) if isinstance(source, Expression) else ANY
        return found.item() if found.collection else ANY

    def type_of(self, expression: Expression) -> Type:
        """The declared type of a name or a path of names; Any for everything else."""
        return self._type_of(expression.tree)

    def _type_of(self, node: syntax.Node) -> Type:
        if isinstance(node, syntax.Name):
            return self.types.get(node.name, ANY)
        if isinstance(node, syntax.Path):
            return self._type_of(node.value).part(node.name)
        return ANY
