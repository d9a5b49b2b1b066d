"""The firm's bank account: declared by one, confirmed by the legal representative."""

from __future__ import annotations

from handlers.enterprises import bank_accounts
from tests.web.district import page, post

NUMBER = "6222000011112222"


def _declare(client, **changes):
    form = {"holder": "丙有限公司", "bank": "某银行", "cnaps": "102428000015", "number": NUMBER}
    return post(client, "/account", {**form, **changes})


def test_the_accountant_declares_and_only_the_legal_representative_confirms(district, do):
    firm = district.firm(name="丙有限公司", account=False)
    accountant = district.person(firm)
    assert _declare(accountant).status_code == 302
    text = page(accountant, "/account")
    assert "2222" in text and NUMBER not in text and "确认启用" not in text
    (row,) = do(lambda work: bank_accounts.accounts_of(work, firm))
    assert post(accountant, f"/account/{row.id}/confirm").status_code == 403
    other = district.person(district.firm(), "legal_representative")
    assert post(other, f"/account/{row.id}/confirm").status_code == 404
    legal = district.person(firm, "legal_representative")
    assert "确认启用" in page(legal, "/account")
    assert post(legal, f"/account/{row.id}/confirm").status_code == 302
    assert do(lambda work: bank_accounts.usable_account(work, firm)).id == row.id


def test_wrong_details_are_said_by_field_and_the_number_is_not_repeated(district):
    client = district.person(district.firm(name="丙有限公司", account=False))
    answer = _declare(client, holder="丁有限公司", cnaps="12")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "联行号应为 12 位数字" in text and "户名应与" in text
    assert 'value="某银行"' in text and NUMBER not in text
