"""Process values and their two encodings: compact bytes (state) and tagged JSON (history, answers).

A value is None, bool, int, Decimal, str, date, time, datetime, timedelta (days-time duration),
YearsMonths, one of the wide dates, times and durations of FEEL, a range of these, or a list or
string-keyed dict of all of them. A float is refused: money must not meet one.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgpack

from engine.feel.temporal import read_any
from engine.feel.values import Range, YearsMonths
from engine.feel.wide import WideDate, WideDateTime, WideDuration, WideTime
from engine.feel.writing import text_of
from engine.json_text import sorted_json

T = TypeVar("T")
_DECIMAL, _DATE, _TIME, _DATETIME, _DURATION, _MONTHS, _INTEGER, _WIDE, _RANGE = range(1, 10)
_RANGE_TAG = "$range"
_TAGS = {
    _DECIMAL: "$decimal",
    _DATE: "$date",
    _TIME: "$time",
    _DATETIME: "$datetime",
    _DURATION: "$duration",
    _MONTHS: "$months",
    _INTEGER: "$integer",
    _WIDE: "$wide",
}
_CODES = {tag: code for code, tag in _TAGS.items()}


class ValueRefused(TypeError):
    """流程数据中出现了不支持的值。"""


def _zone_text(value: datetime | time) -> str:
    if isinstance(value.tzinfo, ZoneInfo):
        return f"{value.replace(tzinfo=None).isoformat()}@{value.tzinfo.key}"
    return value.isoformat()


def _read_zoned(kind: type[Any], text: str) -> Any:
    bare, _, zone = text.partition("@")
    value = kind.fromisoformat(bare)
    return value.replace(tzinfo=ZoneInfo(zone)) if zone else value


def _encode(value: object) -> tuple[int, str]:
    if isinstance(value, Decimal):
        return _DECIMAL, str(value)
    if isinstance(value, datetime):
        return _DATETIME, _zone_text(value)
    if isinstance(value, date):
        return _DATE, value.isoformat()
    if isinstance(value, time):
        return _TIME, _zone_text(value)
    if isinstance(value, timedelta):
        return _DURATION, f"{value.days},{value.seconds},{value.microseconds}"
    if isinstance(value, YearsMonths):
        return _MONTHS, str(value.months)
    if isinstance(value, int):
        return _INTEGER, str(value)
    if isinstance(value, (WideDate, WideTime, WideDateTime, WideDuration)):
        return _WIDE, text_of(value)
    raise ValueRefused(f"流程数据不支持 {type(value).__name__} 类型的值")


def _decode(code: int, text: str) -> Any:
    if code == _DECIMAL:
        return Decimal(text)
    if code == _DATETIME:
        return _read_zoned(datetime, text)
    if code == _DATE:
        return date.fromisoformat(text)
    if code == _TIME:
        return _read_zoned(time, text)
    if code == _DURATION:
        days, seconds, micros = (int(part) for part in text.split(","))
        return timedelta(days=days, seconds=seconds, microseconds=micros)
    if code == _MONTHS:
        return YearsMonths(int(text))
    if code == _INTEGER:
        return int(text)
    if code == _WIDE:
        return read_any(text)
    raise ValueRefused(f"unknown value code {code}")


def _parts(value: Range) -> list[Any]:
    """A range as it is stored: both ends, None for an open one, and whether each is included."""
    return [value.low, value.high, value.low_included, value.high_included]


def _pack_default(value: object) -> Any:
    if type(value) is Decimal:
        return msgpack.ExtType(_DECIMAL, str(value).encode())
    if isinstance(value, float):
        raise ValueRefused("流程数据不接受浮点数,请使用 Decimal")
    if isinstance(value, (tuple, set, frozenset)):
        return list(value)
    if isinstance(value, Range):
        return msgpack.ExtType(_RANGE, pack(_parts(value)))
    code, text = _encode(value)
    return msgpack.ExtType(code, text.encode())


_ATOMS = frozenset([str, type(None), bool, Decimal, datetime, date])


def plain(value: object) -> object:
    """Copies containers so that msgpack never meets a float or a huge integer unseen."""
    kind = type(value)
    if kind in _ATOMS:
        return value
    if isinstance(value, dict):
        return {
            k if type(k) is str else _key(k): v if type(v) in _ATOMS else plain(v)
            for k, v in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [v if type(v) in _ATOMS else plain(v) for v in value]
    if isinstance(value, float):
        raise ValueRefused("流程数据不接受浮点数,请使用 Decimal")
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        return msgpack.ExtType(_INTEGER, str(value).encode())
    return value


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise ValueRefused("流程数据的键必须是文字")
    return key


def copied(value: T) -> T:
    """A copy that shares no container with the value; much cheaper than `deepcopy`."""
    if type(value) is str or value is None:
        return value
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}  # type: ignore[return-value]
    if isinstance(value, list):
        return [copied(item) for item in value]  # type: ignore[return-value]
    return value


def pack(value: object) -> bytes:
    """Returns the compact form of a value. Raises ValueRefused for a float or a foreign type."""
    return pack_plain(plain(value))


def pack_plain(value: object) -> bytes:
    """As `pack`, of something whose parts have been made `plain` where they can hold anything."""
    return bytes(msgpack.packb(value, default=_pack_default, use_bin_type=True))


def unpack(data: bytes) -> Any:
    """Reads what `pack` wrote; every value comes back as itself."""
    return msgpack.unpackb(data, ext_hook=_unpack_extension, strict_map_key=False)


def _unpack_extension(code: int, raw: bytes) -> Any:
    return Range(*unpack(raw)) if code == _RANGE else _decode(code, raw.decode())


_JSON_ATOMS = frozenset([str, type(None), bool])


def to_json(value: object) -> Any:
    """Returns a JSON-able form in which every non-JSON value carries its type as a tag."""
    kind = type(value)
    if kind in _JSON_ATOMS or kind is Tagged:
        return value
    if kind is dict:
        items = value.items()  # type: ignore[attr-defined]
        plain = {
            k if type(k) is str else _key(k): v if type(v) in _JSON_ATOMS else to_json(v)
            for k, v in items
        }
        if len(plain) == 1 and next(iter(plain)).startswith("$"):
            return {"$dict": plain}
        return plain
    if kind is list or kind is tuple:
        return [v if type(v) in _JSON_ATOMS else to_json(v) for v in value]  # type: ignore[attr-defined]
    if kind is int and -(2**53) < value < 2**53:  # type: ignore[operator]
        return value
    return _other_to_json(value)


def _other_to_json(value: object) -> Any:
    """Of values with a tag, and of kinds that are derived from the plain ones."""
    kind = type(value)
    if kind is Decimal:
        return {_TAGS[_DECIMAL]: str(value)}
    if kind is date or kind is datetime:
        code, text = _encode(value)
        return {_TAGS[code]: text}
    bases: tuple[type[Any], ...] = (str, int, dict, list, tuple)
    for base in bases:
        if isinstance(value, base) and kind is not base:
            return to_json(base(value))
    if isinstance(value, float):
        raise ValueRefused("流程数据不接受浮点数,请使用 Decimal")
    if isinstance(value, Range):
        return {_RANGE_TAG: to_json(_parts(value))}
    code, text = _encode(value)
    return {_TAGS[code]: text}


def from_json(value: Any) -> Any:
    """Reads what `to_json` wrote."""
    if isinstance(value, dict):
        if len(value) == 1:
            (tag, inner), *_ = value.items()
            if tag == "$dict":
                return {k: from_json(v) for k, v in inner.items()}
            if tag in _CODES:
                return _decode(_CODES[tag], inner)
            if tag == _RANGE_TAG:
                return Range(*from_json(inner))
        return {k: from_json(v) for k, v in value.items()}
    if isinstance(value, list):
        return [from_json(v) for v in value]
    return value


def canonical(value: object) -> bytes:
    """The bytes that a hash is taken of: tagged JSON with sorted keys, UTF-8."""
    return sorted_json(to_json(value))


# No text can hold this: within one a quotation mark is escaped.
_TAG = b'{"$'
_TAGGED_TEXT = re.compile(rb'\{"\$[^"\\]*":"(?:[^"\\]|\\.)*"\}')


def tagged_as_context(text: bytes) -> bytes | None:
    """The `canonical` bytes of a form that `to_json` has made, from its JSON with sorted keys.

    `canonical` takes a tag for a context and tags it as one. Nearly all tags stand before a text,
    where that is done in the bytes; None if one does not.
    """
    tags = text.count(_TAG)
    if not tags:
        return text
    content, done = _TAGGED_TEXT.subn(rb'{"$dict":\g<0>}', text)
    return content if done == tags else None


class Tagged(dict[str, Any]):
    """What `to_json` has made of a context already; within another value it stays as it is."""


def from_plain_json(value: Any) -> Any:
    """Turns ordinary JSON (a form's answer, an outside message) into process values.

    Numbers with a fraction become Decimal. Parse with `parse_float=Decimal`, so that the digits
    typed are the digits kept.
    """
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {str(k): from_plain_json(v) for k, v in value.items()}
    if isinstance(value, list):
        return [from_plain_json(v) for v in value]
    return value


UTC = timezone.utc  # noqa: UP017  (one name for it everywhere)
