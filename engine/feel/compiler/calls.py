"""Function definitions and calls."""

from __future__ import annotations

from typing import Any

from engine.feel import syntax as ast
from engine.feel.compiler.base import Environment, compile_node, compiles
from engine.feel.compiler.names import always, function_called
from engine.feel.constants import constant
from engine.feel.errors import Undefined
from engine.feel.functions import Builtin, Form, Function, invoke, invoke_named
from engine.feel.library import BUILTINS
from engine.feel.run import RUN, Evaluate, Frame
from engine.feel.temporal import read_any
from engine.feel.values import MISSING


@compiles(ast.FunctionDefinition)
def definition(node: ast.FunctionDefinition, where: Environment) -> Evaluate:
    slots = {name: where.layout.slot() for name in node.parameters}
    body = _external(node) if node.external else compile_node(node.body, where.binding(slots))
    places = tuple(slots[name] for name in node.parameters)
    return lambda f: Function(node, places, body, f.copy())


def _external(node: ast.FunctionDefinition) -> Evaluate:
    def evaluate(f: Frame) -> Any:
        raise Undefined("external")

    return evaluate


@compiles(ast.Call)
def call(node: ast.Call, where: Environment) -> Evaluate:
    if isinstance(node.function, ast.Name):
        if node.function.name == "@":
            return _at_literal(node)
        known = constant(node) if where.find(node.function.name) == ((), None) else MISSING
        if known is not MISSING:
            return always(known)
        called = function_called(node.function, where)
    else:
        called = compile_node(node.function, where)
    if node.named:
        return _named(node, called, where)
    return _positional(node, called, where)


def _at_literal(node: ast.Call) -> Evaluate:
    literal = node.arguments[0]
    assert isinstance(literal, ast.Literal)
    value, text, start = read_any(literal.value), literal.value, node.start
    if value is not None:
        return always(value)

    def evaluate(f: Frame) -> Any:
        f[RUN].warn(start, "literal", text)

    return evaluate


def _named(node: ast.Call, called: Evaluate, where: Environment) -> Evaluate:
    arguments = [(name, compile_node(part, where)) for name, part in node.named]
    positional = bool(node.arguments)
    start, spoken = node.start, _spoken(node)

    def evaluate(f: Frame) -> Any:
        run = f[RUN]
        told = len(run.warnings)
        function = called(f)
        if not callable(function):
            # Where the name does not exist, that has been said.
            if function is not None or len(run.warnings) == told:
                run.warn(start, "not_function")
            return None
        given = {name: argument(f) for name, argument in arguments}
        try:
            if positional or len(given) < len(arguments):
                raise Undefined("both_kinds")
            run.spend()
            return invoke_named(function, spoken, run, given)
        except Undefined as error:
            run.warn(start, error.key, *error.arguments)
            return None

    return evaluate


def _positional(node: ast.Call, called: Evaluate, where: Environment) -> Evaluate:
    arguments = [compile_node(part, where) for part in node.arguments]
    start, spoken = node.start, _spoken(node)
    usual, form = _usual_form(spoken, len(arguments))
    quick = _quick(form, len(arguments))

    def evaluate(f: Frame) -> Any:
        run = f[RUN]
        told = len(run.warnings)
        function = called(f)
        if not callable(function):
            # Where the name does not exist, that has been said.
            if function is not None or len(run.warnings) == told:
                run.warn(start, "not_function")
            return None
        values = [argument(f) for argument in arguments]
        try:
            run.spend()
            if form is not None and function is usual:
                if not quick:
                    return form.apply(form.gathered(values), run, spoken)
                for value, types in zip(values, quick, strict=True):
                    if type(value) not in types:
                        return form.apply(values, run, spoken)
                    if type(value) is list:
                        run.spend(len(value))
                return form.answer(values, spoken)
            return invoke(function, run, *values)
        except Undefined as error:
            run.warn(start, error.key, *error.arguments)
            return None

    return evaluate


def _usual_form(name: str, count: int) -> tuple[Builtin | None, Form | None]:
    """The built-in function of a name, and its form if only one takes so many arguments."""
    function = BUILTINS.get(name)
    forms = [form for form in function.forms if form.takes(count)] if function else []
    return function, forms[0] if len(forms) == 1 else None


def _quick(form: Form | None, count: int) -> list[frozenset[type]]:
    """The Python types that fit each argument as they are; none if arguments need more than a look."""
    if (
        form is None
        or len(form.parameters) < count
        or (form.parameters[-1:] and form.parameters[-1].spread)
    ):
        return []
    found = [parameter.quick for parameter in form.parameters[:count]]
    return found if all(found) else []


def _spoken(node: ast.Call) -> str:
    if isinstance(node.function, ast.Path):
        return node.function.name
    return node.function.name if isinstance(node.function, ast.Name) else ""
