"""Connections and migrations."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from importlib import import_module, resources
from pathlib import Path
from select import POLLIN, poll
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, Table, create_engine, inspect, text
from sqlalchemy.event import listen
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import NullPool

from engine import rows
from engine.errors import EngineError
from engine.json_text import json_text
from engine.watching import told

MIGRATION_PACKAGES = ("engine.migrations", "handlers.migrations")


def connect(url: URL | str, pool_size: int = 5, pooled: bool = True) -> Engine:
    """Opens a pool to a database. READ COMMITTED; a session's time zone is UTC."""
    options: dict[str, object] = (
        {"pool_size": pool_size, "max_overflow": pool_size} if pooled else {"poolclass": NullPool}
    )
    found = create_engine(
        url,
        connect_args={"options": "-c timezone=UTC", "connect_timeout": 10},
        json_serializer=json_text,
        **options,
    )
    listen(found, "checkout", _refuse_the_dead)
    listen(found, "before_cursor_execute", _tell_watches)
    rows.watch(found)
    return found


def _refuse_the_dead(connection: Any, *_: object) -> None:
    """Replaces a pooled connection whose server has gone.

    The system knows without a question to the server: between two units of work nothing but the end
    of a connection makes its socket readable.
    """
    if connection.closed:
        raise DisconnectionError
    waiting = poll()
    waiting.register(connection.fileno(), POLLIN)
    if waiting.poll(0):
        raise DisconnectionError


def touched(connection: Connection, writes: bool, tables: frozenset[Table] | None = None) -> None:
    """Sends what has been collected of these tables (None: of any) and tells those who watch.

    Called by whoever goes to the driver directly; statements of SQLAlchemy's do it by themselves.
    """
    found = rows.of_connection(connection)
    told(found.watches, writes)
    found.before_use(tables)


def _tell_watches(connection: Connection, _: object, statement: str, *__: object) -> None:
    if watches := connection.info.get("watches"):
        told(watches, statement.lstrip()[:6].upper() != "SELECT")


def is_broken(connection: Connection) -> bool:
    """Whether an error has ended the transaction for the server."""
    driver: Any = connection.connection.driver_connection
    return bool(driver.info.transaction_status == psycopg.pq.TransactionStatus.INERROR)


def _configuration(packages: Sequence[str]) -> Config:
    config = Config()
    folders = [str(resources.files(package) / "versions") for package in packages]
    config.set_main_option("script_location", str(resources.files("engine.migrations")))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "%%(rev)s")
    config.set_main_option("version_locations", "\n".join(folders))
    return config


def migrate(connection: Connection, packages: Sequence[str] = MIGRATION_PACKAGES) -> None:
    """Brings a database to the head of the migrations; waits for another process doing so."""
    present = [p for p in packages if _importable(p)]
    connection.execute(text("select pg_advisory_xact_lock(7244001)"))
    config = _configuration(present)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _importable(package: str) -> bool:
    with contextlib.suppress(ModuleNotFoundError):
        import_module(package)
        return True
    return False


def head() -> str:
    """The one head of the migrations, kept in a file so that two branches conflict in git."""
    return (resources.files("engine.migrations") / "HEAD").read_text().strip()


def check_current(connection: Connection) -> None:
    """Raises EngineError unless the database is at the head of the migrations."""
    found = None
    if inspect(connection).has_table("alembic_version"):
        found = connection.scalar(text("select version_num from alembic_version"))
    if found != head():
        raise EngineError(
            f"数据库结构是 {found or '空的'},程序需要 {head()}。请先运行 redeem migrate"
        )


def write_revision(connection: Connection, name: str, package: str) -> Path:
    """Writes a migration for what the tables have and the database lacks (for developers)."""
    config = _configuration([p for p in MIGRATION_PACKAGES if _importable(p)])
    config.attributes["connection"] = connection
    found = command.revision(
        config,
        message=name,
        rev_id=name,
        autogenerate=True,
        version_path=str(resources.files(package) / "versions"),
        head="head",
    )
    assert found is not None and not isinstance(found, list)
    return Path(found.path)
