"""A DMN file as XML: its elements by id, what it imports, its item definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from lxml import etree

from engine.dmn.model import Import, Reference
from engine.dmn.scope import needs_telling
from engine.errors import InvalidInput
from engine.xml import parse_xml

_ELEMENTS = ("inputData", "decision", "businessKnowledgeModel", "decisionService")


def local(node: etree._Element) -> str:
    """The element's name without its namespace; empty for comments."""
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def children(node: etree._Element | None, *names: str) -> list[etree._Element]:
    return [] if node is None else [child for child in node if local(child) in names]


def child(node: etree._Element | None, name: str) -> etree._Element | None:
    return None if node is None else next(iter(children(node, name)), None)


def text_of(node: etree._Element | None) -> str:
    """The text in the child `text`."""
    inner = child(node, "text")
    return ((inner.text if inner is not None else "") or "").strip()


def variable_name(node: etree._Element) -> str:
    """The name under which others read an element."""
    variable = child(node, "variable")
    return str((variable.get("name") if variable is not None else "") or node.get("name", ""))


def owner_of(node: etree._Element) -> str:
    """The id of the nearest element that has one."""
    current: etree._Element | None = node
    while current is not None:
        if current.get("id"):
            return str(current.get("id"))
        current = current.getparent()
    return ""


class Source:
    """One file. Raises InvalidInput for what is no DMN."""

    def __init__(self, path: str, content: bytes) -> None:
        self.path = path
        self.root = parse_xml(content, path)
        if local(self.root) != "definitions":
            raise InvalidInput(f"{path} 不是 DMN 文件")
        self.namespace = self.root.get("namespace", "")
        self.name = self.root.get("name", "")
        self.imports = tuple(
            Import(node.get("name", ""), node.get("namespace", ""), node.get("locationURI", ""))
            for node in children(self.root, "import")
        )
        self.elements = {
            node.get("id", "") or node.get("name", ""): node
            for node in self.root.iter(*(f"{{*}}{name}" for name in _ELEMENTS))
        }
        self.item_definitions = {
            node.get("name", ""): node for node in children(self.root, "itemDefinition")
        }

    def type_name(self, name: str) -> str:
        """A type's name without the prefix that older files write as XML does, `feel:number`."""
        prefix, colon, bare = name.strip().partition(":")
        namespace = self.root.nsmap.get(prefix) or ""
        if not colon or not namespace:
            return name
        one = self.import_of(namespace)
        return f"{one.name}.{bare}" if one is not None and one.name else bare

    @property
    def has_input_data(self) -> bool:
        return any(local(node) == "inputData" for node in self.elements.values())

    def reference(self, node: etree._Element) -> Reference:
        """What an href points to: `#id`, or `namespace#id`."""
        namespace, _, identity = node.get("href", "").rpartition("#")
        return Reference(identity, "" if namespace == self.namespace else namespace)

    def references(self, node: etree._Element, outer: str, inner: str) -> tuple[Reference, ...]:
        """The references of a kind: `informationRequirement` / `requiredDecision` and the like."""
        return tuple(
            self.reference(found) for one in children(node, outer) for found in children(one, inner)
        )

    def import_of(self, namespace: str) -> Import | None:
        return next((one for one in self.imports if one.namespace == namespace), None)


class Sources:
    """The files that are read together; imports are looked up among them, never outside."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.all = [Source(path, content) for path, content in files.items()]
        self.by_namespace = {source.namespace: source for source in reversed(self.all)}
        self.by_path = {source.path: source for source in self.all}

    def imported(self, source: Source, one: Import) -> Source | None:
        """The file that an import means: by its relative place if it names one, else by namespace."""
        if one.location and ":" not in one.location:
            place = normpath(join(dirname(source.path), unquote(one.location)))
            if found := self.by_path.get(place):
                return found
        return self.by_namespace.get(one.namespace)

    def find(
        self, source: Source, reference: Reference
    ) -> tuple[Source, etree._Element] | tuple[None, None]:
        """The element that a reference of a file means, and its file."""
        home: Source | None = source
        if reference.namespace:
            one = source.import_of(reference.namespace)
            home = self.imported(source, one) if one else None
        if home is None or reference.id not in home.elements:
            return None, None
        return home, home.elements[reference.id]

    def names_for(self, source: Source, node: etree._Element) -> frozenset[str]:
        """The names of several words that the expressions of an element may read."""
        found: set[str] = set()
        for reference in self.required(source, node):
            home, element = self.find(source, reference)
            if home is None or element is None:
                continue
            if home is not source and (one := source.import_of(reference.namespace)):
                found.add(one.name)
            found |= self._names_of(home, element)
        return frozenset(name for name in found if needs_telling(name))

    def required(self, source: Source, node: etree._Element) -> Iterator[Reference]:
        """What an element requires, information first."""
        for requirement in children(node, "informationRequirement", "knowledgeRequirement"):
            for one in requirement:
                yield source.reference(one)

    def _names_of(self, home: Source, element: etree._Element) -> set[str]:
        """An element's own name, those of its type's components and of what its logic makes."""
        variable = child(element, "variable")
        found: set[str] = set()
        found |= self.components(home, variable.get("typeRef", "") if variable is not None else "")
        for node in element.iter("{*}output", "{*}column", "{*}variable", "{*}formalParameter"):
            found |= {node.get("name", ""), *self.components(home, node.get("typeRef", ""))}
        # Outside of a function `Person.Gender` is a path, also where a parameter is called so.
        found = {variable_name(element), *(name for name in found if "." not in name)}
        if local(element) == "decisionService":
            for one in children(element, "outputDecision", "inputDecision", "inputData"):
                inner_home, inner = self.find(home, home.reference(one))
                if inner_home is not None and inner is not None:
                    found |= self._names_of(inner_home, inner)
        return found

    def components(self, home: Source, type_name: str, seen: tuple[str, ...] = ()) -> set[str]:
        """The names of the components of a type, at any depth."""
        source, node = self.item_definition(home, type_name)
        if source is None or node is None or type_name in seen:
            return set()
        found: set[str] = set()
        for one in node.iter("{*}itemComponent", "{*}itemDefinition"):
            if one is not node:
                found.add(one.get("name", ""))
            inner = child(one, "typeRef")
            if inner is not None and inner.text:
                found |= self.components(source, inner.text.strip(), (*seen, type_name))
        for one in node.iter("{*}functionItem"):
            found |= self.components(source, one.get("outputTypeRef", ""), (*seen, type_name))
        return found

    def item_definition(
        self, home: Source, name: str
    ) -> tuple[Source, etree._Element] | tuple[None, None]:
        """The definition of a type by its name, of an imported one by `import.name`."""
        name = home.type_name(name)
        if name in home.item_definitions:
            return home, home.item_definitions[name]
        for one in home.imports:
            bare = name.removeprefix(f"{one.name}.") if one.name else name
            other = self.imported(home, one) if bare != name or not one.name else None
            if other is not None and bare in other.item_definitions:
                return other, other.item_definitions[bare]
        bare = name.partition(":")[2]
        return (
            (home, home.item_definitions[bare]) if bare in home.item_definitions else (None, None)
        )
