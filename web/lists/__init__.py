"""The lists room: a department proposes who gets a 免申即享 benefit without applying."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("lists", __name__, url_prefix="/lists")

from web.lists import by_person, matches, overview, proposing  # noqa: E402, F401
