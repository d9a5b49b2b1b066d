"""The types of the parts of an expression, and what is found wrong on the way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from engine.feel import syntax as ast
from engine.feel.errors import place
from engine.feel.messages import say
from engine.feel.types import ANY, ANY_NAME, Type, is_basic
from engine.feel.values import CONTEXT, LIST, NULL, RANGE


@dataclass(frozen=True)
class Finding:
    """Something wrong in an expression, at a place of its text; line and column count from 1.

    `instead` is the name that may be meant, of one that does not exist.
    """

    key: str
    message: str
    english: str
    start: int
    end: int
    line: int
    column: int
    instead: str = ""


@dataclass
class Inference:
    """One walk through an expression. `scopes` are the names bound inside of it, innermost last."""

    text: str
    types: Mapping[str, Type]
    value: Type
    functions: Mapping[str, Callable[..., Any]]
    closed: bool
    # The names of the model's own types.
    own_types: Collection[str] = ()
    findings: list[Finding] = field(default_factory=list)
    scopes: list[dict[str, Type]] = field(default_factory=list)
    # Below a filter over items of unknown type any name may be an entry of theirs.
    open_items: int = 0

    def of(self, node: ast.Node) -> Type:
        """The type of a part; Any where it can't be told."""
        infer = _BY_NODE.get(type(node))
        return infer(self, node) if infer else ANY

    def error(self, node: ast.Node, key: str, *arguments: Any, instead: str = "") -> None:
        line, column = place(self.text, node.start)
        said, english = (say(key, arguments, language) for language in ("zh", "en"))
        found = Finding(key, said, english, node.start, node.end, line, column, instead)
        self.findings.append(found)

    def known_type(self, node: ast.TypeNode) -> None:
        """Reports the name of a type that does not exist."""
        named = (part for part in ast.walk(node) if isinstance(part, ast.TypeNode))
        for part in named:
            if not is_basic(part.name) and part.name not in self.own_types:
                self.error(part, "unknown_type", part.name)

    def missing(self, node: ast.Node, kind: str, name: str, known: Iterable[str]) -> None:
        """Reports a name that does not exist, with the one that may be meant."""
        near = get_close_matches(name, list(known), 1)
        if near:
            self.error(node, f"near_{kind}", name, near[0], instead=near[0])
        else:
            self.error(node, {"function": "no_function"}.get(kind, f"unknown_{kind}"), name)

    @contextmanager
    def scope(self, names: dict[str, Type]) -> Any:
        self.scopes.append(names)
        yield
        self.scopes.pop()

    @contextmanager
    def testing(self, value: Type) -> Any:
        """Inside, `?` is a value of a type."""
        before, self.value = self.value, value
        yield
        self.value = before

    def find(self, name: str) -> Type | None:
        """The type of a name in reach."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return self.types.get(name)

    def names(self) -> list[str]:
        return [*(name for scope in self.scopes for name in scope), *self.types]


Infer = Callable[[Inference, Any], Type]
_BY_NODE: dict[type[ast.Node], Infer] = {}


def infers(*nodes: type[ast.Node]) -> Callable[[Infer], Infer]:
    """Registers what tells the type of some kinds of nodes."""

    def register(function: Infer) -> Infer:
        for node in nodes:
            _BY_NODE[node] = function
        return function

    return register


def is_known(found: Type) -> bool:
    """Whether a type says anything: Any and null fit everywhere."""
    return found.name not in (ANY_NAME, NULL)


def common(types: Iterable[Type]) -> Type:
    """The one type of several values; Any if they differ.

    Contexts have the entries of all of them, lists items of one type; the allowed values are those of
    all, if each has some.
    """
    found = list(dict.fromkeys(one for one in types if one.name != NULL))
    if len(found) == 1:
        return found[0]
    if len({one.name for one in found}) != 1:
        return ANY
    name = found[0].name
    if name == CONTEXT and all(one.entries for one in found):
        keys = dict.fromkeys(key for one in found for key, _ in one.entries)
        return Type(
            name,
            entries=tuple(
                (key, common(entry for one in found if (entry := one.entry(key)))) for key in keys
            ),
        )
    if name in (LIST, RANGE) and all(one.items for one in found):
        return Type(name, (common(one.item for one in found),))
    if all(one.allowed for one in found):
        return Type(name, allowed=tuple(dict.fromkeys(v for one in found for v in one.allowed)))
    return Type(name)
