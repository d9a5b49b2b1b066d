"""Recursive-descent parser for FEEL (DMN 1.5, chapter 10.3)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from engine.feel import syntax as ast
from engine.feel.errors import FeelSyntaxError
from engine.feel.tokens import KEYWORDS, Token, tokenize, unescape

_COMPARISONS = frozenset(["=", "!=", "<", "<=", ">", ">="])
MAX_DEPTH = 100


class Parser:
    """Parses one text. `names` are the known names of several words, built-in functions included."""

    def __init__(self, text: str, names: Iterable[str] = ()) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.position = 0
        self.depth = 0
        self.names = {tuple(name.split()) for name in names if " " in name}
        self.longest = max((len(words) for words in self.names), default=1)

    # -- token helpers

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def peek(self, offset: int = 1) -> Token:
        return self.tokens[min(self.position + offset, len(self.tokens) - 1)]

    def at(self, *texts: str) -> bool:
        return self.token.kind in ("symbol", "name") and self.token.text in texts

    def take(self) -> Token:
        token = self.token
        self.position += 1
        return token

    def accept(self, *texts: str) -> Token | None:
        return self.take() if self.at(*texts) else None

    def expect(self, text: str) -> Token:
        if not self.at(text):
            raise self.error(f"这里应为 {text!r}")
        return self.take()

    def error(self, message: str) -> FeelSyntaxError:
        found = "表达式到此结束" if self.token.kind == "end" else f"却是 {self.token.text!r}"
        return FeelSyntaxError(f"{message},{found}", self.text, self.token.start)

    def before(self) -> int:
        return self.tokens[self.position - 1].end

    def finish(self, node: ast.Node) -> ast.Node:
        if self.token.kind != "end":
            raise self.error("表达式应在此结束")
        return node

    # -- entries

    def expression_text(self) -> ast.Node:
        return self.finish(self.expression())

    def unary_tests_text(self) -> ast.Node:
        start = self.token.start
        if self.at("-") and self.peek().kind == "end":
            self.take()
            return ast.UnaryTests(start, self.before(), (), False)
        negated = self.at("not") and self.peek().text == "("
        if negated:
            self.take()
            self.take()
        tests = [self.positive_test()]
        while self.accept(","):
            tests.append(self.positive_test())
        if negated:
            self.expect(")")
        return self.finish(ast.UnaryTests(start, self.before(), tuple(tests), negated))

    # -- grammar, loosest binding first

    def expression(self) -> ast.Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error("表达式嵌套过深")
        try:
            if self.at("if"):
                return self.if_expression()
            if self.at("for"):
                return self.for_expression()
            if self.at("some", "every") and self.peek().kind == "name":
                return self.quantified()
            if self.at("function") and self.peek().text == "(":
                return self.function_definition()
            return self.disjunction()
        finally:
            self.depth -= 1

    def if_expression(self) -> ast.Node:
        start = self.take().start
        condition = self.expression()
        self.expect("then")
        then = self.expression()
        self.expect("else")
        otherwise = self.expression()
        return ast.If(start, self.before(), condition, then, otherwise)

    def iterators(self, allow_range: bool) -> tuple[tuple[str, ast.Node], ...]:
        found = []
        while True:
            name = self.name_words()
            self.expect("in")
            source = self.expression()
            if allow_range and self.accept(".."):
                high = self.expression()
                source = ast.RangeNode(source.start, high.end, source, high, True, True)
            found.append((name, source))
            if not self.accept(","):
                return tuple(found)

    def for_expression(self) -> ast.Node:
        start = self.take().start
        iterators = self.iterators(allow_range=True)
        self.expect("return")
        result = self.expression()
        return ast.For(start, self.before(), iterators, result)

    def quantified(self) -> ast.Node:
        first = self.take()
        iterators = self.iterators(allow_range=False)
        self.expect("satisfies")
        condition = self.expression()
        return ast.Quantified(
            first.start, self.before(), first.text == "every", iterators, condition
        )

    def function_definition(self) -> ast.Node:
        start = self.take().start
        self.expect("(")
        parameters = []
        while not self.at(")"):
            parameters.append(self.name_words())
            if self.accept(":"):
                self.type_name()
            if not self.accept(","):
                break
        self.expect(")")
        body = self.expression()
        return ast.FunctionDefinition(start, self.before(), tuple(parameters), body)

    def disjunction(self) -> ast.Node:
        left = self.conjunction()
        while self.accept("or"):
            right = self.conjunction()
            left = ast.Binary(left.start, right.end, "or", left, right)
        return left

    def conjunction(self) -> ast.Node:
        left = self.comparison()
        while self.accept("and"):
            right = self.comparison()
            left = ast.Binary(left.start, right.end, "and", left, right)
        return left

    def comparison(self) -> ast.Node:
        left = self.additive()
        while True:
            if self.token.kind == "symbol" and self.token.text in _COMPARISONS:
                operator = self.take().text
                right = self.additive()
                left = ast.Binary(left.start, right.end, operator, left, right)
            elif self.accept("between"):
                low = self.additive()
                self.expect("and")
                high = self.additive()
                left = ast.Between(left.start, high.end, left, low, high)
            elif self.accept("in"):
                left = self.in_tests(left)
            elif self.at("instance") and self.peek().text == "of":
                self.take()
                self.take()
                type_name = self.type_name()
                left = ast.InstanceOf(left.start, self.before(), left, type_name)
            else:
                return left

    def in_tests(self, value: ast.Node) -> ast.Node:
        if self.at("(") and not self.looks_like_range():
            self.take()
            tests = [self.positive_test()]
            while self.accept(","):
                tests.append(self.positive_test())
            self.expect(")")
        else:
            tests = [self.positive_test()]
        return ast.In(value.start, self.before(), value, tuple(tests))

    def positive_test(self) -> ast.Node:
        if self.token.kind == "symbol" and self.token.text in _COMPARISONS:
            start = self.token.start
            operator = self.take().text
            right = self.additive()
            return ast.Binary(start, right.end, operator, ast.Input(start, start), right)
        return self.expression()

    def type_name(self) -> str:
        words: list[str] = []
        while (
            self.token.kind == "name" and self.token.text not in ("and", "or", "then", "else")
        ) or (self.at("and") and words and words[-1] in ("date", "years", "days")):
            words.append(self.take().text)
        if self.accept("<"):
            self.type_name()
            while self.accept(",", ":"):
                self.type_name()
            self.expect(">")
        if not words:
            raise self.error("这里应为类型名称")
        return " ".join(words)

    def additive(self) -> ast.Node:
        left = self.multiplicative()
        while operator := self.accept("+", "-"):
            right = self.multiplicative()
            left = ast.Binary(left.start, right.end, operator.text, left, right)
        return left

    def multiplicative(self) -> ast.Node:
        left = self.power()
        while operator := self.accept("*", "/"):
            right = self.power()
            left = ast.Binary(left.start, right.end, operator.text, left, right)
        return left

    def power(self) -> ast.Node:
        left = self.unary()
        while self.accept("**"):
            right = self.unary()
            left = ast.Binary(left.start, right.end, "**", left, right)
        return left

    def unary(self) -> ast.Node:
        if minus := self.accept("-"):
            operand = self.unary()
            return ast.Unary(minus.start, operand.end, operand)
        return self.postfix()

    def postfix(self) -> ast.Node:
        node = self.primary()
        while True:
            if self.accept("."):
                name = self.name_words()
                node = ast.Path(node.start, self.before(), node, name)
            elif self.accept("["):
                condition = self.expression()
                self.expect("]")
                node = ast.Filter(node.start, self.before(), node, condition)
            elif self.at("(") and isinstance(
                node, (ast.Name, ast.Path, ast.Call, ast.FunctionDefinition)
            ):
                node = self.call(node)
            else:
                return node

    def call(self, function: ast.Node) -> ast.Node:
        self.expect("(")
        arguments: list[ast.Node] = []
        named: list[tuple[str, ast.Node]] = []
        while not self.at(")"):
            name = self.argument_name()
            if name is not None:
                named.append((name, self.expression()))
            elif named:
                raise self.error("按名称传参后不能再按位置传参")
            else:
                arguments.append(self.expression())
            if not self.accept(","):
                break
        self.expect(")")
        return ast.Call(function.start, self.before(), function, tuple(arguments), tuple(named))

    def argument_name(self) -> str | None:
        offset = 0
        while self.peek(offset).kind == "name":
            offset += 1
        if offset == 0 or self.peek(offset).text != ":":
            return None
        words = [self.take().text for _ in range(offset)]
        self.take()
        return " ".join(words)

    # -- primaries

    def primary(self) -> ast.Node:
        token = self.token
        if token.kind == "number":
            if abs(Decimal(token.text).adjusted()) > 6144:
                raise self.error("数字超出范围")
            self.take()
            return ast.Literal(token.start, token.end, Decimal(token.text))
        if token.kind == "string":
            self.take()
            return ast.Literal(token.start, token.end, unescape(token.text))
        if token.kind == "name":
            return self.name_or_keyword()
        if self.at("?"):
            self.take()
            return ast.Input(token.start, token.end)
        if self.at("@"):
            self.take()
            if self.token.kind != "string":
                raise self.error("@ 后应为日期、时间或时长文字")
            literal = self.take()
            return ast.Call(
                token.start,
                literal.end,
                ast.Name(token.start, token.end, "@"),
                (ast.Literal(literal.start, literal.end, unescape(literal.text)),),
            )
        if self.at("{"):
            return self.context()
        if self.at("[", "]", "("):
            if self.looks_like_range():
                return self.range()
            if self.at("["):
                return self.list()
            if self.accept("("):
                inner = self.expression()
                self.expect(")")
                return inner
        raise self.error("这里应为一个值")

    def name_or_keyword(self) -> ast.Node:
        token = self.token
        constants = {"true": True, "false": False, "null": None}
        if token.text in constants:
            self.take()
            return ast.Literal(token.start, token.end, constants[token.text])
        name = self.name_words(allow_keywords=token.text == "not" and self.peek().text == "(")
        return ast.Name(token.start, self.before(), name)

    def name_words(self, allow_keywords: bool = False) -> str:
        """Takes the longest known name that starts here, else one word."""
        token = self.token
        if token.kind != "name":
            raise self.error("这里应为名称")
        for length in range(self.longest, 1, -1):
            words = tuple(self.peek(i).text for i in range(length))
            if words in self.names:
                self.position += length
                return " ".join(words)
        if token.text in KEYWORDS and not allow_keywords:
            raise self.error("这里应为名称")
        return self.take().text

    def list(self) -> ast.Node:
        start = self.expect("[").start
        items = []
        while not self.at("]"):
            items.append(self.expression())
            if not self.accept(","):
                break
        self.expect("]")
        return ast.ListNode(start, self.before(), tuple(items))

    def context(self) -> ast.Node:
        start = self.expect("{").start
        entries: list[tuple[str, ast.Node]] = []
        while not self.at("}"):
            if self.token.kind == "string":
                key = unescape(self.take().text)
            else:
                key = self.argument_name() or ""
                if not key:
                    raise self.error("这里应为“名称: 值”")
                entries.append((key, self.expression()))
                if not self.accept(","):
                    break
                continue
            self.expect(":")
            entries.append((key, self.expression()))
            if not self.accept(","):
                break
        self.expect("}")
        return ast.ContextNode(start, self.before(), tuple(entries))

    def looks_like_range(self) -> bool:
        """True if the bracket here opens `low .. high`; scans to the matching close."""
        if self.at("]"):
            return True
        depth, offset = 0, 0
        while (token := self.peek(offset)).kind != "end":
            if token.kind == "symbol":
                if token.text in "([{" or (token.text == "]" and offset == 0):
                    depth += 1
                elif token.text == ".." and depth == 1:
                    return not self.inside_for(offset)
                elif token.text in ")]}":
                    depth -= 1
                    if depth == 0:
                        return False
            offset += 1
        return False

    def inside_for(self, offset: int) -> bool:
        return any(self.peek(i).text == "for" for i in range(1, offset))

    def range(self) -> ast.Node:
        opening = self.take()
        low = self.additive()
        self.expect("..")
        high = self.additive()
        if not self.at("]", ")", "["):
            raise self.error("区间应以 ] ) 或 [ 结束")
        closing = self.take()
        return ast.RangeNode(
            opening.start, closing.end, low, high, opening.text == "[", closing.text == "]"
        )
