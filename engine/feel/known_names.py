"""The names that a parser knows: those of several words or with symbols must be known to be read."""

from __future__ import annotations

from collections.abc import Iterable

from engine.feel.errors import FeelSyntaxError
from engine.feel.tokens import KEYWORDS, Token, tokenize

Words = tuple[tuple[str, bool], ...]


def words_of(name: str) -> Words:
    """The tokens of a name, each with whether a space stands before it; none for what is no name."""
    try:
        tokens = tokenize(name)[:-1]
    except FeelSyntaxError:
        return ()
    if not tokens or tokens[0].kind != "name" or tokens[0].text in KEYWORDS:
        return ()
    return tuple(
        (token.text, place > 0 and tokens[place - 1].end < token.start)
        for place, token in enumerate(tokens)
    )


class KnownNames:
    """Names by their first word, the longest first. What is added in a scope is forgotten with it."""

    def __init__(self, names: Iterable[str] = (), base: KnownNames | None = None) -> None:
        self._by_word: dict[str, list[tuple[Words, str]]] = {}
        self._scopes: list[list[str]] = [[]]
        self._base = base
        for name in names:
            self.add(name)

    def enter(self) -> None:
        self._scopes.append([])

    def leave(self) -> None:
        for word in self._scopes.pop():
            self._by_word[word].pop(0)

    def add(self, name: str) -> None:
        """Learns a name until the scope is left."""
        words = () if name.isidentifier() else words_of(name)
        if len(words) > 1:
            self._by_word.setdefault(words[0][0], []).insert(0, (words, name))
            self._scopes[-1].append(words[0][0])

    def match(
        self, tokens: list[Token], position: int, own: bool = False
    ) -> tuple[str, int] | None:
        """The longest known name that starts at a token, and how many tokens it takes.

        `own` leaves out the names of built-in functions.
        """
        best: tuple[str, int] | None = None
        for words, name in self._by_word.get(tokens[position].text, ()):
            if (best is None or len(words) > best[1]) and _fits(words, tokens, position):
                best = name, len(words)
        if self._base is not None and not own:
            found = self._base.match(tokens, position)
            if found is not None and (best is None or found[1] > best[1]):
                return found
        return best


def _fits(words: Words, tokens: list[Token], position: int) -> bool:
    if position + len(words) >= len(tokens):
        return False
    for place, (text, spaced) in enumerate(words, position):
        token = tokens[place]
        if token.text != text:
            return False
        if place > position and spaced != (tokens[place - 1].end < token.start):
            return False
    return True
