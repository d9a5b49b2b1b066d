"""A site over a fresh database, and people who sign in to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache

from engine.actor import SYSTEM
from engine.runtime import Runtime, Work
from handlers.accounts import people
from web.application import create_app
from web.settings import Settings

PASSWORD = "Rongyi-2026"


@lru_cache(maxsize=1)
def hashed() -> str:
    """A cheap hash of the one password of the tests; argon2 is slow on purpose."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


def person(work: Work, login: str, *memberships: tuple[str, str], enterprise_id=None) -> str:
    """Creates an account with (unit, role) memberships; returns its id."""
    account_id = people.create_account(
        work, login, login, PASSWORD, enterprise_id, password_hash=hashed()
    )
    for unit, role in memberships:
        people.add_membership(work, account_id, unit, role, date(2020, 1, 1))
    return str(account_id)


class CompiledTemplates(BytecodeCache):
    """Templates compile once in a run, not once in a site."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key] = bucket.bytecode_to_string()


_TEMPLATES = CompiledTemplates()


@pytest.fixture
def app(runtime: Runtime, tmp_path: Path) -> Flask:
    """The site; its front end must have been built by script/bootstrap."""
    found = create_app(Settings(data_folder=tmp_path, secret_key="test"), runtime)
    found.config["TESTING"] = True
    found.jinja_env.bytecode_cache = _TEMPLATES
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def csrf(client: FlaskClient, path: str = "/sign-in") -> str:
    """The CSRF token of a page."""
    page = client.get(path, headers={"Accept": "text/html"}).get_data(as_text=True)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found, page[:500]
    return found.group(1)


@pytest.fixture
def sign_in(app: Flask, runtime: Runtime) -> Callable[..., FlaskClient]:
    """Creates an account if need be and returns a client signed in as it.

    `sign_in("li", ("JFJ", "reviewer"))`; the client posts with `client.post(..., headers={
    "X-CSRFToken": client.csrf})`.
    """

    def enter(login: str, *memberships: tuple[str, str], enterprise_id=None) -> FlaskClient:
        if memberships:
            runtime.run(
                SYSTEM, lambda w: person(w, login, *memberships, enterprise_id=enterprise_id)
            )
        client = app.test_client()
        token = csrf(client)
        answer = client.post(
            "/sign-in", data={"login": login, "password": PASSWORD, "csrf_token": token}
        )
        assert answer.status_code == 302, answer.get_data(as_text=True)
        client.csrf = csrf(client, "/password")
        return client

    return enter
