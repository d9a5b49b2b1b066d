"""Drafts, releases, publishing. A release is immutable; instances stay on theirs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine import start_times
from engine.errors import Conflict, DiagramRefused, NotFound
from engine.forms import parse_form
from engine.kept import kept
from engine.lint import DecisionCheck, decisions, kind_of, lint
from engine.runtime import Work
from engine.spiff import Library, parse_library
from engine.tables import artifact, definition, draft, release, release_file


def content_hash(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def latest_release(connection: Connection) -> int | None:
    """The id of the release in force, or None before the first one."""
    found = connection.scalar(select(func.max(release.c.id)))
    return None if found is None else int(found)


def files_of(connection: Connection, release_id: int) -> dict[str, bytes]:
    """Path → content of a release."""
    rows = connection.execute(
        select(release_file.c.path, artifact.c.content)
        .join(artifact, artifact.c.hash == release_file.c.artifact_hash)
        .where(release_file.c.release_id == release_id)
        .order_by(release_file.c.path)
    )
    return {row.path: bytes(row.content) for row in rows}


def publish(
    work: Work,
    files: Mapping[str, bytes],
    note: str = "",
    decision_check: DecisionCheck = decisions.check,
) -> int:
    """Publishes files over the latest release; returns the release in force.

    Files not named stay as they are. If nothing changes, no release is made. Raises DiagramRefused
    with every finding if the linter refuses the whole, InvalidInput if a process's timer says no time.
    """
    current = latest_release(work.connection)
    before = files_of(work.connection, current) if current is not None else {}
    wanted = {**before, **files}
    if current is not None and wanted == before:
        return current
    findings = lint(wanted, work.runtime.registry, decision_check)
    errors = [f for f in findings if f.severity == "error"]
    if errors:
        raise DiagramRefused(list(findings))
    library = parse_library(_diagrams(wanted))
    release_id = _store(work, wanted, library, note)
    start_times.arm(work, library.processes.values())
    return release_id


def _diagrams(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if path.endswith(".bpmn")}


def _store(work: Work, files: Mapping[str, bytes], library: Library, note: str) -> int:
    release_id = work.connection.scalar(
        insert(release)
        .values(published_at=work.now, published_by=work.actor.id, note=note)
        .returning(release.c.id)
    )
    assert release_id is not None
    for path, content in files.items():
        digest = content_hash(content)
        work.connection.execute(
            upsert(artifact)
            .values(hash=digest, kind=kind_of(path), content=content)
            .on_conflict_do_nothing()
        )
        work.connection.execute(
            insert(release_file).values(release_id=release_id, path=path, artifact_hash=digest)
        )
    if library.processes:
        work.connection.execute(
            insert(definition),
            [
                {"release_id": release_id, "process_id": p.id, "name": p.name, "path": p.path}
                for p in library.processes.values()
            ],
        )
    return int(release_id)


def library(connection: Connection, release_id: int) -> Library:
    """The parsed diagrams of a release; parsed once in each process, since a release never changes."""
    return kept(
        connection,
        ("library", release_id),
        lambda: parse_library(_diagrams(files_of(connection, release_id))),
    )


def definition_in_force(connection: Connection, process_id: str) -> Any:
    """The row of a process in the latest release. Raises NotFound."""
    row = connection.execute(
        select(definition)
        .where(definition.c.process_id == process_id)
        .order_by(definition.c.release_id.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound(f"流程 {process_id} 还没有发布")
    return row


def file_of(connection: Connection, release_id: int, path: str) -> bytes:
    """The content of one file of a release. Raises NotFound."""
    content = connection.scalar(
        select(artifact.c.content)
        .join(release_file, release_file.c.artifact_hash == artifact.c.hash)
        .where(release_file.c.release_id == release_id, release_file.c.path == path)
    )
    if content is None:
        raise NotFound(f"发布版本 {release_id} 中没有 {path}")
    return bytes(content)


def form_of(connection: Connection, release_id: int, path: str) -> dict[str, Any]:
    """The form schema of a release, with an empty one for no path; parsed once in each process.

    It is everybody's: nobody may change it.
    """
    if not path:
        return {"components": []}
    return kept(
        connection,
        ("form", release_id, path),
        lambda: parse_form(file_of(connection, release_id, path), path),
    )


# -- drafts


def save_draft(work: Work, path: str, content: bytes, lock_version: int | None) -> int:
    """Saves a draft; returns its new lock version.

    `lock_version` is the one the editor loaded, None for a new draft. Raises Conflict if someone
    else has saved in between. A draft may be incomplete; only publishing checks it.
    """
    if lock_version is None:
        current = latest_release(work.connection)
        based_on = work.connection.scalar(
            select(release_file.c.artifact_hash).where(
                release_file.c.release_id == current, release_file.c.path == path
            )
        )
        done = work.connection.scalar(
            upsert(draft)
            .values(
                path=path,
                kind=kind_of(path),
                content=content,
                based_on=based_on,
                saved_at=work.now,
                saved_by=work.actor.id,
                authors=[work.actor.id],
            )
            .on_conflict_do_nothing()
            .returning(draft.c.path)
        )
        if done is None:
            raise Conflict(f"{path} 已有草稿,请重新打开后再保存")
        return 1
    done = work.connection.execute(
        update(draft)
        .where(draft.c.path == path, draft.c.lock_version == lock_version)
        .values(
            content=content,
            lock_version=lock_version + 1,
            saved_at=work.now,
            saved_by=work.actor.id,
            authors=_joined(draft.c.authors, work.actor.id),
        )
    )
    if done.rowcount == 0:
        raise Conflict(f"{path} 的草稿已被别人修改,请重新打开后再保存")
    return lock_version + 1


def _joined(authors: Any, actor: str) -> Any:
    """The authors with one more, each once."""
    return case((authors.has_key(actor), authors), else_=authors.concat([actor]))


def discard_draft(work: Work, path: str) -> None:
    """Deletes a draft; what is published stays."""
    work.connection.execute(delete(draft).where(draft.c.path == path))


def form_json(schema: dict[str, Any]) -> str:
    """A schema as JSON text for the browser."""
    return json.dumps(schema, ensure_ascii=False, default=str)
