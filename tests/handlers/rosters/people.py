"""Made-up persons."""

from __future__ import annotations

from handlers.rosters.identity import RESIDENT, check_character
from handlers.rosters.reading import Person


def number(serial: int) -> str:
    """A good number for each serial up to 999."""
    first = f"36079919990101{serial:03d}"
    return first + check_character(first)


def persons(*serials: int) -> list[Person]:
    """A roster of these persons, in this order."""
    return [
        Person(place, f"张{serial}", RESIDENT, number(serial), None)
        for place, serial in enumerate(serials, 1)
    ]
