"""The monitor room: every instance, what it waits for, what went wrong, and what to do about it."""

from __future__ import annotations

from flask import Blueprint

from handlers.accounts.roles import (
    ANALYST,
    ANALYST_APPROVER,
    AUDITOR,
    MANAGER,
    SYSTEM_ADMINISTRATOR,
)

blueprint = Blueprint("monitor", __name__, url_prefix="/monitor")
READERS = (MANAGER, AUDITOR, ANALYST, ANALYST_APPROVER, SYSTEM_ADMINISTRATOR)
ACTORS = (ANALYST_APPROVER, SYSTEM_ADMINISTRATOR)

from web.monitor import acts, incident_pages, instance_list, instance_page  # noqa: E402, F401
