"""The tree of a regular expression, its Python form, and how much work it may be."""

from __future__ import annotations

from dataclasses import dataclass

_INFINITE = 10**18


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a pattern."""


@dataclass(frozen=True, slots=True)
class One(Node):
    """One character; `source` is the Python pattern of it."""

    source: str


@dataclass(frozen=True, slots=True)
class Sequence(Node):
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice(Node):
    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat(Node):
    """`most` None: without end."""

    part: Node
    least: int
    most: int | None
    lazy: bool


@dataclass(frozen=True, slots=True)
class Group(Node):
    """`number` 0: captures nothing."""

    part: Node
    number: int


@dataclass(frozen=True, slots=True)
class Back(Node):
    """What a group matched, once more."""

    number: int


@dataclass(frozen=True, slots=True)
class Anchor(Node):
    """The start or the end of the text, or with the flag `m` of a line.

    No line begins after a line end that is the last character.
    """

    at_end: bool


def python_source(node: Node, multiline: bool) -> str:
    """The pattern in the language of Python's `re`."""
    if isinstance(node, One):
        return node.source
    if isinstance(node, Sequence):
        return "".join(python_source(part, multiline) for part in node.parts)
    if isinstance(node, Choice):
        return "(?:" + "|".join(python_source(o, multiline) for o in node.options) + ")"
    if isinstance(node, Repeat):
        most = "" if node.most is None else str(node.most)
        lazy = "?" if node.lazy else ""
        return f"(?:{python_source(node.part, multiline)}){{{node.least},{most}}}{lazy}"
    if isinstance(node, Group):
        return f"({'' if node.number else '?:'}{python_source(node.part, multiline)})"
    if isinstance(node, Back):
        return f"(?({node.number})\\{node.number}|)"
    assert isinstance(node, Anchor)
    if node.at_end:
        return r"(?=\n|\Z)" if multiline else r"\Z"
    return r"(?:(?<=\n)(?!\Z)|\A)" if multiline else r"\A"


def work(node: Node, length: int) -> int:
    """An upper bound of the ways in which a part can match at one place of a text of a length."""
    if isinstance(node, Sequence):
        total = 1
        for part in node.parts:
            total = min(total * work(part, length), _INFINITE)
        return total
    if isinstance(node, Choice):
        return min(sum(work(option, length) for option in node.options), _INFINITE)
    if isinstance(node, Group):
        return work(node.part, length)
    if isinstance(node, Repeat):
        inner = work(node.part, length)
        if inner > 1:
            return _INFINITE
        return length if node.most is None else min(length, node.most - node.least + 1)
    return length if isinstance(node, Back) else 1
