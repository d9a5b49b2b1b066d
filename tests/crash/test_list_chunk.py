"""`kill -9` in the middle of a list's chunk: every line is opened and frozen exactly once."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from engine import verify
from handlers.cases import jobs
from handlers.cases.tables import case_file
from handlers.funds.tables import ledger_entry
from handlers.funds.verify import verify as verify_funds
from handlers.payouts.tables import payment_order
from tests.handlers.cases.test_chunks import FIRMS, district, signed

OPENED, PAID = 10, 8  # of eleven lines one firm is closed; then one is listed, one has no account

WORKER = """
import sys
from engine.database import connect
from engine.runtime import Runtime
from engine.time_source import DatabaseTime
from handlers import registry
from handlers.cases import jobs

registry.load()
database = connect(sys.argv[1])
jobs.open_chunk(Runtime(database, DatabaseTime(database)), sys.argv[2:])
"""


@pytest.mark.parametrize(
    ("point", "cases"), [("handler called#30", 0), ("before commit", 0), ("after commit", OPENED)]
)
def test_a_chunk_whose_worker_is_killed_is_opened_exactly_once(runtime, tmp_path, point, cases):
    scene = district(runtime, tmp_path / "district", FIRMS)
    line_ids, _ = signed(scene)
    url = runtime.database.url.render_as_string(hide_password=False)
    environment = {**os.environ, "RONGYIDUI_CRASH_AT": point}
    died = subprocess.run([sys.executable, "-c", WORKER, url, *line_ids], env=environment)
    assert died.returncode == -9
    assert count(scene, case_file) == cases
    jobs.open_chunk(runtime, line_ids)
    assert (count(scene, case_file), count(scene, payment_order)) == (OPENED, PAID)
    frozen = ledger_entry.c.kind == "freeze"
    assert count(scene, ledger_entry, frozen) == 2 * PAID
    with verify.consistent(runtime) as work:
        assert [*verify_funds(work.connection), *verify.findings(work)] == []


def count(scene, table, *where):
    return scene.do(
        lambda work: work.connection.scalar(select(func.count()).select_from(table).where(*where))
    )
