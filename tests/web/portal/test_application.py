"""Applying: validation by field, nothing typed is lost, who may send."""

from __future__ import annotations

import io
from datetime import date

from sqlalchemy import insert, select

from handlers.cases.tables import application_draft, document
from handlers.catalogue.tables import policy_version
from tests.web.district import PAPER, page, post


def test_applying_needs_a_sign_in(district, client):
    answer = client.get("/policies/I@1/apply", headers={"Accept": "text/html"})
    assert answer.status_code == 302 and "/sign-in?next=/policies/I" in answer.location


def test_a_complete_application_becomes_a_case_with_its_papers(district, do):
    firm = district.firm()
    client = district.person(firm)
    answer = district.apply(client)
    (case,) = district.cases()
    assert answer.status_code == 302 and answer.location.endswith(f"/cases/{case.id}")
    assert (case.channel, case.enterprise_id, str(case.event_date)) == (
        "portal",
        firm,
        "2026-03-01",
    )
    (paper,) = do(lambda work: work.connection.execute(select(document)).all())
    assert (paper.name, paper.file_name) == (PAPER, "合同.pdf")
    assert do(lambda work: work.connection.execute(select(application_draft)).first()) is None
    text = page(client, f"/cases/{case.id}")
    assert case.number in text and "受理后 5 个工作日" in text and "合同.pdf" in text


def test_the_policy_s_own_fields_are_english_in_english(district):
    client = district.person(district.firm())
    post(client, "/display", {"language": "en"})
    text = page(client, "/policies/I@1/apply")
    assert "People hired" in text and ">people<" in text
    assert "招用人数" not in text and "人</span>" not in text
    wrong = district.apply(client, **{"stated-hires": "x"}).get_data(as_text=True)
    assert "People hired: " in wrong
    district.apply(client)
    (case,) = district.cases()
    shown = page(client, f"/cases/{case.id}")
    assert "People hired" in shown and "3 people" in shown


def test_what_is_missing_is_said_field_by_field_and_what_was_typed_stays(district):
    client = district.person(district.firm())
    answer = district.apply(client, account=None, event_date="2026-03-09", **{"stated-hires": "x"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and not district.cases()
    assert 'value="x"' in text and 'value="2026-03-09"' in text
    for sentence in ("请填写数字", "不能晚于今天", "请确认收款账户"):
        assert sentence in text
    # the file came with the refused form and need not be chosen again
    assert "合同.pdf" in page(client, "/policies/I@1/apply")
    again = district.apply(client, **{f"file-{district.papers['I']}": None})
    assert again.status_code == 302 and len(district.cases()) == 1


def test_a_missing_paper_is_named(district):
    answer = district.apply(
        district.person(district.firm()), **{f"file-{district.papers['I']}": None}
    )
    assert answer.status_code == 422
    assert f"请上传“{PAPER}”" in answer.get_data(as_text=True)


def test_a_file_that_is_not_what_it_claims_is_refused(district):
    field = f"file-{district.papers['I']}"
    client = district.person(district.firm())
    for content, name in ((b"MZ program", "合同.pdf"), (b"MZ", "合同.exe"), (b"", "合同.pdf")):
        answer = district.apply(client, **{field: (io.BytesIO(content), name)})
        assert answer.status_code == 422 and not district.cases()


def test_a_draft_is_shared_within_the_firm_and_can_be_deleted(district):
    firm = district.firm()
    accountant = district.person(firm)
    assert district.apply(accountant, action="save").status_code == 302
    legal = district.person(firm, "legal_representative")
    assert 'value="3"' in page(legal, "/policies/I@1/apply")
    mine = page(legal, "/cases")
    assert "扩岗补助" in mine and "继续填写" in mine
    discard = mine.split("/drafts/")[1].split("/discard")[0]
    stranger = district.person(district.firm())
    assert post(stranger, f"/drafts/{discard}/discard").status_code == 404
    assert post(legal, f"/drafts/{discard}/discard").status_code == 302
    assert "继续填写" not in page(legal, "/cases")


def test_a_file_can_be_taken_out_of_a_draft(district):
    client = district.person(district.firm())
    district.apply(client, action="save")
    text = page(client, "/policies/I@1/apply")
    file_id = text.split('name="remove" value="')[1].split('"')[0]
    post(client, "/policies/I@1/apply", {"remove": file_id, "event_date": "2026-03-01"})
    assert "合同.pdf" not in page(client, "/policies/I@1/apply")


def test_a_commitment_is_prepared_by_the_accountant_and_sent_by_the_legal_representative(district):
    firm = district.firm()
    accountant = district.person(firm)
    assert district.apply(accountant, "P").status_code == 403 and not district.cases()
    assert district.apply(accountant, "P", action="hand_over").status_code == 302
    legal = district.person(firm, "legal_representative")
    assert "待法定代表人确认" in page(legal, "/cases")
    sent = district.apply(legal, "P", **{f"file-{district.papers['P']}": None})
    (case,) = district.cases()
    assert sent.status_code == 302 and case.mode == "promised"
    assert "已在线承诺" in case.application["承诺书"]


def test_a_promised_application_without_the_commitment_is_refused(district):
    legal = district.person(district.firm(), "legal_representative")
    answer = district.apply(legal, "P", commitment=None)
    assert answer.status_code == 422 and "请阅读并勾选承诺" in answer.get_data(as_text=True)


def test_the_same_event_twice_is_refused_with_the_number_of_the_first(district):
    client = district.person(district.firm())
    district.apply(client)
    answer = district.apply(client)
    (case,) = district.cases()
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert case.number in text and 'value="3"' in text


def test_nobody_applies_for_a_policy_that_is_paid_by_list(district):
    client = district.person(district.firm())
    assert district.apply(client, "A").status_code == 422 and not district.cases()


def test_a_firm_without_an_account_is_sent_to_register_one(district):
    client = district.person(district.firm(account=False))
    answer = district.apply(client)
    text = answer.get_data(as_text=True)
    assert (
        answer.status_code == 422 and "请先登记并确认收款账户" in text and 'href="/account"' in text
    )


def test_an_old_event_is_applied_for_under_the_version_of_its_day(district, do):
    def add_version(work):
        row = work.connection.execute(
            select(policy_version).where(policy_version.c.id == "I@1")
        ).one()
        old = {
            **row._mapping,
            "id": "I@0",
            "number": 0,
            "status": "superseded",
            "valid_from": date(2025, 1, 1),
            "valid_to": date(2025, 12, 31),
        }
        work.connection.execute(insert(policy_version).values(old))

    do(add_version)
    client = district.person(district.firm())
    refused = district.apply(client, event_date="2025-06-01")
    assert refused.status_code == 422 and "第 0 版" in refused.get_data(as_text=True)
    guide = page(client, "/policies/I@0")
    assert "只适用于 2025-01-01 至 2025-12-31" in guide and "/policies/I@0/apply" in guide
    form = district.form("I", event_date="2025-06-01")
    assert post(client, "/policies/I@0/apply", form).status_code == 302
    (case,) = district.cases()
    assert case.policy_version_id == "I@0"
