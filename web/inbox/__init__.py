"""The inbox room: tasks of one's own and of one's groups, and the page of one task."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")

from web.inbox import documents, form, roster, task_list, task_page  # noqa: E402, F401
