"""Accounts and memberships, by the security administrator."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row, or_, select

from engine.calendar import SHANGHAI
from engine.errors import InvalidInput, NotFound
from engine.runtime import Work
from handlers.accounts import departments as offices
from handlers.accounts import granting, people
from handlers.accounts.roles import ENTERPRISE_ROLES, ROLES, SECURITY_ADMINISTRATOR
from handlers.accounts.tables import account, membership
from handlers.enterprises.tables import enterprise
from web.access import requires, run
from web.admin import blueprint

PAGE_SIZE = 50
# Without letters and digits that are taken for one another when read aloud.
_SIGNS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"


def one_time_password() -> str:
    """A random password that is shown once and must be changed at the first sign-in."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(3))


@blueprint.get("/accounts")
@requires(SECURITY_ADMINISTRATOR)
def accounts() -> Any:
    return _list()


def _list(status: int = 200, **more: Any) -> Any:
    text, after = request.args.get("q", "").strip()[:100], request.args.get("after", "")
    rows = run(lambda work: _search(work, text, after))
    following = rows[PAGE_SIZE - 1].login if len(rows) > PAGE_SIZE else ""
    shown: dict[str, Any] = {"fields": {}, "given": {}, **more}
    page = render_template(
        "admin/accounts.html", rows=rows[:PAGE_SIZE], following=following, text=text, **shown
    )
    return page, status


def _search(work: Work, text: str, after: str) -> list[Row[Any]]:
    statement = (
        select(account, enterprise.c.name.label("enterprise"))
        .outerjoin(enterprise, enterprise.c.id == account.c.enterprise_id)
        .where(account.c.login > after)
    )
    if text:
        escaped = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        places = (account.c.login, account.c.name, enterprise.c.name)
        statement = statement.where(or_(*(place.ilike(f"%{escaped}%") for place in places)))
    ordered = statement.order_by(account.c.login).limit(PAGE_SIZE + 1)
    return list(work.connection.execute(ordered))


@blueprint.post("/accounts")
@requires(SECURITY_ADMINISTRATOR)
def create_account() -> Any:
    """Creates an account and shows its one-time password."""
    given, password = request.form, one_time_password()

    def act(work: Work) -> UUID:
        if not given.get("name", "").strip():
            raise InvalidInput(fields={"name": _("请填写姓名")})
        return people.create_account(
            work, given.get("login", ""), given["name"], password, must_change=True
        )

    try:
        account_id = run(act)
    except InvalidInput as error:
        return _list(422, fields=error.fields, given=given)
    return _one(account_id, password=password)


@blueprint.get("/accounts/<uuid:account_id>")
@requires(SECURITY_ADMINISTRATOR)
def one_account(account_id: UUID) -> Any:
    return _one(account_id)


def _one(account_id: UUID, status: int = 200, **more: Any) -> Any:
    def act(work: Work) -> dict[str, Any]:
        row = people.get(work.connection, account_id)
        if row is None:
            raise NotFound(_("没有这个账户"))
        firm = select(enterprise.c.name).where(enterprise.c.id == row.enterprise_id)
        held = work.connection.execute(
            select(membership)
            .where(membership.c.account_id == account_id)
            .order_by(membership.c.starts_on, membership.c.id)
        ).all()
        known = offices.all_of_them(work)
        return {
            "row": row,
            "unit_names": {one.code: one.name for one in known},
            "firm": work.connection.scalar(firm),
            "memberships": held,
            "departments": [one for one in known if one.active],
            "today": work.now.astimezone(SHANGHAI).date(),
            "own": str(account_id) == work.actor.id,
        }

    shown: dict[str, Any] = {"fields": {}, "given": {}, "password": "", **more}
    staff_roles = [role for role in ROLES if role not in ENTERPRISE_ROLES]
    page = render_template(
        "admin/account.html",
        staff_roles=staff_roles,
        enterprise_roles=[role for role in ROLES if role in ENTERPRISE_ROLES],
        **shown,
        **run(act),
    )
    return page, status


@blueprint.post("/accounts/<uuid:account_id>/<any(block, unblock):act>")
@requires(SECURITY_ADMINISTRATOR)
def set_active(account_id: UUID, act: str) -> Any:
    def do(work: Work) -> None:
        granting.require_other(work, account_id)
        people.set_active(work, account_id, act == "unblock")

    run(do)
    done = _("账户已停用,其登录已全部失效。") if act == "block" else _("账户已启用。")
    flash(done, "success")
    return redirect(url_for("admin.one_account", account_id=account_id))


@blueprint.post("/accounts/<uuid:account_id>/password")
@requires(SECURITY_ADMINISTRATOR)
def reset_password(account_id: UUID) -> Any:
    """Sets a one-time password and shows it in this answer only."""
    password = one_time_password()

    def act(work: Work) -> None:
        granting.require_other(work, account_id)
        people.reset_password(work, account_id, password)

    run(act)
    return _one(account_id, password=password)


@blueprint.post("/accounts/<uuid:account_id>/memberships")
@requires(SECURITY_ADMINISTRATOR)
def add_membership(account_id: UUID) -> Any:
    given = request.form

    def act(work: Work) -> None:
        starts_on, ends_on = _dates(given.get("starts_on", ""), given.get("ends_on", ""))
        unit, role = given.get("unit", ""), given.get("role", "")
        granting.grant(work, account_id, unit, role, starts_on, ends_on)

    try:
        run(act)
    except InvalidInput as error:
        return _one(account_id, 422, fields=error.fields, given=given)
    flash(_("岗位已授予。"), "success")
    return redirect(url_for("admin.one_account", account_id=account_id))


def _dates(starts_on: str, ends_on: str) -> tuple[date, date | None]:
    fields, found = {}, []
    for name, text in (("starts_on", starts_on), ("ends_on", ends_on)):
        try:
            found.append(date.fromisoformat(text) if text or name == "starts_on" else None)
        except ValueError:
            fields[name] = _("请填写日期,例如 2026-03-01")
    if fields:
        raise InvalidInput(fields=fields)
    first, last = found
    assert first is not None
    return first, last


@blueprint.post("/accounts/<uuid:account_id>/memberships/<uuid:membership_id>/end")
@requires(SECURITY_ADMINISTRATOR)
def end_membership(account_id: UUID, membership_id: UUID) -> Any:
    """Ends a membership; today is its last day."""

    def act(work: Work) -> None:
        granting.require_other(work, account_id)
        own = select(membership.c.id).where(
            membership.c.id == membership_id, membership.c.account_id == account_id
        )
        if work.connection.scalar(own) is None:
            raise NotFound(_("没有这条任职记录"))
        people.end_membership(work, membership_id, work.now.astimezone(SHANGHAI).date())

    run(act)
    flash(_("岗位已结束,今天是最后一天。"), "success")
    return redirect(url_for("admin.one_account", account_id=account_id))
