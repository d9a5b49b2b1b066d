"""What parsing stands on: the tokens, the names in reach, and the names of types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from engine.feel import syntax as ast
from engine.feel.errors import FeelSyntaxError
from engine.feel.known_names import KnownNames
from engine.feel.messages import say
from engine.feel.tokens import KEYWORDS, Token, tokenize

MAX_DEPTH = 80
_TYPE_NAMES = KnownNames(
    [
        "date and time",
        "days and time duration",
        "years and months duration",
        "day time duration",
        "year month duration",
        "dayTime duration",
        "yearMonth duration",
    ]
)
# After other types a `<` compares.
_WITH_INNER = frozenset(["list", "range", "context", "function"])
_IN_NAMES = frozenset("'-+*/.")


class Reader:
    """Tokens of one text, read from left to right."""

    def __init__(
        self, text: str, names: Iterable[str] = (), built_in: KnownNames | None = None
    ) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.position = 0
        self.names = KnownNames(names, built_in)
        self.open_ranges = 0
        self._depth = 0
        self._joins = False

    # -- tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def peek(self, offset: int = 1) -> Token:
        return self.tokens[min(self.position + offset, len(self.tokens) - 1)]

    def at(self, *texts: str) -> bool:
        token = self.tokens[self.position]
        return token.text in texts and token.kind in ("symbol", "name")

    def take(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def accept(self, *texts: str) -> Token | None:
        return self.take() if self.at(*texts) else None

    def expect(self, text: str) -> Token:
        if not self.at(text):
            raise self.error("expected", repr(text))
        return self.take()

    def error(self, key: str, *arguments: object) -> FeelSyntaxError:
        token = self.token
        found: tuple[str, tuple[str, ...]] = ("found", (repr(token.text),))
        if token.kind == "end":
            found = ("at_end", ())
        said, english = (
            f"{say(key, arguments, language)}{comma}{say(found[0], found[1], language)}"
            for language, comma in (("zh", ","), ("en", ", "))
        )
        return FeelSyntaxError(said, self.text, token.start, english)

    def listed(self, end: str) -> Iterator[None]:
        """Stops before each of the parts that commas divide, if there are any before an end."""
        if not self.at(end) or self.opens_range():
            yield
            while self.accept(","):
                yield

    def opens_range(self) -> bool:
        """Whether a `]` stands here before a value, as in `]1..5[`."""
        after = self.peek()
        name = after.kind == "name" and after.text not in KEYWORDS
        return self.at("]") and (name or after.kind in ("number", "string") or after.text == "@")

    def before(self) -> int:
        return self.tokens[self.position - 1].end

    def finish(self, node: ast.Node) -> ast.Node:
        if self.token.kind != "end":
            raise self.error("expected_end")
        return node

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Guards against texts nested so deeply that Python's stack would not do."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.error("depth")
        yield
        self._depth -= 1

    # -- names

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Names declared inside are forgotten at its end."""
        self.names.enter()
        yield
        self.names.leave()

    @contextmanager
    def joining_words(self) -> Iterator[None]:
        """Inside a filter the entries of items are not known: words side by side are one name."""
        before, self._joins = self._joins, True
        yield
        self._joins = before

    @contextmanager
    def plain_words(self) -> Iterator[None]:
        """Inside brackets, commas part names again; ranges have to be closed anew."""
        before, self.open_ranges = self.open_ranges, 0
        yield
        self.open_ranges = before

    def name(self, after_dot: bool = False) -> str:
        """Takes the longest known name that starts here, else one word.

        After a dot, and in a filter, words side by side are one name even if it is not known.
        """
        if self.token.kind != "name":
            raise self.error("expected_name")
        known = self.names.match(self.tokens, self.position, own=after_dot)
        if known is not None:
            self.position += known[1]
            return known[0]
        if self.token.text in KEYWORDS:
            raise self.error("expected_name")
        words = [self.take().text]
        while (after_dot or self._joins) and self._is_word():
            words.append(self.take().text)
        return " ".join(words)

    def _is_word(self) -> bool:
        return self.token.kind == "name" and self.token.text not in KEYWORDS

    def declared_name(self, *ends: str) -> str:
        """Takes a new name up to one of the tokens that end it."""
        start = self.position
        while not self.at(*ends):
            in_name = self.position > start and (
                self.token.kind == "number" or self.token.text in _IN_NAMES
            )
            if self.token.kind != "name" and not in_name:
                raise self.error("expected_name")
            self.take()
        if self.position == start:
            raise self.error("expected_name")
        return self._spelled(start)

    def _spelled(self, start: int) -> str:
        return " ".join(self.text[self.tokens[start].start : self.before()].split())

    def key_before_colon(self) -> str | None:
        """Takes `name :`; takes nothing and answers None if that is not what stands here."""
        offset = 0
        while (token := self.peek(offset)).kind == "name" or (
            offset and (token.kind == "number" or token.text in _IN_NAMES)
        ):
            offset += 1
        if offset == 0 or token.text != ":":
            return None
        start = self.position
        self.position += offset
        name = self._spelled(start)
        self.take()
        return name

    # -- types

    def type(self) -> ast.TypeNode:
        with self.deeper():
            start = self.token.start
            name = self.type_name()
            items: list[ast.TypeNode] = []
            entries: list[tuple[str, ast.TypeNode]] = []
            result: ast.TypeNode | None = None
            if name in _WITH_INNER and self.accept("<"):
                for _ in self.listed(">"):
                    key = self.key_before_colon() if name == "context" else None
                    inner = self.type()
                    if key is None:
                        items.append(inner)
                    else:
                        entries.append((key, inner))
                self.expect(">")
            if name == "function" and self.accept("->"):
                result = self.type()
            return ast.TypeNode(start, self.before(), name, tuple(items), tuple(entries), result)

    def type_name(self) -> str:
        for names in (_TYPE_NAMES, self.names):
            known = names.match(self.tokens, self.position, own=True)
            if known is not None:
                self.position += known[1]
                return known[0]
        if self.token.kind != "name" or self.token.text in KEYWORDS - {"function", "null"}:
            raise self.error("expected_type")
        words = self.take().text
        while True:
            if self._is_word():
                words += " " + self.take().text
            elif self.at(".") and self.peek().kind == "name":
                words += self.take().text + self.take().text
            else:
                return words
