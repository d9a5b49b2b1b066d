"""Brings every capability's tables into the one metadata, in an order that foreign keys allow."""

from handlers.accounts import tables as accounts
from handlers.cases import tables as cases
from handlers.catalogue import tables as catalogue
from handlers.eligibility import tables as eligibility
from handlers.enterprises import tables as enterprises
from handlers.funds import tables as funds
from handlers.notices import tables as notices
from handlers.payouts import tables as payouts
from handlers.rosters import tables as rosters

__all__ = [
    "accounts",
    "cases",
    "catalogue",
    "eligibility",
    "enterprises",
    "funds",
    "notices",
    "payouts",
    "rosters",
]
