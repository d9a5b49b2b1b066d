"""Requests that may be sent twice: the same key gets the same answer and no second effect.

The sender makes up the key, for one request and all its repetitions. It is kept for KEPT, in the
transaction of the request itself: it exists if and only if the effect does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.errors import InvalidInput
from engine.runtime import Work
from engine.tables import request_key
from engine.values import canonical, from_json, to_json

KEPT = timedelta(days=30)
LONGEST = 200


class KeyReused(InvalidInput):
    """这个请求编号已经用于另一份内容,请换一个新的编号再提交。"""

    def __init__(self) -> None:
        super().__init__((self.__doc__ or "").strip())


def once(
    work: Work, kind: str, key: str | None, content: dict[str, Any], act: Callable[[], Any]
) -> Any:
    """Acts, or returns what the first request with this key was answered.

    Keys belong to an actor and a kind of request. A second request waits for the first one's
    commit. `content` and the answer are process values. Raises KeyReused if the key was used for
    other content. Without a key it simply acts.
    """
    if not key:
        return act()
    if len(key) > LONGEST:
        raise InvalidInput(f"请求编号最长 {LONGEST} 个字符")
    own = {"kind": kind, "key": f"{work.actor.id}:{key}"}
    digest = hashlib.sha256(canonical(content)).hexdigest()
    where = (request_key.c.kind == own["kind"], request_key.c.key == own["key"])
    first = work.connection.scalar(
        upsert(request_key)
        .values(**own, digest=digest, at=work.now)
        .on_conflict_do_nothing()
        .returning(request_key.c.key)
    )
    if first is None:
        known = work.connection.execute(select(request_key).where(*where)).one()
        if known.digest != digest:
            raise KeyReused
        return from_json(known.answer)
    answer = act()
    work.connection.execute(update(request_key).where(*where).values(answer=to_json(answer)))
    return answer


def forget_old(work: Work) -> int:
    """Deletes keys older than KEPT; returns how many."""
    old = delete(request_key).where(request_key.c.at < work.now - KEPT)
    return int(work.connection.execute(old).rowcount)
