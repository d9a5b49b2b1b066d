"""Every sentence the language says about an expression, in Chinese and English."""

from __future__ import annotations

from typing import Any

MESSAGES: dict[str, tuple[str, str]] = {
    # while evaluating
    "unknown_name": ("没有名为“{}”的数据", "There is no data named “{}”"),
    "unknown_entry": ("数据中没有“{}”这一项", "There is no entry “{}”"),
    "unknown_property": ("{:t}没有名为“{}”的属性", "A {} has no property “{}”"),
    "negation": ("负号只能用于数字和时长,不能用于{:t}", "Only numbers and durations can be negated, not a {}"),
    "operator": ("{:t} {} {:t} 没有意义", "{} {} {} has no meaning"),
    "incomparable": ("{:t} 与 {:t} 不能比较", "{} and {} cannot be compared"),
    "out_of_range": ("计算结果超出范围", "The result is out of range"),
    "division_by_zero": ("除数为零", "Division by zero"),
    "not_function": ("这里调用的不是函数", "What is called here is no function"),
    "no_function": ("没有名为“{}”的函数", "There is no function named “{}”"),
    "argument_count": ("函数 {} 不接受 {} 个参数", "Function {} does not take {} arguments"),
    "argument_names": ("函数 {} 没有这样的参数: {}", "Function {} has no such parameters: {}"),
    "argument_unknown": ("函数 {} 没有参数“{}”,它的参数是: {}", "Function {} has no parameter “{}”; it has: {}"),
    "argument_missing": ("函数 {} 缺少参数,它的参数是: {}", "Function {} lacks a parameter; it has: {}"),
    "argument_type": ("函数 {} 的参数 {} 不能是{:t}", "The argument {1} of function {0} cannot be a {2}"),
    "argument_null": ("函数 {} 的参数 {} 没有值", "The argument {1} of function {0} is null"),
    "result_type": ("函数的结果不能是{:t}", "The function's result cannot be a {}"),
    "argument_value": ("函数 {} 的参数不对: {}", "Wrong argument of function {}: {}"),
    "external": ("外部函数不能执行", "External functions are not executed"),
    "condition": ("条件的结果不是“是”或“否”,而是{:t}", "The condition is neither true nor false but a {}"),
    "filter": ("筛选条件应为“是”“否”或数字,不能是{:t}", "A filter must be a condition or a number, not a {}"),
    "not_iterable": ("{:t}不能逐项遍历", "A {} cannot be iterated over"),
    "duplicate_key": ("“{}”在上下文中重复", "The key “{}” occurs twice in the context"),
    "range_ends": ("区间的两端不能这样搭配", "These two ends do not make a range"),
    "unreadable": ("{}", "{1}"),
    "literal": ("“{}”不是日期、时间或时长", "“{}” is no date, time or duration"),
    "unknown_type": ("没有名为“{}”的类型", "There is no type named “{}”"),
    # reasons inside “wrong argument”
    "bad_pattern": ("正则表达式“{}”有误: {}", "The regular expression “{}” is wrong: {}"),
    "matches_nothing": ("它能匹配空文字", "it matches the empty text"),
    "bad_replacement": ("替换文字中的 $ 后应为数字", "a $ in the replacement needs a digit after it"),
    "pattern_end": ("没有写完", "it is not finished"),
    "pattern_part": ("不认识 {}", "{} is unknown"),
    "pattern_order": ("{} 的次序颠倒", "{} is in the wrong order"),
    "pattern_size": ("重复次数过大", "it repeats too often"),
    "bad_flags": ("正则表达式的标志只能是 s m i x q", "The flags of a regular expression are s m i x q"),
    "no_such_date": ("没有这样的日期或时间", "There is no such date or time"),
    "position": ("位置超出列表", "The position lies outside of the list"),
    "not_a_number": ("“{}”不是数字", "“{}” is no number"),
    "domain": ("数值超出函数的定义域", "The number lies outside of the function's domain"),
    "mixed_list": ("列表各项的类型应相同且可比较", "The items must be comparable with each other"),
    "empty_list": ("列表是空的", "The list is empty"),
    "bad_range": ("“{}”不是区间", "“{}” is no range"),
    "bad_entries": ("每一项应有 key 和 value,且 key 不重复", "Each entry needs a key and a value, no key twice"),
    "zones": ("有时区与没有时区的时间不能混用", "Times with and without a zone cannot be mixed"),
    "both_kinds": ("只能使用一种写法的参数", "Arguments of two forms are mixed"),
    # before running
    "near_name": ("没有名为“{}”的数据,是否指“{}”", "There is no data named “{}”; did you mean “{}”"),
    "near_entry": ("数据中没有“{}”这一项,是否指“{}”", "There is no entry “{}”; did you mean “{}”"),
    "near_function": ("没有名为“{}”的函数,是否指“{}”", "There is no function named “{}”; did you mean “{}”"),
    "never_equal": ("{:t} 与 {:t} 比较,结果总是空", "Comparing {} with {} always gives null"),
    "no_order": ("{:t} 没有大小之分", "A {} has no order"),
    "null_order": ("与空值比较大小,结果总是空", "Comparing the order with null always gives null"),
    "not_allowed": ("“{}”不在允许的值之内: {}", "“{}” is not among the allowed values: {}"),
    "boolean_wanted": ("这里应为“是”或“否”,而这是{:t}", "This should be true or false but is a {}"),
    "wanted_argument": ("这个参数应为{:t},而这是{:t}", "This argument should be a {} but is a {}"),
    "thousands": ("“{}”是两个值:数字中间不加逗号", "“{}” are two values: write numbers without commas"),
    "wanted": ("结果应为{:t},而这是{:t}", "The result should be a {} but is a {}"),
    "empty_range": ("区间的起点大于终点,没有值在其中", "The range starts after its end; nothing lies in it"),
    "function_arguments": ("这个函数需要 {} 个参数,却给了 {} 个", "This function takes {} arguments, not {}"),
    # limits
    "too_much": ("表达式计算量超过上限", "The expression needs more steps than allowed"),
    "too_deep": ("表达式中的函数调用自身过深", "A function of the expression calls itself too deeply"),
    "too_long": ("表达式得到的文字或列表过长", "A text or list made by the expression is too long"),
    "pattern_steps": ("正则表达式的计算量超过上限", "The regular expression needs more steps than allowed"),
    # syntax
    "length": ("表达式超过 {} 个字符", "The expression has more than {} characters"),
    "depth": ("表达式嵌套过深", "The expression is nested too deeply"),
    "unclosed_string": ("文字没有结束的引号", "The text has no closing quote"),
    "unclosed_comment": ("注释没有结束", "The comment is not closed"),
    "symbol": ("符号 {} 请写作 {}", "Write {1} instead of {0}"),
    "full_width": ("全角符号 {} 请改为半角 {}", "Write {1} instead of the full-width {0}"),
    "character": ("不认识的字符 {}", "Unknown character {}"),
    "expected": ("这里应为 {}", "Expected {}"),
    "expected_name": ("这里应为名称", "Expected a name"),
    "expected_type": ("这里应为类型名称", "Expected the name of a type"),
    "expected_value": ("这里应为一个值", "Expected a value"),
    "expected_end": ("表达式应在此结束", "The expression should end here"),
    "expected_entry": ("这里应为“名称: 值”", "Expected “name: value”"),
    "expected_literal": ("@ 后应为日期、时间或时长文字", "Expected a text with a date, time or duration after @"),
    "positional": ("按名称传参后不能再按位置传参", "No positional argument after named ones"),
    "number_range": ("数字超出范围", "The number is out of range"),
    "range_close": ("区间应以 ] ) 或 [ 结束", "A range ends with ] ) or ["),
    "chained": ("比较不能连写,请用 and 连接", "Comparisons cannot be chained; join them with and"),
    # what is probably meant
    "write_equals": ("等于写作一个 =", "write one = for equal"),
    "write_unequal": ("不等于写作 !=", "write != for unequal"),
    "write_at_least": ("大于等于写作 >=", "write >= for at least"),
    "write_at_most": ("小于等于写作 <=", "write <= for at most"),
    "write_and": ("“并且”写作 and", "write and"),
    "write_or": ("“或者”写作 or", "write or"),
    "write_not": ("“不是”写作 not(…)", "write not(…)"),
    "write_quotes": ("文字用英文双引号 \" 括起来", "put texts in double quotes"),
    "write_symbols": ("比较大小用 = != < <= > >=", "compare with = != < <= > >="),
    "write_range": ("两端的条件写成区间,例如 [5..8)", "write a range such as [5..8)"),
    "write_comma": ("几种情况用逗号隔开,例如 < 3, >= 5", "separate alternatives by commas"),
    "write_digits": ("数字要写全,中间不加逗号或“万”,例如 1000000", "write all digits, without a comma or a unit"),
    "write_fraction": ("百分数写成小数,5% 写作 0.05", "write 0.05 for 5%"),
    "at_end": ("表达式到此结束", "the expression ends here"),
    "found": ("却是 {}", "found {}"),
}  # fmt: skip
TYPE_NAMES = {
    "null": "空值", "boolean": "是否", "number": "数字", "string": "文字", "date": "日期",
    "time": "时间", "date and time": "日期时间", "days and time duration": "时长(天、时)",
    "years and months duration": "时长(年、月)", "list": "列表", "context": "上下文",
    "range": "区间", "function": "函数", "Any": "任意值",
}  # fmt: skip


class _Argument(str):
    """Says the name of a type in Chinese where the message asks for it with `{:t}`."""

    def __format__(self, spec: str) -> str:
        return TYPE_NAMES.get(str(self), str(self)) if spec == "t" else str(self)


def say(key: str, arguments: tuple[Any, ...], language: str = "zh") -> str:
    """A message with its arguments; one that is (key, arguments) is a message within."""
    text = MESSAGES[key][0 if language == "zh" else 1]
    return text.format(*(_Argument(_said(argument, language)) for argument in arguments))


def _said(argument: Any, language: str) -> str:
    if isinstance(argument, tuple):
        return say(argument[0], tuple(argument[1]), language)
    return str(argument)
