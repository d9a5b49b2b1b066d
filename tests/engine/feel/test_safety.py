"""No expression reaches Python, crashes, or runs without bound."""

from __future__ import annotations

import ast
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.feel import BUILTINS, FeelLimit, FeelSyntaxError, evaluate, parse
from engine.feel.expression import Expression
from engine.feel.functions import Builtin, Function
from engine.feel.printing import print_tree
from engine.feel.values import FUNCTION, Range, kind
from tests.engine.feel.expressions import NAMES, trees, values_of

ESCAPES = [
    "__import__", '__import__("os")', "firm.__class__", "firm.__class__.__mro__[1].__subclasses__()",
    "(1).__class__", '"".format', '"{0.__class__}".format(1)', "sum.__globals__", "string.__builtins__",
    "{a: sum}.a.__globals__", "(function(x) x).frame", "(function(x) x).body.__globals__",
    "sum.forms", "sum.apply", "abs.__self__", "abs.__call__", 'get value(firm, "__class__")',
    'get value(sum, "forms")', "get entries(sum)", "[1].__len__", "[1].append", "[1].clear()",
    "firm.keys()", "firm.items", "firm.get", '@"2026-01-01".__class__', '@"2026-01-01".strftime',
    '@"2026-01-01".replace(1)', '@"P1D".total_seconds()', "[1..2].low", "[1..2].__slots__",
    "eval", 'eval("1")', 'exec("1")', 'open("/etc/passwd")', "globals()", "getattr(firm, 1)",
    'string("{0.__class__}")', 'replace("a", "a", "\\\\g<0>{0.__class__}")',
    'function() external {java: {class: "java.lang.Runtime", method signature: "exec()"}}()',
    '(function() external {java: {class: "x", method signature: "y"}})()',
    "item", "partial", "?.__class__", "f[0]", "frame", "run.functions", "names",
]  # fmt: skip
FACTS = {"firm": {"name": "x"}}


def is_plain(value):
    """Whether a value is FEEL's own all the way down."""
    if isinstance(value, list):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(one) for key, one in value.items())
    if isinstance(value, Range):
        return is_plain(value.low) and is_plain(value.high)
    return kind(value) != FUNCTION or isinstance(value, (Builtin, Function))


@pytest.mark.parametrize("text", ESCAPES)
def test_no_expression_reaches_python(text):
    try:
        value = evaluate(text, FACTS)
    except FeelSyntaxError:
        return
    assert value is None or is_plain(value)
    assert not isinstance(value, Builtin | Function)


def test_a_wide_format_string_is_only_a_text():
    assert evaluate('"{0.__class__}" + "%s"') == "{0.__class__}%s"


BOMBS = [
    "for a in 1..2000, b in 1..2000 return 1",
    "count(for a in 1..100000000 return a)",
    "some a in 1..100000000 satisfies a < 0",
    "{f: function(x) f(x), y: f(1)}.y",
    "{f: function(x) f(x) + f(x), y: f(1)}.y",
    "{f: function(n) if n = 0 then 1 else f(n - 1) + f(n - 1), y: f(60)}.y",
    'for i in 1..40 return if i = 1 then "aaaaaaaa" else partial[-1] + partial[-1]',
    "for i in 1..40 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])",
    "for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]]",
    "{f: function(n, s) if n = 0 then s else f(n - 1, [s, s]), y: f(60, 1)}.y",
    "{" + ", ".join(f"a{n}: [a{n - 1}, a{n - 1}]" if n else "a0: [1]" for n in range(60)) + "}",
    "string(for i in 1..40 return if i = 1 then [1] else [partial[-1], partial[-1]])",
    'replace(string join(for i in 1..50000 return "aa"), "a", "$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0")',
    'matches(string join(for i in 1..3000 return "ab"), "((a|b)*)*\\\\1c")',
]


