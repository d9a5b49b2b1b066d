"""Each family of constructs through the whole road: publish, start, rows, jobs, restore, history."""

from __future__ import annotations

import dataclasses
import itertools
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from engine import definitions, history, instances, messages, operations, user_tasks, verify
from engine.actor import Actor
from engine.tables import event, incident, instance, message_wait, timer
from engine.values import pack
from tests.engine.drain import drain
from tests.engine.example import EXAMPLE, FILES, REVIEWER, begun_with, prepare
from tests.engine.spiff import draw
from tests.engine.spiff.draw import boundary, end, flows, gate, start, sub, watcher
from tests.engine.spiff.draw import event as event_drawn
from tests.engine.spiff.test_repairs import HEAD

LI = Actor("li", "李", frozenset([REVIEWER]))
NAMED = ("Task", "Event", "Gateway", "subProcess", "transaction", "process")


def person(identity):
    return draw.person(identity).replace(
        'r:role="reviewer"', 'r:role="reviewer" r:department="JFJ" r:form="forms/example.form"'
    )


def note(identity, attributes=""):
    return (
        f'<bpmn:serviceTask id="{identity}" implementation="example.note" {attributes}>'
        f'<bpmn:extensionElements><r:parameter name="text" value="&quot;{identity}&quot;"/>'
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )


def diagram(*body, others=""):
    """A diagram as the house wants it: everything has a name."""
    content = (
        f'{HEAD}{draw.CATALOGUE}{others}<bpmn:process id="p" isExecutable="true">{"".join(body)}'
        "</bpmn:process></bpmn:definitions>"
    )
    kinds = "|".join(f"[a-zA-Z]*{kind}" for kind in NAMED)
    content = re.sub(rf'<bpmn:({kinds}) id="([^"]*)"', r'<bpmn:\1 id="\2" name="步骤 \2"', content)
    return re.sub(r'<bpmn:(error|escalation) id="(\w+)"', r'<bpmn:\1 id="\2" name="\2"', content)


class House:
    """A district's runtime with one published diagram."""

    def __init__(self, runtime, *body, others="", registry=EXAMPLE, **more):
        prepare(runtime.database)
        self.runtime = dataclasses.replace(runtime, registry=registry)
        files = {"bpmn/p.bpmn": diagram(*body, others=others).encode(), **more}
        files["forms/example.form"] = FILES["forms/example.form"]
        self.do(lambda work: definitions.publish(work, files))

    def do(self, act):
        return self.runtime.run(LI, act)

    def start(self, process="p", **data):
        return self.do(lambda work: instances.start(work, process, data))

    def rows(self, statement):
        with self.runtime.database.connect() as connection:
            return connection.execute(statement).all()

    @property
    def people(self):
        return sorted(t.element for t in self.do(user_tasks.open_tasks))

    def answer(self, element):
        task = next(t for t in self.do(user_tasks.open_tasks) if t.element == element)
        self.do(lambda work: user_tasks.complete(work, task.id, {"agreed": True, "count": 1}))
        self.settle()

    def later(self, **by):
        self.runtime.time.set(self.runtime.time.now() + timedelta(**by))
        self.settle()

    def settle(self):
        """Runs the jobs; whatever the construct, the history accounts for where it stands then."""
        drain(self.runtime)
        assert self.do(lambda work: list(verify.findings(work))) == []

    @property
    def notes(self):
        return [row.text for row in self.rows(text("select text from noted order by at, text"))]

    def status(self, instance_id):
        return self.rows(select(instance.c.status).where(instance.c.id == instance_id))[0].status


@pytest.fixture
def house(runtime):
    return lambda *body, **options: House(runtime, *body, **options)


def test_an_event_sub_process_waits_in_rows_and_ends_its_scope(house):
    district = house(
        start(),
        person("t"),
        end("e"),
        flows("s>t>e"),
        watcher("w", "message m", note("n"), end("w.e"), flows("w.s>n>w.e"), **{"r:key": "id"}),
    )
    started = district.start(id="7")
    (wait,) = district.rows(select(message_wait))
    assert (wait.name, wait.key, wait.element) == ("paid", "7", "w.s")
    district.do(lambda work: messages.send(work, "paid", "7", {"sum": 1}))
    district.settle()
    assert district.notes == ["n"] and district.people == []
    assert district.status(started) == "completed" and not district.rows(select(message_wait))
    kinds = [e.kind for e in district.rows(select(event.c.kind).order_by(event.c.sequence))]
    assert kinds[-1] == "ended" and "withdrawn" in kinds and "message received" in kinds


def test_a_cycle_is_one_row_after_the_other_each_due_a_period_later(house):
    district = house(
        start(),
        person("t"),
        boundary("remind", "t", "cycle R3/PT24H", interrupts=False),
        note("n"),
        end("e", "e2"),
        flows("s>t>e; remind>n>e2"),
    )
    started = district.start()
    seen = []
    for _ in range(3):
        (row,) = district.rows(select(timer.c.task_id, timer.c.due_at))
        seen.append(row)
        district.later(hours=24)
    assert [b.due_at - a.due_at for a, b in itertools.pairwise(seen)] == [timedelta(hours=24)] * 2
    assert len({row.task_id for row in seen}) == 3 and not district.rows(select(timer))
    assert district.notes == ["n"] * 3
    district.answer("t")
    assert district.status(started) == "completed"


