"""One instance in memory, for the length of one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, ScriptTask
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict, InvalidInput
from engine.ids import text_of_number
from engine.spiff import codec
from engine.spiff.ad_hoc import Turn, refuse_out_of_turn
from engine.spiff.catching import definitions_of
from engine.spiff.events import Catch, Message, Signal, Timer, due_instant
from engine.spiff.parser import Process
from engine.spiff.prune import prune
from engine.spiff.scopes import BEGIN, owner_of
from engine.spiff.script import Failure, FeelEngine, Services
from engine.spiff.shortcuts import id_of
from engine.spiff.specs import HandlerTask, HumanTask
from engine.spiff.subprocesses import EventSubProcess
from engine.spiff.throwing import Sent
from engine.spiff.workflow import Instance, run_task
from engine.values import Tagged, to_json

ACTIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED
NOTHING = Tagged()
REFUSED_KEYS = frozenset(["typename"])  # the library's serializer would take it for an object


@dataclass(frozen=True)
class PersonWanted:
    """An open user task; everything is evaluated."""

    task_id: UUID
    element: str
    name: str
    role: str
    department: str
    form: str
    instructions: str
    due: datetime | None


@dataclass(frozen=True)
class TimerArmed:
    task_id: UUID
    element: str
    due: datetime


@dataclass(frozen=True)
class MessageWanted:
    task_id: UUID
    element: str
    name: str
    key: str


@dataclass(frozen=True)
class SignalWanted:
    task_id: UUID
    element: str
    name: str


@dataclass(frozen=True)
class OutsideCall:
    """A call to the outside that this step asks for. `arguments` is None if an earlier step did."""

    task_id: UUID
    element: str
    handler: str
    arguments: dict[str, Any] | None


@dataclass
class Waiting:
    """What an instance waits for."""

    people: list[PersonWanted] = field(default_factory=list)
    timers: list[TimerArmed] = field(default_factory=list)
    messages: list[MessageWanted] = field(default_factory=list)
    signals: list[SignalWanted] = field(default_factory=list)
    calls: list[OutsideCall] = field(default_factory=list)
    failed: set[UUID] = field(default_factory=set)


class Trace(NamedTuple):
    """An element that was completed in this step, with what it changed and where its tokens went.

    `changed` is tagged JSON: it tells the values as they were then. Ids are texts: they are only ever
    written down.
    """

    task_id: str
    element: str
    name: str
    kind: str
    process: str
    changed: dict[str, Any]
    removed: list[str]
    follows: tuple[str, ...]
    scope: str = ""
    """The task of the sub-process or call in which it lies."""
    begun: dict[str, Any] | None = None
    """Of the first element of an event sub-process: `given`, the data that it saw as tagged JSON, and
    `around`, the scope in which it lies."""


class Run:
    """Start or restore one, act on it, then read `waiting`, `trace`, `failures` and `dump`."""

    def __init__(self, process: Process, services: Services) -> None:
        self.process = process
        self.engine = FeelEngine(services)
        self.trace: list[Trace] = []
        self.workflow: Instance

    @classmethod
    def start(
        cls, process: Process, data: dict[str, Any], services: Services, begin: str = ""
    ) -> Run:
        """A new instance, not yet advanced. `begin` is the start event, if there are several."""
        run = cls(process, services)
        run.workflow = Instance(process.spec, process.called, script_engine=run.engine)
        root = run.workflow.task_tree
        root.data = refuse_reserved(data)
        if begin:
            root.internal_data[BEGIN] = begin
        return run

    @classmethod
    def restore(cls, process: Process, state: bytes, services: Services) -> Run:
        run = cls(process, services)
        run.workflow = codec.load(process, state, run.engine)
        return run

    # -- acts

    def advance(self) -> None:
        """Runs everything that needs no person, message or time."""
        self.workflow.run_engine_steps(self._done)

    def complete(self, task_id: UUID, answer: dict[str, Any]) -> None:
        """Completes an open user task with a form's answer. Raises Conflict if it is not open."""
        task = self._task(task_id, HumanTask, TaskState.READY)
        refuse_out_of_turn(task)
        task.data.update(refuse_reserved(answer))
        task.run()
        self._done(task)

    def correct(self, task_id: UUID, changes: dict[str, Any]) -> None:
        """Changes the data that an open user task sees. Raises Conflict if it is not open."""
        self._task(task_id, HumanTask, TaskState.READY).data.update(refuse_reserved(changes))

    def fire(self, task_id: UUID, element: str, due: datetime | None = None) -> None:
        """Tells a waiting timer that it is due. `due` is when, if it has been moved since armed."""
        task = self._find(task_id)
        if task is not None and due is not None:
            for definition in definitions_of(task):
                if isinstance(definition, Timer) and definition.element == element:
                    definition.fired_at(task, due)
        self._catch(task_id, element, Timer, None)

    def receive(self, task_id: UUID, element: str, payload: dict[str, Any]) -> None:
        """Delivers a message, or a signal from another instance."""
        self._catch(task_id, element, (Message, Signal), refuse_reserved(payload))

    def answer(self, task_id: UUID, answer: Any) -> None:
        """Enters the answer of a call to the outside."""
        task = self._task(task_id, HandlerTask, TaskState.STARTED)
        self.engine.keep_answer(task, task.task_spec, answer)
        task.complete()
        self._done(task)

    def leave_by_error(self, task_id: UUID, error: Any) -> bool:
        """Leaves a call to the outside by its error boundary event; False if it has none."""
        return self.engine.leave_by_boundary(
            self._task(task_id, HandlerTask, TaskState.STARTED), error
        )

    def give_up_call(self, task_id: UUID) -> None:
        """Marks a call to the outside as failed; it waits for a person's retry."""
        self._task(task_id, HandlerTask, TaskState.STARTED).internal_data["waits"] = "failed"

    def retry(self, task_id: UUID, changes: dict[str, Any] | None = None) -> None:
        """Runs a failed task again, with corrected data if given."""
        task = self._find(task_id)
        if task is None or task.internal_data.get("waits") != "failed":
            raise Conflict("这一步已不在失败状态,请刷新后查看")
        task.internal_data.pop("waits")
        task.data.update(refuse_reserved(changes or {}))
        task._set_state(TaskState.READY)
        run_task(task)
        self._done(task)

    def cancel(self) -> None:
        self.workflow.cancel()

    # -- results

    @property
    def completed(self) -> bool:
        return bool(self.workflow.is_completed()) and not self.waiting_failed()

    @property
    def data(self) -> dict[str, Any]:
        """The data at the end."""
        found = dict(self.workflow.data)
        found.pop("data_objects", None)
        return found

    @property
    def failures(self) -> list[Failure]:
        return [f for f in self.engine.failures if f.task.internal_data.get("waits") == "failed"]

    def waiting_failed(self) -> set[UUID]:
        return {
            id_of(t)
            for t in self.workflow.all_tasks()
            if t._state & ACTIVE and t.internal_data.get("waits") == "failed"
        }

    def waiting(self) -> Waiting:
        """What the instance waits for now. Arms timers and computes message keys."""
        found = Waiting()
        for task in self.workflow.all_tasks():
            if not task._state & ACTIVE:
                continue
            spec = task.task_spec
            if task.internal_data.get("waits") == "failed":
                found.failed.add(id_of(task))
            elif isinstance(spec, HumanTask) and task._state == TaskState.READY:
                found.people.append(self._person(task))
            elif isinstance(spec, HandlerTask) and task._state == TaskState.STARTED:
                arguments = self.engine.calls.get(task.id)
                found.calls.append(OutsideCall(id_of(task), spec.bpmn_id, spec.handler, arguments))
            elif task._state == TaskState.WAITING:
                self._add_catches(task, found)
        return found

    def due_of(self, task_id: UUID, element: str) -> datetime | None:
        """The due instant of a waiting timer or open user task, computed afresh at this step's time."""
        task = self._find(task_id)
        if task is None:
            return None
        if isinstance(task.task_spec, HumanTask):
            return self._person(task).due
        for definition in definitions_of(task):
            if isinstance(definition, Timer) and definition.element == element:
                return definition.arm_anew(task)
        return None

    @property
    def sent(self) -> list[Sent]:
        """The messages and signals that leave the instance with this step."""
        return self.workflow.sent

    def data_of(self, task_id: UUID) -> dict[str, Any]:
        """The data an open task sees; its values are everybody's and never changed in place."""
        task = self._find(task_id)
        if task is None:
            raise Conflict
        return dict(task.data)

    def current_data(self) -> dict[str, Any]:
        """The data of all open branches, merged for a reader; the end's data once completed."""
        if self.workflow.completed:
            return self.data
        merged: dict[str, Any] = {}
        for task in self.workflow.all_tasks():
            if task._state & ACTIVE and not is_armed(task):
                merged.update(task.data)
        return merged

    def tokens(self, process: str | None = None) -> list[str]:
        """Ids of the elements where something waits: of one process, or of all, called ones too.

        An armed boundary event or event sub-process is not a place: no token is there yet.
        """
        return [
            t.task_spec.bpmn_id
            for t in self.workflow.all_tasks()
            if t._state & ACTIVE
            and t.task_spec.bpmn_id
            and process in (None, t.workflow.spec.name)
            and not isinstance(t.task_spec, (BoundaryEvent, BoundaryEventSplit))
            and not is_armed(t)
        ]

    def open_work(self) -> list[str]:
        """Ids of the activities that are being done or could be done now."""
        return [
            t.task_spec.bpmn_id
            for t in self.workflow.all_tasks()
            if t._state & (TaskState.READY | TaskState.STARTED)
            and isinstance(t.task_spec, (HumanTask, HandlerTask, ScriptTask))
        ]

    def dump(self) -> bytes:
        """The compact state, pruned. Write the trace to the history first."""
        prune(self.workflow)
        return codec.dump(self.workflow)

    def forget(self) -> None:
        """Lets go of the tasks, the run's last use: they hold their workflow and it holds them, so
        otherwise they would stay until somebody looks for garbage."""
        for workflow in (*self.workflow.subprocesses.values(), self.workflow):
            workflow.tasks.clear()
            workflow.task_tree = workflow.last_task = None
        self.workflow.subprocesses.clear()

    # -- details

    def _find(self, task_id: UUID) -> Any:
        return self._at(task_id.int)

    def _at(self, number: int) -> Any:
        """The task with this id within the workflow; None if it has gone."""
        for workflow in (self.workflow, *self.workflow.subprocesses.values()):
            if number in workflow.tasks:
                return workflow.tasks[number]
        return None

    def _task(self, task_id: UUID, kind: type, state: int) -> Any:
        task = self._find(task_id)
        if task is None or not isinstance(task.task_spec, kind) or task._state != state:
            raise Conflict
        return task

    def _catch(
        self, task_id: UUID, element: str, kind: type[Catch] | tuple[type[Catch], ...], payload: Any
    ) -> None:
        task = self._find(task_id)
        if task is None or task._state != TaskState.WAITING:
            raise Conflict
        for definition in definitions_of(task):
            if isinstance(definition, kind) and definition.element == element:
                task.task_spec.fire(task, definition, payload)
                return
        raise Conflict

    def _person(self, task: Any) -> PersonWanted:
        settings = task.task_spec.settings
        value = self.engine.evaluate

        def text(name: str) -> str:
            setting = str(settings[name])
            if setting.startswith("="):
                return str(value(task, setting[1:]) or "")
            return setting

        due = None
        if settings["due"]:
            due = due_instant(value(task, settings["due"].removeprefix("=")), self.engine.now)
        return PersonWanted(
            id_of(task),
            task.task_spec.bpmn_id,
            task.task_spec.bpmn_name or task.task_spec.bpmn_id,
            text("role"),
            text("department"),
            text("form"),
            settings["instructions"],
            due,
        )

    def _add_catches(self, task: Any, found: Waiting) -> None:
        for definition in definitions_of(task):
            try:
                if isinstance(definition, Timer):
                    found.timers.append(
                        TimerArmed(id_of(task), definition.element, definition.arm(task))
                    )
                elif isinstance(definition, Message):
                    key = definition.correlation(task)
                    found.messages.append(
                        MessageWanted(id_of(task), definition.element, definition.name, key)
                    )
                elif isinstance(definition, Signal):
                    found.signals.append(
                        SignalWanted(id_of(task), definition.element, definition.name)
                    )
            except Exception as error:
                self.engine.fail(task, error, permanent=True)
                found.failed.add(id_of(task))

    def _done(self, task: Any) -> None:
        """Notes a completed element with its data delta."""
        spec = task.task_spec
        if task._state != TaskState.COMPLETED:
            return
        if not spec.bpmn_id:
            self._send_on(task)
            return
        owner = task.workflow.parent_task_id
        changed, removed = codec.difference(task.data, _data_before(task))
        self.trace.append(
            Trace(
                text_of_number(task.id),
                spec.bpmn_id,
                spec.bpmn_name or "",
                type(spec).__name__,
                task.workflow.spec.name,
                Tagged(to_json(changed)) if changed else NOTHING,
                removed,
                tuple(_followers(task)),
                "" if owner is None else text_of_number(owner),
                _begun(task) if owner is not None else None,
            )
        )

    def _send_on(self, task: Any) -> None:
        """What is not drawn sends its tokens in the name of the drawn element before it."""
        if isinstance(task.task_spec, (BoundaryEventSplit, Turn)):
            return  # named already, as the element it leads to
        sent = tuple(_followers(task))
        before = task.parent
        while before is not None and not before.task_spec.bpmn_id:
            before = before.parent
        if not sent or before is None:
            return
        before_id = text_of_number(before.id)
        for place in reversed(range(len(self.trace))):
            if self.trace[place].task_id == before_id:
                old = self.trace[place]
                self.trace[place] = old._replace(follows=(*old.follows, *sent))
                return


