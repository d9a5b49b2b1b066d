"""Parses FEEL (DMN 1.5, 10.3.1): expressions by the strength with which operators bind."""

from __future__ import annotations

from decimal import Decimal

from engine.feel import syntax as ast
from engine.feel.numbers import in_limits
from engine.feel.reader import Reader
from engine.feel.tokens import unescape

_COMPARISONS = frozenset(["=", "!=", "<", "<=", ">", ">="])
_OPERATORS = ({"or"}, {"and"}, _COMPARISONS, {"+", "-"}, {"*", "/"}, {"**"})
_COMPARISON, _ADDITIVE = 2, 3
_CONSTANTS = {"true": True, "false": False, "null": None}
# What may follow a range that ends with an opening bracket.
_AFTER_RANGE = frozenset(
    ["and", "or", "then", "else", "in", "between", "instance", "return", "satisfies", ".."]
)


class Parser(Reader):
    """Parses one text. `names` are the known names of several words."""

    # -- entries

    def expression_text(self) -> ast.Node:
        return self.finish(self.expression())

    def unary_tests_text(self) -> ast.Node:
        start = self.token.start
        if self.at("-") and self.peek().kind == "end":
            self.take()
            return ast.UnaryTests(start, self.before(), (), False)
        if self.at("not") and self.peek().text == "(":
            self.position = 2
            tests = self.positive_tests()
            self.expect(")")
            if self.token.kind == "end":
                return ast.UnaryTests(start, self.before(), tests, True)
            self.position = 0
        tests = self.positive_tests()
        return self.finish(ast.UnaryTests(start, self.before(), tests, False))

    def positive_tests(self) -> tuple[ast.Node, ...]:
        tests = [self.positive_test()]
        while self.accept(","):
            tests.append(self.positive_test())
        return tuple(tests)

    # -- expressions, the loosest binding first

    def expression(self) -> ast.Node:
        with self.deeper():
            if self.at("if"):
                return self.if_expression()
            if self.at("for"):
                return self.for_expression()
            if self.at("some", "every") and self.peek().kind == "name":
                return self.quantified()
            if self.at("function") and self.peek().text == "(":
                return self.function_definition()
            return self.binary(0)

    def if_expression(self) -> ast.Node:
        start = self.take().start
        condition = self.expression()
        self.expect("then")
        then = self.expression()
        self.expect("else")
        otherwise = self.expression()
        return ast.If(start, self.before(), condition, then, otherwise)

    def iterators(self) -> tuple[tuple[str, ast.Node], ...]:
        found = []
        while True:
            name = self.declared_name("in")
            self.expect("in")
            source = self.expression()
            if self.accept(".."):
                high = self.expression()
                source = ast.Span(source.start, high.end, source, high)
            found.append((name, source))
            self.names.add(name)
            if not self.accept(","):
                return tuple(found)

    def for_expression(self) -> ast.Node:
        start = self.take().start
        with self.scope():
            iterators = self.iterators()
            self.expect("return")
            result = self.expression()
        return ast.For(start, self.before(), iterators, result)

    def quantified(self) -> ast.Node:
        first = self.take()
        with self.scope():
            iterators = self.iterators()
            self.expect("satisfies")
            condition = self.expression()
        every = first.text == "every"
        return ast.Quantified(first.start, self.before(), every, iterators, condition)

    def function_definition(self) -> ast.Node:
        start = self.take().start
        self.expect("(")
        parameters: list[str] = []
        types: list[ast.TypeNode | None] = []
        with self.scope():
            for _ in self.listed(")"):
                parameters.append(self.declared_name(":", ",", ")"))
                types.append(self.type() if self.accept(":") else None)
            self.expect(")")
            for name in parameters:
                self.names.add(name)
            external = self.at("external") and self.peek().text == "{"
            if external:
                self.take()
            body = self.expression()
        return ast.FunctionDefinition(
            start, self.before(), tuple(parameters), body, tuple(types), external
        )

    def binary(self, level: int) -> ast.Node:
        """Operators that bind at least as strongly as a level, all grouped to the left."""
        left = self.unary()
        while True:
            found = self.operator_level()
            if found is None or found < level:
                return left
            if found == _COMPARISON and not (
                self.token.kind == "symbol" and self.token.text in _COMPARISONS
            ):
                left = self.membership(left)
                continue
            operator = self.take().text
            right = self.binary(found + 1)
            left = ast.Binary(left.start, right.end, operator, left, right)

    def operator_level(self) -> int | None:
        token = self.token
        if token.kind not in ("symbol", "name"):
            return None
        if token.text in ("between", "in", "instance"):
            return _COMPARISON
        for level, operators in enumerate(_OPERATORS):
            if token.text in operators:
                return level
        return None

    def membership(self, left: ast.Node) -> ast.Node:
        """`between`, `in` or `instance of` after a value."""
        if self.accept("between"):
            low = self.binary(_ADDITIVE)
            self.expect("and")
            high = self.binary(_ADDITIVE)
            return ast.Between(left.start, high.end, left, low, high)
        if self.accept("in"):
            return self.in_tests(left)
        self.take()
        self.expect("of")
        wanted = self.type()
        return ast.InstanceOf(left.start, self.before(), left, wanted)

    def in_tests(self, value: ast.Node) -> ast.Node:
        if self.at("("):
            opening = self.position
            self.take()
            tests = self.positive_tests()
            if self.at(".."):
                self.position = opening
                tests = (self.binary(_ADDITIVE),)
            else:
                self.expect(")")
        elif self.token.kind == "symbol" and self.token.text in _COMPARISONS:
            tests = (self.positive_test(),)
        else:
            tests = (self.binary(_ADDITIVE),)
        return ast.In(value.start, self.before(), value, tests)

    def positive_test(self) -> ast.Node:
        if self.token.kind == "symbol" and self.token.text in _COMPARISONS:
            start = self.token.start
            operator = self.take().text
            right = self.binary(_ADDITIVE)
            return ast.Binary(start, right.end, operator, ast.Input(start, start), right)
        return self.expression()

    def unary(self) -> ast.Node:
        if not self.at("-"):
            return self.postfix()
        with self.deeper():
            minus = self.take()
            operand = self.unary()
            return ast.Unary(minus.start, operand.end, operand)

    def postfix(self) -> ast.Node:
        opened = self.at("(")
        node = self.primary()
        while True:
            if self.accept("."):
                name = self.name(after_dot=True)
                node = ast.Path(node.start, self.before(), node, name)
            elif self.at("[") and not self.closes_range():
                node = self.filter(node)
            elif self.at("(") and (
                opened or isinstance(node, (ast.Name, ast.Path, ast.Call, ast.Filter))
            ):
                node = self.call(node)
            else:
                return node

    def closes_range(self) -> bool:
        """Whether the `[` here ends a range such as `]1..5[`."""
        after = self.peek()
        if self.open_ranges == 0:
            return False
        return (
            after.kind == "end"
            or (after.kind == "symbol" and after.text not in "([{@?-")
            or after.text in _AFTER_RANGE
        )

    def filter(self, value: ast.Node) -> ast.Node:
        self.expect("[")
        with self.joining_words():
            condition = self.expression()
        self.expect("]")
        return ast.Filter(value.start, self.before(), value, condition)

    def call(self, function: ast.Node) -> ast.Node:
        self.expect("(")
        arguments: list[ast.Node] = []
        named: list[tuple[str, ast.Node]] = []
        for _ in self.listed(")"):
            name = self.key_before_colon()
            if name is not None:
                named.append((name, self.expression()))
            elif named:
                raise self.error("positional")
            else:
                arguments.append(self.expression())
        self.expect(")")
        return ast.Call(function.start, self.before(), function, tuple(arguments), tuple(named))

    # -- primaries

    def primary(self) -> ast.Node:
        token = self.token
        if token.kind == "number":
            return self.number()
        if token.kind == "string":
            self.take()
            return ast.Literal(token.start, token.end, unescape(token.text))
        if token.kind == "name":
            return self.name_or_constant()
        if self.accept("?"):
            return ast.Input(token.start, token.end)
        if self.at("@"):
            return self.at_literal()
        if self.at("{"):
            return self.context()
        if self.at("["):
            return self.list_or_range()
        if self.at("]"):
            opening = self.take()
            return self.range(opening.start, self.expression(), False)
        if self.at("("):
            return self.parenthesis()
        raise self.error("expected_value")

    def number(self) -> ast.Node:
        value = Decimal(self.token.text)
        if not in_limits(value):
            raise self.error("number_range")
        token = self.take()
        return ast.Literal(token.start, token.end, value)

    def at_literal(self) -> ast.Node:
        sign = self.take()
        if self.token.kind != "string":
            raise self.error("expected_literal")
        token = self.take()
        literal = ast.Literal(token.start, token.end, unescape(token.text))
        name = ast.Name(sign.start, sign.end, "@")
        return ast.Call(sign.start, token.end, name, (literal,))

    def name_or_constant(self) -> ast.Node:
        token = self.token
        known = self.names.match(self.tokens, self.position)
        if known is None and token.text in _CONSTANTS:
            self.take()
            return ast.Literal(token.start, token.end, _CONSTANTS[token.text])
        if token.text == "not" and self.peek().text == "(":
            self.take()
            return ast.Name(token.start, token.end, "not")
        if token.text in ("if", "for", "some", "every", "function") and known is None:
            return self.expression()
        name = self.name()
        return ast.Name(token.start, self.before(), name)

    def list_or_range(self) -> ast.Node:
        start = self.expect("[").start
        items: list[ast.Node] = []
        with self.plain_words():
            for _ in self.listed("]"):
                items.append(self.expression())
                if len(items) == 1 and self.at(".."):
                    return self.range(start, items[0], True)
        self.expect("]")
        return ast.ListNode(start, self.before(), tuple(items))

    def parenthesis(self) -> ast.Node:
        start = self.expect("(").start
        if self.token.kind == "symbol" and self.token.text in _COMPARISONS:
            return self.open_range(start)
        with self.plain_words():
            inner = self.expression()
        if self.at(".."):
            return self.range(start, inner, False)
        self.expect(")")
        return inner

    def open_range(self, start: int) -> ast.Node:
        operator = self.take().text
        end = self.binary(_ADDITIVE)
        self.expect(")")
        here = start, self.before()
        if operator in ("=", "!="):
            equal = ast.RangeNode(*here, end, end, True, True)
            return equal if operator == "=" else self.not_range(here, end)
        included = operator in ("<=", ">=")
        if operator in ("<", "<="):
            return ast.RangeNode(*here, None, end, False, included)
        return ast.RangeNode(*here, end, None, included, False)

    def not_range(self, here: tuple[int, int], end: ast.Node) -> ast.Node:
        """`(!= 5)` as the list of the ranges on both sides."""
        below = ast.RangeNode(*here, None, end, False, False)
        above = ast.RangeNode(*here, end, None, False, False)
        return ast.ListNode(*here, (below, above))

    def range(self, start: int, low: ast.Node, included: bool) -> ast.Node:
        self.expect("..")
        self.open_ranges += 1
        high = self.expression()
        self.open_ranges -= 1
        if not self.at("]", ")", "["):
            raise self.error("range_close")
        closing = self.take()
        return ast.RangeNode(start, closing.end, low, high, included, closing.text == "]")

    def context(self) -> ast.Node:
        start = self.expect("{").start
        entries: list[tuple[str, ast.Node]] = []
        with self.scope(), self.plain_words():
            for _ in self.listed("}"):
                key = self.context_key()
                self.names.add(key)
                entries.append((key, self.expression()))
        self.expect("}")
        return ast.ContextNode(start, self.before(), tuple(entries))

    def context_key(self) -> str:
        if self.token.kind == "string":
            key = unescape(self.take().text)
            self.expect(":")
            return key
        found = self.key_before_colon()
        if found is None:
            raise self.error("expected_entry")
        return found
