"""Search by pairs of characters and pinyin initials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import literal, select

from engine.runtime import Work
from handlers.catalogue.text_search import initials, matches, search_text, sort_key


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("高新", True),
        ("高新技术", True),
        ("新高", False),
        ("企", True),
        ("gxjs", True),
        ("GXJS", True),
        ("gxjx", False),
        ("GZ-01", True),
        ("01", True),
        ("高新 gz", True),
        ("高新 jx", False),
        ("%", True),
        ("100%", False),
    ],
)
def test_a_search_column_matches_what_people_type(
    catalogue: Callable[..., Any], query: str, found: bool
) -> None:
    column = search_text("GZ-01", "首次认定高新技术企业奖励（示例）")

    def ask(work: Work) -> object:
        return work.connection.scalar(select(matches(literal(column), query)))

    assert catalogue(ask) is found


def test_initials_keep_latin_letters_out_of_the_way() -> None:
    assert initials("蓉江新区") == "rjxq"


def test_names_sort_by_pinyin() -> None:
    names = ["重点项目", "安全", "贝类", "阿里"]
    assert sorted(names, key=sort_key) == ["阿里", "安全", "贝类", "重点项目"]
