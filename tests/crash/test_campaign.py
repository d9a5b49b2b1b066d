"""Cases come to the same end while every process is killed again and again (see campaign.py)."""

from __future__ import annotations

import os

import pytest

from tests.crash.campaign import Campaign, Plan


@pytest.fixture
def campaign(tmp_path):
    made = []

    def begin(plan):
        made.append(Campaign(tmp_path, plan))
        return made[-1]

    yield begin
    for one in made:
        one.stop()


def test_a_few_cases_survive_kills_of_every_process(campaign):
    found = campaign(Plan(cases=6, seed=3, kills=5, quick=True))
    report = found.report(found.run(seconds=400))
    assert report["differences"] == []
    assert sum(report["kills"].values()) == 5


@pytest.mark.long
def test_two_thousand_cases_survive_kills_of_every_process(campaign):
    cases = int(os.environ.get("RONGYIDUI_CASES", 2000))
    found = campaign(Plan(cases, seed=20261122, kills=max(5, cases // 10)))
    report = found.report(found.run(seconds=4 * 3600, progress=print))
    print(report)
    assert report["differences"] == []
