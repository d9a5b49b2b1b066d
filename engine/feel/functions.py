"""Functions: built in, defined in FEEL or given from outside; how arguments reach them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timezone
from functools import cache, partial
from typing import Any

from engine.feel import syntax as ast
from engine.feel.errors import FeelLimit, Undefined
from engine.feel.moments import build_moment
from engine.feel.run import RUN, Evaluate, Frame, Run
from engine.feel.types import ANY, is_instance
from engine.feel.values import DATE, DATE_TIME, FUNCTION, LIST, NULL, TYPES, kind

MAX_ITEMS = 1_000_000
_PARAMETER = re.compile(r"\s*([\w ]+?)(\.\.\.|\*)?(\?)?\s*(?::\s*(.+?))?\s*\Z")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a built-in function.

    `kinds` are the type names it takes, none for any; `element` those of a list's items; `quick` and
    `items` are the Python types of both, for a first look. `spread` is
    `...` for a list that may also be given as several arguments, `*` for one that always is.
    """

    name: str
    kinds: frozenset[str]
    element: frozenset[str]
    optional: bool
    nullable: bool
    spread: str
    quick: frozenset[type]
    items: frozenset[type]

    def fit(self, value: Any, run: Run, function: str) -> Any:
        """The argument, converted as the standard allows. Raises Undefined."""
        name = kind(value)
        if not self.kinds or name in self.kinds:
            fitting = value
        elif name == NULL:
            if self.nullable:
                return None
            raise Undefined("argument_null", function, self.name)
        elif name == LIST and len(value) == 1 and kind(value[0]) in self.kinds:
            fitting = value[0]
        elif name == DATE and DATE_TIME in self.kinds:
            return build_moment(value, 0, timezone.utc)  # noqa: UP017
        elif LIST in self.kinds:
            fitting = [value]
        else:
            raise Undefined("argument_type", function, self.name, name)
        if type(fitting) is list:
            run.spend(len(fitting))
            if self.element:
                self.check_items(fitting, function)
        return fitting

    def check_items(self, items: list[Any], function: str) -> None:
        for item in items:
            if type(item) not in self.items and kind(item) not in self.element:
                raise Undefined("argument_type", function, self.name, kind(item))


@dataclass(frozen=True, slots=True)
class Form:
    """One of the forms in which a function may be called.

    `results` are the types that its answer can have, none for any; `item` those of a list's items.
    """

    parameters: tuple[Parameter, ...]
    body: Callable[..., Any]
    results: frozenset[str] = frozenset()
    item: frozenset[str] = frozenset()

    @property
    def least(self) -> int:
        return sum(not p.optional for p in self.parameters)

    def takes(self, count: int) -> bool:
        spread = bool(self.parameters and self.parameters[-1].spread)
        return self.least <= count and (spread or count <= len(self.parameters))

    def takes_names(self, names: set[str]) -> bool:
        own = {p.name for p in self.parameters}
        return names <= own and {p.name for p in self.parameters if not p.optional} <= names

    def gathered(self, arguments: Sequence[Any]) -> list[Any]:
        """Positional arguments with those of a spread list made into one."""
        last = len(self.parameters) - 1
        if last < 0 or not self.parameters[last].spread:
            return list(arguments)
        rest = list(arguments[last:])
        whole = len(rest) == 1 and (rest[0] is None or isinstance(rest[0], list))
        if whole and self.parameters[last].spread == "...":
            return list(arguments)
        return [*arguments[:last], rest]

    def fits(self, arguments: Sequence[Any]) -> bool:
        """Whether the types of the arguments are right, without any conversion."""
        pairs = zip(self.parameters, self.gathered(arguments), strict=False)
        return all(
            not p.kinds or kind(v) in p.kinds or (v is None and p.nullable) for p, v in pairs
        )

    def suits(self, given: Mapping[str, Any]) -> tuple[bool, bool]:
        """Whether named arguments are of the right types, and whether they stand in its order.

        `before(point, range)` and `before(range, point)` differ in nothing but the order.
        """
        own = [p.name for p in self.parameters if p.name in given]
        return self.fits([given.get(p.name) for p in self.parameters]), own == list(given)

    def apply(self, arguments: Sequence[Any], run: Run, function: str) -> Any:
        """Calls with arguments in order. Raises Undefined."""
        values = []
        for parameter, value in zip(self.parameters, arguments, strict=False):
            if type(value) not in parameter.quick:
                value = parameter.fit(value, run, function)
                if FUNCTION in parameter.kinds and kind(value) == FUNCTION:
                    value = partial(invoke, value, run)
            elif type(value) is list:
                run.spend(len(value))
            values.append(value)
        return self.answer(values, function)

    def answer(self, values: Sequence[Any], function: str) -> Any:
        """Calls with arguments that fit already. Raises Undefined."""
        try:
            return checked(self.body(*values))
        except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
            raise Undefined("argument_value", function, str(error)) from error


