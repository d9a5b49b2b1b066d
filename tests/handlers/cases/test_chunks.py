"""Lines opened together are what they are one by one."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, func, select, text, update

from engine import history, verify
from engine.database import connect
from engine.runtime import Runtime
from engine.tables import incident, instance, message_wait, user_task
from engine.time_source import DatabaseTime
from handlers.cases import jobs, lists
from handlers.cases.tables import case_file, decision_trace, eligibility_line, eligibility_list
from handlers.enterprises import negative_list
from handlers.enterprises.tables import bank_account, enterprise
from handlers.funds.tables import indicator, ledger_entry
from handlers.funds.verify import verify as verify_funds
from handlers.notices.tables import notice
from handlers.payouts.tables import entitlement, payment_order
from tests.conftest import START
from tests.handlers.scene import AMOUNT, REVIEWER, build, with_shipped_diagrams

DAY = date(2026, 3, 2)
CLOSED, LISTED, NO_ACCOUNT, BROKEN = 1, 3, 5, 6
FIRMS, MONEY = 10, 5  # so many lines, and money for so many of them


@pytest.fixture
def two_scenes(runtime, server, template, tmp_path):
    """The same district twice."""
    name = f"{runtime.database.url.database}_twin"
    server.create_database(name, template)
    database = connect(server.url(name))
    clock = DatabaseTime(database)
    clock.set(START)
    yield [
        district(found, tmp_path / f"{number}")
        for number, found in enumerate((runtime, Runtime(database, clock)))
    ]
    database.dispose()
    server.drop_database(name)


def district(runtime, folder, money=MONEY):
    folder.mkdir()
    return with_shipped_diagrams(build(runtime, folder, AMOUNT * money))


def signed(scene):
    """A list of ten firms and the same firm's second event; then things happen to four of them."""
    firms = [scene.firm() for _ in range(FIRMS)]
    rows = [{"uscc": scene.uscc(firm)} for firm in firms]
    rows.insert(4, {"uscc": rows[0]["uscc"], "event_key": "第二件"})
    list_id = scene.do(lambda work: lists.propose_list(work, "A@1", DAY, rows), REVIEWER)

    def act(work):
        run = work.connection.execute
        run(update(enterprise).where(enterprise.c.id == firms[CLOSED]).values(status="closed"))
        run(
            update(bank_account)
            .where(bank_account.c.enterprise_id == firms[NO_ACCOUNT])
            .values(state="closed")
        )
        negative_list.add_listing(
            work, firms[LISTED], "严重失信主体名单", "欠薪", DAY - timedelta(days=1), "信用中国"
        )
        run(update(eligibility_line).values(enterprise_id=_firm_of_line()))
        run(update(eligibility_line).values(status="proposed", amount=AMOUNT, reasons=[]))
        run(update(eligibility_list).values(status="signed"))
        lines = work.connection.execute(
            select(eligibility_line.c.id).order_by(eligibility_line.c.position)
        )
        return [str(line.id) for line in lines], firms

    assert list_id
    return scene.do(act)


def _firm_of_line():
    return (
        select(enterprise.c.id).where(enterprise.c.uscc == eligibility_line.c.uscc)
    ).scalar_subquery()


def break_payments_of(scene, firm):
    """The database refuses this firm's payment order, whoever writes it."""
    scene.do(
        lambda work: work.connection.execute(
            text(
                "create function refuse() returns trigger language plpgsql as $$ begin "
                "if exists (select 1 from entitlement e where e.id = new.entitlement_id and "
                f"e.enterprise_id = '{firm}') then raise exception 'refused'; end if; "
                "return new; end $$; create trigger refuse before insert on payment_order "
                "for each row execute function refuse()"
            )
        )
    )


def one_by_one(scene, line_ids):
    for line_id in line_ids:
        jobs.open_chunk(scene.runtime, [line_id])


def together(scene, line_ids):
    jobs.open_chunk(scene.runtime, line_ids)


def plain(value):
    """What a value says, without ids, numbers of cases and names of firms."""
    said = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<id>", repr(value))
    said = re.sub(r"RJ\d+|乙\d+|91360700MB\d+", "<name>", said)
    return re.sub(r"'state': '[0-9a-f]{32}'", "<state>", said)


