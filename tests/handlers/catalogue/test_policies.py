"""Importing and reading the catalogue."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from engine.dmn import Decisions
from engine.errors import Conflict, InvalidInput, NotFound
from engine.runtime import Work
from handlers.catalogue import policies
from handlers.catalogue.import_policies import import_policy
from handlers.catalogue.policy_entry import check_entry
from handlers.sample.load import decision_files, sample_policies

ENTRIES = {entry["id"]: entry for entry in sample_policies()}


def changed(path: str, value: Any) -> dict[str, Any]:
    """GZ-01 with one field of its entry set, `path` as in the error."""
    entry: Any = copy.deepcopy(ENTRIES["GZ-01"])
    place: Any = entry
    *way, last = path.replace("[", ".").replace("]", "").split(".")
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    return dict(entry)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", "gz 01"),
        ("name", ""),
        ("owner", "ABC"),
        ("versions", []),
        ("versions[0].mode", "sometimes"),
        ("versions[0].status", "new"),
        ("versions[0].limit_days", 0),
        ("versions[0].limit_days", "5"),
        ("versions[0].valid_from", "2024-02-30"),
        ("versions[0].valid_to", "2023-12-31"),
        ("versions[0].conditions_decision", ""),
        ("versions[0].amount_decision", "no such"),
        ("versions[1].number", 1),
        ("versions[0].inputs", [{"name": "Bad Name", "label": "x", "kind": "text"}]),
        ("versions[0].source.title", None),
        ("versions[0].required_documents", [{"name": "x", "obtained": "stolen"}]),
    ],
)
def test_a_faulty_entry_is_refused_naming_policy_and_field(
    catalogue: Callable[..., Any], path: str, value: Any
) -> None:
    with pytest.raises(InvalidInput) as raised:
        catalogue(lambda work: import_policy(work, changed(path, value)))
    wanted = {
        "versions[0].inputs": "versions[0].inputs[0].name",
        "versions[0].required_documents": "versions[0].required_documents[0].obtained",
    }.get(path, path)
    assert wanted in raised.value.fields
    assert str(changed(path, value)["id"]) in str(raised.value)


def test_all_faults_are_told_at_once(catalogue: Callable[..., Any]) -> None:
    entry = changed("name", "")
    entry["owner"] = "ABC"
    entry["versions"][0]["guide"] = entry["versions"][0]["guide"][:3]
    with pytest.raises(InvalidInput) as raised:
        catalogue(lambda work: import_policy(work, entry))
    assert set(raised.value.fields) == {"name", "owner", "versions[0].guide"}
    assert "救济途径" in raised.value.fields["versions[0].guide"]


def test_an_unknown_decision_is_refused(catalogue: Callable[..., Any]) -> None:
    with pytest.raises(InvalidInput) as raised:
        catalogue(lambda work: import_policy(work, ENTRIES["GZ-01"], {"GZ_01_conditions": []}))
    assert "versions[1].amount_decision" in raised.value.fields
    assert "versions[1].conditions_decision" not in raised.value.fields


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["scenic_grad"], "既不是决策用到的数据"),
        (["scenic_grade", "scenic_grade"], "不重复"),
        ([], "至少一项"),
        ("scenic_grade", "列表"),
        (["Grade"], "小写字母"),
    ],
)
def test_facts_that_tell_events_apart_must_be_read_by_the_decisions(
    catalogue: Callable[..., Any], names: Any, said: str
) -> None:
    decisions = Decisions(decision_files())
    read = {name: decisions.facts_of(name) for name in decisions.by_id}
    entry = copy.deepcopy(ENTRIES["GZ-11"])
    catalogue(lambda work: import_policy(work, entry, read))
    entry["versions"][0]["exclusivity"]["event_facts"] = names
    with pytest.raises(InvalidInput) as raised:
        catalogue(lambda work: import_policy(work, entry, read))
    assert said in raised.value.fields["versions[0].exclusivity.event_facts"]


def test_an_event_is_told_by_facts_or_by_a_key_not_by_both(catalogue: Callable[..., Any]) -> None:
    entry = copy.deepcopy(ENTRIES["GZ-11"])
    entry["versions"][0]["exclusivity"]["event_key"] = "once"
    with pytest.raises(InvalidInput, match="只能填写一项"):
        catalogue(lambda work: import_policy(work, entry))


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"fact": "nothing", "period": "year"}, ".fact"),
        ({"fact": "roster_number", "period": "year"}, ".fact"),
        ({"fact": "youth_hires", "period": "month"}, ".period"),
        ({"fact": "youth_hires", "period": "year", "basis": 1}, ".basis"),
        ("youth_hires", ""),
    ],
)
def test_persons_are_counted_for_a_stated_number_by_year_or_ever(
    catalogue: Callable[..., Any], rule: Any, field: str
) -> None:
    entry = copy.deepcopy(ENTRIES["JX-02"])
    entry["versions"][0]["exclusivity"]["persons"] = rule
    with pytest.raises(InvalidInput) as raised:
        catalogue(lambda work: import_policy(work, entry))
    assert f"versions[0].exclusivity.persons{field}" in raised.value.fields


def test_a_policy_without_applications_may_count_the_persons_of_its_lists() -> None:
    entry = copy.deepcopy(ENTRIES["JX-02"])
    entry["versions"][0]["mode"] = "automatic"
    check_entry(entry, [entry["owner"]], None)


def test_what_happens_when_the_money_is_used_up_is_one_of_two_things() -> None:
    entry = copy.deepcopy(ENTRIES["GZ-11"])
    for good in ("refuse", "next_year"):
        entry["versions"][0]["exclusivity"]["until_exhausted"] = good
        check_entry(entry, [entry["owner"]], None)
    entry["versions"][0]["exclusivity"]["until_exhausted"] = "maybe"
    with pytest.raises(InvalidInput) as raised:
        check_entry(entry, [entry["owner"]], None)
    assert "versions[0].exclusivity.until_exhausted" in raised.value.fields


def test_every_guide_of_the_sample_says_what_one_event_is() -> None:
    for entry in ENTRIES.values():
        for version in entry["versions"]:
            said = {one["name"]: one["text"] for one in version["guide"]}["不重复享受"]
            assert "事项的认定（示例设定）：" in said, entry["id"]


def test_the_rules_of_a_published_version_do_not_change(catalogue: Callable[..., Any]) -> None:
    with pytest.raises(Conflict, match="GZ-01@2"):
        catalogue(lambda work: import_policy(work, changed("versions[1].limit_days", 9)))
    catalogue(lambda work: import_policy(work, changed("name", "改名（示例）")))
    row = catalogue(lambda work: policies.get_version(work, "GZ-01@2"))
    assert row.name == "改名（示例）" and row.limit_days == 3


def test_search_finds_by_name_initials_id_mode_and_owner(catalogue: Callable[..., Any]) -> None:
    def ids(*arguments: Any, **options: Any) -> list[str]:
        rows = catalogue(lambda work: policies.search(work, *arguments, **options))
        return [row.policy_id for row in rows]

    assert len(ids()) == 30
    assert len(ids(mode="automatic")) == 13
    assert len(ids(mode="instant")) == 7
    assert len(ids(mode="promised")) == 10
    assert set(ids("高新技术企业")) == {"GZ-01", "GK-01"}
    assert ids("lxsyk") == ["GZ-13"]
    assert ids("jx-xs-01") == ["JX-XS-01"]
    assert set(ids(owner="ZSJ")) == {"JX-NC-03", "JX-JX-01"}
    assert ids("没有这样的政策") == []


def test_search_orders_by_pinyin_and_shows_only_versions_in_force(
    catalogue: Callable[..., Any],
) -> None:
    rows = catalogue(policies.search)
    names = [row.name for row in rows]
    assert names.index("承担国家科技计划项目配套资助（示例）") < names.index(
        "科学技术奖配套奖励（示例）"
    )
    assert names.index("总部企业认定及总部经济奖励（示例）") > names.index(
        "新评A级旅游景区奖励（示例）"
    )
    assert [row.id for row in rows if row.policy_id == "GZ-01"] == ["GZ-01@2"]

    def search_in_2028(work: Work) -> Any:
        return policies.search(replace(work, now=work.now + timedelta(days=730)))

    assert catalogue(search_in_2028) == []


def test_only_published_versions_that_cover_the_day_may_be_paid(
    catalogue: Callable[..., Any],
) -> None:
    def may(version: str, day: date) -> bool:
        return bool(catalogue(lambda work: policies.in_catalogue(work, version, day)))

    assert may("GZ-01@2", date(2026, 1, 1))
    assert may("GZ-01@2", date(2027, 12, 31))
    assert not may("GZ-01@2", date(2028, 1, 1))
    assert not may("GZ-01@2", date(2025, 12, 31))
    assert may("GZ-01@1", date(2025, 12, 31))  # superseded, but it rules the events of its days
    assert not may("JX-NC-06@1", date(2025, 6, 1))  # expired


@pytest.mark.parametrize("status", ["draft", "suspended", "expired"])
def test_a_version_out_of_force_pays_nothing(catalogue: Callable[..., Any], status: str) -> None:
    catalogue(lambda work: import_policy(work, changed("versions[1].status", status)))
    found = catalogue(lambda work: policies.in_catalogue(work, "GZ-01@2", date(2026, 5, 1)))
    assert found is False
    assert "GZ-01" not in [row.policy_id for row in catalogue(policies.search)]


def test_a_missing_version_is_not_found(catalogue: Callable[..., Any]) -> None:
    with pytest.raises(NotFound):
        catalogue(lambda work: policies.get_version(work, "GZ-99@1"))


def test_a_guide_has_all_elements_and_says_what_the_source_lacks(
    catalogue: Callable[..., Any],
) -> None:
    guide = policies.guide_of(catalogue(lambda work: policies.get_version(work, "GZ-13@1")))
    texts = {element.name: element.text for element in guide}
    assert "赣市旅发〔2015〕94号" in texts["设立依据"] and "示例" in texts["设立依据"]
    assert texts["法定时限"] == texts["监督电话"] == "来源未载明"
    assert "来源未载明" in texts["承诺时限"] and "20个工作日" in texts["承诺时限"]
    assert "每人次5元" in texts["兑付标准"]


def test_required_documents_come_in_order_with_where_they_come_from(
    catalogue: Callable[..., Any],
) -> None:
    rows = catalogue(lambda work: policies.required_documents(work, "JX-02@1"))
    assert [(r.name, r.obtained, r.from_source) for r in rows] == [
        ("申请表", "upload", True),
        ("告知承诺书", "upload", True),
        ("花名册", "roster", True),
    ]
    uploads = catalogue(lambda work: policies.required_documents(work, "GK-01@2", to_upload=True))
    assert uploads == []


def test_only_addresses_of_government_sites_are_linked(catalogue: Callable[..., Any]) -> None:
    def address(version: str) -> str | None:
        return policies.official_address(
            catalogue(lambda work: policies.get_version(work, version))
        )

    assert str(address("RJ-01@1")).startswith("http://rjxq.ganzhou.gov.cn/")
    assert address("GZ-11@1") is None


def test_staged_policies_name_their_stages(catalogue: Callable[..., Any]) -> None:
    row = catalogue(lambda work: policies.get_version(work, "JX-LH-01@1"))
    assert policies.stages_of(row) == ["当年", "第三年仍在库报数"]


def test_everything_in_the_sample_says_that_it_is_one() -> None:
    for entry in ENTRIES.values():
        assert entry["sample"] is True and entry["name"].endswith("（示例）")
        for version in entry["versions"]:
            assert version["document_number"].startswith("蓉示例〔")
