"""The match pages ask a big district by indexes: what they cost does not grow with other runs."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select, text

from handlers.eligibility import match_lists, runs
from handlers.eligibility.tables import match_run
from tests.handlers.eligibility.district import DAY, add_case, add_firm, add_policy, release

OTHERS = 15
FIRMS = 2000
# As large as a district's, of which the page shows one run: the rows of the others are in the way.
_FILL = (
    "insert into enterprise (id, uscc, name, legal_representative, status, registered_on, industry, town)"
    " select md5('f' || n)::uuid, '9' || lpad(n::text, 17, '0'), '乙' || n, '张三', 'active',"
    " date '2020-01-01', '制造业', '潭口镇' from generate_series(1, :firms) n",
    "insert into match_run (id, status, event_date, release_id, versions, created_by, created_at,"
    " finished_at, firms, matched, reached, one_by_one)"
    " select md5('r' || n)::uuid, status, event_date - n, release_id, versions, created_by,"
    " created_at - n * interval '1 day', finished_at, firms, matched, reached, one_by_one"
    " from match_run, generate_series(1, :others) n",
    "insert into match_row (run_id, enterprise_id, codes, rules, amounts)"
    " select r.id, e.id, array[hashtext(e.uscc || r.id) & 3], array[null::bigint],"
    " array[null::numeric] from match_run r cross join enterprise e on conflict do nothing",
    "analyze enterprise, match_run, match_row, case_file, policy_version",
)


@pytest.fixture
def run(work):
    """A run among the rows of others."""
    release(work)
    add_policy(work)
    firm = add_firm(work)
    add_case(work, firm)
    run_id = runs.start(work, DAY)
    while runs.go_on(work, run_id):
        pass
    for statement in _FILL:
        values = {"firms": FIRMS, "others": OTHERS}
        wanted = {name: value for name, value in values.items() if f":{name}" in statement}
        work.connection.execute(text(statement), wanted)
    return work.connection.execute(select(match_run).where(match_run.c.id == run_id)).one()


def plans(work, act):
    """The plans of the statements about matches that an act makes."""
    asked = []

    def note(connection, cursor, statement, parameters, context, many):
        if "match_row" in statement and statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(work.connection, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(work.connection, "before_cursor_execute", note)
    found = []
    for statement, parameters in asked:
        rows = work.connection.exec_driver_sql(f"explain {statement}", parameters)
        found.append("\n".join(row[0] for row in rows))
    return found


def test_lists_and_counts_read_their_run_by_an_index(work, run):
    def act():
        for show in match_lists.SHOWS:
            match_lists.lines(work, run, "P@1", show)
        match_lists.summaries(work, run, ["P@1"])

    found = plans(work, act)
    assert len(found) == 5
    for plan in found:
        assert "Seq Scan on match_row" not in plan, plan
        assert "pk_match_row" in plan, plan
