"""Reads DMN 1.1 to 1.5 files into models. What cannot be read becomes a fault and answers null."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from lxml import etree

from engine import feel
from engine.dmn import model
from engine.dmn.boxed import Boxed
from engine.dmn.model import (
    Decision,
    Element,
    Import,
    InputData,
    Knowledge,
    Model,
    Parameter,
    Service,
)
from engine.dmn.scope import Scope
from engine.dmn.source import (
    Source,
    Sources,
    child,
    children,
    local,
    owner_of,
    text_of,
    variable_name,
)
from engine.dmn.types import ANY, Type, basic
from engine.errors import InvalidInput


def read(files: Mapping[str, bytes]) -> list[Model]:
    """The models of some files, which may import each other. Raises InvalidInput."""
    sources = Sources(files)
    try:
        return [_Reader(sources, source).model() for source in sources.all]
    except RecursionError:
        raise InvalidInput("决策文件嵌套过深") from None


class _Reader:
    def __init__(self, sources: Sources, source: Source) -> None:
        self.sources, self.source = sources, source
        self.types: dict[str, Type] = {}
        self.boxed = Boxed(source.path, self.type)

    def model(self) -> Model:
        for name in self.source.item_definitions:
            self.type(name)
        for one in self.source.imports:
            there = self.sources.imported(self.source, one)
            for name in there.item_definitions if there else ():
                self.type(f"{one.name}.{name}" if one.name else name)
        elements = {key: self._element(node) for key, node in self.source.elements.items()}
        return Model(
            self.source.path,
            self.source.namespace,
            self.source.name,
            tuple(self._found(one) for one in self.source.imports),
            self.types,
            elements,
            tuple(self.boxed.faults),
            tuple(self.boxed.texts),
            tuple(self._unknown_types()),
        )

    def _found(self, one: Import) -> Import:
        there = self.sources.imported(self.source, one)
        return replace(one, path=there.path if there else "")

    # -- types

    def _unknown_types(self) -> Iterator[tuple[str, str]]:
        for node in self.source.root.iter("{*}*"):
            name = node.get("typeRef", "") or node.get("outputTypeRef", "")
            if local(node) == "typeRef":
                name = (node.text or "").strip()
            known = (
                basic(self.source.type_name(name))
                or self.sources.item_definition(self.source, name)[1] is not None
            )
            if name and not known:
                yield owner_of(node), name

    def type(self, name: str) -> Type:
        """A type by its name in this file; what nobody defined is Any."""
        name = self.source.type_name(name)
        if not name:
            return ANY
        if name not in self.types:
            source, node = self.sources.item_definition(self.source, name)
            if source is None or node is None:
                return basic(name) or ANY
            # A type that contains itself is Any inside.
            self.types[name] = ANY
            reader = self if source is self.source else _Reader(self.sources, source)
            self.types[name] = reader._item(node)
        return self.types[name]

    def _item(self, node: etree._Element) -> Type:
        referred = child(node, "typeRef")
        function = child(node, "functionItem")
        base = self.type((referred.text or "").strip()) if referred is not None else None
        parts = tuple((c.get("name", ""), self._item(c)) for c in children(node, "itemComponent"))
        simple = base is not None and not base.title and not base.collection
        return Type(
            name=base.name if base and simple else "Any",
            title=node.get("name", ""),
            collection=node.get("isCollection") == "true",
            components=parts,
            allowed=self._tests(node, "allowedValues"),
            constraint=self._tests(node, "typeConstraint"),
            parameters=tuple(
                (one.get("name", ""), self.type(one.get("typeRef", "")))
                for one in children(function, "parameters")
            )
            if function is not None
            else None,
            result=self.type(function.get("outputTypeRef", "")) if function is not None else None,
            base=None if simple else base,
        )

    def _tests(self, node: etree._Element, name: str) -> feel.Expression | None:
        found = child(node, name)
        text = text_of(found)
        if not text:
            return None
        title = node.get("name", "")
        said = {
            "allowedValues": (f"类型“{title}”的允许值", f"allowed values of “{title}”"),
            "typeConstraint": (f"类型“{title}”的约束", f"constraint of “{title}”"),
        }
        with self.boxed.at(*said[name]):
            return self.boxed.parse(text, "unary tests", found, Scope())

    # -- the requirement graph

    def _element(self, node: etree._Element) -> Element:
        identity, name = node.get("id", ""), variable_name(node)
        declared = self._declared(node)
        match local(node):
            case "inputData":
                return InputData(identity, name, declared)
            case "decision":
                return self._decision(node, declared)
            case "businessKnowledgeModel":
                return self._knowledge(node, declared)
        return self._service(node, declared)

    def _declared(self, node: etree._Element) -> Type:
        variable = child(node, "variable")
        return self.type(variable.get("typeRef", "")) if variable is not None else ANY

    def _scope(self, node: etree._Element) -> Scope:
        """The names that an element requires, imported ones under their prefix."""
        types: dict[str, Type] = {}
        for reference in self.sources.required(self.source, node):
            home, element = self.sources.find(self.source, reference)
            if home is None or element is None:
                continue
            reader = self if home is self.source else _Reader(self.sources, home)
            name, declared = variable_name(element), reader._type_seen(element)
            one = self.source.import_of(reference.namespace) if home is not self.source else None
            if one is None or not one.name:
                types[name] = declared
            else:
                known = types.get(one.name, ANY).components
                types[one.name] = Type("context", one.name, components=(*known, (name, declared)))
        found = Scope(types, self.sources.names_for(self.source, node), self._is_closed(node))
        knowledge = local(node) == "businessKnowledgeModel"
        # A knowledge model may call itself.
        return found.with_((variable_name(node), self._type_seen(node))) if knowledge else found

    def _type_seen(self, node: etree._Element) -> Type:
        """The type of an element for others; of what can be called that of the function."""
        declared = self._declared(node)
        if declared.parameters is not None or local(node) in ("inputData", "decision"):
            return declared
        parameters = tuple((p.name, p.type) for p in self._parameters(node))
        return Type(parameters=parameters, result=declared)

    def _parameters(self, node: etree._Element) -> Iterator[Parameter]:
        for one in children(child(node, "encapsulatedLogic"), "formalParameter"):
            yield Parameter(one.get("name", ""), self.type(one.get("typeRef", "")))
        for one in [*children(node, "inputData"), *children(node, "inputDecision")]:
            home, element = self.sources.find(self.source, self.source.reference(one))
            if home is not None and element is not None:
                reader = self if home is self.source else _Reader(self.sources, home)
                yield Parameter(variable_name(element), reader._declared(element))

    def _is_closed(self, node: etree._Element) -> bool:
        """Whether an element reads nothing but what it requires."""
        declares = self.source.references(node, "informationRequirement", "requiredInput")
        knowledge = local(node) == "businessKnowledgeModel"
        return knowledge or bool(declares) or self.source.has_input_data

    def _decision(self, node: etree._Element, declared: Type) -> Decision:
        scope = self._scope(node)
        logic = next(filter(self.boxed.is_logic, node), None)
        name = node.get("name") or node.get("id", "")
        with self.boxed.at(f"决策“{name}”", f"“{name}”"):
            found = self.boxed.logic(logic, scope, declared) if logic is not None else None
        if isinstance(found, model.Typed) and (declared.is_any or declared == found.type):
            declared, found = found.type, found.logic
        elif isinstance(found, model.Typed) and isinstance(found.logic, model.Table):
            # The table's type and its variable's say the same in two words.
            found = found.logic
        references = self.source.references
        return Decision(
            node.get("id", ""),
            node.get("name", ""),
            variable_name(node),
            references(node, "informationRequirement", "requiredDecision"),
            found,
            self.source.path,
            declared,
            references(node, "informationRequirement", "requiredInput"),
            references(node, "knowledgeRequirement", "requiredKnowledge"),
            self._is_closed(node),
        )

    def _knowledge(self, node: etree._Element, declared: Type) -> Knowledge:
        scope = self._scope(node)
        encapsulated = child(node, "encapsulatedLogic")
        name = node.get("name") or node.get("id", "")
        function = model.FunctionLogic((), None)
        if encapsulated is not None:
            with self.boxed.at(f"知识模型“{name}”", f"“{name}”"):
                function = self.boxed.function(encapsulated, scope)
        return Knowledge(
            node.get("id", ""),
            variable_name(node),
            function,
            self.source.references(node, "knowledgeRequirement", "requiredKnowledge"),
            # DMN 1.1 gave the variable the type of the result, later versions that of the function.
            declared.result or ANY if declared.parameters is not None else declared,
        )

    def _service(self, node: etree._Element, declared: Type) -> Service:
        def references(name: str) -> tuple[model.Reference, ...]:
            return tuple(self.source.reference(one) for one in children(node, name))

        return Service(
            node.get("id", ""),
            variable_name(node),
            references("outputDecision"),
            references("encapsulatedDecision"),
            references("inputDecision"),
            references("inputData"),
            declared.result or ANY if declared.parameters is not None else declared,
        )
