"""The HTTP JSON interface; documented in docs/api.md."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("api", __name__, url_prefix="/api")

from web.api import batches, drafts, instances, lists, messages  # noqa: E402, F401
