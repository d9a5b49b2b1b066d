"""What a running instance may reach: the handlers, the release's decisions, the step's time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError

from engine.crash_points import crash_point
from engine.database import is_broken
from engine.dmn import decisions_of
from engine.driver import is_race
from engine.errors import Conflict, VersionConflict
from engine.runtime import Work
from engine.spiff.script import RetryCarefully, RetryStep
from engine.turn import Turn
from engine.watching import watched


@dataclass
class StepServices:
    """One for each instance of a step."""

    work: Work
    release_id: int
    turn: Turn
    functions: dict[str, Callable[..., Any]] = field(init=False)
    traces: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.functions = self.work.functions

    @property
    def now(self) -> datetime:
        return self.work.now

    def effect(self, handler: str) -> str:
        return self.work.runtime.registry.get(handler).effect

    def call(self, handler: str, arguments: dict[str, Any], element: str) -> Any:
        """Runs a database handler: if it fails, its writes go and the rest stays."""
        found = self.work.runtime.registry.get(handler)
        checked = found.arguments(arguments)
        guarded = self._in_savepoint if self.work.careful else self._watched
        try:
            answer = guarded(lambda: found.function(self.work, **checked))
        except VersionConflict as error:
            raise RetryStep from error
        except DBAPIError as error:
            if is_race(error):
                raise RetryStep from error
            raise
        crash_point("handler called")
        return answer

    def _watched(self, act: Callable[[], Any]) -> Any:
        """Without a savepoint: one that fails after it has written has the step run again with them."""
        watches = self.work.rows.watches
        watch = watched(watches, self._take, eager=self.turn.contended)
        try:
            return act()
        except (RetryStep, VersionConflict):
            raise
        except Exception as error:
            if is_race(error):
                raise
            if watch.wrote or is_broken(self.work.connection):
                raise RetryCarefully from error
            raise
        finally:
            watches.remove(watch)

    def _take(self) -> None:
        """What has been lost here is no failure of the handler's: run again, the step finds out why."""
        try:
            self.turn.take()
        except Conflict as error:
            raise RetryStep from error

    def _in_savepoint(self, act: Callable[[], Any]) -> Any:
        self._take()
        savepoint = self.work.connection.begin_nested()
        try:
            answer = act()
            self.work.rows.send()
        except (RetryStep, VersionConflict):
            raise
        except Exception as error:
            if not is_race(error):
                savepoint.rollback()
            raise
        savepoint.commit()
        return answer

    def decide(self, decision: str, context: dict[str, Any], element: str) -> Any:
        decisions = decisions_of(self.work.connection, self.release_id)
        answer, trace = decisions.decide(decision, context, self.functions)
        self.traces.append((element, trace))
        return answer
