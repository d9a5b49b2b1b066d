"""Decides when. One leader at a time, by an advisory lock on a connection of its own.

APScheduler with a memory store runs here and nowhere else; each of its jobs only defers work to the
queue, so a leader that dies loses nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from engine import history_months, jobs, lost_jobs, messages, process_starts, request_keys, timers
from engine.actor import SYSTEM
from engine.runtime import Runtime, Work

logger = logging.getLogger("rongyidui.scheduler")
LEADER_LOCK = 7244002
POLL_SECONDS = 1


@dataclass(frozen=True)
class CalendarJob:
    """A job of the calendar: `cron` has five fields, in Shanghai time."""

    name: str
    cron: str
    act: Callable[[Work], object]


def try_lead(connection: Connection) -> bool:
    """Tries to become the leader on this connection."""
    return bool(connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": LEADER_LOCK}))


def run(runtime: Runtime, stop: threading.Event, calendar: list[CalendarJob]) -> None:
    """Waits to become leader, then schedules until `stop` is set or the database is lost."""
    while not stop.is_set():
        try:
            with runtime.database.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            ) as connection:
                if not try_lead(connection):
                    stop.wait(POLL_SECONDS)
                    continue
                logger.info("this scheduler leads")
                _lead(runtime, connection, stop, calendar)
        except OperationalError as error:
            logger.warning("database unreachable: %s", error)
            stop.wait(POLL_SECONDS)


def _lead(
    runtime: Runtime, connection: Connection, stop: threading.Event, calendar: list[CalendarJob]
) -> None:
    scheduler = BackgroundScheduler(timezone="Asia/Shanghai")
    options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}

    def once(act: Callable[[Work], object]) -> Callable[[], None]:
        def job() -> None:
            try:
                runtime.run(SYSTEM, act)
            except OperationalError as error:
                logger.warning("database unreachable: %s", error)

        return job

    scheduler.add_job(once(timers.defer_due), IntervalTrigger(seconds=POLL_SECONDS), **options)
    scheduler.add_job(
        once(process_starts.defer_due), IntervalTrigger(seconds=POLL_SECONDS), **options
    )
    scheduler.add_job(once(_rescue), IntervalTrigger(seconds=10), **options)
    once(history_months.ahead)()
    scheduler.add_job(once(history_months.ahead), IntervalTrigger(hours=6), **options)
    scheduler.add_job(once(_tidy), CronTrigger.from_crontab("17 3 * * *"), **options)
    for one in calendar:
        trigger = CronTrigger.from_crontab(one.cron, timezone="Asia/Shanghai")
        scheduler.add_job(once(one.act), trigger, name=one.name, **options)
    scheduler.start()
    try:
        while not stop.wait(POLL_SECONDS):
            connection.execute(text("select 1"))
    finally:
        scheduler.shutdown(wait=False)


def _rescue(work: Work) -> None:
    jobs.return_jobs_of_dead_workers(work.connection)
    lost_jobs.ask_again(work)


def _tidy(work: Work) -> None:
    jobs.delete_finished(work.connection)
    messages.delete_old(work)
    request_keys.forget_old(work)
