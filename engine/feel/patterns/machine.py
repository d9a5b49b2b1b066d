"""A backtracking machine that enters no state twice at one place of the text, so its time is bounded.

Without that memory (Cox, “Regular Expression Matching: the Virtual Machine Approach”, 2009) a pattern
such as `(a+)+b` needs longer than the universe has. Patterns that refer back to a group can't use the
memory; they are bounded by a number of steps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from engine.feel.errors import FeelLimit
from engine.feel.patterns.tree import Anchor, Back, Choice, Group, Node, One, Repeat, Sequence

_ONE, _SPLIT, _JUMP, _SAVE, _START, _END, _BACK, _MATCH = range(8)
MAX_PROGRAM = 20_000
MAX_STEPS = 1_000_000
Places = tuple[int | None, ...]


class Machine:
    """A pattern as a program of instructions (operation, argument, argument)."""

    def __init__(self, tree: Node, groups: int, ignores_case: bool, multiline: bool) -> None:
        self.program: list[tuple[int, Any, Any]] = []
        self.groups = groups
        self._flags = re.IGNORECASE if ignores_case else 0
        self._ignores_case = ignores_case
        self._multiline = multiline
        self._remembers = True
        self._tests: dict[str, Callable[[str], Any]] = {}
        self._emit(tree)
        self._add(_MATCH)

    def _add(self, operation: int, first: Any = None, second: Any = None) -> int:
        if len(self.program) >= MAX_PROGRAM:
            raise FeelLimit("pattern_steps")
        self.program.append((operation, first, second))
        return len(self.program) - 1

    def _emit(self, node: Node) -> None:
        if isinstance(node, One):
            self._add(_ONE, self._test(node.source))
        elif isinstance(node, Sequence):
            for part in node.parts:
                self._emit(part)
        elif isinstance(node, Choice):
            self._emit_choice(node)
        elif isinstance(node, Repeat):
            self._emit_repeat(node)
        elif isinstance(node, Group):
            self._emit_group(node)
        elif isinstance(node, Back):
            self._remembers = False
            self._add(_BACK, node.number)
        elif isinstance(node, Anchor):
            self._add(_END if node.at_end else _START)

    def _test(self, source: str) -> Callable[[str], Any]:
        if source not in self._tests:
            self._tests[source] = re.compile(source, self._flags).match
        return self._tests[source]

    def _emit_group(self, node: Group) -> None:
        if node.number:
            self._add(_SAVE, node.number * 2)
        self._emit(node.part)
        if node.number:
            self._add(_SAVE, node.number * 2 + 1)

    def _emit_choice(self, node: Choice) -> None:
        jumps = []
        for option in node.options[:-1]:
            split = self._add(_SPLIT)
            self._emit(option)
            jumps.append(self._add(_JUMP))
            self.program[split] = (_SPLIT, split + 1, len(self.program))
        self._emit(node.options[-1])
        for jump in jumps:
            self.program[jump] = (_JUMP, len(self.program), None)

    def _emit_repeat(self, node: Repeat) -> None:
        for _ in range(node.least):
            self._emit(node.part)
        splits = []
        if node.most is None:
            splits.append(self._add(_SPLIT))
            self._emit(node.part)
            self._add(_JUMP, splits[0])
        else:
            for _ in range(node.most - node.least):
                splits.append(self._add(_SPLIT))
                self._emit(node.part)
        after = len(self.program)
        for split in splits:
            ways = (after, split + 1) if node.lazy else (split + 1, after)
            self.program[split] = (_SPLIT, *ways)

    def find(self, text: str) -> Iterator[Places]:
        """The matches from left to right: places of the start, the end, then of each group."""
        start, steps = 0, [MAX_STEPS]
        while start <= len(text):
            found, seen = None, set[tuple[int, int]]()
            for place in range(start, len(text) + 1):
                found = self._match(text, place, seen, steps)
                if found is not None:
                    break
            if found is None:
                return
            yield found
            start = found[1] + (found[1] == found[0])  # type: ignore[operator]

    def _match(
        self, text: str, place: int, seen: set[tuple[int, int]], steps: list[int]
    ) -> Places | None:
        empty: Places = (place, None) + (None, None) * self.groups
        stack: list[tuple[int, int, Places]] = [(0, place, empty)]
        while stack:
            at, position, places = stack.pop()
            steps[0] -= 1
            if steps[0] < 0:
                raise FeelLimit("pattern_steps")
            operation, first, second = self.program[at]
            if operation in (_SPLIT, _ONE, _BACK) and self._remembers:
                if (at, position) in seen:
                    continue
                seen.add((at, position))
            if operation == _MATCH:
                return (places[0], position, *places[2:])
            if operation == _SPLIT:
                stack.append((second, position, places))
                stack.append((first, position, places))
            elif operation == _JUMP:
                stack.append((first, position, places))
            elif operation == _SAVE:
                saved = (*places[:first], position, *places[first + 1 :])
                stack.append((at + 1, position, saved))
            else:
                after = self._step(operation, first, text, position, places)
                if after is not None:
                    stack.append((at + 1, after, places))
        return None

    def _step(
        self, operation: int, argument: Any, text: str, position: int, places: Places
    ) -> int | None:
        """Where the text goes on after an instruction; None if it does not match."""
        if operation == _ONE:
            one = text[position : position + 1]
            return position + 1 if one and argument(one) else None
        if operation == _START:
            after_line = self._multiline and text[position - 1 : position] == "\n"
            begins = position == 0 or (after_line and position < len(text))
            return position if begins else None
        if operation == _END:
            ends = position == len(text) or (self._multiline and text[position] == "\n")
            return position if ends else None
        low, high = places[argument * 2], places[argument * 2 + 1]
        again = "" if low is None or high is None else text[low:high]
        here = text[position : position + len(again)]
        same = here.lower() == again.lower() if self._ignores_case else here == again
        return position + len(again) if same else None
