"""The portal room: catalogue, guides, self-check, applications, one's own cases, notices."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("portal", __name__)

from web.portal import (  # noqa: E402, F401
    account,
    application,
    cases,
    catalogue,
    notices,
    self_check,
)
