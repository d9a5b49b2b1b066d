"""A real worker and scheduler over the example's handlers: `python -m tests.crash.worker URL ROLE`."""

from __future__ import annotations

import sys
import threading

from sqlalchemy import make_url

from engine import engine_jobs, scheduler
from engine.database import connect
from engine.jobs import JobTable, run_worker
from engine.runtime import Runtime
from engine.time_source import DatabaseTime
from tests.engine.example import EXAMPLE

url = make_url(sys.argv[1])
database = connect(url)
runtime = Runtime(database, DatabaseTime(database), registry=EXAMPLE)
if sys.argv[2] == "worker":
    table = JobTable()
    engine_jobs.register(table, runtime)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    run_worker(plain, table.jobs.values())
else:
    scheduler.run(runtime, threading.Event(), [])
