"""What can go wrong when decisions are made, in Chinese and English."""

from __future__ import annotations

from typing import Any

_MESSAGES: dict[str, tuple[str, str]] = {
    "feel": ("“{}” {}", "“{}”: {}"),
    "circle": ("决策“{}”间接依赖自己", "Decision “{}” depends on itself"),
    "no_element": ("没有 {}", "There is no {}"),
    "outside": ("{} 是用 {} 写的函数,引擎不运行", "{} is a function in {}, which is not run here"),
    "no_body": ("{} 没有内容", "{} has no body"),
    "no_condition": ("条件的答案不是“是”或“否”", "The condition is neither true nor false"),
    "argument_count": (
        "{} 需要 {} 个参数,却给了 {} 个",
        "{} takes {} arguments but was given {}",
    ),
    "argument_type": ("{} 的参数 {} 应为 {}", "The argument {1} of {0} has to be a {2}"),
    "type": ("{} 不是 {}", "{} is no {}"),
    "not_allowed": ("值不在允许的范围 {} 内", "The value is not among the allowed ones: {}"),
    "several": ("第 {} 行同时成立,应只有一行成立", "Rules {} all fire, but only one may"),
    "differ": ("第 {} 行同时成立而结果不同", "Rules {} all fire with different results"),
    "sum": ("只能对数字求和", "Only numbers can be added up"),
    "extreme": (
        "只能在同一类型的值中取最小或最大",
        "Only values of one type have a least and a greatest",
    ),
}


def say(key: str, arguments: tuple[Any, ...], language: str = "zh") -> str:
    """A message in `zh` or `en`; an argument may be a pair of texts in both."""
    place = 0 if language == "zh" else 1
    said = (one[place] if isinstance(one, tuple) else one for one in arguments)
    return _MESSAGES[key][place].format(*said)
