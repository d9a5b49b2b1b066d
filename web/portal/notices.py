"""A firm's notices, one notice to print, and the public notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import render_template, request
from flask_babel import gettext as _
from sqlalchemy import Row, select

from engine.errors import NotFound
from engine.runtime import Work
from handlers.accounts.roles import APPLICANT, LEGAL_REPRESENTATIVE, enterprise_unit
from handlers.notices import box, send
from handlers.notices import public as public_notices
from handlers.notices.tables import notice
from web.access import public, requires, run
from web.portal import application, blueprint, case_view
from web.portal.cases import READERS

PAGE = 20


@blueprint.get("/notices")
@requires(APPLICANT, LEGAL_REPRESENTATIVE)
def notices() -> Any:
    """The firm's notices, newest first, a page at a time."""
    unit = enterprise_unit(application.own_firm())
    after = _after(request.args.get("after", ""))
    found = run(lambda work: box.of_unit(work, unit, after, PAGE + 1))
    shown = found[:PAGE]
    older = f"{shown[-1].sent_at.isoformat()}_{shown[-1].id}" if len(found) > PAGE else ""
    return render_template("portal/notices.html", notices=shown, older=older, first=after is None)


def _after(text: str) -> tuple[datetime, UUID] | None:
    """Reads `instant_id`; anything else is the first page."""
    at, _sep, identity = text.rpartition("_")
    try:
        return datetime.fromisoformat(at), UUID(identity)
    except ValueError:
        return None


@blueprint.get("/notices/<uuid:notice_id>")
@requires(*READERS)
def printed_notice(notice_id: UUID) -> Any:
    """One notice as a paper to print; opening it counts as reading it."""

    def act(work: Work) -> dict[str, Any]:
        row = work.connection.execute(select(notice).where(notice.c.id == notice_id)).first()
        if row is None or not _may_read(work, row):
            raise NotFound(_("没有这份通知。"))
        if row.read_at is None and _is_own(work, row):
            box.mark_read(work, notice_id, row.unit)
        paragraphs = [text for text in row.body.split("\n") if text]
        return {
            "notice": row,
            # a notice about a case ends with the office that sends it
            "signature": paragraphs.pop() if row.case_id and len(paragraphs) > 1 else "",
            "paragraphs": paragraphs,
            "heading": send.TITLES.get(row.kind, row.title),
            "row": case_view.get(work, row.case_id) if row.case_id else None,
        }

    return render_template("portal/printed_notice.html", **run(act))


def _is_own(work: Work, row: Row[Any]) -> bool:
    return any(unit == row.unit for unit, _role in work.actor.memberships)


def _may_read(work: Work, row: Row[Any]) -> bool:
    """One's own unit's notices; a firm's also for whoever may see its case."""
    if _is_own(work, row):
        return True
    if row.case_id is None or not row.unit.startswith("enterprise:"):
        return False
    try:
        case_view.get(work, row.case_id)
    except NotFound:
        return False
    return True


@blueprint.get("/public-notices")
@public
def public_list() -> Any:
    """What is about to be paid, for anybody to read and object to."""
    return render_template("portal/public_notices.html", notices=run(public_notices.running))
