"""The programs of the crash tests: for each kind of step a few acts by people and workers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from engine.operations import Back, Cancel, Migrate, Move, Restart, Resume, Skip, Suspend
from tests.crash import drawn
from tests.crash.site import (
    ANSWER,
    Answer,
    Operate,
    OperateOnMany,
    Publish,
    RetryWith,
    Start,
    Tell,
    later,
    make_ready,
    propose,
    work,
)
from tests.engine.example import FORM
from tests.handlers.scene import HEAD

HERE = Path(__file__).parent
FILES = {
    "bpmn/every_kind.bpmn": (HERE / "every_kind.bpmn").read_bytes(),
    "bpmn/decisions/level.dmn": (HERE / "level.dmn").read_bytes(),
    "forms/example.form": FORM,
}
PARTS = {"parts": [Decimal(1), Decimal(2), Decimal(3)]}
DATA = {"owner": "JFJ", "price": Decimal("19.90"), **PARTS}

PROGRAMS = {
    # start, database handler, business rule, call activity, user task, outside calls one by one
    # (sequential multi-instance), timer, message, script
    "from start to end": (
        Start("every_kind", DATA, "case-1"),
        work,
        Answer("Task_Review", ANSWER),
        work,
        later(days=1),
        work,
        Tell("settled", "JFJ", {"serial": "B1"}),
        work,
    ),
    "cancelled while a call is asked for": (
        Start("every_kind", DATA, "case-1"),
        Answer("Task_Review", ANSWER),
        Operate("case-1", Cancel()),
        work,
    ),
    "parallel multi-instance: calls, handlers, people, called processes": (
        Start("parallel_items", PARTS, "case-1"),
        work,
        Answer("vote", ANSWER),
        later(hours=3),
        work,
    ),
    "sequential multi-instance of people and of sub-processes, a loop": (
        Start("one_by_one", PARTS, "case-1"),
        Answer("ask", ANSWER),
        Answer("ask", ANSWER),
        Answer("ask", ANSWER),
        work,
    ),
    "a signal to two cases and to a start event": (
        Start("listens", {}, "ear-1"),
        Start("listens", {}, "ear-2"),
        Start("alarmed", {}, "case-1"),
        Answer("t", ANSWER),
        work,
    ),
    "a message that starts a case, which sends one on": (
        Start("told", {"id": "7"}, "case-1"),
        Tell("begin", "7", {"id": "7"}),
        work,
    ),
    "event sub-processes": (
        Start("watched", {"id": "7"}, "case-1"),
        Tell("told", "7", {}),
        work,
        Answer("t", ANSWER),
        later(days=2),
        work,
    ),
    "compensation": (
        Start("undone", {}, "case-1"),
        work,
        Answer("t", ANSWER),
        work,
    ),
    "boundary errors and escalation": (
        Start("caught", {"sound": False}, "case-1"),
        work,
        Answer("t", ANSWER),
        work,
    ),
    "boundary timers in a cycle, a boundary message, the message of an event gateway": (
        Start("reminded", {"id": "7", "id2": "8"}, "case-1"),
        later(hours=24),
        work,
        later(hours=24),
        work,
        Tell("told", "7", {}),
        work,
        Tell("told", "8", {}),
        work,
    ),
    "the timer of an event gateway": (
        Start("reminded", {"id": "7", "id2": "8"}, "case-1"),
        Tell("told", "7", {}),
        work,
        later(days=3),
        work,
    ),
    "failures: tried again by a job, retried by a person with other data": (
        Start("failing", {"by": Decimal(0)}, "case-1"),
        Answer("t", ANSWER),
        make_ready,
        work,
        RetryWith("case-1", changes={"by": Decimal(4)}),
        work,
    ),
    "suspended while a call, a timer and a message come": (
        Start("held", {"id": "7"}, "case-1"),
        Operate("case-1", Suspend()),
        Tell("told", "7", {}),
        later(days=1),
        work,
        Operate("case-1", Resume()),
        work,
    ),
    "skip, move, back": (
        Start("moved", {}, "case-1"),
        Answer("a", ANSWER),
        Operate("case-1", Move("c", element="b")),
        Operate("case-1", Back("a")),
        Answer("a", ANSWER),
        Operate("case-1", Skip(element="b")),
        work,
        Answer("c", ANSWER),
    ),
    "restarted while it runs and after its end": (
        Start("again", {}, "case-1"),
        work,
        Operate("case-1", Restart()),
        work,
        Answer("a", ANSWER),
        Operate("case-1", Restart(latest=True)),
        work,
        Answer("a", ANSWER),
    ),
    "migrated, one and many": (
        Start("migrated", {}, "one-1"),
        Start("migrated", {}, "many-1"),
        Start("migrated", {}, "many-2"),
        Publish(drawn.FILES_LATER),
        Operate("one-1", Migrate()),
        OperateOnMany("many", Migrate()),
        work,
        later(days=1),
        work,
        Answer("a", ANSWER),
        work,
    ),
    # every line a case of its own, opened by jobs in chunks; the money is frozen and ordered
    "the lines of a signed list": (
        propose,
        work,
        Answer("Sign", {}, HEAD),
        work,
    ),
}
NOT_AT_AN_END = frozenset(["the lines of a signed list"])  # they wait for the bank