def test_a_signal_reaches_the_instances_that_wait_and_starts_a_process_each_once(house):
    listening = (
        '<bpmn:process id="listens" isExecutable="true">'
        + start("ls")
        + draw.event("intermediateCatchEvent", "hears", "signal sig")
        + note("heard")
        + end("le")
        + flows("ls>hears>heard>le")
        + "</bpmn:process>"
        + '<bpmn:process id="begun" isExecutable="true">'
        + start("bs", "signal sig")
        + note("begins")
        + end("be")
        + flows("bs>begins>be")
        + "</bpmn:process>"
    )
    district = house(
        start(), person("t"), end("e", what="signal sig"), flows("s>t>e"), others=listening
    )
    one, other = district.start("listens"), district.start("listens")
    origin = district.start()
    district.settle()
    district.answer("t")
    district.settle()
    assert district.notes == ["begins", "heard", "heard"]
    assert {district.status(i) for i in (one, other, origin)} == {"completed"}


def test_a_thrown_message_is_posted_with_the_step_and_delivered_after_it(house):
    waiting = (
        '<bpmn:process id="waits" isExecutable="true">'
        + start("ls")
        + draw.event("intermediateCatchEvent", "wait", "message m", r_key="id")
        + note("got")
        + end("le")
        + flows("ls>wait>got>le")
        + "</bpmn:process>"
    )
    district = house(
        start(),
        person("t"),
        '<bpmn:sendTask id="send" messageRef="m" r:key="id"/>',
        end("e"),
        flows("s>t>send>e"),
        others=waiting,
        registry=begun_with("waits", begun_with("p", id=str), id=str),
    )
    receiver = district.start("waits", id="7")
    district.start("waits", id="8")
    district.start(id="7")
    district.answer("t")
    assert district.notes == ["got"] and district.status(receiver) == "completed"


def test_an_error_that_nobody_catches_is_an_incident_of_its_end_event(house):
    district = house(start(), person("t"), end("e", what="error err"), flows("s>t>e"))
    started = district.start()
    district.answer("t")
    (found,) = district.rows(select(incident))
    assert (found.element, found.status) == ("e", "open") and "没有任何环节处理" in found.cause
    assert district.status(started) == "running"


def test_compensation_by_a_person_is_a_task_that_survives_a_restore(house):
    district = house(
        start(),
        note("a"),
        person("t"),
        end("back", what="compensate"),
        boundary("undo_a", "a", "compensate"),
        '<bpmn:association id="as_a" sourceRef="undo_a" targetRef="ua"/>',
        person("ua").replace("r:role", 'isForCompensation="true" r:role', 1),
        flows("s>a>t>back"),
    )
    started = district.start()
    district.answer("t")
    assert district.people == ["ua"] and district.status(started) == "running"
    district.answer("ua")
    assert district.status(started) == "completed"
    (row,) = district.rows(select(instance).where(instance.c.id == started))
    with district.runtime.database.connect() as connection:
        events = history.of_instance(connection, started)
    assert list(history.broken_links(started, events, (row.sequence, row.hash), {})) == []
    assert "ua" in [e.element for e in events]


def test_an_error_in_a_sub_process_is_caught_around_it_and_the_rows_follow(house):
    district = house(
        start(),
        sub(
            "sub",
            start("s2"),
            gate("parallel", "fork", "join"),
            person("t"),
            person("u"),
            gate("exclusive", "g", default="fine"),
            end("bad", what="error err"),
            end("e2"),
            flows("s2>fork>t>g>bad[agreed]; fork>u>join>e2"),
            '<bpmn:sequenceFlow id="fine" sourceRef="g" targetRef="join"/>',
        ),
        boundary("on", "sub", "error err"),
        note("n"),
        end("e", "e3"),
        flows("s>sub>e; on>n>e3"),
    )
    started = district.start()
    assert district.people == ["t", "u"]
    district.answer("t")
    assert district.people == [] and district.notes == ["n"]
    assert district.status(started) == "completed"


def test_a_link_a_split_and_a_loop_run_as_they_do_in_memory(house):
    loop = (
        '<bpmn:standardLoopCharacteristics loopMaximum="3"><bpmn:loopCondition>true'
        "</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
    )
    district = house(
        start(),
        person("t"),
        draw.event("intermediateThrowEvent", "go", "link far"),
        draw.event("intermediateCatchEvent", "arrive", "link far"),
        note("n").replace("</bpmn:serviceTask>", f"{loop}</bpmn:serviceTask>"),
        end("e"),
        flows("s>t>go; arrive>n>e"),
    )
    started = district.start()
    district.answer("t")
    assert district.notes == ["n"] * 3 and district.status(started) == "completed"


