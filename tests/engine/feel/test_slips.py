"""A text that cannot be read is told with its place and, where that is clear, with what is meant."""

from __future__ import annotations

import pytest

from engine.feel import FeelSyntaxError, parse

EXPRESSIONS = [
    ("price == 100", 1, 8, "等于写作一个 =", "write one = for equal"),
    ("agreed is true", 1, 8, "等于写作一个 =", "write one = for equal"),
    ("price => 100", 1, 8, "大于等于写作 >=", "write >= for at least"),
    ("price =< 100", 1, 8, "小于等于写作 <=", "write <= for at most"),
    ("price <> 100", 1, 8, "不等于写作 !=", "write != for unequal"),
    ("price > 1 && agreed", 1, 11, "“并且”写作 and", "write and"),
    ("price > 1 且 agreed", 1, 11, "“并且”写作 and", "write and"),
    ("price > 1 || agreed", 1, 11, "“或者”写作 or", "write or"),
    ("price > 1\n或者 agreed", 2, 1, "“或者”写作 or", "write or"),
    ("not agreed", 1, 1, "“不是”写作 not(…)", "write not(…)"),
    ("!agreed", 1, 1, "“不是”写作 not(…)", "write not(…)"),
    ("town = '蓉江'", 1, 8, '文字用英文双引号 " 括起来', "put texts in double quotes"),
    ("price 不低于 100", 1, 7, "比较大小用 = != < <= > >=", "compare with = != < <= > >="),
    ("price > 100万", 1, 12, "数字要写全,中间不加逗号或“万”,例如 1000000", "write all digits, without a comma or a unit"),
    ("price > 1,000", 1, 10, "数字要写全,中间不加逗号或“万”,例如 1000000", "write all digits, without a comma or a unit"),
    ("price * 5%", 1, 10, "百分数写成小数,5% 写作 0.05", "write 0.05 for 5%"),
    ("price ≥ 100", 1, 7, "符号 ≥ 请写作 >=", "Write >= instead of ≥"),
    ("price ＞ 100", 1, 7, "全角符号 ＞ 请改为半角 >", "Write > instead of the full-width ＞"),
]  # fmt: skip
CELLS = [
    ("> 5 and < 8", 1, 5, "两端的条件写成区间,例如 [5..8)", "write a range such as [5..8)"),
    ("between 5 and 8", 1, 1, "两端的条件写成区间,例如 [5..8)", "write a range such as [5..8)"),
    ("5..8", 1, 2, "两端的条件写成区间,例如 [5..8)", "write a range such as [5..8)"),
    (">= 5 或 < 3", 1, 6, "几种情况用逗号隔开,例如 < 3, >= 5", "separate alternatives by commas"),
    ("？ > 5", 1, 1, "全角符号 ？ 请改为半角 ?", "Write ? instead of the full-width ？"),
]
ALL = [(*one, "expression") for one in EXPRESSIONS] + [(*one, "unary tests") for one in CELLS]


@pytest.mark.parametrize(("text", "line", "column", "said", "english", "kind"), ALL)
def test_what_is_probably_meant_is_said(text, line, column, said, english, kind):
    with pytest.raises(FeelSyntaxError) as caught:
        parse(text, kind)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).endswith(said)
    assert caught.value.english.endswith(english)


@pytest.mark.parametrize("text", ["price > 100 and", "sum(1, 2", "[1, 2", "if agreed then 1"])
def test_nothing_is_guessed_where_that_is_unclear(text):
    with pytest.raises(FeelSyntaxError) as caught:
        parse(text)
    assert ";" not in caught.value.reason
