"""Checks the entry of a policy list: every fault is named by policy and field."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from engine.errors import InvalidInput
from handlers.payouts.queue import NEXT_YEAR, REFUSE
from handlers.rosters.rule import PERIODS

MODES = ("automatic", "instant", "promised")
STATUSES = ("draft", "published", "superseded", "expired", "suspended")
OBTAINED = ("upload", "shared", "confirmed", "roster")
INPUT_KINDS = ("number", "text", "boolean", "choice", "date")
# What the reform plan demands of every guide; the other elements of a national item are welcome.
GUIDE_ELEMENTS = (
    "设立依据", "享受对象", "申请条件", "兑现方式", "兑现流程", "申请材料", "法定时限", "承诺时限",
    "有效期限", "申报方式和渠道", "兑付标准", "收费标准", "办理结果", "办理地点", "办理时间",
    "咨询电话", "监督电话", "救济途径",
)  # fmt: skip
_ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DECISION = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

Entry = Mapping[str, Any]


class Faults:
    """Collects what is wrong with one policy, by the path of the field."""

    def __init__(self, policy_id: str) -> None:
        self.policy_id = policy_id
        self.fields: dict[str, str] = {}

    def add(self, field: str, sentence: str) -> None:
        self.fields.setdefault(field, sentence)

    def raise_if_any(self) -> None:
        if self.fields:
            said = "；".join(f"{field}：{text}" for field, text in self.fields.items())
            raise InvalidInput(f"政策 {self.policy_id} 不能导入。{said}", self.fields)

    def text(self, entry: Entry, name: str, path: str) -> str:
        value = entry.get(name)
        if not isinstance(value, str) or not value.strip():
            self.add(path + name, "应填写文字")
            return ""
        return value

    def one_of(self, entry: Entry, name: str, path: str, allowed: Collection[str]) -> None:
        if entry.get(name) not in allowed:
            self.add(
                path + name, f"应为 {'、'.join(sorted(allowed))} 之一，现为“{entry.get(name)}”"
            )

    def whole(self, entry: Entry, name: str, path: str, least: int) -> None:
        value = entry.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self.add(path + name, f"应为不小于 {least} 的整数，现为“{value}”")

    def flag(self, entry: Entry, name: str, path: str) -> None:
        if not isinstance(entry.get(name, False), bool):
            self.add(path + name, "应为 true 或 false")

    def items(self, entry: Entry, name: str, path: str) -> list[tuple[str, Entry]]:
        """The objects of a list, each with its path."""
        value = entry.get(name, [])
        if not isinstance(value, list):
            self.add(path + name, "应为列表")
            return []
        found = []
        for number, item in enumerate(value):
            where = f"{path}{name}[{number}]"
            if isinstance(item, Mapping):
                found.append((where + ".", item))
            else:
                self.add(where, "应为对象")
        return found


def check_entry(
    entry: Entry, departments: Collection[str], decisions: Mapping[str, Collection[str]] | None
) -> None:
    """Raises InvalidInput with every fault of an entry; `fields` maps the field's path to a sentence.

    With `decisions` (id → the facts it reads), the decisions named must be among these, and facts
    that tell events apart among what they read.
    """
    faults = Faults(str(entry.get("id") or "（无编号）"))
    if not _ID.fullmatch(str(entry.get("id") or "")):
        faults.add("id", "应为大写字母和数字，以短横线相连，如 GZ-01")
    faults.text(entry, "name", "")
    faults.text(entry, "name_en", "")
    faults.one_of(entry, "owner", "", departments)
    faults.flag(entry, "sample", "")
    versions = faults.items(entry, "versions", "")
    if not versions:
        faults.add("versions", "至少要有一个版本")
    for path, version in versions:
        _check_version(faults, path, version, decisions)
    _check_numbers(faults, versions)
    faults.raise_if_any()


def _check_version(
    faults: Faults, path: str, version: Entry, decisions: Mapping[str, Collection[str]] | None
) -> None:
    faults.whole(version, "number", path, 1)
    faults.one_of(version, "status", path, STATUSES)
    faults.one_of(version, "mode", path, MODES)
    faults.text(version, "document_number", path)
    faults.text(version, "indicator_code", path)
    faults.whole(version, "limit_days", path, 1)
    for name in ("expert_count", "notice_days"):
        faults.whole(version, name, path, 0)
    for name in ("site_survey", "confirm_account"):
        faults.flag(version, name, path)
    _check_validity(faults, path, version)
    _check_decision(faults, path, version, "conditions_decision", decisions, True)
    _check_decision(faults, path, version, "amount_decision", decisions, False)
    _check_inputs(faults, path, version)
    _check_exclusivity(faults, path, version, decisions)
    _check_guide(faults, path, version)
    _check_source(faults, path, version)
    for where, document in faults.items(version, "required_documents", path):
        faults.text(document, "name", where)
        faults.one_of(document, "obtained", where, OBTAINED)
        faults.flag(document, "required", where)
        faults.flag(document, "from_source", where)


def _check_validity(faults: Faults, path: str, version: Entry) -> None:
    days = {}
    for name in ("valid_from", "valid_to"):
        value = version.get(name)
        if value is None and name == "valid_to":
            continue
        try:
            days[name] = date.fromisoformat(str(value))
        except ValueError:
            faults.add(path + name, f"应为日期，如 2026-01-01，现为“{value}”")
    if len(days) == 2 and days["valid_to"] < days["valid_from"]:
        faults.add(path + "valid_to", "不能早于生效日期")


def _check_decision(
    faults: Faults,
    path: str,
    version: Entry,
    name: str,
    known: Collection[str] | None,
    required: bool,
) -> None:
    value = version.get(name)
    if value == "" and not required:
        return
    if not isinstance(value, str) or not _DECISION.fullmatch(value):
        faults.add(path + name, "应为决策编号，由字母、数字和下划线组成")
    elif known is not None and value not in known:
        faults.add(path + name, f"没有决策 {value}，请先编写并发布决策表")


def _check_inputs(faults: Faults, path: str, version: Entry) -> None:
    names: set[str] = set()
    for where, item in faults.items(version, "inputs", path):
        name = str(item.get("name") or "")
        if not _NAME.fullmatch(name):
            faults.add(where + "name", "应由小写字母、数字和下划线组成")
        if name in names:
            faults.add(where + "name", f"{name} 重复")
        names.add(name)
        faults.text(item, "label", where)
        faults.one_of(item, "kind", where, INPUT_KINDS)
        faults.flag(item, "required", where)
        if item.get("kind") == "choice" and not item.get("options"):
            faults.add(where + "options", "选择题要列出选项")
        english = item.get("options_en")
        if english is not None and len(english) != len(item.get("options") or ()):
            faults.add(where + "options_en", "英文选项应与选项一一对应")


def _check_exclusivity(
    faults: Faults, path: str, version: Entry, decisions: Mapping[str, Collection[str]] | None
) -> None:
    rules = version.get("exclusivity", {})
    if not isinstance(rules, Mapping):
        faults.add(path + "exclusivity", "应为对象")
        return
    if rules.get("until_exhausted") not in (None, REFUSE, NEXT_YEAR):
        faults.add(
            path + "exclusivity.until_exhausted",
            "应为 refuse(用完后不予兑现)或 next_year(用完后转下一年度预算)",
        )
    if "persons" in rules:
        _check_persons(faults, path + "exclusivity.persons", rules["persons"], version)
    if "event_facts" in rules:
        where = path + "exclusivity.event_facts"
        _check_event_facts(faults, where, rules["event_facts"], version, decisions)
        if rules.get("event_key"):
            faults.add(where, "与 event_key 只能填写一项")


def _check_persons(faults: Faults, where: str, rule: Any, version: Entry) -> None:
    """What is counted over a roster is one of the numbers that applicants state."""
    if not isinstance(rule, Mapping) or not set(rule) <= {"fact", "period", "basis"}:
        faults.add(where, "应为对象,含 fact、period,按年限等计算的另有 basis")
        return
    numbers = {
        str(one.get("name"))
        for _, one in faults.items(version, "inputs", "")
        if one.get("kind") == "number"
    }
    if rule.get("fact") not in numbers:
        faults.add(where + ".fact", "应为 inputs 中的一个数字项目,名册的人数代替它")
    if rule.get("period") not in PERIODS:
        faults.add(where + ".period", "应为 year(每人每年一次)或 ever(每人一次)")
    if not isinstance(rule.get("basis", ""), str):
        faults.add(where + ".basis", "应为名册中数额列的名称")


def _check_event_facts(
    faults: Faults,
    where: str,
    names: Any,
    version: Entry,
    decisions: Mapping[str, Collection[str]] | None,
) -> None:
    """A misspelt fact would be unknown for every firm, and no case could be paid."""
    if not isinstance(names, list) or not names or len(set(map(str, names))) < len(names):
        faults.add(where, "应为不重复的数据名称的列表，至少一项")
        return
    for name in names:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            faults.add(where, f"{name} 应由小写字母、数字和下划线组成")
    if decisions is None:
        return
    read = {str(one.get("name")) for _, one in faults.items(version, "inputs", "")}
    for decision in ("conditions_decision", "amount_decision"):
        read.update(decisions.get(str(version.get(decision)), ()))
    unread = [str(name) for name in names if name not in read]
    if unread:
        faults.add(where, f"{'、'.join(unread)} 既不是决策用到的数据，也不是申请时填写的项目")


def _check_guide(faults: Faults, path: str, version: Entry) -> None:
    found = set()
    for where, element in faults.items(version, "guide", path):
        found.add(faults.text(element, "name", where))
        faults.text(element, "text", where)
    missing = [name for name in GUIDE_ELEMENTS if name not in found]
    if missing:
        faults.add(
            path + "guide", f"办事指南缺少 {'、'.join(missing)}；来源没有的，请写“来源未载明”"
        )


def _check_source(faults: Faults, path: str, version: Entry) -> None:
    source = version.get("source")
    if not isinstance(source, Mapping):
        faults.add(path + "source", "应写明来源：制定机关、标题、文号、效力状态、网址")
        return
    for name in ("issuing_body", "title", "number", "state"):
        faults.text(source, name, path + "source.")
    addresses = source.get("addresses", [])
    web = isinstance(addresses, list) and all(
        isinstance(a, str) and a.startswith(("http://", "https://")) for a in addresses
    )
    if not web:
        faults.add(path + "source.addresses", "应为网址的列表，以 http:// 或 https:// 开头")


def _check_numbers(faults: Faults, versions: list[tuple[str, Entry]]) -> None:
    seen: set[Any] = set()
    for path, version in versions:
        if version.get("number") in seen:
            faults.add(path + "number", f"版本号 {version.get('number')} 重复")
        seen.add(version.get("number"))
