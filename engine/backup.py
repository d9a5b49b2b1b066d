"""Backups: the database as of one instant and the installation's own files, in one archive.

The archive holds `database.dump` (pg_dump's custom format), `files/…` (keys and archived months from
the data folder) and `backup.json`, which says what it is. It holds the key that account numbers are
encrypted with, unless it was left out: keep it like the data themselves.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, inspect, text

from engine.archive import digest
from engine.database import connect, head
from engine.errors import EngineError
from engine.postgres import binaries

FORMAT = 1
_DUMP, _ABOUT, _FILES = "database.dump", "backup.json", "files"


class BackupRefused(EngineError):
    """备份或恢复无法进行。"""


def backup(url: URL, folder: Path, target: Path, at: datetime, keys: bool = True) -> dict[str, Any]:
    """Writes a backup; returns what it says of itself. The system may go on working meanwhile.

    `folder` is the data folder; `target` must not exist yet and is private to the account.
    """
    if target.exists():
        raise BackupRefused(f"{target} 已经存在,请换一个文件名")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as place:
        dump = Path(place) / _DUMP
        _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={dump}")
        about = {"format": FORMAT, "at": at.isoformat(), "digest": digest(dump), **_facts(url)}
        (Path(place) / _ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
        partial = Path(place) / "partial"
        os.close(os.open(partial, os.O_CREAT | os.O_WRONLY, 0o600))
        with tarfile.open(partial, "w") as packed:
            packed.add(Path(place) / _ABOUT, _ABOUT)
            packed.add(dump, _DUMP)
            for path in _files(folder) if keys else []:
                packed.add(path, f"{_FILES}/{path.relative_to(folder)}")
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.rename(target)
    return about


def restore(url: URL, folder: Path, source: Path) -> dict[str, Any]:
    """Fills an empty database and folder from a backup; returns what it says of itself.

    Raises BackupRefused if the database has tables, a file is there with other content, or the
    backup is damaged or of a newer program.
    """
    with tempfile.TemporaryDirectory() as place, tarfile.open(source) as packed:
        packed.extractall(place, filter="data")
        about = json.loads((Path(place) / _ABOUT).read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            raise BackupRefused(f"{source} 是更新的程序做的备份(格式 {about['format']})")
        dump = Path(place) / _DUMP
        if digest(dump) != about["digest"]:
            raise BackupRefused(f"{source} 已损坏:数据的指纹与备份时不同")
        _require_empty(url)
        _copy_files(Path(place) / _FILES, folder)
        _run("pg_restore", url, "--no-owner", "--exit-on-error", str(dump))
    return dict(about)


def _files(folder: Path) -> list[Path]:
    """Keys and archives; not the database's own folder, which the dump stands for."""
    return sorted([*folder.glob("*.txt"), *folder.glob("archive/*.jsonl.gz")])


def _copy_files(given: Path, folder: Path) -> None:
    pairs = [(p, folder / p.relative_to(given)) for p in sorted(given.rglob("*")) if p.is_file()]
    for path, target in pairs:
        if target.exists() and target.read_bytes() != path.read_bytes():
            raise BackupRefused(f"{target} 已经存在且内容不同,请恢复到空的数据文件夹")
    for path, target in pairs:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copyfile(path, target)
            target.chmod(0o600)


def _facts(url: URL) -> dict[str, Any]:
    with _connected(url) as connection:
        return {
            "migration": head(),
            "events": connection.scalar(text("select count(*) from event")),
            "seal": connection.scalar(text("select hash from seal order by id desc limit 1")),
        }


def _require_empty(url: URL) -> None:
    with _connected(url) as connection:
        if inspect(connection).get_table_names():
            raise BackupRefused(f"数据库 {url.database} 不是空的,请恢复到一个新的空数据库")


def _connected(url: URL) -> Connection:
    return connect(url, pooled=False).connect()


def _run(program: str, url: URL, *arguments: str) -> None:
    """Runs a program of PostgreSQL on a database; the password stays out of the process list."""
    plain = url.set(drivername="postgresql", password=None)
    done = subprocess.run(
        [
            str(binaries() / program),
            *arguments,
            f"--dbname={plain.render_as_string(hide_password=False)}",
        ],
        env={**os.environ, "PGPASSWORD": str(url.password or "")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BackupRefused(f"{program} 失败: {done.stderr.strip()[-1500:]}")
