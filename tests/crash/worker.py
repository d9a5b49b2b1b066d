"""A real worker, scheduler or site over the handlers of house.py.

python -m tests.crash.worker URL (worker | scheduler | web PORT FOLDER)
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from sqlalchemy import make_url

from engine import engine_jobs, scheduler
from engine.database import connect
from engine.jobs import JobTable, run_worker
from engine.runtime import Runtime
from engine.time_source import DatabaseTime
from tests.crash.house import HOUSE


def serve(runtime: Runtime, port: int, folder: Path) -> None:
    from werkzeug.serving import make_server

    from web.application import create_app
    from web.settings import Settings

    site = create_app(Settings(data_folder=folder, secret_key="campaign"), runtime)
    make_server("127.0.0.1", port, site, threaded=True).serve_forever()


def main(address: str, role: str, *further: str) -> None:
    url = make_url(address)
    database = connect(url)
    runtime = Runtime(database, DatabaseTime(database), registry=HOUSE)
    if role == "worker":
        table = JobTable()
        engine_jobs.register(table, runtime)
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        run_worker(plain, table.jobs.values())
    elif role == "web":
        serve(runtime, int(further[0]), Path(further[1]))
    else:
        scheduler.run(runtime, threading.Event(), [])


if __name__ == "__main__":
    main(*sys.argv[1:])
