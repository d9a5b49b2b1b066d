"""The finance room: what is due, batches and the bank's answers, indicators and their ledger."""

from __future__ import annotations

from flask import Blueprint

from handlers.accounts.roles import (
    AUDITOR,
    CHECKER,
    FINANCE,
    HEAD,
    MAKER,
    MANAGER,
    RELEASER,
)

blueprint = Blueprint("finance", __name__, url_prefix="/finance")
PAYOUT_READERS = (MAKER, CHECKER, RELEASER, FINANCE, AUDITOR)
FUND_READERS = (FINANCE, MAKER, MANAGER, AUDITOR, HEAD)

from web.finance import batch_pages, desk, funds  # noqa: E402, F401
