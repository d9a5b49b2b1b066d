"""What every use case needs: the database, the time, the jobs, the handlers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from engine.actor import SYSTEM, Actor
from engine.calendar import WorkingCalendar
from engine.crash_points import crash_point
from engine.driver import is_race
from engine.errors import VersionConflict
from engine.functions import step_functions
from engine.jobs import JobQueue
from engine.reactions import REACTIONS, Reactions
from engine.rows import Question, Rows, of_connection
from engine.service_tasks import REGISTRY, Registry
from engine.spiff.script import RetryCarefully, RetryStep
from engine.time_source import TimeSource

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True)
class Runtime:
    """One for each process. `outside` holds what outside handlers may use (addresses, keys)."""

    database: Engine
    time: TimeSource
    jobs: JobQueue = field(default_factory=JobQueue)
    registry: Registry = REGISTRY
    reactions: Reactions = REACTIONS
    outside: dict[str, Any] = field(default_factory=dict)

    def run(self, actor: Actor, act: Callable[[Work], T], tries: int = 3) -> T:
        """Runs a use case in one transaction and commits it.

        A lost race is run again from the start, `tries` times in all; then VersionConflict. So is a
        failed handler that has written, carefully, which is no try.
        """
        careful = False
        while True:
            try:
                return self._once(actor, act, careful)
            except RetryCarefully:
                careful = True
                continue
            except (VersionConflict, RetryStep) as error:
                lost: Exception = error
            except DBAPIError as error:
                if not is_race(error):
                    raise
                lost = error
            tries -= 1
            if tries <= 0:
                raise VersionConflict from lost

    def _once(self, actor: Actor, act: Callable[[Work], T], careful: bool) -> T:
        with self.database.connect() as connection:
            work = Work(connection, self.time.now(), actor, self, careful=careful)
            with connection.begin():
                work.rows.waiting = not careful
                found = act(work)
                work.rows.settle()
                crash_point("before commit", work.doing)
            crash_point("after commit", work.doing)
            return found


@dataclass
class Work:
    """One unit of work: one transaction, one moment, one actor. Nothing below commits."""

    connection: Connection
    now: datetime
    actor: Actor
    runtime: Runtime
    _calendar: WorkingCalendar | None = None
    _functions: dict[str, Callable[..., Any]] | None = None
    doing: str = ""  # names the commit for the crash tests
    careful: bool = True
    """Each handler of a step runs in a savepoint. Without, one that fails after it has written has the
    whole unit of work run again with them: most never fail, and a savepoint is two round trips."""
    rows: Rows = field(init=False, repr=False)
    """What this transaction has read and will write."""

    @property
    def calendar(self) -> WorkingCalendar:
        if self._calendar is None:
            self._calendar = WorkingCalendar.load(self.connection)
        return self._calendar

    @property
    def functions(self) -> dict[str, Callable[..., Any]]:
        """What expressions may call at this moment."""
        if self._functions is None:
            self._functions = step_functions(self.now, lambda: self.calendar)
        return self._functions

    def __post_init__(self) -> None:
        self.rows = of_connection(self.connection)

    def known(self, question: Question[K, V], key: K, lock: bool = False) -> V | None:
        """An answer that is read once in this transaction, or None; see `engine.rows`."""
        return self.rows.known(self, question, key, lock)

    def defer(self, job: str, arguments: dict[str, Any], **options: Any) -> None:
        """Adds a job that runs once this unit of work has committed."""
        self.runtime.jobs.defer(self.connection, job, arguments, **options)

    def defer_all(self, job: str, arguments: Sequence[dict[str, Any]], **options: Any) -> None:
        """Adds many jobs of one kind at once."""
        self.runtime.jobs.defer_all(self.connection, job, arguments, **options)

    def as_system(self) -> Work:
        """The same unit of work with the system as its actor."""
        return replace(self, actor=SYSTEM)


@dataclass(frozen=True)
class OutsideWork:
    """What an outside handler gets. The same key means the same effect, however often it is asked."""

    idempotency_key: str
    attempt: int
    runtime: Runtime