def checked(value: Any) -> Any:
    """Raises FeelLimit for a text or list that has grown too long."""
    if isinstance(value, (str, list)) and len(value) > MAX_ITEMS:
        raise FeelLimit("too_long")
    return value


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function with declared parameters. Called from Python it answers null for wrong arguments."""

    name: str
    forms: tuple[Form, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(p.name for p in self.forms[0].parameters)

    def takes(self, count: int) -> bool:
        """Whether so many arguments can be given in order."""
        return any(form.takes(count) for form in self.forms)

    @property
    def results(self) -> frozenset[str]:
        """The types that an answer can have; none: any."""
        found = [form.results for form in self.forms]
        return frozenset() if frozenset() in found else frozenset().union(*found)

    @property
    def result_kind(self) -> str:
        return next(iter(self.results)) if len(self.results) == 1 else ANY.name

    def form_for(self, arguments: Sequence[Any]) -> Form:
        """Raises Undefined if the function does not take so many arguments."""
        found = [form for form in self.forms if form.takes(len(arguments))]
        if not found:
            raise Undefined("argument_count", self.name, len(arguments))
        if len(found) > 1:
            return next((form for form in found if form.fits(arguments)), found[0])
        return found[0]

    def apply(self, arguments: Sequence[Any], run: Run) -> Any:
        """Raises Undefined."""
        form = self.form_for(arguments)
        return form.apply(form.gathered(arguments), run, self.name)

    def apply_named(self, given: Mapping[str, Any], run: Run) -> Any:
        """Raises Undefined."""
        names = set(given)
        found = [form for form in self.forms if form.takes_names(names)]
        if not found:
            raise Undefined("argument_names", self.name, "、".join(given))
        form = max(found, key=lambda one: one.suits(given))
        last = max((i for i, p in enumerate(form.parameters) if p.name in given), default=-1)
        values = [
            [given.get(p.name)] if p.spread == "*" and not p.kinds else given.get(p.name)
            for p in form.parameters[: last + 1]
        ]
        return form.apply(values, run, self.name)

    def __call__(self, *arguments: Any) -> Any:
        try:
            return self.apply(arguments, Run())
        except Undefined:
            return None


@dataclass(slots=True)
class Function:
    """A function defined in FEEL, with the frame it was defined in."""

    definition: ast.FunctionDefinition
    slots: tuple[int, ...]
    body: Evaluate
    frame: Frame

    @property
    def parameters(self) -> tuple[str, ...]:
        return self.definition.parameters

    @property
    def types(self) -> tuple[ast.TypeNode | None, ...]:
        return self.definition.types

    @property
    def result_kind(self) -> str:
        """The type of the answers as far as the text tells; else Any."""
        from engine.feel.analysis import type_of_node

        return (type_of_node(self.definition).result or ANY).name

    def apply(self, arguments: Sequence[Any], run: Run) -> Any:
        """Raises Undefined for arguments that are too few, too many or of the wrong type."""
        if len(arguments) != len(self.parameters):
            raise Undefined("argument_count", "function", len(arguments))
        run.spend(10)
        frame = self.frame.copy()
        frame[RUN] = run
        types = self.definition.types
        for place, slot in enumerate(self.slots):
            value, wanted = arguments[place], types[place] if types else None
            frame[slot] = value if wanted is None else self.fit(value, wanted, place, run)
        return self.body(frame)

    def fit(self, value: Any, wanted: ast.TypeNode, place: int, run: Run) -> Any:
        """The standard's conversions of arguments: the one item of a list, a list of one item."""
        if value is None or is_instance(value, wanted, run.types):
            return value
        if isinstance(value, list) and len(value) == 1 and is_instance(value[0], wanted, run.types):
            return value[0]
        if is_instance([value], wanted, run.types):
            return [value]
        if wanted.name == DATE_TIME and kind(value) == DATE:
            return build_moment(value, 0, timezone.utc)  # noqa: UP017
        raise Undefined("argument_type", "function", self.parameters[place], kind(value))

    def apply_named(self, given: Mapping[str, Any], run: Run) -> Any:
        if set(given) != set(self.parameters):
            raise Undefined("argument_names", "function", "、".join(given))
        return self.apply([given[name] for name in self.parameters], run)

    def __call__(self, *arguments: Any) -> Any:
        try:
            return self.apply(arguments, self.frame[RUN])
        except Undefined as error:
            self.frame[RUN].warn(0, error.key, *error.arguments)
            return None


