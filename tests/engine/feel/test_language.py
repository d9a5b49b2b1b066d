"""The language of DMN 1.5, chapter by chapter; each line is an expression and its value in FEEL."""

from __future__ import annotations

import pytest

from engine.feel import parse

NAMES = ["full name", "a-b", "Teacher's pet", "a+b"]
FACTS = parse(
    '{"full name": "甲", "a-b": 5, a: 9, b: 2, "Teacher\'s pet": true, "a+b": 1, x: null, text: "abc", n: 3, rows: [{"last name": "A", x: 1}, {x: 2}]}',
).evaluate({})

HOLDS = {
    "names": [
        'full name = "甲"', "a-b = 5", "a - b = 7", "a+b = 1", "a + b = 11", "Teacher's pet",
        "{new name: 1, twice: new name * 2}.twice = 2",
        "(function(first arg) first arg + 1)(1) = 2", "(for this one in [1] return this one) = [1]",
        'rows[last name = "A"].x = [1]', "{🐎: 1}.🐎 = 1", "{date and time: 5, b: date and time}.b = 5",
        "{数量 1: 2, b: 数量 1 + 1}.b = 3",
    ],
    "numbers": [
        "1/3*3 = 0.9999999999999999999999999999999999", ".5 = 0.5", "1e3 = 1000", "1.2E-3 = 0.0012",
        "-3 ** 2 = 9", "2 ** 3 ** 2 = 64", "10 - 2 - 3 = 5", "2 + 3 * 4 = 14", "--1 = 1",
        "0.1 + 0.2 = 0.3", "2 ** 0.5 > 1.41", "123456789012345678901234567890.1234 + 0 = 123456789012345678901234567890.1234",
    ],
    "strings": [
        r'"\u4e2d\t\"\\" = "中	\"\\"', r'string length("\uD83D\uDC0E") = 1', r'"\U01F40E" = "🐎"',
        '"a" < "b"', '"a" + "b" = "ab"', '"//no comment" != ""',
    ],
    "dates": [
        '@"2026-03-02" = date("2026-03-02")', '@"2026-03-02T10:00:00+08:00" = @"2026-03-02T02:00:00Z"',
        '@"2026-03-02T10:00:00@Asia/Shanghai" = @"2026-03-02T10:00:00+08:00"',
        '@"10:00:00+08:00" = @"02:00:00Z"', 'date(2024, 2, 29) = @"2024-02-29"',
        'string(date("-99999-12-31")) = "-99999-12-31"', 'date("999999999-12-31") > @"2026-01-01"',
        'string(@"2026-03-02T00:00:00.123456789") = "2026-03-02T00:00:00.123456789"',
        'string(@"-0044-03-15T12:00:00@Europe/Paris") = "-0044-03-15T12:00:00@Europe/Paris"',
        '@"2026-01-31" + @"P1M" = @"2026-02-28"', '@"2026-03-01" - @"P1D" = @"2026-02-28"',
        '@"0001-01-01" - @"P1D" = date(0, 12, 31)', '@"9999-12-31" + @"P1D" = date("10000-01-01")',
        '@"2026-03-02T10:00:00" - @"2026-03-01T09:00:00" = @"P1DT1H"',
        '@"23:00:00" + @"PT2H" = @"01:00:00"', '@"12:00:00" - @"10:30:00" = @"PT1H30M"',
        '@"2026-01-01T24:00:00" = @"2026-01-02T00:00:00"', '@"2026-03-02".weekday = 1',
        '@"2026-03-02T10:11:12.5".second = 12', '@"10:00:00+08:00".time offset = @"PT8H"',
        '@"2026-03-02T10:00:00@Asia/Shanghai".timezone = "Asia/Shanghai"',
        'time(@"2026-03-02T10:11:12Z") = @"10:11:12Z"', 'time(10, 30, 0, @"PT8H") = @"10:30:00+08:00"',
        'date and time(@"2026-03-02", @"10:00:00") = @"2026-03-02T10:00:00"',
        'date and time(2026, 3, 2, 10, 0, 0, "Asia/Shanghai") = @"2026-03-02T10:00:00+08:00"',
        '@"2026-03-29T00:30:00@Europe/Paris" + @"PT2H" = @"2026-03-29T03:30:00+02:00"',
    ],
    "durations": [
        '@"P1Y2M".months = 2', '@"-P1Y2M".years = -1', '@"P1DT2H3M4.5S".minutes = 3', '@"PT36H".days = 1',
        '@"P1Y" = @"P12M"', '@"P1D" = @"PT24H"', '@"P1D" * 2 = @"P2D"', '2 * @"P1M" = @"P2M"',
        '@"P1D" / @"PT1H" = 24', '@"P1Y" / 5 = @"P2M"', '-@"P1D" < @"PT0S"', 'abs(@"-P1D") = @"P1D"',
        'string(@"PT0.000000001S") = "PT0.000000001S"', 'string(@"-P14M") = "-P1Y2M"', 'string(@"PT0S") = "PT0S"',
    ],
    "lists": [
        "[1, 2, 3][2] = 2", "[1, 2, 3][-1] = 3", "[1, 2][3] = null", "[1, 2, 3][item > 1] = [2, 3]",
        "5[1] = 5", "5[item > 9] = []", "[[1, 2], [3]][1][2] = 2", "[{a: 1}, {a: 2}].a = [1, 2]",
        "[{a: 1}, {b: 2}].a = [1, null]", "[{item: 7}][item = 7] = [{item: 7}]", "[][1] = null",
        "{i: 2, r: [5, 6, 7][i]}.r = 6", "[1, [2]] = [1, [2]]",
    ],
    "contexts": [
        "{a: 1, b: a + 1} = {b: 2, a: 1}", "{a: {b: {c: 1}}}.a.b.c = 1", '{"a b": 1}.a b = 1',
        "{a: 1, f: function(x) x + a, r: f(2)}.r = 3", "{fac: function(k) if k = 0 then 1 else k * fac(k - 1), r: fac(20)}.r = 2432902008176640000",
        "{} != {a: null}", "{a: 1, inner: {b: a}}.inner.b = 1",
    ],
    "ranges": [
        "5 in [1..5]", "not(5 in [1..5))", "not(1 in (1..5))", "2 in ]1..3[", "[1..3] = [1..3]",
        "[1..3] != (1..3]", "[1..3].start = 1", "(1..3].start included = false", "(< 5).end = 5",
        "(< 5).start = null", "4 in (< 5)", '"b" in ["a".."c"]', '@"2026-03-02" in [@"2026-01-01"..@"2026-12-31"]',
        'range("[1..3)") = [1..3)', "(>= 5).start included", "includes((> 5), 6)",
    ],
    "membership": [
        "n in (1, 3)", "n in [1, 3]", "n in (< 2, > 2)", "n in ([1..2], [3..4])", "n in (= 3)", "n in != 4",
        "[1] in [[1], [2]]", "n between 1 and 3", "not(n between 4 and 5)", 'text in ("abc", "x")',
    ],
    "control": [
        "(if n > 1 then 1 else 2) = 1", "(if x then 1 else 2) = 2", "(if n > 5 then 1 else if n > 2 then 2 else 3) = 2",
        "(for i in 3..1 return i) = [3, 2, 1]", "(for i in 1..2, j in [i, 9] return i * j) = [1, 9, 4, 18]",
        "(for i in 1..5 return if i < 3 then 1 else partial[-1] + partial[-2]) = [1, 1, 2, 3, 5]",
        '(for d in @"2026-02-28"..@"2026-03-01" return d.day) = [28, 1]', "(for i in (1..3] return i) = [2, 3]",
        "(for i in 1..3 return count(partial)) = [0, 1, 2]", "some i in [1, 2], j in [2, 3] satisfies i = j",
        "every i in [] satisfies false", "not(some i in [] satisfies true)", "(for i in [[1, 2], [3]], j in i return j) = [1, 2, 3]",
    ],
    "three values": [
        "(x and false) = false", "(true or x) = true", "(x and true) = null", "(x or false) = null",
        "(1 and false) = false", "(x = null) = true", "(x != null) = false", "(null = null) = true",
        "(x < 1) = null", "(some i in [1, null] satisfies i > 5) = null", "(every i in [null, 1] satisfies i > 5) = false",
    ],
    "types": [
        "1 instance of number", '"a" instance of string', "[1] instance of list<number>", 'not([1, "a"] instance of list<number>)',
        '@"2026-01-01" instance of date', "not(null instance of number)", "null instance of Null", "{a: 1} instance of context<a: number>",
        "not({a: 1} instance of context<a: number, b: number>)", "[1..2] instance of range<number>", "(function(a: number) a) instance of function<number> -> Any",
        '(function() "a") instance of function<> -> string',
        'not((function() "a") instance of function<> -> number)',
        "not(abs instance of number)", "abs instance of function", '@"P1D" instance of days and time duration', "1 instance of Any",
    ],
    "functions": [
        "(function(a, b) a - b)(b: 1, a: 3) = 2", "(function(a: list<number>) count(a))(5) = 1", "(function(a: number) a)([5]) = 5",
        "{add: function(k) function(m) k + m, r: add(2)(3)}.r = 5", "(function() 1)() = 1", "{f: abs, r: f(-2)}.r = 2",
        "(function(a: date and time) a)(@\"2026-01-01\") = @\"2026-01-01T00:00:00Z\"",
        "(for f in [function(k) k, function(k) k * 2] return f(3)) = [3, 6]",
    ],
    "strings' functions": [
        'substring("foobar", 3) = "obar"', 'substring("foobar", -2) = "ar"', 'substring("foobar", 3, 3) = "oba"', 'substring("foobar", 3.8) = "obar"',
        'substring before("foobar", "bar") = "foo"', 'substring after("foobar", "ob") = "ar"', 'substring before("foo", "x") = ""',
        'replace("abcd", "(ab)|(a)", "[1=$1][2=$2]") = "[1=ab][2=]cd"', 'matches("foobar", "^fo*b")', 'matches("A\\nB", "a.b", "is")',
        'split("John Doe", "\\s") = ["John", "Doe"]', 'string join(["a", null, "b"], "-") = "a-b"', 'string join(["a", "b"]) = "ab"', 'upper case("aß") = "ASS"',
    ],
    "lists' functions": [
        "min(3, 1, 2) = 1", 'max("a", "c", "b") = "c"', "sum([1, 2]) = 3", "mean(1, 2) = 1.5", "sublist([4, 5, 6], 1, 2) = [4, 5]", "sublist([4, 5, 6], -2) = [5, 6]",
        "append([1], 2, [3]) = [1, 2, [3]]", "concatenate([1], [2, 3]) = [1, 2, 3]", "insert before([1, 3], 2, 2) = [1, 2, 3]", "remove([1, 2, 3], -1) = [1, 2]",
        "index of([1, 2, 1, null], 1) = [1, 3]", "union([1, 2], [2, 3]) = [1, 2, 3]", "distinct values([1, 1.0, \"1\", null, null]) = [1, \"1\", null]",
        "flatten([[1, [2]], 3]) = [1, 2, 3]", "sort([3, 1, 2], function(a, b) a > b) = [3, 2, 1]", "list replace([2, 4, 7], function(i, new) i < new, 5) = [5, 5, 7]",
        "list replace([1, 2], -1, 9) = [1, 9]", "all([true, null, false]) = false", "any([false, null]) = null", "all([]) = true", "count([1, null]) = 2",
        "mode([6, 3, 9, 6, 6]) = [6]", "median([8, 2, 5, 3, 4]) = 4", "product(2, 3) = 6", "stddev(2, 4, 7, 5) > 2.08",
    ],
    "numbers' functions": [
        "decimal(2.5, 0) = 2", "decimal(1/3, 2) = 0.33", "round up(-5.5, 0) = -6", "round down(-5.5, 0) = -5", "round half up(5.5, 0) = 6", "round half down(5.5, 0) = 5",
        "round half up(1126, -1) = 1130", "floor(-1.56, 1) = -1.6", "ceiling(1.2) = 2", "modulo(-12, 5) = 3", "modulo(10.1, -4.5) = -3.4", "odd(3)", "even(-2)", "sqrt(16) = 4",
        "number(\"1 000,0\", \" \", \",\") = 1000", "abs(-1) = 1", "decimal(log(exp(1)), 20) = 1",
    ],
    "dates' functions": [
        'day of week(@"2019-09-17") = "Tuesday"', "day of year(date(2019, 9, 17)) = 260", "week of year(date(2005, 1, 1)) = 53", 'month of year(@"2019-09-17T00:00:00") = "September"',
        'is(@"10:00:00+08:00", @"02:00:00Z") = false', 'is(@"2012-12-25", @"2012-12-25")', 'years and months duration(@"2011-12-22", @"2013-08-24") = @"P1Y8M"',
    ],
    "contexts' functions": [
        'get value({a: 1}, "a") = 1', 'get entries({a: 1}) = [{key: "a", value: 1}]', 'context([{key: "a", value: 1}]) = {a: 1}', 'context put({a: 1}, "b", 2) = {a: 1, b: 2}',
        'context put({a: {b: 1}}, ["a", "b"], 2) = {a: {b: 2}}', "context merge([{a: 1}, {a: 2, b: 3}]) = {a: 2, b: 3}",
    ],
    "intervals": [
        "before(1, [2..3])", "before([1..2), 2)", "after([5..6], 4)", "meets([1..5], [5..10])", "met by([5..10], [1..5])", "overlaps([1..5], [3..8])",
        "overlaps before([1..5], [3..8])", "overlaps after([3..8], [1..5])", "finishes(10, [1..10])", "finished by([1..10], [5..10])", "includes([1..10], (4..6))",
        "during(5, [1..10])", "starts([1..5], [1..10])", "started by([1..10], 1)", "coincides([1..5], [1..5])", "not(before([1..5], [5..6]))",
    ],
    "comments": ["1 /* one */ + // two\n 1 = 2"],
}  # fmt: skip
ALL = [
    pytest.param(text, id=f"{topic}: {text}") for topic, lines in HOLDS.items() for text in lines
]


