"""orjson writes what Python's encoder has always written: hashes of old rows stay what they are."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.json_text import json_text, sorted_json

texts = st.text(st.characters(exclude_categories=["Cs"]))
forms = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=30,
)


class Name(str):
    pass


@given(forms)
def test_the_bytes_of_a_hash_are_those_of_pythons_encoder(form):
    text = json.dumps(form, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert sorted_json(form) == text.encode()


@given(forms)
def test_the_text_for_the_database_is_that_of_pythons_encoder(form):
    assert json_text(form) == json.dumps(form, ensure_ascii=False, separators=(",", ":"))


def test_every_character_of_the_first_planes_is_escaped_as_before():
    text = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x11000)]))
    assert sorted_json(text) == json.dumps(text, ensure_ascii=False).encode()


def test_what_orjson_refuses_is_written_all_the_same():
    deep: list[object] = []
    for _ in range(400):
        deep = [deep]
    named = {Name("甲"): deep, "乙": Name("丙")}
    assert json.loads(sorted_json(named)) == named == json.loads(json_text(named))


@pytest.mark.parametrize("value", [Decimal("1.10"), object(), {1: Decimal("2")}])
def test_what_has_no_form_is_refused(value):
    with pytest.raises(TypeError):
        json_text({"a": value})


def test_a_form_can_be_given_for_what_json_does_not_know():
    assert json_text({"a": [Decimal("1.10")]}, str) == '{"a":["1.10"]}'
