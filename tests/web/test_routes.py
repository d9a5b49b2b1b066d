"""Walks all routes: who may call each is written down, and the server keeps to it."""

from __future__ import annotations

import uuid

import pytest

from handlers.accounts.roles import ENTERPRISE_ROLES, ROLES
from web.navigation import MENU

# Pages without parameters that are reached from other pages, not from the menu.
NOT_IN_THE_MENU = {
    "lists.matches",
    "studio.what_if_policies",
    "accounts.sign_in", "accounts.home", "accounts.change_password", "health",
    "monitor.incidents", "monitor.message_list", "finance.batch_list",
    "admin.departments", "admin.calendar", "admin.processes", "admin.accounts", "admin.record",
    "lists.choose", "lists.template", "portal.account", "portal.notices", "portal.public_list",
    "monitor.migration", "monitor.batch_list",
    "api.found_instances", "api.latest_batches", "api.drafts_never_run",
    "studio.catalogue", "studio.handlers", "studio.publish", "studio.releases",
}  # fmt: skip
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def address(app, rule):
    """An address of a rule, with made-up values for its parameters."""
    values = {}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        if kind == "UUIDConverter":
            values[name] = uuid.UUID(int=1)
        elif kind == "IntegerConverter":
            values[name] = 1
        elif kind == "AnyConverter":
            values[name] = sorted(converter.items)[0]
        else:
            values[name] = "x"
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values)


def access(app, rule):
    return getattr(app.view_functions[rule.endpoint], "access", None)


def test_every_route_says_who_may_call_it(app):
    silent = [rule.endpoint for rule in rules(app) if access(app, rule) is None]
    assert silent == []


def test_every_role_that_a_route_names_exists(app):
    for rule in rules(app):
        found = access(app, rule)
        if found not in ("public", ("signed in",)):
            assert set(found) <= set(ROLES), rule.endpoint


def test_nobody_enters_without_signing_in(app, client):
    for rule in rules(app):
        if access(app, rule) == "public" or "GET" not in rule.methods:
            continue
        path = address(app, rule)
        page = client.get(path, headers={"Accept": "text/html"})
        assert page.status_code == 302 and "/sign-in" in page.location, path
        assert client.get(path, headers={"Accept": "application/json"}).status_code == 401, path


def test_every_unsafe_method_needs_a_csrf_token(app, sign_in):
    client = sign_in(
        "anybody", *((("XZSPJ", role)) for role in ROLES if role not in ENTERPRISE_ROLES)
    )
    for rule in rules(app):
        for method in set(rule.methods) & set(UNSAFE):
            found = client.open(address(app, rule), method=method)
            assert found.status_code == 400, (method, rule.rule, found.status_code)


@pytest.mark.parametrize(
    "membership", [("JFJ", "expert"), ("XZSPJ", "auditor"), ("E", "applicant")]
)
def test_a_person_without_the_role_is_refused(app, sign_in, membership):
    unit = f"enterprise:{uuid.UUID(int=9)}" if membership[0] == "E" else membership[0]
    client = sign_in("someone", (unit, membership[1]))
    refused = 0
    for rule in rules(app):
        found = access(app, rule)
        if found in ("public", ("signed in",)) or membership[1] in found:
            continue
        for method in set(rule.methods) & {"GET", *UNSAFE}:
            answer = client.open(
                address(app, rule), method=method, headers={"X-CSRFToken": client.csrf}
            )
            assert answer.status_code == 403, (method, rule.rule, answer.status_code)
            refused += 1
    assert refused > 10


def test_every_page_is_in_the_menu_or_listed_as_reached_otherwise(app):
    in_menu = {entry.endpoint for entry in MENU}
    pages = {rule.endpoint for rule in rules(app) if "GET" in rule.methods and not rule.arguments}
    assert pages - in_menu == NOT_IN_THE_MENU


def test_the_menu_leads_to_pages_that_open(app):
    assert {entry.endpoint for entry in MENU} <= set(app.view_functions)
    for entry in MENU:
        found = getattr(app.view_functions[entry.endpoint], "access", None)
        if found == "public":
            assert not entry.roles
        else:
            assert set(entry.roles) <= set(found), entry.endpoint


def test_the_menu_marks_the_page_shown_and_what_lies_below_it(app):
    from web.navigation import MENU, current

    entries = [e for e in MENU if e.endpoint.startswith(("portal.", "inbox."))]
    for path, expected in (
        ("/", "portal.catalogue"),
        ("/cases/1", "portal.my_cases"),
        ("/inbox/1/form", "inbox.tasks"),
    ):
        with app.test_request_context(path):
            assert current(entries).endpoint == expected
    with app.test_request_context("/public-notices"):
        assert current(entries) is None
