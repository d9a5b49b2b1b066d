"""The papers of a case."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select

from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.ids import new_id
from engine.runtime import Work
from handlers.cases import case_files
from handlers.cases.tables import document

LARGEST = 20 * 1024 * 1024  # bytes
# media type → the bytes such a file begins with
BEGINNINGS = {
    "application/pdf": (b"%PDF-",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "application/ofd": (b"PK\x03\x04",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (b"PK\x03\x04",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (b"PK\x03\x04",),
}


def check(file_name: str, media_type: str, content: bytes) -> None:
    """Raises InvalidInput if a file is empty, too large, of another type, or not what it claims."""
    if not content:
        raise InvalidInput(fields={"file": f"{file_name} 是空文件,请重新选择"})
    if len(content) > LARGEST:
        raise InvalidInput(fields={"file": f"{file_name} 超过 {LARGEST // 1024 // 1024} MB,请压缩"})
    if media_type not in BEGINNINGS:
        raise InvalidInput(fields={"file": "请上传 PDF、OFD、图片、Word 或 Excel 文件"})
    if not content.startswith(BEGINNINGS[media_type]):
        raise InvalidInput(fields={"file": f"{file_name} 的内容与文件类型不符,请检查文件"})


def add(
    work: Work, case_id: UUID, name: str, file_name: str, media_type: str, content: bytes
) -> UUID:
    """Adds a paper to a case; `name` is that of the required document it answers.

    Raises InvalidInput if the file is refused, NotAllowed if the actor may not see the case.
    """
    check(file_name, media_type, content)
    _case(work, case_id)
    document_id = new_id()
    work.connection.execute(
        insert(document).values(
            id=document_id,
            case_id=case_id,
            name=name,
            file_name=file_name[-200:],
            media_type=media_type,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            uploaded_at=work.now,
            uploaded_by=work.actor.id,
        )
    )
    return document_id


def of_case(work: Work, case_id: UUID) -> list[Row[Any]]:
    """The papers of a case without their contents, oldest first."""
    _case(work, case_id)
    columns = [column for column in document.c if column.name != "content"]
    return list(
        work.connection.execute(
            select(*columns)
            .where(document.c.case_id == case_id)
            .order_by(document.c.uploaded_at, document.c.id)
        )
    )


def read(work: Work, document_id: UUID) -> Row[Any]:
    """A paper with its content. Raises NotFound, NotAllowed."""
    row = work.connection.execute(select(document).where(document.c.id == document_id)).first()
    if row is None:
        raise NotFound("没有这份材料")
    _case(work, row.case_id)
    return row


def _case(work: Work, case_id: UUID) -> Any:
    case = case_files.get(work, case_id)
    if work.actor.id != "system" and not case_files.may_see(work.actor, case):
        raise NotAllowed("您不能查看这个办件的材料")
    return case