@pytest.mark.parametrize("text", BOMBS, ids=range(len(BOMBS)))
def test_the_work_of_one_expression_is_bounded(text):
    with pytest.raises(FeelLimit):
        parse(text).evaluate({})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9 ** 999999999", None),
        ('number("1e999999999")', None),
        ("1e6000 * 1e6000", None),
        ("exp(1e6000)", None),
        ('string length(string(duration("P1D") * 1e600))', None),
        ('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a+)+b")', False),
        ('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a|aa)*b")', False),
        ('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "(a?){29}a{29}")', True),
        ('@"2026-01-01" + duration("P99999999999999999999D")', None),
        ("date(999999999, 12, 31) + @\"P1D\"", None),
        ("modulo(1e6000, 7) >= 0", True),
        ("decimal(1e6000, 6000) = 1e6000", True),
    ],
)  # fmt: skip
def test_huge_numbers_and_patterns_are_answered_at_once(text, expected):
    assert evaluate(text) is expected


@pytest.mark.parametrize(
    "text",
    ["(" * 300 + "1" + ")" * 300, "-" * 500 + "1", "[" * 200, "1" + "+1" * 8000, "a" * 20_001],
)
def test_texts_too_deep_or_too_long_are_refused_with_a_sentence(text):
    try:
        value = parse(text).evaluate({})
    except (FeelSyntaxError, FeelLimit) as error:
        assert str(error)
        assert error.english
    else:
        assert value is not None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees(), st.lists(values_of("number"), max_size=3))
def test_no_tree_crashes_or_yields_anything_but_feel(tree, numbers):
    names = {"amount": numbers, "x": numbers[0] if numbers else "x", "金额": {"city": True}}
    expression = Expression(print_tree(tree), "expression", tree)
    warnings = []
    try:
        value = expression.evaluate(names, warnings=warnings)
    except FeelLimit:
        return
    assert is_plain(value)
    assert all(w.message and w.english for w in warnings)


_WORDS = [
    *BUILTINS,
    *NAMES,
    "if",
    "then",
    "else",
    "for",
    "in",
    "return",
    "some",
    "every",
    "satisfies",
]
_WORDS += [
    "and",
    "or",
    "not",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ".",
    "..",
    "<",
    ">=",
    "=",
    "!=",
]
_WORDS += [
    "+",
    "-",
    "**",
    "@",
    '"2026-01-01"',
    '"a"',
    "1",
    ".5",
    "?",
    "function",
    "null",
    "true",
    "instance of",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=14).map(" ".join) | st.text(max_size=30))
def test_no_text_makes_the_parser_fail_otherwise_than_with_a_place(text):
    try:
        expression = parse(text, names=NAMES)
    except FeelSyntaxError as error:
        assert error.line >= 1
        assert error.column >= 1
        return
    with suppress(FeelLimit):
        assert is_plain(expression.evaluate({}))


_ODD = st.sampled_from(
    [
        "null", "true", "1", "-1", "0", "1.5", "1e6000", '""', '"a"', '"("', "[]", "[1]", "[null]",
        '["a", 1]', "[[1], [2]]", "{}", "{key: 1}", '[{key: "a", value: 1}]', "[1..3]", "(< 5)",
        '@"2026-02-28"', '@"-99999-01-01"', '@"10:00:00@Asia/Shanghai"', '@"2026-01-01T00:00:00Z"',
        '@"P1D"', '@"P1M"', "function(a, b) a", "function() 1", "sum", "(function(x) x)",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(BUILTINS)), st.lists(_ODD, max_size=5))
def test_no_function_crashes_whatever_it_is_given(name, arguments):
    warnings = []
    value = parse(f"{name}({', '.join(arguments)})").evaluate({}, warnings=warnings)
    assert is_plain(value)
    assert all(w.message and w.english for w in warnings)


def test_the_cache_of_parsed_texts_is_bounded():
    from engine.feel.expression import _parse

    assert _parse.cache_info().maxsize == 10_000


def test_no_float_is_anywhere_in_the_language():
    folder = Path(__file__).parents[3] / "engine" / "feel"
    wrong = [
        f"{path.name}:{node.lineno}"
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]
    assert wrong == []
