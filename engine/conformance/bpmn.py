"""Published process cases (Betsy/PEBL): what each test should do, and what this engine does.

Every wait is stored and restored, as between two steps of a real instance, so that a case also
tells whether its state can be saved.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.conformance import bpmn_vocabulary as vocabulary
from engine.errors import BusinessError, InvalidInput, NotFound
from engine.lint import lint
from engine.runtime import Work
from engine.service_tasks import Registry, service_task
from engine.spiff import Library, Run, parse_library
from engine.spiff.events import Message, Signal
from engine.spiff.run import MessageWanted, SignalWanted
from engine.spiff.throwing import Sent

FAILED = "ERROR"
FAILURES = frozenset(["ERROR", "RUNTIME_EXCEPTION"])
REFUSED = "DEPLOYMENT_FAILED"
PARALLEL = "EXECUTION_PARALLEL"
BEGIN = datetime(2026, 1, 5, 1, tzinfo=UTC)
MOST_STEPS = 500


@dataclass(frozen=True)
class Verdict:
    """`word` is passed, failed or refused."""

    name: str
    word: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.word:8} {self.name}" + (f": {self.detail}" if self.detail else "")


def run_cases(folder: Path) -> Iterator[Verdict]:
    """The verdict on each test of a folder with a `cases.json`. Raises NotFound without one."""
    index = folder / "cases.json"
    if not index.is_file():
        raise NotFound(f"{folder} 中没有 cases.json")
    for test in json.loads(index.read_text("utf-8")):
        yield _judge(test, (folder / test["file"]).read_bytes())


def _judge(test: dict[str, Any], content: bytes) -> Verdict:
    name = test["name"]
    translated = vocabulary.translate(content)
    wanted = [run["expect"] for run in test["cases"]]
    refusals = list(refused(translated))
    if refusals:
        word = "passed" if [REFUSED] in wanted else "refused"
        return Verdict(name, word, refusals[0])
    library = parse_library({"case.bpmn": translated})
    for run in test["cases"]:
        try:
            found = _play(library, run)
        except Exception as error:
            return Verdict(name, "failed", f"{type(error).__name__}: {error}")
        if _comparable(found) != _comparable(run["expect"]):
            return Verdict(name, "failed", f"{run['test'] or run['integer']}: {sorted(found)}")
    return Verdict(name, "passed", "" if test["cases"] else "no runs")


def _comparable(trace: Iterable[str]) -> Counter[str]:
    return Counter(FAILED if word in FAILURES else word for word in trace)


def refused(content: bytes) -> Iterator[str]:
    """Why a document would not be published, house rules left aside."""
    found = lint({"case.bpmn": content}, _registry(), lambda *_: (), house=False)
    errors = [finding for finding in found if finding.severity == "error"]
    yield from (f"{finding.element}: {finding.text}" for finding in errors)
    if errors:
        return
    try:
        parse_library({"case.bpmn": content})
    except InvalidInput as error:
        yield str(error)


def _registry() -> Registry:
    """The handlers that stand for the symbolic scripts."""
    registry = Registry()
    service_task(vocabulary.NOTE, registry=registry)(_note)
    service_task(vocabulary.ADD, registry=registry)(_add)
    service_task(vocabulary.RAISE, registry=registry)(_raise)
    service_task(vocabulary.DATA, registry=registry)(_data)
    return registry


# What the linter looks up; the stage does what the cases ask for.


def _note(work: Work, *, word: str) -> None:
    """Notes a word."""


def _add(work: Work, *, number: Decimal | None, word: str) -> None:
    """Notes a word and adds one."""


def _raise(work: Work, *, code: str) -> None:
    """Raises an error."""


def _data(work: Work, *, value: str | None) -> None:
    """Compares a value."""


def _play(library: Library, run: dict[str, Any]) -> list[str]:
    stage = Stage(library)
    data = {"test": run["test"], "integerVariable": Decimal(run["integer"])}
    executable = list(library.processes)
    stage.start(executable[0], data)
    if run["second_process"]:
        stage.start(executable[1], data)
    stage.run_until(BEGIN + timedelta(milliseconds=run["delay_ms"]))
    trace = [*stage.trace, *([FAILED] if stage.failed else [])]
    if PARALLEL in run["expect"] and stage.was_parallel:
        trace.append(PARALLEL)
    return trace


@dataclass
class Stage:
    """The instances of one run, each stored and restored around every act."""

    library: Library
    now: datetime = BEGIN
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)
    failed: bool = False
    was_parallel: bool = False
    states: list[tuple[str, bytes, Any]] = field(default_factory=list)
    buffered: list[Sent] = field(default_factory=list)
    current: Run | None = None

    def start(self, process: str, data: dict[str, Any], begin: str = "") -> None:
        run = Run.start(self.library.process(process), dict(data), self, begin)
        self.states.append((process, b"", None))
        self._settle(len(self.states) - 1, run)

    def run_until(self, end: datetime) -> None:
        """Fires what is due up to an instant, in order."""
        for _ in range(MOST_STEPS):
            timers = [
                (timer.due, place, timer)
                for place, (_, _, waiting) in enumerate(self.states)
                if waiting is not None
                for timer in waiting.timers
                if timer.due <= end
            ]
            if not timers:
                return
            due, place, timer = min(timers, key=lambda t: (t[0], t[1]))
            self.now = max(self.now, due)
            self._act(place, lambda run, t=timer: run.fire(t.task_id, t.element))  # type: ignore[misc]
        raise RuntimeError(f"still busy after {MOST_STEPS} timers")

    def _act(self, place: int, act: Callable[[Run], None]) -> None:
        process, state, _ = self.states[place]
        run = Run.restore(self.library.process(process), state, self)
        act(run)
        self._settle(place, run)

    def _settle(self, place: int, run: Run) -> None:
        self.current = run
        run.advance()
        waiting = run.waiting()
        self.failed = self.failed or bool(run.failures)
        process = self.states[place][0]
        if run.completed:
            self.states[place] = (process, b"", None)
        else:
            self.states[place] = (process, run.dump(), waiting)
        for sent in run.sent:
            if sent.key is None:
                self._broadcast(place, sent)
            else:
                self.buffered.append(sent)
        self._deliver()

    def _broadcast(self, origin: int, sent: Sent) -> None:
        """A signal reaches the other instances and starts processes; its own has heard it."""
        others = [p for p in range(len(self.states)) if p != origin]
        for place in others:
            waiting = self.states[place][2]
            heard = [] if waiting is None else [s for s in waiting.signals if s.name == sent.name]
            for wait in heard:
                self._receive(place, wait, sent.payload)
        for name, process in self.library.processes.items():
            begin = process.begun_by(Signal, sent.name)
            if begin is not None:
                self.start(name, dict(sent.payload), begin)

    def _deliver(self) -> None:
        """Gives each buffered message to the first instance that waits for it."""
        for sent in list(self.buffered):
            for place, (_, _, waiting) in enumerate(self.states):
                wanted = waiting.messages if waiting is not None else []
                fits = [m for m in wanted if (m.name, m.key) == (sent.name, sent.key)]
                if fits and sent in self.buffered:
                    self.buffered.remove(sent)
                    self._receive(place, fits[0], sent.payload)
            self._start_by(sent)

    def _start_by(self, sent: Sent) -> None:
        """Starts the process that begins with a message nobody waits for."""
        begun = {process for process, _, _ in self.states}
        for name, process in self.library.processes.items():
            begin = process.begun_by(Message, sent.name)
            if sent in self.buffered and begin is not None and name not in begun:
                self.buffered.remove(sent)
                self.start(name, dict(sent.payload), begin)

    def _receive(
        self, place: int, wait: MessageWanted | SignalWanted, payload: dict[str, Any]
    ) -> None:
        self._act(place, lambda run: run.receive(wait.task_id, wait.element, payload))

    # -- what a running instance may reach

    def effect(self, handler: str) -> str:
        return "database"

    def decide(self, decision: str, context: dict[str, Any], element: str) -> Any:
        raise NotFound(decision)

    def call(self, handler: str, arguments: dict[str, Any], element: str) -> Any:
        self._look_for_parallel_work()
        if handler == vocabulary.RAISE:
            raise BusinessError(arguments["code"])
        if handler == vocabulary.DATA:
            if arguments["value"] == "String":
                self.trace.append("DATA_CORRECT")
            return None
        if arguments["word"]:
            self.trace.append(arguments["word"])
        return arguments["number"] + 1 if handler == vocabulary.ADD else None

    def _look_for_parallel_work(self) -> None:
        if self.current is not None and len(self.current.open_work()) > 1:
            self.was_parallel = True
