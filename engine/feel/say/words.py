"""The words in which expressions are said, and how they are put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.feel import syntax

# Each in Chinese and in English.
WORDS: dict[str, tuple[str, str]] = {
    ">=": ("不低于{}", "at least {}"), ">": ("高于{}", "more than {}"),
    "<=": ("不超过{}", "at most {}"), "<": ("低于{}", "less than {}"),
    "=": ("为{}", "is {}"), "!=": ("不为{}", "is not {}"),
    "date >=": ("不早于{}", "on or after {}"), "date >": ("晚于{}", "after {}"),
    "date <=": ("不晚于{}", "on or before {}"), "date <": ("早于{}", "before {}"),
    "one of": ("属于{}", "one of {}"), "none of": ("不属于{}", "none of {}"),
    "between": ("在{}至{}之间", "between {} and {}"),
    "outside": ("不在{}至{}之间", "not between {} and {}"),
    "null": ("没有数据", "no data"), "not null": ("有数据", "any data"),
    "has null": ("{}没有数据", "{} has no data"), "has value": ("{}有数据", "{} has data"),
    "any": ("不限", "anything"), "and": ("且", "and"), "or": ("或", "or"),
    "comma": ("、", ", "), "semicolon": (";", "; "), "true": ("是", "yes"), "false": ("否", "no"),
    "value": ("该值", "the value"), "not": ("并非({})", "not ({})"),
    "if": ("如果{},则为{},否则为{}", "if {} then {}, else {}"), "of": ("{}的{}", "{1} of {0}"),
    "days": ("{}天", "{} days"), "years": ("{}年", "{} years"), "months": ("{}个月", "{} months"),
    "contains": ("包含{}", "contains {}"), "starts with": ("以{}开头", "starts with {}"),
    "ends with": ("以{}结尾", "ends with {}"), "matches": ("符合格式{}", "matches {}"),
    "for": ("依次取{1}中的{0},得到{2}", "{2} for each {0} of {1}"),
    "some": ("{1}中至少有一个{0}满足:{2}", "at least one {0} of {1} satisfies: {2}"),
    "every": ("{1}中每一个{0}都满足:{2}", "every {0} of {1} satisfies: {2}"),
    "filter": ("{}中满足“{}”的各项", "the items of {} where {}"),
    "item": ("{}的第{}项", "item {1} of {0}"), "last": ("{}的最后一项", "the last item of {}"),
    "entry": ("{}为{}", "{}: {}"), "function": ("以{}为参数的函数:{}", "a function of {}: {}"),
    "instance": ("{}的类型为{}", "{} is of the type {}"), "span": ("{}至{}", "{} to {}"),
    "no text": ("空文字", "an empty text"),
    "no items": ("空列表", "an empty list"), "no entries": ("空的上下文", "an empty context"),
    "group": ("({})", "({})"), "call": ("{}({})", "{}({})"), "the item": ("该项", "the item"),
}  # fmt: skip
CALLS: dict[str, tuple[str, str]] = {
    "sum": ("{}之和", "the sum of {}"), "count": ("{}的个数", "the number of {}"),
    "mean": ("{}的平均值", "the mean of {}"), "median": ("{}的中位数", "the median of {}"),
    "product": ("{}之积", "the product of {}"), "stddev": ("{}的标准差", "the standard deviation of {}"),
    "min": ("{}中较小者", "the smaller of {}"), "max": ("{}中较大者", "the greater of {}"),
    "abs": ("{}的绝对值", "the absolute value of {}"), "not": ("并非({})", "not ({})"),
    "modulo": ("{}除以{}的余数", "the remainder of {} divided by {}"),
    "sqrt": ("{}的平方根", "the square root of {}"),
    "string length": ("{}的字数", "the length of {}"), "is defined": ("{}有数据", "{} has data"),
    "all": ("{}全部成立", "all of {} hold"), "any": ("{}中有一项成立", "any of {} holds"),
    "list contains": ("{}包含{}", "{} contains {}"), "contains": ("{}包含{}", "{} contains {}"),
    "starts with": ("{}以{}开头", "{} starts with {}"),
    "ends with": ("{}以{}结尾", "{} ends with {}"), "matches": ("{}符合格式{}", "{} matches {}"),
    "today": ("今天", "today"), "now": ("此刻", "now"),
    "working days after": ("{}之后第{}个工作日", "working day {1} after {0}"),
    "working days between": ("{}至{}的工作日数", "the working days from {} to {}"),
    "years and months duration": ("{}至{}的年月", "the time from {} to {}"),
    "add months": ("{}之后{}个月", "{1} months after {0}"),
    "day of week": ("{}的星期", "the weekday of {}"),
    "month of year": ("{}的月份名称", "the name of the month of {}"),
    "distinct values": ("{}(去重)", "the distinct values of {}"),
    "reverse": ("{}(倒序)", "{} in reverse"), "flatten": ("{}的所有各项", "all items of {}"),
    "concatenate": ("{}合并", "{} joined"), "append": ("{}合并", "{} joined"),
    "string join": ("{}连接而成的文字", "{} joined to a text"),
    "amount in capitals": ("{}的大写", "{} in capitals"),
    "credit code is valid": ("{}是有效的统一社会信用代码", "{} is a valid credit code"),
}  # fmt: skip
# Roundings and conversions that people leave out when they speak.
SILENT = frozenset(
    [
        "round half up",
        "round half down",
        "round up",
        "round down",
        "decimal",
        "floor",
        "ceiling",
        "string",
        "number",
        "date",
        "time",
        "date and time",
        "duration",
        "upper case",
        "lower case",
        "trim",
    ]
)
PROPERTIES: dict[str, tuple[str, str]] = {
    "year": ("年份", "the year"), "month": ("月份", "the month"), "day": ("日", "the day"),
    "years": ("年数", "the years"), "months": ("月数", "the months"), "days": ("天数", "the days"),
    "hours": ("小时数", "the hours"), "minutes": ("分钟数", "the minutes"),
    "weekday": ("星期几", "the weekday"), "start": ("起点", "the start"), "end": ("终点", "the end"),
}  # fmt: skip
UNITS = {
    "元": "yuan", "万元": "ten thousand yuan", "人": "people", "年": "years", "个月": "months",
    "月": "months", "天": "days", "日": "days", "项": "items", "个": "", "家": "", "次": "times",
    "平方米": "m²", "工作日": "working days", "件": "items", "张": "beds", "床月": "bed-months",
    "人年": "person-years", "人月": "person-months", "列": "trains", "架": "flights", "辆": "cars",
}  # fmt: skip
SINGULAR = {
    "years": "year", "months": "month", "days": "day", "people": "person", "items": "item",
    "times": "time", "working days": "working day",
}  # fmt: skip
_PUNCTUATION = frozenset("、,。;:()“”‘’()…")


@dataclass(frozen=True)
class Voice:
    """How to say things: language (zh or en), unit of the numbers, labels of the names.

    `evaluate` gives the value of a part where one is known, so that `>= last_year * 2` names the
    amount instead of the formula.
    """

    language: str = "zh"
    unit: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    evaluate: Callable[[syntax.Node], Any] | None = None

    def word(self, key: str) -> str:
        return WORDS[key][self.language != "zh"]

    def fill(self, template: tuple[str, str], *parts: str) -> str:
        """A template with its parts; in Chinese with a space between Chinese and other letters."""
        text = template[self.language != "zh"]
        if self.language != "zh":
            return text.format(*parts)
        said = ""
        order = 0
        for piece in _pieces(text):
            if piece.startswith("{"):
                place = int(piece[1:-1]) if len(piece) > 2 else order
                order += 1
                piece = parts[place]
            said = spaced(said, piece)
        return said

    def say(self, key: str, *parts: str) -> str:
        return self.fill(WORDS[key], *parts)

    def join(self, key: str, parts: list[str]) -> str:
        """Parts joined by “and” or “or”, or by a comma."""
        word = self.word(key)
        if key in ("comma", "semicolon"):
            return word.join(parts)
        if self.language != "zh":
            return f" {word} ".join(parts)
        said = parts[0]
        for part in parts[1:]:
            said = spaced(spaced(said, word), part)
        return said


def _pieces(template: str) -> list[str]:
    pieces, start = [], 0
    while (opening := template.find("{", start)) >= 0:
        closing = template.index("}", opening) + 1
        pieces += [template[start:opening], template[opening:closing]]
        start = closing
    return [piece for piece in (*pieces, template[start:]) if piece]


def spaced(before: str, after: str) -> str:
    """Two Chinese texts put together: a space where a Chinese and another letter meet."""
    if not before or not after:
        return before + after
    a, b = before[-1], after[0]
    if a in _PUNCTUATION or b in _PUNCTUATION or a.isspace() or b.isspace():
        return before + after
    if _is_chinese(a) and _is_chinese(b):
        return before + after
    return f"{before} {after}"


def _is_chinese(letter: str) -> bool:
    return ord(letter) > 0x2E80
