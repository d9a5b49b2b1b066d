"""docs/lint.md, made from the rules themselves: what each refuses, why, and an example."""

from __future__ import annotations

from collections.abc import Iterator

from engine.lint import decision_rules, forms
from engine.lint.rule import FileRule, Rule
from engine.lint.rules import RULES

_HEAD = """# 规范检查 / What the linter checks

每次保存、发布和 `redeem lint` 都用同一套规则检查流程图。错误不能发布;提醒可以发布,但请看一看。“平台约定”是我们自己的规矩,不是 BPMN 的要求。

错误只有三种:引擎不能照图执行的;按图执行必定出错的(一定会停住、到不了结束、永远不会发生);违反平台约定的。一条由数据选择的路,总会有办件走到,走上去必定停住的是错误;还要看别的数据、或要看几个等待的事件中哪个先发生的,是提醒。附在任务上的事件算作会发生。BPMN 允许、引擎也照做、但多半不是本意的,也是提醒。
本页由 `redeem lint --rules` 生成,请改规则,不要改本页。

The same rules check a diagram in the studio, at publishing and in `redeem lint`. An error refuses publishing; a warning does not. A “house rule” is ours and not BPMN's.

Errors are of three kinds only: what the engine cannot run as it is drawn; what is bound to go wrong when it runs as drawn (it stops for certain, no end can be reached, it never happens); and what breaks a house rule. Some case will take a branch that data choose: if it is bound to stop there that is an error. What depends on further data, or on which of several awaited events comes first, is a warning; an event on the edge of an activity counts as one that happens. A warning is also what BPMN allows, and the engine does, but is seldom meant.

This page is printed by `redeem lint --rules`: change the rules, not the page.
"""


def markdown() -> str:
    """The page, in Chinese and English."""
    diagrams = "".join(part for rule in RULES for part in _rule(rule, "xml"))
    decided = "".join(part for rule in decision_rules.RULES for part in _rule(rule, "xml"))
    filled = "".join(part for rule in forms.RULES for part in _rule(rule, "json"))
    return f"{_HEAD}\n## 流程图 / Diagrams\n{diagrams}\n## 决策 / Decisions\n{decided}\n## 表单 / Forms\n{filled}"


def _rule(rule: Rule | FileRule, language: str) -> Iterator[str]:
    house = " · 平台约定 / house rule" if isinstance(rule, Rule) and rule.house else ""
    yield f"\n### {rule.title[0]} `{rule.name}`{house}\n\n"
    yield f"{rule.why[0]}\n\n**{rule.title[1]}.** {rule.why[1]}\n\n"
    yield f"不接受 / Refused:\n\n```{language}\n{rule.refuses}\n```\n"
