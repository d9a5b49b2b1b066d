"""The window room."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("window", __name__, url_prefix="/window")
