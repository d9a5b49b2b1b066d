"""The window room: a clerk takes an application on a firm's behalf."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("window", __name__, url_prefix="/window")

from web.window import counter, intake  # noqa: E402, F401
