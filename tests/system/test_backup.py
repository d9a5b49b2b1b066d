"""`redeem seal`, `backup` and `restore`: an empty place gets everything back, and it verifies."""

from __future__ import annotations

import dataclasses
import io
import json
import tarfile
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from engine.actor import SYSTEM
from engine.tables import instance
from handlers.cases.tables import case_file  # noqa: F401  the district's tables
from tests.engine.example import EXAMPLE, FILES
from tests.system.test_commands import redeem
from web.settings import Settings
from web.system import make_runtime, prepare_database


@pytest.fixture
def urls(server):
    names = ("backup_from", "backup_to")
    for name in names:
        server.drop_database(name)
        server.create_database(name)
    yield [server.url(name) for name in names]
    for name in names:
        server.drop_database(name)


@pytest.fixture
def source(urls, tmp_path):
    """A database with a few running cases, and its data folder."""
    from engine import definitions, instances

    folder = tmp_path / "from"
    prepare_database(urls[0])
    runtime = make_runtime(Settings(data_folder=folder), urls[0])
    runtime = dataclasses.replace(runtime, registry=EXAMPLE)
    runtime.run(SYSTEM, lambda work: definitions.publish(work, FILES))
    for number in range(3):
        data = {"owner": "JFJ", "price": Decimal(number)}
        runtime.run(SYSTEM, lambda work, d=data: instances.start(work, "example", d, d["owner"]))
    runtime.database.dispose()
    return folder


def test_a_backup_fills_an_empty_place_and_verifies(urls, source, tmp_path):
    file, folder = tmp_path / "backup.tar", tmp_path / "to"
    sealed = redeem(urls[0], source, "seal")
    assert sealed.returncode == 0, sealed.stderr
    done = redeem(urls[0], source, "backup", str(file))
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o077 == 0
    restored = redeem(urls[1], folder, "restore", str(file))
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert "没有发现问题" in restored.stdout
    keys = (folder / "field_key.txt").read_text(), (source / "field_key.txt").read_text()
    assert keys[0] == keys[1]
    states = []
    for url in urls:
        runtime = make_runtime(Settings(data_folder=folder), url)
        with runtime.database.connect() as connection:
            states.append(connection.execute(select(instance).order_by(instance.c.id)).all())
        runtime.database.dispose()
    assert states[0] == states[1] and len(states[0]) == 3
    again = redeem(urls[1], folder, "restore", str(file))
    assert again.returncode == 1 and "不是空的" in again.stderr


def test_a_damaged_backup_is_refused_before_anything_is_written(urls, source, tmp_path):
    file = tmp_path / "backup.tar"
    assert redeem(urls[0], source, "backup", str(file), "--without-keys").returncode == 0
    with tarfile.open(file) as packed:
        assert packed.getnames() == ["backup.json", "database.dump"]
        about = json.load(packed.extractfile("backup.json"))
        dump = packed.extractfile("database.dump").read()
    damaged = tmp_path / "damaged.tar"
    with tarfile.open(damaged, "w") as packed:
        for name, content in (
            ("backup.json", json.dumps(about).encode()),
            ("database.dump", dump[:-9]),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            packed.addfile(entry, io.BytesIO(content))
    refused = redeem(urls[1], tmp_path / "to", "restore", str(damaged))
    assert refused.returncode == 1 and "已损坏" in refused.stderr
    runtime = make_runtime(Settings(data_folder=tmp_path), urls[1])
    with runtime.database.connect() as connection:
        assert (
            connection.scalar(text("select count(*) from pg_tables where schemaname='public'")) == 0
        )
    runtime.database.dispose()