@pytest.mark.parametrize("text", ALL)
def test_what_the_standard_says_holds(text):
    assert parse(text, names=NAMES).evaluate(FACTS) is True


NULLS = [
    '1 + "1"', "null + 1", "1 / 0", '"a" - "b"', "true * 2", '@"2026-01-01" + @"2026-01-01"', '1 < "2"', '1 = "1"', "[1] < [2]", "-true",
    '@"2026-01-01T00:00:00" - @"2026-01-01T00:00:00Z"', '@"nonsense"', 'date("2026-02-30")', "date(2026, 13, 1)", "date(2026, 1.5, 1)", 'time("25:00:00")',
    'duration("P")', 'duration("P1Y1D")', 'date and time("2026-01-01T00:00:00@Nowhere/City")', "abs()", "abs(1, 2)", 'abs("1")', "abs(null)", "abs(m: 1)", "abs(n: 1, n: 2)",
    "sum([])", 'sum([1, "a"])', "sum(null)", "min([])", 'max([1, "a"])', "mean([])", "substring(\"a\", 0)", "substring(null, 1)", "string length(1)", "sublist([1], 3)",
    "remove([1], 2)", "insert before([1], 0, 1)", 'list replace([1], function(a) true, 2)', 'matches("a", "(")', 'matches("a", "a", "z")', 'replace("a", "", "b")', 'number("1,0", ".", ".")',
    "sqrt(-1)", "log(0)", "modulo(1, 0)", "odd(1.5)", "sort([1, \"a\"], function(a, b) a < b)", 'get value({a: 1}, "b")', 'context put(null, "a", 1)', "context([{key: 1, value: 2}])",
    "for i in null return i", 'for i in "a".."c" return i', "for i in [3..1] return i", "{a: 1, a: 2}", "(function(a: number) a)(\"x\")", "(function(a) a)(1, 2)", "(1)(2)", "nobody(1)", "nothing",
    "1 instance of unknown type", "[1, 2][\"a\"]", "5 in [null..6]", '[1.."a"]', "range(\"[3..1]\")", "{a: 1}.b", "(1).year", "5 between null and 6", "years and months duration(1, 2)",
    "decimal(1, null)", "round up(1, 7000)", "before(1, \"a\")", "string(null)", "not(1)", "all([1])", "any(null)", 'date(from: "2026-01-01", x: 1)', "external(1)",
    '(function() external {java: {class: "java.lang.Math", method signature: "random()"}})()',
]  # fmt: skip


@pytest.mark.parametrize("text", NULLS)
def test_what_has_no_value_is_null_with_a_reason_and_its_place(text):
    result = parse(text).run({})
    assert result.value is None
    assert result.warnings
    for warning in result.warnings:
        assert 0 <= warning.start <= len(text)
        assert warning.message and warning.english and warning.message != warning.english