def invoke(called: Any, run: Run, *arguments: Any) -> Any:
    """Calls any function with arguments in order. Raises Undefined."""
    if isinstance(called, (Builtin, Function)):
        return called.apply(arguments, run)
    return _from_outside(called, run, arguments)


def invoke_named(called: Any, name: str, run: Run, given: Mapping[str, Any]) -> Any:
    """Calls any function with named arguments. Raises Undefined."""
    if isinstance(called, (Builtin, Function)):
        return called.apply_named(given, run)
    parameters = getattr(called, "parameters", None)
    # Only the last parameters can be left out.
    if not isinstance(parameters, tuple) or set(given) != set(parameters[: len(given)]):
        raise Undefined("argument_names", name, "、".join(given))
    return _from_outside(called, run, [given[one] for one in parameters[: len(given)]])


def _from_outside(called: Any, run: Run, arguments: Sequence[Any]) -> Any:
    run.spend(10)
    try:
        return called(*arguments)
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
        raise Undefined("argument_value", "", str(error)) from error


# -- declaring functions


@cache
def _kinds(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split("|") if part.strip() != "Any")


def _types(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The type names of a declaration, and of a list's items those."""
    if inner := re.match(r"list<(.*)>\Z", text):
        return frozenset([LIST]), _kinds(inner.group(1))
    return _kinds(text), frozenset()


def _parameter(text: str) -> Parameter:
    match = _PARAMETER.match(text)
    assert match, text
    name, spread, optional, declared = match.groups()
    declared = (declared or "Any").strip()
    nullable = declared.endswith("?") or declared == "Any"
    kinds, element = _types(declared.removesuffix("?"))
    quick: frozenset[type] = frozenset()
    if kinds and not element and FUNCTION not in kinds:
        quick = frozenset(t for one in kinds for t in TYPES[one])
    items = frozenset(t for one in element for t in TYPES[one])
    return Parameter(name, kinds, element, bool(optional), nullable, spread or "", quick, items)


def form(signature: str, body: Callable[..., Any]) -> Form:
    """A form from its signature: `string: string, start position: number, length?: number? -> string`.

    `?` after a name: may be left out; after a type: may be null; `...`: also several arguments.
    """
    parameters, results, item = _declared(signature)
    return Form(parameters, body, results, item)


@cache
def _declared(
    signature: str,
) -> tuple[tuple[Parameter, ...], frozenset[str], frozenset[str]]:
    taken, _, given = signature.partition("->")
    parts = [part for part in taken.split(",") if part.strip()]
    return tuple(_parameter(part) for part in parts), *_types(given.strip() or "Any")


def function(name: str, *forms: tuple[str, Callable[..., Any]]) -> Builtin:
    """A function with declared parameters, to be handed to expressions."""
    return Builtin(name, tuple(form(signature, body) for signature, body in forms))
