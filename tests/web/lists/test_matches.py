"""Match lists: starting a run, what it found, who sees what."""

from __future__ import annotations

import pytest

from tests.web.district import page, post


@pytest.fixture
def reviewer(district):
    return district.officer("JFJ", "reviewer")


def test_a_run_fills_the_lists(district, reviewer):
    first, second = district.firm(), district.firm()
    builder = district.firm(industry="房地产")
    district.apply(district.person(first))
    assert "还没有匹配过" in page(reviewer, "/lists/matches")
    assert post(reviewer, "/lists/matches").status_code == 302
    busy = page(reviewer, "/lists/matches")
    assert "正在匹配" in busy and 'hx-trigger="every 2s"' in busy
    district.scene.drain()
    text = page(reviewer, "/lists/matches")
    assert (
        "正在匹配" not in text
        and "hx-trigger" not in text
        and "扩岗补助" in text
        and "20,000.00" in text
    )
    codes = {firm: district.scene.uscc(firm) for firm in (first, second, builder)}
    lists = {
        show: page(reviewer, f"/lists/matches/I@1?show={show}")
        for show in ("never", "asked", "nearly")
    }
    assert codes[second] in lists["never"] and codes[first] not in lists["never"]
    assert codes[first] in lists["asked"] and "RJ" in lists["asked"]
    assert codes[builder] in lists["nearly"] and codes[first] not in lists["nearly"]
    assert "生成免申即享名单" in page(reviewer, "/lists/matches/A@1")
    assert "生成免申即享名单" not in lists["never"]


def test_a_second_run_waits_for_the_first(district, reviewer):
    district.firm()
    post(reviewer, "/lists/matches")
    post(reviewer, "/lists/matches")
    assert "匹配正在进行" in page(reviewer, "/lists/matches")
    assert district.scene.drain() == 1


@pytest.mark.parametrize(
    ("unit", "role", "status"),
    [("CZJ", "reviewer", 404), ("XZSPJ", "manager", 200), ("XZSPJ", "auditor", 200), ("XZSPJ", "clerk", 403)],
)  # fmt: skip
def test_a_department_sees_its_own_policies(district, reviewer, unit, role, status):
    district.firm()
    post(reviewer, "/lists/matches")
    district.scene.drain()
    officer = district.officer(unit, role)
    page(officer, "/lists/matches/I@1", status)
    if status == 404:
        assert "扩岗补助" not in page(officer, "/lists/matches")


def test_an_empty_list_says_what_to_do_next(district, reviewer):
    district.firm()
    post(reviewer, "/lists/matches")
    district.scene.drain()
    assert "从“符合而从未申请”里通知企业" in page(reviewer, "/lists/matches/I@1?show=asked")
    assert "重新匹配，名单会随之变化" in page(reviewer, "/lists/matches/I@1?show=nearly")
    assert "项条件均符合" in page(reviewer, "/lists/matches/I@1?show=never")


def test_what_was_never_matched_says_so(district, reviewer):
    assert "还没有匹配过" in page(reviewer, "/lists/matches/I@1", 404)
    page(reviewer, "/lists/matches/I@1?show=other", 404)
