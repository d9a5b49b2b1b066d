"""Reads boxed expressions: tables, contexts, invocations and the others (DMN 1.5, 7 and 10.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from lxml import etree

from engine import feel
from engine.dmn import model
from engine.dmn.boxed_table import read_table
from engine.dmn.model import Fault, Logic, Parameter, Text
from engine.dmn.scope import Scope
from engine.dmn.source import child, children, local, owner_of, text_of
from engine.dmn.types import ANY, Type
from engine.feel import Expression, FeelSyntaxError, syntax
from engine.feel.messages import say

_TRUTH, _LIST = Type("boolean"), Type(collection=True)
_OUTSIDE = {"J": "Java", "JAVA": "Java", "P": "PMML", "PMML": "PMML"}


class Boxed:
    """Reads the expressions of one file; what is no FEEL is kept as a fault that answers null."""

    def __init__(self, path: str, type_of: Callable[[str], Type]) -> None:
        self.path, self.type_of = path, type_of
        self.faults: list[Fault] = []
        self.texts: list[Text] = []
        self.place: list[tuple[str, str]] = []
        self.readers: dict[str, Callable[[etree._Element, Scope], Logic]] = {
            "literalExpression": self._literal,
            "decisionTable": partial(read_table, self),
            "context": self._context,
            "list": self._list,
            "relation": self._relation,
            "functionDefinition": self.function,
            "invocation": self._invocation,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._iterator,
            "every": self._iterator,
            "some": self._iterator,
        }

    @contextmanager
    def at(self, text: str, english: str) -> Iterator[None]:
        """Faults inside are told of this place."""
        self.place.append((text, english))
        yield
        self.place.pop()

    def where(self) -> tuple[str, str]:
        """The place in words, in Chinese and English."""
        return "".join(zh for zh, _ in self.place), ", ".join(en for _, en in self.place)

    def is_logic(self, node: etree._Element) -> bool:
        return local(node) in self.readers

    def logic(self, node: etree._Element, scope: Scope, expected: Type = ANY) -> Logic:
        """An expression, with its type if it declares one; `expected` is what its place asks for."""
        if local(node) == "literalExpression":
            found = self._literal(node, scope, expected)
        else:
            found = self.readers[local(node)](node, scope)
        wanted = self.type_of(node.get("typeRef", ""))
        # A function definition's type may be that of the function or, in older files, of its result.
        return found if wanted.is_any else model.Typed(found, wanted)

    def inside(self, node: etree._Element | None, scope: Scope, expected: Type = ANY) -> Logic:
        """The one expression in a wrapper such as `then` or `binding`; null without one."""
        found = next(filter(self.is_logic, node), None) if node is not None else None
        return self.logic(found, scope, expected) if found is not None else feel.parse("null")

    def parse(
        self,
        text: str,
        kind: str,
        node: etree._Element | None,
        scope: Scope,
        wanted: Type = ANY,
    ) -> Expression:
        """An expression; one that is no FEEL answers null and is remembered as a fault.

        `wanted` is the type of its value, of unary tests that of the value under test.
        """
        place = self.where()
        owner = owner_of(node) if node is not None else ""
        try:
            found = feel.parse(text, kind, sorted(scope.words))
        except FeelSyntaxError as error:
            where = error.line, error.column
            said = str(error), error.english
            self.faults.append(Fault(owner, *place, text, *said, *where))
            return _broken(text, kind, *said)
        self.texts.append(Text(owner, *place, found, scope.types, wanted, scope.closed))
        return found

    # -- one method for each kind of box

    def _literal(self, node: etree._Element, scope: Scope, expected: Type = ANY) -> Logic:
        language = node.get("expressionLanguage", "")
        if language and "feel" not in language.lower():
            said = f"不支持表达式语言 {language}", f"the language {language} is not supported"
            self.faults.append(Fault(owner_of(node), *self.where(), text_of(node), *said))
            return _broken(text_of(node), "expression", *said)
        declared = self.type_of(node.get("typeRef", ""))
        wanted = expected if declared.is_any else declared
        return self.parse(text_of(node) or "null", "expression", node, scope, wanted)

    def _context(self, node: etree._Element, scope: Scope) -> Logic:
        entries: list[tuple[Parameter, Logic]] = []
        result = None
        for entry in children(node, "contextEntry"):
            variable = child(entry, "variable")
            if variable is None:
                result = self.inside(entry, scope)
                continue
            parameter = self._parameter(variable)
            # A function may call itself by the name of its entry.
            inner = scope.with_((parameter.name, ANY)) if _defines(entry) else scope
            found = self.inside(entry, inner, parameter.type)
            if any(parameter.name == known.name for known, _ in entries):
                return self._twice(entry, parameter.name)
            entries.append((parameter, found))
            scope = scope.with_((parameter.name, parameter.type))
        return model.Context(tuple(entries), result)

    def _twice(self, node: etree._Element, name: str) -> Logic:
        """A context with an entry given twice has no value, as in FEEL."""
        said = say("duplicate_key", (name,)), say("duplicate_key", (name,), "en")
        self.faults.append(Fault(owner_of(node), *self.where(), name, *said))
        return _broken(name, "expression", *said)

    def _list(self, node: etree._Element, scope: Scope) -> Logic:
        return model.ListLogic(tuple(self.logic(c, scope) for c in node if self.is_logic(c)))

    def _relation(self, node: etree._Element, scope: Scope) -> Logic:
        columns = tuple(self._parameter(column) for column in children(node, "column"))
        rows = tuple(
            tuple(self.logic(c, scope) for c in row if self.is_logic(c))
            for row in children(node, "row")
        )
        return model.Relation(columns, rows)

    def function(self, node: etree._Element, scope: Scope) -> model.FunctionLogic:
        """A function definition, or the encapsulated logic of a knowledge model."""
        parameters = tuple(self._parameter(p) for p in children(node, "formalParameter"))
        outside = _OUTSIDE.get(node.get("kind", "FEEL").upper(), "")
        body = next(filter(self.is_logic, node), None)
        if outside or body is None:
            return model.FunctionLogic(parameters, None, outside)
        return model.FunctionLogic(
            parameters, self.logic(body, scope.with_(*((p.name, p.type) for p in parameters)))
        )

    def _invocation(self, node: etree._Element, scope: Scope) -> Logic:
        called = text_of(child(node, "literalExpression")) or "null"
        bindings = []
        for binding in children(node, "binding"):
            parameter = child(binding, "parameter")
            name = parameter.get("name", "") if parameter is not None else ""
            bindings.append((name, self.inside(binding, scope)))
        function = self.parse(called, "expression", node, scope)
        self._check_names(node, called, scope.type_of(function), bindings)
        return model.Invocation(function, tuple(bindings))

    def _check_names(
        self, node: etree._Element, called: str, function: Type, given: list[tuple[str, Logic]]
    ) -> None:
        """Notes a binding for which what is called has no parameter, or one that is missing."""
        names = {name for name, _ in given if name}
        own = [name for name, _ in function.parameters or ()]
        if function.parameters is None or names == set(own):
            return
        unknown = sorted(names - set(own))
        key = "argument_unknown" if unknown else "argument_missing"
        arguments = (called, *unknown[:1], ", ".join(own))
        said = say(key, arguments), say(key, arguments, "en")
        self.faults.append(Fault(owner_of(node), *self.where(), called, *said))

    def _conditional(self, node: etree._Element, scope: Scope) -> Logic:
        condition = self.inside(child(node, "if"), scope, _TRUTH)
        then, otherwise = (self.inside(child(node, name), scope) for name in ("then", "else"))
        return model.Conditional(condition, then, otherwise)

    def _filter(self, node: etree._Element, scope: Scope) -> Logic:
        source = self.inside(child(node, "in"), scope)
        item = scope.item_of(source)
        inner = scope.with_(("item", item), *item.parts)
        if not item.parts:
            # Entries of items are names too, and nobody says which there are.
            made = (
                one.get("name", "") for one in node.iter("{*}column", "{*}variable", "{*}output")
            )
            inner = inner.with_(*((name, ANY) for name in made)).opened()
        return model.FilterLogic(source, self.inside(child(node, "match"), inner))

    def _iterator(self, node: etree._Element, scope: Scope) -> Logic:
        kind, source = local(node), child(node, "in")
        variable = node.get("iteratorVariable", "")
        body = child(node, "return" if kind == "for" else "satisfies")
        wanted = self.type_of(source.get("typeRef", "")) if source is not None else ANY
        walked = self.inside(source, scope)
        item = wanted.item() if wanted.collection else scope.item_of(walked)
        names = [(variable, item), *([("partial", _LIST)] if kind == "for" else [])]
        inner = self.inside(body, scope.with_(*names), ANY if kind == "for" else _TRUTH)
        return model.Iterator(kind, variable, wanted, walked, inner)

    def _parameter(self, node: etree._Element) -> Parameter:
        return Parameter(node.get("name", ""), self.type_of(node.get("typeRef", "")))


def _defines(entry: etree._Element) -> bool:
    """Whether an entry of a context is a function."""
    text = text_of(child(entry, "literalExpression"))
    return child(entry, "functionDefinition") is not None or text.startswith("function")


def _broken(text: str, kind: str, message: str, english: str) -> Expression:
    """An expression that answers null and says why."""
    part = syntax.Unreadable(0, 0, message, english)
    tree = syntax.UnaryTests(0, 0, (part,), False) if kind == "unary tests" else part
    return Expression(text, kind, tree)
