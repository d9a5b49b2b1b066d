"""Evaluates requirement graphs: decisions ask their requirements first, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.dmn import model
from engine.dmn.logic import evaluate, function
from engine.dmn.model import Decision, Element, InputData, Knowledge, Model, Reference, Service
from engine.dmn.session import Callee, Session
from engine.dmn.table import table_value
from engine.dmn.types import Type

Trace = dict[str, Any]
Key = tuple[str, str]


@dataclass(slots=True)
class World:
    """The facts of one evaluation and what has been decided on them.

    A decision service called as a function gets a world of its own.
    """

    facts: Mapping[str, Any]
    session: Session
    decided: dict[Key, Any] = field(default_factory=dict)
    traces: dict[Key, Trace] = field(default_factory=dict)
    open: list[Key] = field(default_factory=list)

    def inside(self, prefix: str) -> World:
        """The world of an imported model; facts under its prefix are its own."""
        own = self.facts.get(prefix)
        if not prefix or not isinstance(own, Mapping):
            return self
        return World({**self.facts, **own}, self.session)


class Graph:
    """Models that were read together."""

    def __init__(self, models: Iterable[Model]) -> None:
        self.models = list(models)
        self.by_path = {one.path: one for one in self.models}

    def decide(self, home: Model, decision: Decision, world: World) -> Any:
        """The value of a decision; null with a problem recorded if it goes in a circle."""
        key = (home.path, decision.id)
        if key in world.decided:
            return world.decided[key]
        if key in world.open:
            world.session.problem("circle", decision.name)
            return None
        world.open.append(key)
        names = self.names(home, decision, world)
        world.session.path.append(decision.name)
        if home.types:
            with world.session.of(home.tests):
                value, trace = _decided(decision, names, world.session)
        else:
            value, trace = _decided(decision, names, world.session)
        world.session.path.pop()
        world.open.pop()
        world.decided[key] = value
        world.traces[key] = trace
        return value

    def names(self, home: Model, decision: Decision, world: World) -> dict[str, Any]:
        """What a decision may read: its requirements' values, functions it may call, and the facts
        unless it declares which of them it reads."""
        names = {} if decision.closed else dict(world.facts)
        for reference in decision.references:
            self._add(home, reference, names, world)
        return names

    def find(self, home: Model, reference: Reference) -> tuple[Model, Element] | tuple[None, None]:
        """What a reference of a model means, and the model it lies in."""
        there: Model | None = home
        if reference.namespace:
            paths = (one.path for one in home.imports if one.namespace == reference.namespace)
            there = self.by_path.get(next(paths, ""))
        if there is None or reference.id not in there.elements:
            return None, None
        return there, there.elements[reference.id]

    def _add(self, home: Model, reference: Reference, names: dict[str, Any], world: World) -> None:
        there, element = self.find(home, reference)
        if there is None or element is None:
            world.session.problem("no_element", f"{reference.namespace}#{reference.id}")
            return
        prefix = _prefix(home, there)
        inner = world.inside(prefix)
        if isinstance(element, InputData):
            if element.name not in inner.facts:
                return
            value = inner.session.typed(
                inner.facts[element.name], element.type, column=element.name
            )
        else:
            value = self._value(there, element, inner)
        name = element.variable if isinstance(element, Decision) else element.name
        if prefix:
            qualified = names.get(prefix)
            own = qualified if isinstance(qualified, dict) else {}
            names[prefix] = {**own, name: value}
        else:
            names[name] = value

    def _value(self, home: Model, element: Decision | Knowledge | Service, world: World) -> Any:
        if isinstance(element, Decision):
            return self.decide(home, element, world)
        if isinstance(element, Knowledge):
            return self.knowledge(home, element, world)
        return self.service(home, element, world)

    def knowledge(self, home: Model, found: Knowledge, world: World) -> Callee:
        """A knowledge model as a function; it sees its parameters and the functions it requires."""
        key = (home.path, found.id)
        if key not in world.decided:
            names: dict[str, Any] = {}
            inner = function(found.logic, names, world.session, found.name, found.type)

            def apply(given: dict[str, Any]) -> Any:
                with world.session.of(home.tests):
                    return inner.apply(given)

            callee = replace(inner, apply=apply)
            world.decided[key] = names[found.name] = callee
            for reference in found.knowledge:
                self._add(home, reference, names, world)
        known = world.decided[key]
        assert isinstance(known, Callee)
        return known

    def service(self, home: Model, found: Service, world: World) -> Callee:
        """A decision service as a function of its input data, then its input decisions."""
        parameters: list[tuple[str, Type]] = []
        for reference in (*found.input_data, *found.input_decisions):
            _, element = self.find(home, reference)
            if isinstance(element, (InputData, Decision)):
                name = element.variable if isinstance(element, Decision) else element.name
                parameters.append((name, element.type))

        def apply(given: dict[str, Any]) -> Any:
            outputs = self.outputs(home, found, given, world.session)
            return next(iter(outputs.values())) if len(outputs) == 1 else outputs

        return Callee(found.name, tuple(parameters), apply, world.session)

    def outputs(
        self, home: Model, found: Service, given: Mapping[str, Any], session: Session
    ) -> dict[str, Any]:
        """The values of a service's output decisions by name; what is not given is null."""
        world = World(dict(given), session)
        for reference in found.input_decisions:
            there, element = self.find(home, reference)
            if there is not None and isinstance(element, Decision):
                value = session.typed(
                    given.get(element.variable), element.type, column=element.name
                )
                world.decided[(there.path, element.id)] = value
        outputs = {}
        for reference in found.outputs:
            there, element = self.find(home, reference)
            if there is not None and isinstance(element, Decision):
                outputs[element.variable] = self.decide(there, element, world)
        if len(outputs) == 1:
            return {name: session.typed(value, found.type) for name, value in outputs.items()}
        return outputs


def _prefix(home: Model, there: Model) -> str:
    if there is home:
        return ""
    return next((one.name for one in home.imports if one.path == there.path), "")


def _decided(decision: Decision, names: dict[str, Any], session: Session) -> tuple[Any, Trace]:
    trace: Trace = {"decision": decision.id}
    if isinstance(decision.logic, model.Table):
        found = table_value(decision.logic, names, session)
        value = found.answer
        trace["inputs"], trace["rules"] = found.inputs, found.rules
    else:
        value = evaluate(decision.logic, names, session) if decision.logic is not None else None
    if not decision.type.is_any:
        value = session.typed(value, decision.type)
    trace["output"] = value
    return value, trace
