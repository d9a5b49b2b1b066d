"""Messages that nobody has taken yet: kept until somebody waits for them, or until they expire."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request

from engine import messages
from web.access import requires, run
from web.monitor import READERS, blueprint

PAGE_SIZE = 50


@blueprint.get("/messages")
@requires(*READERS)
def message_list() -> Any:
    """Oldest first; what is in a message is not shown."""
    try:
        after = UUID(request.args.get("after", ""))
    except ValueError:
        after = None
    found = run(lambda work: messages.undelivered(work, after, PAGE_SIZE + 1))
    following = str(found[PAGE_SIZE - 1].id) if len(found) > PAGE_SIZE else ""
    return render_template("monitor/messages.html", rows=found[:PAGE_SIZE], following=following)
