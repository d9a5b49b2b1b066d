"""A site on a real port over a fresh database, and Chromium to look at it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from tests.web.conftest import PASSWORD, app, client, sign_in  # noqa: F401

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
PATIENCE = 90_000  # milliseconds; a busy machine is slow, not wrong
AXE = Path(__file__).parents[2] / "web/frontend/node_modules/axe-core/axe.min.js"


@pytest.fixture(scope="session")
def browser():
    """Chromium; without it the tests are skipped, in CI they fail."""
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"Chromium is missing at {CHROMIUM}")
        pytest.skip(f"NOT TESTED: Chromium is missing at {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture
def site(app) -> Iterator[str]:  # noqa: F811
    """The address of the running site."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def open_page(browser, site):
    """Opens a page of the site signed in: `open_page("li", "/studio/", width=390)`.

    `page.complaints` collects what the console and the page complain about, CSP included.
    """
    contexts = []

    def enter(login, path, width=1440, height=900, locale="zh-CN"):
        context = browser.new_context(
            base_url=site, viewport={"width": width, "height": height}, locale=locale
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                page.complaints.append(message.text)
                if message.type in ("error", "warning")
                else None
            ),
        )
        page.goto("/sign-in")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit], main button:not([type])")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.complaints.clear()
        page.goto(path)
        return page

    yield enter
    for context in contexts:
        context.close()


def axe(page) -> list[str]:
    """What axe finds: rule, number of nodes, the first one."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
    )
    return [
        f"{v['id']} x{len(v['nodes'])}: {v['nodes'][0]['html'][:160]} {v['nodes'][0]['failureSummary'][:200]}"
        for v in found["violations"]
    ]
