"""The pages of the main menu: endpoint, Chinese label, icon, roles (none: everybody)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _

from handlers.accounts import roles
from web.access import NOBODY, current_actor


@dataclass(frozen=True)
class Entry:
    """One entry of the menu."""

    endpoint: str
    label: object
    icon: str
    roles: tuple[str, ...] = ()


STAFF = tuple(role for role in roles.ROLES if role not in roles.ENTERPRISE_ROLES)
MENU: tuple[Entry, ...] = (
    Entry("portal.catalogue", _("政策目录"), "book"),
    Entry("portal.my_cases", _("我的办件"), "package", tuple(sorted(roles.ENTERPRISE_ROLES))),
    Entry("inbox.tasks", _("待办"), "inbox", tuple(roles.ROLES)),
    Entry("window.counter", _("窗口"), "building-community", (roles.CLERK,)),
    Entry("lists.overview", _("名单"), "list-check", (roles.REVIEWER, roles.HEAD)),
    Entry(
        "finance.payout_desk",
        _("兑付"),
        "cash",
        (roles.MAKER, roles.CHECKER, roles.RELEASER, roles.FINANCE, roles.AUDITOR),
    ),
    Entry(
        "finance.indicators",
        _("资金池"),
        "wallet",
        (roles.FINANCE, roles.MAKER, roles.MANAGER, roles.AUDITOR, roles.HEAD),
    ),
    Entry(
        "monitor.instances",
        _("监控"),
        "activity",
        (roles.MANAGER, roles.AUDITOR, roles.ANALYST, roles.ANALYST_APPROVER,
         roles.SYSTEM_ADMINISTRATOR),
    ),
    Entry("studio.overview", _("流程设计"), "sitemap", (roles.ANALYST, roles.ANALYST_APPROVER)),
    Entry(
        "admin.overview",
        _("管理"),
        "settings",
        (roles.SYSTEM_ADMINISTRATOR, roles.SECURITY_ADMINISTRATOR, roles.AUDIT_ADMINISTRATOR),
    ),
)  # fmt: skip


def current(entries: list[Entry]) -> Entry | None:
    """The entry of the page shown, else the one whose address the page's begins with."""
    found = [(len(path), e) for e in entries if begins_with(path := url_for(e.endpoint))]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def begins_with(path: str) -> bool:
    """Whether the page shown is this one or below it; the front page has nothing below it."""
    here = request.path.rstrip("/")
    return here == path.rstrip("/") or (path != "/" and here.startswith(path.rstrip("/") + "/"))


def menu() -> list[Entry]:
    """The entries for whoever is signed in."""
    actor = current_actor()
    known = current_app.view_functions
    return [
        entry
        for entry in MENU
        if entry.endpoint in known
        and (not entry.roles or (actor is not NOBODY and actor.has_role(*entry.roles)))
    ]
