"""What is wrong with a model beyond its tables: requirements, types, functions nobody can run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.dmn.graph import Graph
from engine.dmn.model import (
    Decision,
    Element,
    FunctionLogic,
    Knowledge,
    Logic,
    Model,
    Reference,
    Service,
    Table,
    parts_of,
)


@dataclass(frozen=True)
class Flaw:
    """`element` is an id of the file."""

    element: str
    rule: str
    text: str
    english: str


def flaws_of(graph: Graph, home: Model) -> Iterator[Flaw]:
    """What is wrong with a model, read together with those it imports."""
    yield from _imports(graph, home)
    yield from _types(home)
    given = {
        reference.id
        for one in graph.models
        for element in one.elements.values()
        if isinstance(element, Service)
        for reference in element.input_decisions
    }
    for element in home.elements.values():
        yield from _references(graph, home, element)
        if isinstance(element, Decision):
            if element.logic is None and element.id not in given:
                text = f"决策“{element.name}”没有决策表或表达式"
                english = f"Decision “{element.name}” has neither a table nor an expression"
                yield Flaw(element.id, "decision_logic", text, english)
            yield from _circle(graph, home, element)
            yield from _logic(element.id, element.name, element.logic)
        elif isinstance(element, Knowledge):
            yield from _logic(element.id, element.name, element.logic)


def _imports(graph: Graph, home: Model) -> Iterator[Flaw]:
    for one in home.imports:
        if one.path not in graph.by_path:
            text = f"引用的模型“{one.name or one.namespace}”不在这次发布里,请一并发布"
            english = f"The imported model “{one.name or one.namespace}” is not in this release"
            yield Flaw("", "decision_imports", text, english)


def _types(home: Model) -> Iterator[Flaw]:
    for element, name in home.unknown_types:
        text = f"没有名为 {name} 的类型,请定义它或改用数字、文字等基本类型"
        yield Flaw(element, "decision_types", text, f"There is no type called {name}")


def _references(graph: Graph, home: Model, element: object) -> Iterator[Flaw]:
    if isinstance(element, Decision):
        references = element.references
    elif isinstance(element, Knowledge):
        references = element.knowledge
    elif isinstance(element, Service):
        references = (*element.outputs, *element.input_decisions, *element.input_data)
    else:
        return
    for reference in references:
        if graph.find(home, reference)[1] is None:
            text = f"“{element.name}”引用的 {reference.id} 不存在"
            english = f"“{element.name}” requires {reference.id}, which does not exist"
            yield Flaw(element.id, "decision_requirements", text, english)


def _circle(graph: Graph, home: Model, decision: Decision) -> Iterator[Flaw]:
    """A decision that asks itself by way of others, of services and knowledge models too."""
    asked: list[tuple[Model, Element]] = [(home, decision)]
    seen = set()
    while asked:
        there, one = asked.pop()
        for reference in _asks(one):
            model, found = graph.find(there, reference)
            if found is decision:
                text = f"决策“{decision.name}”间接依赖自己,请去掉这条依赖"
                english = f"Decision “{decision.name}” depends on itself"
                yield Flaw(decision.id, "decision_requirements", text, english)
                return
            if model is not None and found is not None and id(found) not in seen:
                seen.add(id(found))
                asked.append((model, found))


def _asks(element: Element) -> tuple[Reference, ...]:
    """What is asked when an element is; what a service is given is not."""
    if isinstance(element, Decision):
        return (*element.requires, *element.knowledge)
    if isinstance(element, Knowledge):
        return element.knowledge
    return (*element.outputs, *element.encapsulated) if isinstance(element, Service) else ()


def _logic(element: str, name: str, logic: Logic | None) -> Iterator[Flaw]:
    for part in parts_of(logic):
        if isinstance(part, FunctionLogic) and part.outside:
            text = f"“{name}”含有用 {part.outside} 写的函数,引擎不运行,请改写成 FEEL"
            english = f"“{name}” has a function in {part.outside}, which is not run here: use FEEL"
            yield Flaw(element, "decision_function", text, english)
        elif isinstance(part, Table):
            yield from _table(element, name, part)


def _table(element: str, name: str, table: Table) -> Iterator[Flaw]:
    names = [output.name for output in table.outputs]
    if len(names) > 1 and (len(set(names)) < len(names) or not all(names)):
        text = f"“{name}”有多个结果列,每列都要有自己的名称"
        english = f"“{name}” has several output columns: each needs a name of its own"
        yield Flaw(element, "decision_columns", text, english)
    ordered = table.hit_policy in ("PRIORITY", "OUTPUT ORDER")
    if ordered and not any(output.allowed for output in table.outputs):
        text = f"“{name}”按结果的优先级取值,请在结果列按优先顺序列出允许的值"
        english = f"“{name}” goes by priority: list the allowed values of its outputs in order"
        yield Flaw(element, "decision_columns", text, english)