def _begun(task: Any) -> dict[str, Any] | None:
    """How an event sub-process began, of its first element: no flow brings it a token with data."""
    workflow = task.workflow
    if task.parent is not workflow.task_tree:
        return None
    owner = owner_of(workflow)
    if not isinstance(owner.task_spec, EventSubProcess):
        return None
    around = owner.workflow.parent_task_id
    return {
        "given": to_json(workflow.task_tree.data),
        "around": "" if around is None else text_of_number(around),
    }


def _data_before(task: Any) -> dict[str, Any]:
    """The data an element found. A loop has already taken over what its instance changed."""
    parent = task.parent
    around = parent.task_spec if parent is not None else None
    if isinstance(around, LoopTask) and around.task_spec == task.task_spec.name:
        parent = parent.parent
    return parent.data if parent is not None else {}


def is_armed(task: Any) -> bool:
    """Whether a task is a boundary event or event sub-process that waits: no token is there yet."""
    watches = getattr(task.task_spec, "watches", False) or isinstance(task.task_spec, BoundaryEvent)
    return task._state == TaskState.WAITING and watches


def _followers(task: Any) -> Iterable[str]:
    """Ids of the elements that this task's tokens went on to."""
    if isinstance(task.task_spec, LoopTask):
        children = [c for c in task.children if c.task_spec.name != task.task_spec.task_spec]
    else:
        children = task.children
    for child in children:
        if child._state & (TaskState.MAYBE | TaskState.LIKELY | TaskState.FUTURE):
            continue
        if child.task_spec.bpmn_id:
            yield child.task_spec.bpmn_id
        elif isinstance(child.task_spec, BoundaryEventSplit):
            yield child.task_spec.name.removesuffix(".BoundaryEventSplit")
        elif isinstance(child.task_spec, Turn):
            yield child.task_spec.leads_to
        else:
            yield from _followers(child)


def refuse_reserved(data: dict[str, Any]) -> dict[str, Any]:
    """Raises InvalidInput if data from people hold a key the engine cannot keep."""
    for key, value in data.items():
        if key in REFUSED_KEYS:
            raise InvalidInput(f"字段名 {key} 是保留字,请换一个名称")
        if isinstance(value, dict):
            refuse_reserved(value)
    return data
