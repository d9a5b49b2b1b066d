"""Event sub-processes wait beside the flow of their scope, at every depth.

The stock engine runs those that wait for errors or escalations at once, lets none interrupt, keeps
the process open for those that wait for a time, and never looks at those inside of a sub-process.
"""

from __future__ import annotations

import pytest

from engine.spiff import Run
from tests.engine.spiff.draw import (
    Drawn,
    boundary,
    end,
    event,
    flows,
    gate,
    note,
    person,
    script,
    start,
    sub,
    watcher,
)

EVENTS = [
    ("message m", lambda case: case.message("paid", y=1)),
    ("signal sig", lambda case: case.signal("alarm", y=1)),
    ("timer P1D", lambda case: case.fire("w.s")),
    ("condition y > 0", lambda case: case.answer("u", y=1)),
    ("escalation esc", lambda case: case.answer("raise")),
    ("error err", lambda case: case.answer("fail")),
]


def draw(what, interrupting=True, nested=False):
    """A scope with tasks t and u, an event sub-process w, and ways to raise what it waits for."""
    inner = (
        start("s1"),
        gate("parallel", "fork"),
        person("t"),
        person("u"),
        person("raise"),
        event("intermediateThrowEvent", "raised", "escalation esc"),
        person("fail"),
        end("failed", what="error err"),
        end("e1", "e2", "e3"),
        flows("s1>fork>t>e1; fork>u>e2; fork>raise>raised>e3; fork>fail>failed"),
        watcher(
            "w",
            what,
            note("n"),
            end("w.e"),
            flows("w.s>n>w.e"),
            interrupting=interrupting,
            **({"r:key": "1"} if what.startswith("message") else {}),
        ),
    )
    if not nested:
        return Drawn(*inner)
    return Drawn(start(), sub("scope", *inner), note("after"), end("e"), flows("s>scope>after>e"))


@pytest.mark.parametrize("nested", [False, True], ids=["process", "sub-process"])
@pytest.mark.parametrize(("what", "raises"), EVENTS, ids=[w.split()[0] for w, _ in EVENTS])
def test_an_interrupting_one_ends_all_else_in_its_scope(what, raises, nested):
    case = draw(what, nested=nested)
    assert case.people == ["fail", "raise", "t", "u"] and case.notes == []
    raises(case)
    assert case.people == [] and case.completed
    assert case.notes == (["n", "after"] if nested else ["n"])


@pytest.mark.parametrize("nested", [False, True], ids=["process", "sub-process"])
@pytest.mark.parametrize(("what", "raises"), EVENTS[:5], ids=[w.split()[0] for w, _ in EVENTS[:5]])
def test_a_non_interrupting_one_runs_beside_and_the_rest_goes_on(what, raises, nested):
    case = draw(what, interrupting=False, nested=nested)
    raises(case)
    assert case.notes == ["n"] and "t" in case.people and not case.completed


def test_one_that_never_happens_does_not_keep_its_scope_open():
    case = Drawn(
        start(),
        person("t"),
        end("e"),
        flows("s>t>e"),
        watcher("w", "timer P1D", note("n"), end("w.e"), flows("w.s>n>w.e")),
    )
    assert [t.element for t in case.waiting.timers] == ["w.s"]
    assert case.answer("t").completed and not case.waiting.timers


def test_a_non_interrupting_one_runs_as_often_as_it_happens_and_each_run_counts():
    case = Drawn(
        start(),
        person("t"),
        end("e"),
        flows("s>t>e"),
        watcher(
            "w",
            "message m",
            person("look"),
            end("w.e"),
            flows("w.s>look>w.e"),
            interrupting=False,
            **{"r:key": "1"},
        ),
    )
    case.message("paid").message("paid")
    assert case.people == ["look", "look", "t"]
    case.answer("t").answer("look")
    assert not case.completed
    assert case.answer("look").completed


def test_it_sees_the_data_of_now_and_only_adds_what_it_has_changed():
    case = Drawn(
        start(),
        person("t"),
        person("u"),
        end("e"),
        flows("s>t>u>e"),
        watcher(
            "w",
            "message m",
            script("look", "{ seen: x }"),
            person("later"),
            end("w.e"),
            flows("w.s>look>later>w.e"),
            interrupting=False,
            **{"r:key": "1"},
        ),
        data={"x": 0},
    )
    case.answer("t", x=1).message("paid")
    case.answer("u", x=2).answer("later")
    assert case.completed and case.data == {"x": 2, "seen": 1}


def test_an_error_inside_of_one_is_for_those_around_its_scope():
    case = Drawn(
        start(),
        sub(
            "scope",
            start("s1"),
            person("t"),
            end("bad", what="error err"),
            flows("s1>t>bad"),
            watcher(
                "w", "error err", note("n"), end("worse", what="error err"), flows("w.s>n>worse")
            ),
        ),
        boundary("on", "scope", "error err"),
        end("e", "caught"),
        flows("s>scope>e; on>caught"),
    )
    case.answer("t")
    assert case.notes == ["n"] and case.completed and case.done("caught") == 1


def test_one_inside_of_another_waits_from_when_the_other_runs():
    inner = watcher("deep", "signal sig2", note("n"), end("deep.e"), flows("deep.s>n>deep.e"))
    case = Drawn(
        start(),
        person("t"),
        end("e"),
        flows("s>t>e"),
        watcher("w", "signal sig", person("u"), end("w.e"), flows("w.s>u>w.e"), inner),
    )
    assert [s.name for s in case.waiting.signals] == ["alarm"]
    case.signal("alarm")
    assert case.people == ["u"] and [s.name for s in case.waiting.signals] == ["calm"]
    case.signal("calm")
    assert case.notes == ["n"] and case.completed


def test_a_cycle_runs_it_again_and_again():
    case = Drawn(
        start(),
        person("t"),
        end("e"),
        flows("s>t>e"),
        watcher(
            "w", "cycle R3/PT1H", note("n"), end("w.e"), flows("w.s>n>w.e"), interrupting=False
        ),
    )
    for _ in range(3):
        case.fire("w.s")
    assert case.notes == ["n"] * 3 and not case.waiting.timers
    assert case.answer("t").completed


def test_what_only_waits_holds_no_token_and_no_data_of_its_own():
    case = Drawn(
        start(),
        person("t"),
        boundary("late", "u", "timer P1D"),
        person("u"),
        end("e", "e2"),
        flows("s>t>u>e; late>e2"),
        watcher("w", "timer P1D", note("n"), end("w.e"), flows("w.s>n>w.e")),
        data={"x": 0},
    )
    case.answer("t", x=1)
    run = Run.restore(case.process, case.state, case.services)
    assert run.tokens() == ["u"] and run.current_data() == {"x": 1}
