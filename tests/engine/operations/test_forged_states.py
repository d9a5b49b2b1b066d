"""Whatever was done to an instance: a token too many, one too few, another value is found."""

from __future__ import annotations

import pytest
from sqlalchemy import text, update

from engine import history, user_tasks
from engine.operations import Back, Migrate, Move, Restart, Retry, Skip
from engine.spiff import tokens
from engine.tables import event
from tests.engine.forging import forge, kept, put_back, rehash
from tests.engine.operations.conftest import LI
from tests.engine.operations.drawing import (
    end,
    fork,
    message,
    note,
    part,
    person,
    process,
    script,
    start,
)


def drawn(last="z"):
    return process(
        "p",
        f"s > set > split > a > b > join > {last} > e; split > inside > join; split > wait > join",
        start(), script("set", '{ word: "one" }'), fork("split"), person("a"), person("b"),
        part("inside", start("is"), script("deep", '{ deep: "yes" }'), person("c"), person("d"), end("ie"),
             way="is > deep > c > d > ie"),
        message("wait"), fork("join"), person(last), end("e"))  # fmt: skip


def nothing(desk, case):
    pass


def answered(desk, case):
    desk.answer(case, "a", count=7)


def moved(desk, case):
    desk.apply(case, Move(to="b", element="a", changes={"word": "two"}))


def moved_out(desk, case):
    desk.apply(case, Move(to="b", element="c"))


def moved_in(desk, case):
    desk.apply(case, Move(to="d", element="a"))


def skipped(desk, case):
    desk.apply(case, Skip(element="a", changes={"word": "two"}))


def skipped_whole(desk, case):
    desk.apply(case, Skip(element="inside", changes={"deep": "no"}))


def went_back(desk, case):
    desk.answer(case, "a", count=7)
    desk.apply(case, Back(to="a"))


def went_back_inside(desk, case):
    desk.answer(case, "c", count=7)
    desk.apply(case, Back(to="c"))


def corrected(desk, case):
    task = desk.task(case, "a")
    desk.runtime.run(LI, lambda w: user_tasks.correct(w, task.id, {"word": "two"}, "测试"))


def restarted(desk, case):
    desk.answer(case, "a", count=7)
    desk.apply(case, Restart())


def migrated(desk, case):
    desk.answer(case, "a", count=7)
    desk.publish(drawn("zz"))
    desk.apply(case, Migrate())


def migrated_and_renamed(desk, case):
    body = drawn().replace('"a"', '"aa"').replace('"inside"', '"within"').replace('"c"', '"cc"')
    desk.publish(body)
    desk.apply(case, Migrate(elements={"a": "aa", "inside": "within", "c": "cc"}))


ACTS = [
    nothing, answered, moved, moved_out, moved_in, skipped, skipped_whole, went_back,
    went_back_inside, corrected, restarted, migrated, migrated_and_renamed,
]  # fmt: skip


def leaves(run):
    return [t for t in tokens.held(run) if t.kind not in tokens.CONTAINERS]


def told(desk, case, change):
    before = kept(desk.runtime, case)
    forge(desk.runtime, case, change)
    found = desk.findings()
    put_back(desk.runtime, case, before)
    assert desk.findings() == []
    return " ".join(found)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_what_is_forged_after_an_operation_is_found(desk, act):
    desk.publish(drawn())
    case = desk.start({"k": "7", "owner": "JFJ"})
    act(desk, case)
    assert desk.findings() == []
    places = desk.places(case)
    assert len(places) >= 2
    for number, place in enumerate(places):

        def named(run, number=number):
            return sorted(leaves(run), key=lambda t: t.place)[number]

        def take(run):
            tokens.take(run, named(run).task_id)

        def change(run):
            run._find(named(run).task_id).data["owner"] = "SGJ"

        def double(run):
            token = named(run)
            data = tokens.data_at(run, token.task_id)
            tokens.put(run, token.path, token.element, data, token.task_id)

        element = place.rpartition("/")[2]
        found = told(desk, case, take)
        # With its only token an element around it ends too.
        assert any(f"{p} 的令牌不见了" in found for p in (place, place.rpartition("/")[0]) if p)
        assert f"{place} 的数据与重演历史所得不一致: owner" in told(desk, case, change)
        if element != "join":
            assert f"{place} 的令牌,重演历史时没有到过那里" in told(desk, case, double)


def test_what_a_retry_corrected_is_kept(desk):
    body = process("p", "s > a > n > b > e", start(), person("a"), note("n", "missing"), person("b"), end("e"))  # fmt: skip
    desk.publish(body)
    case = desk.start({"k": "7"})
    desk.answer(case, "a")
    assert desk.findings() == []
    (failed,) = desk.rows(text("select task_id from incident"))
    desk.apply(case, Retry(failed.task_id, {"missing": "there"}))
    assert desk.places(case) == ["b"] and desk.findings() == []

    def change(run):
        run._find(leaves(run)[0].task_id).data["missing"] = "here"

    assert "b 的数据与重演历史所得不一致: missing" in told(desk, case, change)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_an_older_history_that_tells_less_is_no_finding(desk, act):
    desk.publish(drawn())
    case = desk.start({"k": "7", "owner": "JFJ"})
    act(desk, case)
    with desk.runtime.database.begin() as connection:
        for row in history.of_instance(connection, case):
            if row.kind not in ("moved", "went back", "corrected", "retried", "skipped"):
                continue
            data = {k: v for k, v in row.data.items() if k not in ("scope", "ended")}
            if "taken" in data:
                data["taken"] = [
                    {k: v for k, v in t.items() if k != "scope"} for t in data["taken"]
                ]
            where = (event.c.instance_id == case, event.c.sequence == row.sequence)
            connection.execute(update(event).where(*where).values(data=data))
    rehash(desk.runtime, case)
    assert desk.findings() == []
