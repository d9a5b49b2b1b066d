"""Every process value comes back as itself, from bytes and from JSON."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel.temporal import read_any
from engine.feel.values import Range, YearsMonths
from engine.json_text import sorted_json
from engine.values import (
    ValueRefused,
    canonical,
    from_json,
    pack,
    tagged_as_context,
    to_json,
    unpack,
)

ZONES = [UTC, ZoneInfo("Asia/Shanghai"), None]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.text(),
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.sampled_from(ZONES)),
    st.timedeltas(),
    st.builds(YearsMonths, st.integers(-5000, 5000)),
)
ranges = st.builds(Range, scalars, scalars, st.booleans(), st.booleans())
values = st.recursive(
    scalars | ranges,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_bytes_round_trip(value):
    found = unpack(pack(value))
    assert found == value and type(found) is type(value)


@given(values)
def test_json_round_trip(value):
    found = from_json(json.loads(json.dumps(to_json(value))))
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize("value", [1.5, {"a": [1.5]}, object(), {1: 2}])
def test_a_float_or_foreign_value_is_refused(value):
    with pytest.raises(ValueRefused):
        pack(value)
    with pytest.raises(ValueRefused):
        to_json(value)


@pytest.mark.parametrize(
    "text",
    ["12026-03-01", "-0005-02-28", "0000-01-01", "12026-03-01T09:00:00@Asia/Shanghai",
     "2026-03-01T09:00:00.123456789Z", "10:00:00.000000001+08:00", "PT0.000000001S",
     "-P2000000000DT1S"],
)  # fmt: skip
def test_what_python_cannot_hold_comes_back_as_itself(text):
    value = read_any(text)
    assert type(value).__name__.startswith("Wide")
    for found in (unpack(pack([value]))[0], from_json(json.loads(json.dumps(to_json(value))))):
        assert found == value and type(found) is type(value)


def test_a_range_of_money_is_stored_end_by_end():
    limits = {"档次": [Range(Decimal("50.10"), None, True, False), Range(None, date(2026, 1, 1))]}
    assert to_json(limits)["档次"][0] == {"$range": [{"$decimal": "50.10"}, None, True, False]}
    assert unpack(pack(limits)) == limits == from_json(json.loads(json.dumps(to_json(limits))))


@pytest.mark.parametrize("ends", [[1.5, 2], [1, object()]])
def test_a_range_of_a_float_or_a_foreign_value_is_refused(ends):
    for write in (pack, to_json):
        with pytest.raises(ValueRefused):
            write([Range(*ends)])


def test_zone_names_survive():
    moment = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert unpack(pack(moment)).tzinfo.key == "Asia/Shanghai"
    assert unpack(pack([Decimal("1.10"), date(2026, 1, 1), time(9), timedelta(1)])) == [
        Decimal("1.10"), date(2026, 1, 1), time(9), timedelta(1),
    ]  # fmt: skip


@given(values)
def test_the_canonical_bytes_of_tagged_json_are_the_same_by_the_short_way(value):
    tagged = {"data": to_json(value)}
    content = tagged_as_context(sorted_json(tagged))
    assert content in (None, canonical(tagged))


names = st.sampled_from(["$dict", "$decimal", '{"$', "$", "$a b", '$"', "a{", "b"])
awkward = st.recursive(
    names | st.decimals(allow_nan=False, allow_infinity=False) | st.integers(0, 9),
    lambda inner: st.lists(inner) | st.dictionaries(names, inner, max_size=2),
    max_leaves=12,
)


@given(awkward)
def test_names_and_texts_that_look_like_tags_have_the_canonical_bytes_too(value):
    tagged = {"data": to_json(value)}
    content = tagged_as_context(sorted_json(tagged))
    assert content in (None, canonical(tagged))


def test_tags_before_texts_need_no_second_look():
    tagged = {"data": to_json([Decimal("1.10"), date(2026, 3, 1), 2**60, '{"$', {"a": time(9)}])}
    assert tagged_as_context(sorted_json(tagged)) == canonical(tagged)