def all_rows(scene):
    """Every row that opening a list leaves, by line where it belongs to one."""

    def act(work):
        run = work.connection.execute
        found = {
            "lines": run(
                select(eligibility_line.c.status, eligibility_line.c.reasons).order_by(
                    eligibility_line.c.position
                )
            ).all()
        }
        cases = run(
            select(case_file)
            .join(eligibility_line, eligibility_line.c.id == case_file.c.list_line_id)
            .order_by(eligibility_line.c.position)
        ).all()
        place = {case.id: number for number, case in enumerate(cases)}
        found["cases"] = [plain(case) for case in cases]
        found["numbers"] = [case.number for case in cases] == sorted(c.number for c in cases)
        for number, case in enumerate(cases):
            found["case", number] = [plain(row) for row in of_case(work, case)]
        owed = {row.id: place[row.case_id] for row in run(select(entitlement))}
        found["ledger"] = [
            (owed.get(row.entitlement_id), row.sequence, row.account, row.amount, row.kind)
            for row in run(select(ledger_entry).order_by(ledger_entry.c.sequence))
        ]
        found["indicator"] = run(select(indicator.c.available, indicator.c.ordered)).all()
        found["jobs"] = run(
            text("select task_name, count(*) from procrastinate_jobs group by 1 order by 1")
        ).all()
        found["notices"] = sorted(plain(row[1:5]) for row in run(select(notice)))
        return found

    return scene.do(act)


def of_case(work, case):
    run = work.connection.execute
    of_instance = {"instance_id": case.instance_id}
    yield from run(
        select(instance.c.status, instance.c.lock_version > 0, instance.c.sequence).where(
            instance.c.id == case.instance_id
        )
    )
    for row in history.of_instance(work.connection, case.instance_id):
        yield row.sequence, row.actor, row.kind, row.element, row.name, row.data, row.reason
    for table, columns in (
        (user_task, ("element", "role", "department", "status", "due_at")),
        (message_wait, ("element", "name", "key")),
        (incident, ("element", "cause", "status", "attempts")),
    ):
        yield from run(select(*(table.c[name] for name in columns)).filter_by(**of_instance))
    yield from run(
        select(decision_trace.c.occasion, decision_trace.c.result).filter_by(case_id=case.id)
    )
    owed = run(select(entitlement).filter_by(case_id=case.id)).all()
    for row in owed:
        yield row
        yield from run(select(payment_order).filter_by(entitlement_id=row.id))
    yield from run(
        text("select limit_days, due_at, stopped_at from clock where subject = :of"),
        {"of": f"case:{case.id}"},
    )


@pytest.mark.parametrize("broken", [False, True])
def test_lines_opened_together_leave_the_rows_that_they_leave_one_by_one(two_scenes, broken):
    found = []
    for scene, open_them in zip(two_scenes, (one_by_one, together), strict=True):
        line_ids, firms = signed(scene)
        if broken:
            break_payments_of(scene, firms[BROKEN])
        open_them(scene, line_ids)
        found.append(all_rows(scene))
    alone, as_one = found
    for what in alone:
        assert plain(as_one[what]) == plain(alone[what]), what
    assert Counter(row.status for row in alone["lines"])["opened"] >= MONEY


def test_money_that_ends_in_a_chunk_goes_to_the_first_lines_of_the_list(two_scenes):
    scene, _ = two_scenes
    line_ids, _ = signed(scene)
    together(scene, line_ids)
    found = all_rows(scene)
    paid = [of for of, _, account, amount, _ in found["ledger"] if account == "ordered"]
    assert paid == sorted(paid) and len(paid) == MONEY
    assert found["indicator"] == [(Decimal(0), AMOUNT * MONEY)]
    assert any("exhausted" in row or "HandleShortage" in row for row in found["case", 9])


def test_a_chunk_asks_the_database_as_often_as_a_line(two_scenes):
    asked = []
    for scene, count in zip(two_scenes, (1, FIRMS - 2), strict=True):
        firms = [scene.firm() for _ in range(count)]
        rows = [{"uscc": scene.uscc(firm)} for firm in firms]
        scene.do(lambda work, rows=rows: lists.propose_list(work, "A@1", DAY, rows), REVIEWER)
        ids = scene.do(
            lambda work: (
                work.connection.execute(update(eligibility_list).values(status="signed"))
                and list(map(str, work.connection.scalars(select(eligibility_line.c.id))))
            )
        )
        scene.do(
            lambda work: work.connection.execute(
                update(indicator).values(available=10**8, budget=10**8)
            )
        )
        statements = []
        event.listen(
            scene.runtime.database,
            "before_cursor_execute",
            lambda _, __, statement, *___, to=statements: to.append(statement),
        )
        together(scene, ids)
        asked.append(len(statements))
        done = scene.do(
            lambda work: work.connection.scalar(select(func.count()).select_from(payment_order))
        )
        assert done == count
    assert asked[1] <= asked[0]


@pytest.mark.parametrize("money", [MONEY, FIRMS])
def test_chains_and_ledger_of_a_list_are_proved(runtime, tmp_path, money):
    scene = district(runtime, tmp_path / "district", money)
    line_ids, _ = signed(scene)
    together(scene, line_ids)
    with verify.consistent(scene.runtime) as work:
        assert [*verify_funds(work.connection), *verify.findings(work)] == []
