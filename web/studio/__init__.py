"""The studio: where analysts change diagrams, decisions and forms, and approvers publish them."""

from __future__ import annotations

from flask import Blueprint

from handlers.accounts.roles import ANALYST, ANALYST_APPROVER

blueprint = Blueprint("studio", __name__, url_prefix="/studio")
READERS = (ANALYST, ANALYST_APPROVER)

from web.studio import (  # noqa: E402
    changes,
    editing,  # noqa: F401
    overview,  # noqa: F401
    publishing_pages,  # noqa: F401
    release_pages,  # noqa: F401
    what_if,  # noqa: F401
)


@blueprint.context_processor
def type_names() -> dict[str, object]:
    """The Chinese names of the kinds of elements."""
    return {"TYPE_NAMES": changes.TYPES}
