"""The monitor room: every instance, what it waits for, what went wrong, and what to do about it."""

from __future__ import annotations

from flask import Blueprint

from web.operating import OPERATORS as ACTORS
from web.operating import READERS

blueprint = Blueprint("monitor", __name__, url_prefix="/monitor")

from web.monitor import (  # noqa: E402
    batch_pages,
    incident_pages,
    instance_list,
    instance_page,
    message_pages,
    operate,
)

__all__ = [
    "ACTORS",
    "READERS",
    "batch_pages",
    "blueprint",
    "incident_pages",
    "instance_list",
    "instance_page",
    "message_pages",
    "operate",
]
