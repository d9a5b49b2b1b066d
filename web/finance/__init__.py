"""The finance room."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("finance", __name__, url_prefix="/finance")
