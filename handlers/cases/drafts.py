"""Applications being prepared: what was typed and the files added so far, kept until sent.

A draft belongs to (enterprise, policy version, channel), not to a person: an accountant begins it
and the legal representative goes on with it from another phone, or the next shift at the window.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.errors import InvalidInput, NotFound
from engine.ids import new_id
from engine.runtime import Work
from handlers.cases.tables import application_draft, draft_document
from handlers.rosters import keeping

MAX_FILES = 30


def find(work: Work, policy_version: str, enterprise_id: UUID, channel: str) -> Row[Any] | None:
    """The draft's row, if there is one."""
    return work.connection.execute(
        select(application_draft).where(
            application_draft.c.policy_version_id == policy_version,
            application_draft.c.enterprise_id == enterprise_id,
            application_draft.c.channel == channel,
        )
    ).first()


def of_enterprise(work: Work, enterprise_id: UUID, channel: str) -> list[Row[Any]]:
    """An enterprise's drafts, the last saved first."""
    return list(
        work.connection.execute(
            select(application_draft)
            .where(
                application_draft.c.enterprise_id == enterprise_id,
                application_draft.c.channel == channel,
            )
            .order_by(application_draft.c.saved_at.desc())
        )
    )


def save(
    work: Work, policy_version: str, enterprise_id: UUID, channel: str, typed: dict[str, Any]
) -> UUID:
    """Keeps what was typed, over what was kept before; returns the draft's id."""
    values = {"typed": typed, "saved_at": work.now, "saved_by": work.actor.id}
    statement = upsert(application_draft).values(
        id=new_id(),
        policy_version_id=policy_version,
        enterprise_id=enterprise_id,
        channel=channel,
        **values,
    )
    draft_id: UUID = work.connection.execute(
        statement.on_conflict_do_update(
            index_elements=["enterprise_id", "policy_version_id", "channel"], set_=values
        ).returning(application_draft.c.id)
    ).scalar_one()
    return draft_id


def add_file(
    work: Work, draft_id: UUID, name: str, file_name: str, media_type: str, content: bytes
) -> None:
    """Adds a file that answers a required document; the caller has checked its type and size.

    Raises InvalidInput if the draft holds too many files.
    """
    held = select(func.count()).where(draft_document.c.draft_id == draft_id)
    if work.connection.execute(held).scalar_one() >= MAX_FILES:
        raise InvalidInput(f"一件申请最多上传 {MAX_FILES} 个文件,请合并后再上传")
    work.connection.execute(
        insert(draft_document).values(
            id=new_id(),
            draft_id=draft_id,
            name=name,
            file_name=file_name,
            media_type=media_type,
            content=content,
            uploaded_at=work.now,
            uploaded_by=work.actor.id,
        )
    )


def set_roster(work: Work, draft_id: UUID, roster_id: UUID | None) -> None:
    """Puts a roster in the place of a draft's earlier one, which is deleted."""
    drawn = select(application_draft.c.roster_id).where(application_draft.c.id == draft_id)
    before = work.connection.scalar(drawn.with_for_update())
    work.connection.execute(
        update(application_draft)
        .where(application_draft.c.id == draft_id)
        .values(roster_id=roster_id, saved_at=work.now, saved_by=work.actor.id)
    )
    if before is not None:
        keeping.discard(work, before)


def files(work: Work, draft_id: UUID) -> list[Row[Any]]:
    """The files of a draft without their content, oldest first."""
    columns = (c for c in draft_document.c if c.name != "content")
    return list(
        work.connection.execute(
            select(*columns)
            .where(draft_document.c.draft_id == draft_id)
            .order_by(draft_document.c.uploaded_at, draft_document.c.id)
        )
    )


def contents(work: Work, draft_id: UUID) -> list[Row[Any]]:
    """The files of a draft with their content, oldest first."""
    return list(
        work.connection.execute(
            select(draft_document)
            .where(draft_document.c.draft_id == draft_id)
            .order_by(draft_document.c.uploaded_at, draft_document.c.id)
        )
    )


def remove_file(work: Work, draft_id: UUID, file_id: UUID) -> None:
    """Takes a file out of a draft. Raises NotFound."""
    done = work.connection.execute(
        delete(draft_document).where(
            draft_document.c.id == file_id, draft_document.c.draft_id == draft_id
        )
    )
    if done.rowcount != 1:
        raise NotFound("这个文件已经不在草稿中")
    touched = update(application_draft).where(application_draft.c.id == draft_id)
    work.connection.execute(touched.values(saved_at=work.now, saved_by=work.actor.id))


def discard(work: Work, draft_id: UUID) -> None:
    """Deletes a draft, its files and its roster: it was sent, or is no longer wanted.

    The roster of a draft that was sent belongs to its case.
    """
    gone = delete(application_draft).where(application_draft.c.id == draft_id)
    roster_id = work.connection.scalar(gone.returning(application_draft.c.roster_id))
    if roster_id is not None:
        keeping.discard(work, roster_id)
