"""Random ids (UUID, version 4), many of one call to the system.

Asking the system for each id costs more than making it; a list's line needs fifty.
"""

from __future__ import annotations

import os
from uuid import UUID, SafeUUID

_POOL = 256
_numbers: list[int] = []
# A forked process must not hand out the ids that its parent holds.
os.register_at_fork(after_in_child=_numbers.clear)
_set = object.__setattr__


def new_id() -> UUID:
    """A random id."""
    return id_of_number(new_number())


def new_number() -> int:
    """The number of a random id.

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
    _set(found, "is_safe", SafeUUID.unknown)
    return found


def text_of_number(number: int) -> str:
    """`str(UUID(int=number))` without the object."""
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _batch() -> list[int]:
    variant, version = 0x8 << 60, 0x4 << 76
    mask = ~((0xF << 76) | (0x3 << 62))
    random = os.urandom(16 * _POOL)
    numbers = (int.from_bytes(random[at : at + 16], "big") for at in range(0, len(random), 16))
    return [number & mask | version | variant for number in numbers]