def test_a_message_starts_the_process_that_begins_with_it_once_and_under_its_key(house):
    district = house(start("s", "message m", r_key="id"), person("t"), end("e"), flows("s>t>e"))
    for _ in range(2):
        district.do(lambda work: messages.send(work, "paid", "7", {"id": "7"}, guard="once"))
        district.settle()
    (row,) = district.rows(select(instance.c.business_key, instance.c.status))
    assert row == ("7", "running") and district.people == ["t"]


def test_an_ad_hoc_sub_process_offers_its_tasks_until_its_condition_holds(house):
    condition = (
        "<bpmn:completionCondition>count(completedActivities) &gt;= 3</bpmn:completionCondition>"
    )
    district = house(
        start(),
        sub("visit", person("a"), person("b"), note("n"), flows("a>n"), condition, kind="adHocSubProcess"),
        person("after"),
        end("e"),
        flows("s>visit>after>e"),
    )  # fmt: skip
    started = district.start()
    assert district.people == ["a", "b"]
    district.answer("a")
    assert (district.people, district.notes) == (["a", "b"], ["n"])
    district.answer("b")
    assert district.people == ["after"]
    assert district.do(lambda work: list(verify.findings(work))) == []
    district.answer("after")
    assert district.status(started) == "completed"
    done = [e.element for e in district.rows(select(event.c.element).order_by(event.c.sequence)
            .where(event.c.kind == "completed"))]  # fmt: skip
    assert done == ["s", "a", "n", "b", "visit", "after", "e"]


def test_a_branch_that_sees_what_was_written_before_its_last_step_is_found(house):
    """The value itself is in the history, which is why it has to be played branch by branch."""
    district = house(
        start(),
        draw.script("one", '{ word: "one" }'),
        draw.script("two", '{ word: "two" }'),
        gate("parallel", "fork", "join"),
        person("t"),
        person("u"),
        end("e"),
        flows("s>one>two>fork>t>join; fork>u>join>e"),
    )
    started = district.start()
    district.settle()
    (row,) = district.rows(select(instance.c.state).where(instance.c.id == started))
    changed = row.state.replace(pack("two"), pack("one"))
    assert changed != row.state
    with district.runtime.database.begin() as connection:
        connection.execute(update(instance).values(state=changed))
    found = district.do(lambda work: list(verify.findings(work)))
    assert any("t 的数据与重演历史所得不一致: word" in sentence for sentence in found), found


def with_attribute(drawn, attribute):
    return drawn.replace(" r:role=", f" {attribute} r:role=", 1)


SCRIPT = '<bpmn:scriptTask id="x"><bpmn:script>{ q: 1 }</bpmn:script></bpmn:scriptTask>'
NOT_DRAWN = {
    "several flows": (person("a"), person("b"), person("c"), flows("s>a>b>e;a>c>e")),
    "conditions": (
        with_attribute(person("a"), 'default="f3.a.c"'), person("b"), person("c"),
        flows("s>a>b[agreed]>e;a>c>e"),
    ),
    "start quantity": (
        gate("parallel", "g"), person("a"), person("b"),
        with_attribute(person("x"), 'startQuantity="2"'), flows("s>g>a>x>e;g>b>x"),
    ),
    "completion quantity": (
        with_attribute(person("a"), 'completionQuantity="2"'), SCRIPT, person("b"),
        flows("s>a>x>b>e"),
    ),
    "links": (
        person("a"), event_drawn("intermediateThrowEvent", "out", "link on"),
        event_drawn("intermediateCatchEvent", "in", "link on"), person("b"), flows("s>a>out;in>b>e"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("construct", NOT_DRAWN)
def test_tokens_that_what_is_not_drawn_sends_on_are_accounted_for(house, construct):
    district = house(start(), end("e"), *NOT_DRAWN[construct])
    started = district.start()
    while district.people:
        district.answer(district.people[0])
    assert district.status(started) == "completed"


def test_a_process_begins_at_the_start_event_that_happens(house):
    gateway = '<bpmn:eventBasedGateway id="g" instantiate="true"/>'
    told = event_drawn("intermediateCatchEvent", "told", "message m")
    alarm = event_drawn("intermediateCatchEvent", "alarm", "signal sig")
    district = house(
        start(), gateway, told, alarm, person("a"), person("b"), person("c"), end("e"),
        flows("s>a>e;g>told>b>e;g>alarm>c>e"),
    )  # fmt: skip
    district.start()
    assert district.people == ["a"]
    district.do(lambda work: messages.send(work, "paid", "7", {"id": "7"}))
    district.settle()
    assert district.people == ["a", "b"]
    district.do(lambda work: messages.broadcast(work, "alarm", {}, "once"))
    district.settle()
    assert district.people == ["a", "b", "c"]
    [begun] = district.rows(select(event.c.instance_id).where(event.c.element == "told"))[:1]
    district.do(
        lambda work: operations.apply(work, begun.instance_id, operations.Restart(), reason="再来")
    )
    district.settle()
    assert district.people == ["a", "b", "c"]
