"""The rules for decisions, for the documentation; `decisions` and `engine.dmn` check them."""

from __future__ import annotations

from engine.lint.rule import FileRule, Words


def _table(rows: str, policy: str = "UNIQUE", more: str = "") -> str:
    return f"""<decision id="amount" name="金额">
  <decisionTable id="Table" hitPolicy="{policy}">
    <input id="In" label="output"><inputExpression id="Ask" typeRef="number"><text>output</text></inputExpression>{more}</input>
    <output id="Out" name="amount" typeRef="number" />
{rows}
  </decisionTable>
</decision>"""


def _row(number: int, test: str, result: str) -> str:
    return f"""    <rule id="Row_{number}"><inputEntry id="In_{number}"><text>{test}</text></inputEntry><outputEntry id="Out_{number}"><text>{result}</text></outputEntry></rule>"""


def _rule(name: str, title: Words, why: Words, refuses: str) -> FileRule:
    return FileRule(f"decision_{name}", title, why, refuses)


_ASK = '<literalExpression id="Ask"><text>{}</text></literalExpression>'
RULES = (
    _rule(
        "readable",
        ("决策文件要读得懂", "A decision file can be read"),
        ("读不懂的文件无法发布。", "What cannot be read cannot be published."),
        '<decision id="amount" name="金额"><decisionTable id="Table" hitPolicy="SOMETIMES"><output id="Out" name="amount" /></decisionTable></decision>',
    ),
    _rule(
        "ids",
        ("决策的编号不缺、不重复", "Every decision has an id of its own"),
        (
            "流程图按编号找决策;重复的编号不知道问哪一个。",
            "Diagrams ask decisions by their ids; of two with one id nobody knows which is meant.",
        ),
        '<decision name="金额">' + _ASK.format("1") + "</decision>",
    ),
    _rule(
        "expression",
        ("单元格和公式要是正确的 FEEL", "Cells and expressions are FEEL"),
        (
            "读不懂的单元格到运行时才会失败。",
            "A cell that cannot be read fails only when it is asked.",
        ),
        _table(_row(1, "&gt; 100 and", "1000")),
    ),
    _rule(
        "facts",
        ("政策的条件和金额只读事实目录里的事实", "Conditions and amounts read facts of the catalogue"),
        (
            "只有输入数据、没有决策的文件是事实目录。不由流程图调用的决策是对企业问的,目录里没有的名称永远是空,类型不对的比较总不成立。",
            "A file of input data without decisions is the catalogue of facts. A decision that no diagram asks is asked about enterprises: a name that the catalogue does not have is always null, and a comparison with a value of another type never holds.",
        ),
        '<decision id="amount" name="金额">' + _ASK.format("annual_revenu * 0.1") + "</decision>",
    ),
    _rule(
        "columns",
        ("每一行与表头的列数相同", "Every row has the head's columns"),
        ("缺一格,后面的值就对错了列。", "With a cell missing, the values after it stand in the wrong columns."),
        _table('    <rule id="Row_1"><outputEntry id="Out_1"><text>1000</text></outputEntry></rule>'),
    ),
    _rule(
        "boxes",
        ("每个方框都填全,也都有用", "Every box is whole, and heard"),
        (
            "缺了一部分的条件、循环、筛选没有答案;同一处的第二个表达式、引擎不认识的元素,等于没写。",
            "A conditional, a loop or a filter that lacks a part has no answer; a second expression in one place, or an element that nobody knows, is as if it were not written.",
        ),
        '<decision id="amount" name="金额"><conditional id="Choice"><if id="If">'
        + _ASK.format("output &gt; 100")
        + "</if></conditional></decision>",
    ),
    _rule(
        "policy",
        ("汇总只用于收集的表", "Only a collecting table counts up"),
        (
            "别的命中策略不看汇总方式;汇总的是一列,求和的是数字。",
            "Other hit policies do not look at an aggregation; it is of one column, and a sum is of numbers.",
        ),
        _table(_row(1, "-", "1000"), "FIRST").replace('hitPolicy="FIRST"', 'hitPolicy="FIRST" aggregation="SUM"'),
    ),
    _rule(
        "logic",
        ("决策要有决策表或公式", "A decision has a table or an expression"),
        ("空的决策没有答案。", "An empty decision has no answer."),
        '<decision id="amount" name="金额" />',
    ),
    _rule(
        "requirements",
        ("依赖的决策要存在,不能循环", "What a decision requires exists, and not in a circle"),
        (
            "依赖不存在的决策,或互相依赖,算不出答案。",
            "A decision that requires one that is not there, or itself, has no answer.",
        ),
        '<decision id="amount" name="金额"><informationRequirement id="Needs"><requiredDecision href="#nowhere" /></informationRequirement>'
        + _ASK.format("1")
        + "</decision>",
    ),
    _rule(
        "types",
        ("类型要有定义", "Types are defined"),
        ("没有定义的类型无从核对。", "Nothing can be checked against a type that is not defined."),
        '<decision id="amount" name="金额"><variable id="Var" name="金额" typeRef="nowhere" />'
        + _ASK.format("1")
        + "</decision>",
    ),
    _rule(
        "function",
        ("不调用外来的函数", "No functions of other languages"),
        ("Java、PMML 的函数引擎不执行。", "The engine runs no functions in Java or PMML."),
        '<businessKnowledgeModel id="rate" name="利率"><encapsulatedLogic id="Logic" kind="Java"><context id="Context" /></encapsulatedLogic></businessKnowledgeModel>',
    ),
    _rule(
        "imports",
        ("引用的模型要一起发布", "Imported models are in the release"),
        ("引用的模型不在,里面的决策就没有。", "Without the imported model its decisions are missing."),
        '<import name="rates" namespace="urn:nowhere" importType="https://www.omg.org/spec/DMN/20191111/MODEL/" />',
    ),
    _rule(
        "overlap",
        ("唯一命中的行不重叠", "Rows of a unique table do not overlap"),
        (
            "两行同时成立时不知道用哪一行。",
            "When two rows fire nobody knows which one holds.",
        ),
        _table(_row(1, "&gt;= 100", "1000") + "\n" + _row(2, "&lt;= 100", "0")),
    ),
    _rule(
        "dead_rule",
        ("每一行都可能成立", "Every row can fire"),
        ("永远轮不到的行多半是写错了。", "A row that never has its turn is most likely a mistake."),
        _table(_row(1, "-", "0") + "\n" + _row(2, "&gt; 100", "1000"), "FIRST"),
    ),
    _rule(
        "not_allowed",
        ("单元格的值在允许的范围内", "Cells ask for allowed values"),
        ("问一个不允许的值,这一行永远不成立。", "A row that asks for a value that is not allowed never fires."),
        _table(
            _row(1, "0, 500", "0") + "\n" + _row(2, "(0..100]", "1"),
            more='<inputValues id="Allowed"><text>[0..100]</text></inputValues>',
        ),
    ),
    _rule(
        "gap",
        ("没有遗漏", "No gaps"),
        (
            "有的值没有一行成立,决策就没有答案。",
            "For values that no row covers the decision has no answer.",
        ),
        _table(_row(1, "&gt; 100", "1000")),
    ),
)  # fmt: skip
