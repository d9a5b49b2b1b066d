"""Arithmetic, comparison, logic and tests."""

from __future__ import annotations

import re

from engine.feel import syntax as ast
from engine.feel.analysis.inference import Inference, infers, is_known
from engine.feel.analysis.structure import expect_boolean
from engine.feel.arithmetic import result_kind
from engine.feel.comparison import equal, is_ordered
from engine.feel.constants import constant
from engine.feel.types import ANY, Type
from engine.feel.values import BOOLEAN, DAYS, LIST, MISSING, MONTHS, NULL, NUMBER, RANGE, kind
from engine.feel.writing import text_of

# No number is written `000`, but `5,000` is five thousand to many.
_GROUPED = re.compile(r"-?\d{1,3},0\d\d(?!\d)")
_ORDER = frozenset(["<", "<=", ">", ">="])


@infers(ast.Unary)
def negation(inference: Inference, node: ast.Unary) -> Type:
    found = inference.of(node.operand)
    if is_known(found) and found.name not in (NUMBER, DAYS, MONTHS):
        inference.error(node, "negation", found.name)
        return ANY
    return found


@infers(ast.Binary)
def binary(inference: Inference, node: ast.Binary) -> Type:
    if node.operator in ("and", "or"):
        expect_boolean(inference, node.left)
        expect_boolean(inference, node.right)
        return Type(BOOLEAN)
    left, right = inference.of(node.left), inference.of(node.right)
    if node.operator in ("=", "!=") or node.operator in _ORDER:
        compared(inference, node, left, right)
        return Type(BOOLEAN)
    return _arithmetic(inference, node, left, right)


def _arithmetic(inference: Inference, node: ast.Binary, left: Type, right: Type) -> Type:
    if NULL in (left.name, right.name):
        inference.error(node, "operator", left.name, node.operator, right.name)
        return ANY
    if not is_known(left) or not is_known(right):
        return ANY
    found = result_kind(left.name, node.operator, right.name)
    if found is None:
        inference.error(node, "operator", left.name, node.operator, right.name)
        return ANY
    divisor = constant(node.right)
    if node.operator == "/" and kind(divisor) == NUMBER and divisor == 0:
        inference.error(node, "division_by_zero")
    return Type(found)


def compared(inference: Inference, node: ast.Binary, left: Type, right: Type) -> None:
    """Reports a comparison that can never be true."""
    if node.operator in _ORDER:
        if NULL in (left.name, right.name):
            inference.error(node, "null_order")
            return
        for side in (left, right):
            if is_known(side) and not is_ordered(side.name):
                inference.error(node, "no_order", side.name)
                return
    if is_known(left) and is_known(right) and left.name != right.name:
        inference.error(node, "never_equal", left.name, right.name)
        return
    allowed_value(inference, node.right, left)
    allowed_value(inference, node.left, right)


def allowed_value(inference: Inference, node: ast.Node, wanted: Type) -> None:
    """Reports a constant that is compared with something of which only some values exist."""
    value = constant(node) if wanted.allowed else MISSING
    if value is MISSING or kind(value) != wanted.name:
        return
    if not any(equal(value, one) for one in wanted.allowed):
        known = "、".join(text_of(one) for one in wanted.allowed)
        inference.error(node, "not_allowed", text_of(value), known)


@infers(ast.Between)
def between(inference: Inference, node: ast.Between) -> Type:
    value = inference.of(node.value)
    for end in (node.low, node.high):
        compared(
            inference,
            ast.Binary(node.start, node.end, ">=", node.value, end),
            value,
            inference.of(end),
        )
    return Type(BOOLEAN)


@infers(ast.In)
def in_(inference: Inference, node: ast.In) -> Type:
    value = inference.of(node.value)
    with inference.testing(value):
        for test in node.tests:
            tested(inference, test)
    return Type(BOOLEAN)


@infers(ast.UnaryTests)
def unary_tests(inference: Inference, node: ast.UnaryTests) -> Type:
    for before, test in zip((None, *node.tests), node.tests, strict=False):
        tested(inference, test)
        written = inference.text[before.start : test.end] if before else ""
        if _GROUPED.match(written):
            inference.error(test, "thousands", written)
    return Type(BOOLEAN)


def tested(inference: Inference, node: ast.Node) -> None:
    """One test of the value under test."""
    if ast.mentions_input(node):
        expect_boolean(inference, node)
        return
    value, found = inference.value, inference.of(node)
    if isinstance(node, ast.ListNode):
        for item in node.items:
            allowed_value(inference, item, value)
    else:
        allowed_value(inference, node, value)
    if (found.name == RANGE and value.name != RANGE) or (found.name == LIST and value.name != LIST):
        found = found.item
    elif found.name == BOOLEAN and not isinstance(node, ast.Literal):
        return
    while found.name == RANGE and value.name != RANGE:
        found = found.item
    if is_known(found) and is_known(value) and found.name != value.name:
        inference.error(node, "never_equal", value.name, found.name)


@infers(ast.InstanceOf)
def instance_of(inference: Inference, node: ast.InstanceOf) -> Type:
    inference.of(node.value)
    inference.known_type(node.type)
    return Type(BOOLEAN)
