"""What an applicant's form typically puts into the data: about 1.5 KB."""

from __future__ import annotations

from typing import Any


def form_data(number: int) -> dict[str, Any]:
    """The data of one case; the same number gives the same case."""
    return {
        "enterprise": _enterprise(number),
        "policy_id": "P2026-001",
        "amount": 5000 + number % 1000,
        "attachments": [
            {
                "id": f"paper-{number}-{place}",
                "name": f"材料{place}.pdf",
                "sha256": f"{number * 31 + place:064x}",
                "size": 123_456 + place,
            }
            for place in range(4)
        ],
        "statement": "本企业承诺所提交材料真实有效。" * 5,
    }


def _enterprise(number: int) -> dict[str, Any]:
    mixed = number * 2_654_435_761 % 2**32  # the same numbers in every run, without a generator
    return {
        "uscc": f"91350200MA{number:08d}",
        "name": f"样例企业{number}有限公司",
        "account": f"account-{number}",
        "region": f"R{mixed % 7}",
        "industry": f"I{mixed // 7 % 11}",
        "revenue": 500 + mixed // 77 % 19_500,
        "employees": 1 + mixed // 1_000 % 400,
        "contact": {
            "name": "张三",
            "phone": "-",
            "address": {"city": "样例市", "street": "一路1号"},
        },
    }
