"""Ids (UUID, version 7 of RFC 9562): random behind the time, many of one call to the system.

Asking the system for each id costs more than making it; a list's line needs fifty. Those made together
lie together in an index, where random ones have each row write a page of its own.
"""

from __future__ import annotations

import os
import time
from uuid import UUID, SafeUUID

_POOL = 256
_RANDOM = 62  # bits of each id that nobody can guess
_numbers: list[int] = []
# A forked process must not hand out the ids that its parent holds.
os.register_at_fork(after_in_child=_numbers.clear)
_set = object.__setattr__
_SAFETY = SafeUUID.unknown


def new_id() -> UUID:
    """A new id; whoever knows others cannot guess it."""
    return id_of_number(new_number())


def new_number() -> int:
    """The number of a new id.

    Taking the last of a list is one step for all threads; a generator would refuse the second one.
    """
    while True:
        try:
            return _numbers.pop()
        except IndexError:
            _numbers.extend(_batch())


def id_of_number(number: int) -> UUID:
    """`UUID(int=number)` without looking which of six kinds of arguments it was given."""
    found = object.__new__(UUID)
    _set(found, "int", number)
    _set(found, "is_safe", _SAFETY)
    return found


def text_of_number(number: int) -> str:
    """`str(UUID(int=number))` without the object."""
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _batch() -> list[int]:
    """The milliseconds of now, a counter and 62 random bits; the smallest is the last."""
    head = time.time_ns() // 1_000_000 << 80 | 0x7 << 76 | 0x2 << _RANDOM
    random = os.urandom(8 * _POOL)
    return [
        head
        | place << 64
        | int.from_bytes(random[8 * place : 8 * place + 8], "big") >> (64 - _RANDOM)
        for place in reversed(range(_POOL))
    ]
