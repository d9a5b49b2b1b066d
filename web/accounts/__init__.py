"""Signing in and out, one's own password, language, 关怀版."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from engine.errors import EngineError, InvalidInput
from engine.runtime import Work
from handlers.accounts import people
from handlers.accounts import sign_in as signing
from handlers.accounts.roles import ENTERPRISE_ROLES
from web.access import current_actor, public, requires, run

blueprint = Blueprint("accounts", __name__)


def safe_next(target: str | None) -> str | None:
    """A path of this site, or None: nobody is sent elsewhere after signing in."""
    parts = urlsplit(target or "")
    ours = target and target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if ours and not parts.netloc else None


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    if request.method == "GET":
        return render_template("accounts/sign_in.html", login="", error="")
    login = request.form.get("login", "")
    password = request.form.get("password", "")
    address = request.remote_addr or ""
    found = run(lambda work: signing.check(work, login, password, address))
    if isinstance(found, EngineError):
        status = 429 if isinstance(found, signing.TooManyGuesses) else 422
        page = render_template("accounts/sign_in.html", login=login, error=found.message)
        return page, status
    kept = {name: session[name] for name in ("language", "care") if name in session}
    session.clear()
    session.update(kept, account=str(found.id), version=found.session_version)
    return redirect(safe_next(request.args.get("next")) or url_for("accounts.home"))


@blueprint.get("/home")
@requires()
def home() -> Any:
    """Sends everybody to the page his day begins on."""
    actor = current_actor()
    if actor.has_role(*ENTERPRISE_ROLES):
        return redirect(url_for("portal.catalogue"))
    return redirect(url_for("inbox.tasks"))


@blueprint.post("/sign-out")
@requires()
def sign_out() -> Any:
    kept = {name: session[name] for name in ("language", "care") if name in session}
    session.clear()
    session.update(kept)
    return redirect(url_for("portal.catalogue"))


@blueprint.route("/password", methods=["GET", "POST"])
@requires()
def change_password() -> Any:
    fields: dict[str, str] = {}
    if request.method == "POST":
        old, new = request.form.get("old", ""), request.form.get("password", "")

        def act(work: Work) -> int:
            account_id = UUID(work.actor.id)
            row = people.get(work.connection, account_id)
            if row is None or not people.password_matches(row.password_hash, old):
                raise InvalidInput(fields={"old": _("当前密码不正确")})
            if new == old:
                raise InvalidInput(fields={"password": _("新密码不能与当前密码相同")})
            if new != request.form.get("again", ""):
                raise InvalidInput(fields={"again": _("两次输入的新密码不一致")})
            people.reset_password(work, account_id, new, must_change=False)
            return int(row.session_version) + 1

        try:
            session["version"] = run(act)
            flash(_("密码已修改,其他设备上的登录已失效。"), "success")
            return redirect(url_for("accounts.home"))
        except InvalidInput as error:
            fields = error.fields
    return render_template("accounts/password.html", fields=fields), 422 if fields else 200


@blueprint.post("/display")
@public
def display() -> Any:
    """Sets the language or 关怀版 of this browser."""
    if request.form.get("language") in ("zh", "en"):
        session["language"] = request.form["language"]
    if request.form.get("care") in ("on", "off"):
        session["care"] = request.form["care"] == "on"
    session.permanent = True
    return redirect(safe_next(request.form.get("next")) or url_for("portal.catalogue"))
