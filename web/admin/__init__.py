"""The administrators' room, split in three: system, security, audit."""

from __future__ import annotations

from flask import Blueprint

from handlers.accounts.roles import (
    AUDIT_ADMINISTRATOR,
    SECURITY_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR,
)

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
ANY = (SYSTEM_ADMINISTRATOR, SECURITY_ADMINISTRATOR, AUDIT_ADMINISTRATOR)

from web.admin import accounts, calendar, departments, overview, processes, record  # noqa: E402, F401
