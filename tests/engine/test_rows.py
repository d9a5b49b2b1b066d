from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, literal_column, select, text, update
from sqlalchemy.event import listen
from sqlalchemy.exc import IntegrityError

from engine.rows import By, Question, among, rows_by_key
from engine.tables import clock, discarded_draft

CLOCK = rows_by_key(clock)


def in_order(work, subjects, lock):
    rows = work.connection.execute(select(clock).where(among(clock.c.subject, subjects)))
    return {row.subject: row.limit_days for row in rows}


LIMIT = Question(in_order, {clock: By("subject", ("limit_days",))})


def values(work, subject="a", days=5):
    return {
        "id": uuid4(),
        "subject": subject,
        "limit_days": days,
        "started_at": work.now,
        "due_at": work.now + timedelta(days=7),
        "due_provisional": False,
    }


def test_a_collected_row_is_there_for_the_next_statement(do):
    def act(work):
        work.rows.insert(clock, values(work))
        return work.connection.scalar(select(func.count()).select_from(clock))

    assert do(act) == 1


def test_a_collected_row_is_there_after_the_commit_like_a_row_written_at_once(do):
    def collected(work):
        for subject in ("a", "b"):
            work.rows.insert(clock, values(work, subject))

    do(collected)
    do(lambda work: work.connection.execute(insert(clock).values(values(work, "c"))))
    rows = do(lambda work: work.connection.execute(select(clock).order_by(clock.c.subject)).all())
    assert [row.subject for row in rows] == ["a", "b", "c"]
    assert len({row[2:] for row in rows}) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_json_bytes_and_nothing_come_back_as_they_were(do, count):
    given = {"authors": [{"a": "二\t\\N\n", "b": None}], "content": b"\x00\\x\n\t"}

    def act(work):
        for number in range(count):
            row = {"path": f"{number}", "kind": "form", "discarded_by": "x", "reason": ""}
            work.rows.insert(discarded_draft, {**row, **given, "discarded_at": work.now})

    do(act)
    rows = do(lambda work: work.connection.execute(select(discarded_draft)).all())
    assert len(rows) == count
    assert all((row.authors, row.content) == (given["authors"], given["content"]) for row in rows)


@pytest.mark.parametrize("count", [1, 3])
def test_a_row_changed_before_it_is_sent_and_one_changed_later_end_alike(do, count):
    def act(work):
        rows = [values(work, f"{number}") for number in range(count)]
        for row in rows:
            work.rows.insert(clock, row)
        work.rows.update(clock, rows[0]["id"], {"limit_days": 6})
        work.rows.send()
        for row in rows:
            work.rows.update(clock, row["id"], {"stopped_at": work.now})
        work.rows.update(clock, rows[0]["id"], {"limit_days": 7, "stopped_at": None})

    do(act)
    rows = do(lambda work: work.connection.execute(select(clock).order_by(clock.c.subject)).all())
    assert [row.limit_days for row in rows] == [7, *[5] * (count - 1)]
    assert [row.stopped_at is None for row in rows] == [True, *[False] * (count - 1)]


def test_what_is_known_follows_what_is_collected(do):
    def act(work):
        row = values(work)
        work.rows.insert(clock, row)
        first = work.known(CLOCK, row["id"])
        work.rows.update(clock, row["id"], {"limit_days": 9})
        return first.limit_days, work.known(CLOCK, row["id"]).limit_days, first.stopped_at

    assert do(act) == (5, 9, None)


def test_an_answer_is_read_once_until_something_it_depends_on_is_written(do):
    do(lambda work: work.connection.execute(insert(clock).values(values(work))))
    asked = []

    def ask(work, keys, lock):
        asked.append(keys)
        return in_order(work, keys, lock)

    question = Question(ask, {clock: By("subject", ("limit_days",))})

    def act(work):
        row = work.connection.execute(select(clock)).one()
        for subject in ("a", "b", "a"):
            work.known(question, subject)
        work.rows.update(clock, row.id, {"stopped_at": work.now}, of={"subject": "a"})
        work.known(question, "a")
        assert asked == [["a"], ["b"]]
        work.rows.update(clock, row.id, {"limit_days": 8}, of={"subject": "a"})
        assert (work.known(question, "a"), work.known(question, "b")) == (8, None)
        assert asked == [["a"], ["b"], ["a"]]

    do(act)


