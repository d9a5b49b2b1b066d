"""The monitor room."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("monitor", __name__, url_prefix="/monitor")
