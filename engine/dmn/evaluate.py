"""The decisions of a release: by id, with a trace of how each was made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from engine.dmn.explain import Row, explain_logic, names_of, provides_for_null
from engine.dmn.graph import Graph, Trace, World
from engine.dmn.logic import evaluate
from engine.dmn.model import Decision, Model
from engine.dmn.reader import read
from engine.dmn.session import Functions, Problem, Session
from engine.errors import EngineError, NotFound
from engine.feel import FeelLimit
from engine.kept import kept


class TableBroken(EngineError):
    """决策表对这组数据没有唯一的结果。"""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"决策表{problem.say()}")
        self.english = f"Decision table {problem.say('en')}"


class NoData(EngineError):
    """决策的答案是函数,不能作为数据保存。"""


class Decisions:
    """The decisions of one release, by id."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.graph = Graph(read(files))
        self.versions = {path: sha256(content).hexdigest() for path, content in files.items()}
        self.by_id: dict[str, Decision] = {}
        self.homes: dict[str, Model] = {}
        for model in self.graph.models:
            for decision in model.decisions:
                if decision.id in self.by_id:
                    other = self.by_id[decision.id].path
                    raise EngineError(f"决策编号 {decision.id} 在 {other} 和 {model.path} 中重复")
                self.by_id[decision.id], self.homes[decision.id] = decision, model

    def decide(
        self, decision_id: str, context: Mapping[str, Any], functions: Functions | None = None
    ) -> tuple[Any, Trace]:
        """The answer and its trace: inputs, rules that fired, outputs, the file's SHA-256.

        A table with one output column answers its value, with several a context; the collecting
        policies answer lists. No rule fires: null (or the default outputs). What became null of an
        error is in the trace's `problems`; the decisions asked on the way in `required`. Raises
        NotFound, TableBroken where UNIQUE or ANY is violated, and NoData for a function.
        """
        decision = self.find(decision_id)
        world = World(context, Session(functions or {}))
        try:
            answer = self.graph.decide(self.homes[decision_id], decision, world)
        except RecursionError:
            raise FeelLimit("too_deep") from None
        if world.session.problems:
            broken = next((p for p in world.session.problems if p.breaks), None)
            if broken:
                raise TableBroken(broken)
        if callable(answer):
            raise NoData(f"决策“{decision.name}”的答案是函数,不能作为数据保存")
        return answer, self._trace(decision, world)

    def _trace(self, decision: Decision, world: World) -> Trace:
        found = world.traces.pop((decision.path, decision.id))
        found["version"] = self.versions[decision.path]
        if world.traces:
            found["required"] = [_recorded(trace) for trace in world.traces.values()]
        if world.session.problems:
            problems = [p for p in world.session.problems if not p.missing]
            said = dict.fromkeys((p.say(), p.say("en")) for p in problems)
            if said:
                found["problems"] = [{"text": text, "english": english} for text, english in said]
        return found

    def explain(
        self, decision_id: str, context: Mapping[str, Any], functions: Functions | None = None
    ) -> list[Row]:
        """Every row of a decision with what it asks, what is, and what is missing.

        A fact absent from the context is unknown. An expression is one row without tests. Raises
        NotFound.
        """
        decision = self.find(decision_id)
        home = self.homes[decision_id]
        world = World(context, Session(functions or {}))
        names = self.graph.names(home, decision, world)
        lacking = {p.place.path[0] for p in world.session.problems if p.missing and p.place.path}
        for required in self._required(decision):
            if names.get(required.variable) is None or self._lacks(required, lacking):
                names.pop(required.variable, None)
        logic = decision.logic

        def answer() -> Any:
            return evaluate(logic, names, world.session) if logic is not None else None

        rows = explain_logic(logic, names, functions or {}, answer)
        return [self._from_facts(decision, row) for row in rows]

    def _lacks(self, decision: Decision, lacking: set[str]) -> bool:
        """Whether an answer stands on a fact that nobody gave and that it does not provide for."""
        if decision.name in lacking and not provides_for_null(decision.logic):
            return True
        return any(self._lacks(required, lacking) for required in self._required(decision))

    def _from_facts(self, decision: Decision, row: Row) -> Row:
        """A row whose tests name, for a required decision, the facts on which that one stands."""
        behind = {one.variable: sorted(self.facts_of(one.id)) for one in self._required(decision)}
        for name in self._knowledge(decision):
            behind[name] = []
        if not behind:
            return row
        tests = (
            replace(test, facts=tuple(dict.fromkeys(_behind(test.facts, behind))))
            for test in row.tests
        )
        return replace(row, tests=tuple(tests))

    def find(self, decision_id: str) -> Decision:
        """Raises NotFound."""
        decision = self.by_id.get(decision_id)
        if decision is None:
            raise NotFound(f"没有决策 {decision_id},请先发布含有它的 .dmn 文件")
        return decision

    def facts_of(self, decision_id: str) -> set[str]:
        """The names that a decision and what it requires read from the context."""
        decision = self.find(decision_id)
        found = names_of(decision.logic)
        found -= set(self._knowledge(decision))
        for required in self._required(decision):
            found -= {required.variable}
            found |= self.facts_of(required.id)
        return found

    def _knowledge(self, decision: Decision) -> Iterator[str]:
        for reference in decision.knowledge:
            _, element = self.graph.find(self.homes[decision.id], reference)
            if element is not None:
                yield element.name

    def _required(self, decision: Decision) -> Iterator[Decision]:
        for reference in decision.requires:
            _, element = self.graph.find(self.homes[decision.id], reference)
            if isinstance(element, Decision):
                yield element


def _behind(facts: Iterable[str], behind: Mapping[str, list[str]]) -> Iterator[str]:
    for name in facts:
        yield from behind.get(name, [name])


def _recorded(value: Any) -> Any:
    """What a decision on the way answered, as data: functions by a word."""
    if isinstance(value, dict):
        return {name: _recorded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_recorded(part) for part in value]
    if callable(value):
        return "函数"
    return value


def decisions_of(connection: Connection, release_id: int) -> Decisions:
    """The parsed decisions of a release; parsed once in each process."""
    # Publishing checks decisions, so `definitions` imports this package.
    from engine import definitions

    def parse() -> Decisions:
        files = definitions.files_of(connection, release_id)
        return Decisions({path: text for path, text in files.items() if path.endswith(".dmn")})

    return kept(connection, ("decisions", release_id), parse)