@pytest.mark.parametrize("how", ["statement", "text"])
def test_a_write_past_the_collected_rows_makes_answers_be_asked_again(do, how):
    do(lambda work: work.connection.execute(insert(clock).values(values(work))))
    statements = {
        "statement": update(clock).values(limit_days=8),
        "text": text("update clock set limit_days = 8"),
    }

    def act(work):
        before = work.known(LIMIT, "a")
        work.connection.execute(statements[how])
        return before, work.known(LIMIT, "a")

    assert do(act) == (5, 8)


def test_what_was_collected_in_a_savepoint_goes_with_it(do):
    def act(work):
        work.rows.insert(clock, values(work))
        savepoint = work.connection.begin_nested()
        work.rows.insert(clock, values(work, "b"))
        work.known(LIMIT, "b")
        savepoint.rollback()
        return work.known(LIMIT, "a"), work.known(LIMIT, "b")

    assert do(act) == (5, None)
    assert do(lambda work: work.connection.scalars(select(clock.c.subject)).all()) == ["a"]


def test_what_was_gathered_before_a_savepoint_stays_when_it_is_taken_back(do):
    written = []

    def act(work):
        work.rows.gather("g", 1, written.extend)
        savepoint = work.connection.begin_nested()
        work.rows.gather("g", 2, written.extend)
        savepoint.rollback()
        work.rows.gather("g", 3, written.extend)

    do(act)
    assert written == [1, 3]


def test_nothing_collected_outlives_its_transaction(do):
    def act(work):
        work.rows.insert(clock, values(work))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        do(act)
    assert do(lambda work: work.connection.scalar(select(func.count()).select_from(clock))) == 0


def test_a_row_that_the_database_refuses_is_done_again_carefully_and_then_raised(do):
    seen = []

    def act(work):
        seen.append(work.careful)
        for _ in range(2):
            work.rows.insert(clock, values(work, "twice"))

    with pytest.raises(IntegrityError):
        do(act)
    assert seen == [False, True]


def test_a_lock_is_taken_by_reading_again(do):
    row = do(lambda work: values(work))
    do(lambda work: work.connection.execute(insert(clock).values(row)))

    def act(work):
        before = work.known(CLOCK, row["id"]).limit_days
        do(lambda other: other.connection.execute(update(clock).values(limit_days=6)))
        return before, work.known(CLOCK, row["id"]), work.known(CLOCK, row["id"], lock=True)

    before, unlocked, locked = do(act)
    assert (before, unlocked.limit_days, locked.limit_days) == (5, 5, 6)


def test_a_conclusion_is_drawn_again_only_from_other_grounds(do):
    drawn = []

    def act(work):
        for grounds in (1, 1, 2):
            work.rows.concluded("k", grounds, lambda grounds=grounds: drawn.append(grounds))

    do(act)
    assert drawn == [1, 2]


def test_what_is_gathered_is_written_last(do):
    written = []

    def act(work):
        work.rows.gather("g", 1, lambda things: written.append(("g", things)))
        work.rows.insert(clock, values(work))
        work.connection.execute(select(clock)).one()
        written.append("asked")
        work.rows.gather("g", 2, lambda things: written.append(("g", things)))

    do(act)
    assert written == ["asked", ("g", [1, 2])]


@pytest.mark.parametrize(
    ("statement", "sends"),
    [
        (select(func.count()).select_from(discarded_draft), False),
        (select(func.count()).select_from(clock), True),
        (select(func.count()).select_from(select(clock).cte()), True),
        (select(discarded_draft).where(select(clock.c.id).exists()), True),
        (select(literal_column("(select count(*) from clock)")), True),
        (select(text("count(*) from clock")), True),
        (text("select count(*) from clock"), True),
        (update(discarded_draft).values(reason="x"), True),
    ],
    ids=str,
)
def test_a_collected_row_waits_for_a_statement_that_could_miss_it(do, statement, sends):
    def act(work):
        sent = []
        listen(work.connection, "after_execute", lambda *given: sent.append(given[1]))
        work.rows.insert(clock, values(work))
        work.connection.execute(statement)
        return len(sent)

    assert do(act) == 1 + sends
