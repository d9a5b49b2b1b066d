"""The HTTP JSON interface of operations; documented in docs/api.md."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("api", __name__, url_prefix="/api")

from web.api import batches, drafts, instances, messages  # noqa: E402, F401
