"""The catalogue, the guide and the self-check."""

from __future__ import annotations

import pytest

from tests.web.district import page
from web.portal.catalogue import is_official


def test_anybody_finds_a_policy_by_words_or_pinyin_initials(district, client):
    for typed in ("扩岗", "kgbz"):
        found = page(client, f"/?q={typed}")
        assert "扩岗补助" in found and "项目配套资助" not in found


def test_the_catalogue_is_filtered_by_mode_and_owner(district, client):
    found = page(client, "/?mode=automatic")
    assert "高新认定奖励" in found and "扩岗补助" not in found
    assert "高新认定奖励" in page(client, "/?owner=JFJ")
    assert "没有找到相符的政策" in page(client, "/?owner=CZJ")
    page(client, "/?mode=never", 404)


def test_a_firm_sees_what_fits_it_with_the_amount(district):
    text = page(district.person(district.firm()), "/")
    fitting = text[text.index("适合我的政策") :]
    assert "扩岗补助" in fitting and "10,000.00" in fitting


def test_a_firm_that_just_misses_sees_which_condition_it_misses(district):
    text = page(district.person(district.firm(industry="房地产")), "/")
    fitting = text[text.index("适合我的政策") :]
    assert "接近符合" in fitting and "房地产除外" in fitting


def test_the_guide_shows_every_element_and_only_government_addresses(district, client):
    text = page(client, "/policies/I@1")
    for words in ("不是房地产企业", "在本区登记", "每家一万元", "劳动合同", "0797-0000000"):
        assert words in text
    assert 'href="http://www.ganzhou.gov.cn/a.html"' in text
    assert "gov.cn.example.com" not in text


def test_a_policy_that_needs_no_application_offers_none(district, client):
    assert "/policies/A@1/apply" not in page(client, "/policies/A@1")
    assert "/policies/I@1/apply" in page(client, "/policies/I@1")


def test_a_draft_version_is_not_shown_to_the_public(district, client, do):
    from sqlalchemy import update

    from handlers.catalogue.tables import policy_version

    do(
        lambda work: work.connection.execute(
            update(policy_version).where(policy_version.c.id == "I@1").values(status="draft")
        )
    )
    page(client, "/policies/I@1", 404)
    assert "扩岗补助" in page(district.officer("JFJ", "reviewer"), "/policies/I@1")


@pytest.mark.parametrize(
    ("industry", "verdict"), [("制造业", "全部条件符合"), ("房地产", "有 1 项")]
)
def test_a_visitor_tries_with_stated_values(district, client, industry, verdict):
    text = page(client, f"/policies/I@1/check?asked=1&stated-industry={industry}")
    assert verdict in text


def test_a_firms_self_check_needs_nothing_typed_that_the_register_knows(district):
    text = page(district.person(district.firm()), "/policies/I@1/check")
    assert "全部条件符合" in text and "市场主体登记" in text and "10,000.00" in text
    assert 'name="stated-industry"' not in text


def test_a_wrong_number_is_said_beside_its_field_and_kept(district):
    text = page(district.person(district.firm()), "/policies/I@1/check?stated-hires=many")
    assert "请填写数字" in text and 'value="many"' in text


@pytest.mark.parametrize(
    ("address", "official"),
    [
        ("https://www.gov.cn/x", True),
        ("http://rjxq.ganzhou.gov.cn/y", True),
        ("http://gov.cn.evil.com/", False),
        ("http://evilgov.cn/", False),
        ("javascript://www.gov.cn/%0aalert(1)", False),
        ("https://www.gov.cn@evil.com/", False),
    ],
)
def test_only_government_hosts_become_links(address, official):
    assert is_official(address) is official
