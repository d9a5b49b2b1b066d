"""Values as a person writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.feel.say.words import SINGULAR, UNITS, Voice
from engine.feel.values import (
    CONTEXT,
    DATE,
    DATE_TIME,
    LIST,
    STRING,
    TIME,
    Range,
    YearsMonths,
    is_number,
    kind,
)
from engine.feel.writing import text_of

_OPPOSITE = {">=": "<", ">": "<=", "<=": ">", "<": ">=", "=": "!=", "!=": "="}
_EMPTY = {STRING: "no text", LIST: "no items", CONTEXT: "no entries"}
_TEN_THOUSAND, _HUNDRED_MILLION = Decimal(10_000), Decimal(100_000_000)


def say_value(value: Any, voice: Voice | None = None) -> str:
    """A value as a person writes it: `200 万元`, `是`, `2026年3月2日`."""
    voice = voice or Voice()
    if value is None:
        return voice.word("null")
    if isinstance(value, bool):
        return voice.word("true" if value else "false")
    if is_number(value):
        return say_number(Decimal(value), voice)
    if isinstance(value, datetime):
        return f"{_date(value, voice)} {value:%H:%M}"
    if isinstance(value, date):
        return _date(value, voice)
    if isinstance(value, timedelta) and not value.seconds and not value.microseconds:
        return _count("days", value.days, voice)
    if isinstance(value, YearsMonths):
        return _years_months(value, voice)
    if isinstance(value, list) and value:
        return voice.word("comma").join(say_value(item, voice) for item in value)
    if isinstance(value, Range):
        return say_range(value, voice)
    return (
        voice.word(_EMPTY[kind(value)]) if not value and kind(value) in _EMPTY else text_of(value)
    )


def _years_months(value: YearsMonths, voice: Voice) -> str:
    years, months = divmod(abs(value.months), 12)
    parts = [_count("years", years, voice)] if years else []
    parts += [_count("months", months, voice)] if months or not years else []
    return ("-" if value.months < 0 else "") + " ".join(parts)


def _count(unit: str, count: int, voice: Voice) -> str:
    said = voice.say(unit, str(count))
    return said.removesuffix("s") if abs(count) == 1 else said


def _date(value: date, voice: Voice) -> str:
    if voice.language == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value:%Y-%m-%d}"


def say_number(value: Decimal, voice: Voice) -> str:
    """A number with its unit; round amounts of yuan in 万元 or 亿元, as officials write them."""
    if voice.unit == "元" and voice.language == "zh":
        if abs(value) >= _HUNDRED_MILLION and value % 1_000_000 == 0:
            return f"{digits(value / _HUNDRED_MILLION, voice.unit)} 亿元"
        if abs(value) >= _TEN_THOUSAND and value % 100 == 0:
            return f"{digits(value / _TEN_THOUSAND, voice.unit)} 万元"
    text = digits(value, voice.unit)
    unit = voice.unit if voice.language == "zh" else UNITS.get(voice.unit, voice.unit)
    if not unit:
        return text
    if voice.language != "zh" and abs(value) == 1:
        unit = SINGULAR.get(unit, unit)
    return text + unit if unit == "%" else f"{text} {unit}"


def digits(value: Decimal, unit: str = "") -> str:
    """A number with commas; what looks like a year has none."""
    looks_like_year = not unit and value == value.to_integral_value() and 1900 <= value <= 2100
    text = format(value, "f" if looks_like_year else ",f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def say_range(limits: Range, voice: Voice, negated: bool = False) -> str:
    """A range as a condition: `不低于 1 元且低于 5 元`."""
    low, high = limits.low, limits.high
    if low is not None and high is not None and limits.low_included and limits.high_included:
        word = "outside" if negated else "between"
        first = (
            voice if voice.unit == "元" and abs(low) >= _TEN_THOUSAND else replace(voice, unit="")
        )
        return voice.say(
            word, say_value(low, first if is_number(low) else voice), say_value(high, voice)
        )
    ends = [] if low is None else [(">=" if limits.low_included else ">", low)]
    ends += [] if high is None else [("<=" if limits.high_included else "<", high)]
    if negated:
        ends = [(_OPPOSITE[operator], value) for operator, value in ends]
    said = [say_comparison(op, say_value(value, voice), value, voice) for op, value in ends]
    return voice.join("or" if negated else "and", said)


def say_comparison(
    operator: str, said: str, value: Any, voice: Voice, negated: bool = False
) -> str:
    """`不低于 3 人`; of dates `不早于 2026年3月2日`."""
    operator = _OPPOSITE[operator] if negated else operator
    dated = kind(value) in (DATE, TIME, DATE_TIME) and operator not in ("=", "!=")
    if isinstance(value, bool):
        said = f"“{said}”" if voice.language == "zh" else said
    return voice.say(f"date {operator}" if dated else operator, said)


def is_comparison(operator: str) -> bool:
    return operator in _OPPOSITE
