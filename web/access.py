"""Who may do what. Every route says so with one of these decorators; a test walks all routes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from flask import abort, current_app, g, redirect, request, session, url_for

from engine.actor import Actor
from engine.calendar import SHANGHAI
from engine.runtime import Runtime, Work
from handlers.accounts import people

View = TypeVar("View", bound=Callable[..., Any])
T = TypeVar("T")
NOBODY = Actor("anonymous")


def public(view: View) -> View:
    """Anybody may call this, signed in or not."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def requires(*roles: str) -> Callable[[View], View]:
    """Only holders of one of the roles (anywhere) may call this; no role named: anybody signed in.

    What they may do to which thing is checked beside the action, by unit.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor = current_actor()
            if actor is NOBODY:
                if request.method == "GET" and "text/html" in request.accept_mimetypes:
                    return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
                abort(401)
            if g.get("must_change_password") and request.endpoint not in _ALWAYS:
                return redirect(url_for("accounts.change_password"))
            if roles and not actor.has_role(*roles):
                abort(403)
            return view(*args, **kwargs)

        guarded.access = roles or ("signed in",)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


_ALWAYS = frozenset(["accounts.change_password", "accounts.sign_out"])


def runtime() -> Runtime:
    """The runtime of this site."""
    found: Runtime = current_app.extensions["runtime"]
    return found


def run(act: Callable[[Work], T]) -> T:
    """Runs a use case as whoever is signed in, in one transaction."""
    return runtime().run(current_actor(), act)


def current_actor() -> Actor:
    """Who is signed in, with the memberships that hold today; NOBODY if nobody is."""
    if "actor" not in g:
        g.actor = _load_actor()
    actor: Actor = g.actor
    return actor


def _load_actor() -> Actor:
    account_id = session.get("account")
    if account_id is None:
        return NOBODY
    found = runtime()
    with found.database.connect() as connection:
        row = people.get(connection, UUID(account_id))
        if row is None or not row.active or row.session_version != session.get("version"):
            session.clear()
            return NOBODY
        g.must_change_password = row.must_change_password
        today = found.time.now().astimezone(SHANGHAI).date()
        return people.actor_of(connection, row, today)


def enterprise_id() -> UUID | None:
    """The enterprise the signed-in person acts for, if any."""
    for unit, _ in sorted(current_actor().memberships):
        if unit.startswith("enterprise:"):
            return UUID(unit.removeprefix("enterprise:"))
    return None
