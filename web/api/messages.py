"""Messages: sending one to whoever waits or will wait for it, and what has become of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for

from engine import messages
from engine.runtime import Work
from web import operating
from web.access import requires, run
from web.api import blueprint, bodies


@blueprint.post("/messages")
@requires(*operating.OPERATORS)
def send_message() -> Any:
    """Sends a message, once for one `Idempotency-Key` and once for one `guard`."""
    body = bodies.read()
    given = {
        "key": bodies.text_of(body, "key"),
        "business_key": bodies.text_of(body, "business_key"),
        "guard": bodies.text_of(body, "guard") or None,
        "time_to_live": bodies.duration_of(body, "time_to_live"),
        "request": bodies.request_key(),
    }
    name, payload = bodies.text_of(body, "name"), bodies.data_of(body, "payload")

    def act(work: Work) -> dict[str, Any]:
        row, sent = operating.send(work, name, payload, **given)
        return {**operating.message_json(work, row), "duplicate": not sent}

    found = run(act)
    where = {"Location": url_for("api.one_message", message_id=found["id"])}
    return found, 200 if found["duplicate"] else 202, where


@blueprint.get("/messages/<uuid:message_id>")
@requires(*operating.READERS)
def one_message(message_id: UUID) -> Any:
    """A message and what has become of it; what is in it is not shown."""

    return run(lambda work: operating.message_json(work, messages.get(work, message_id)))
