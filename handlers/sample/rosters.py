"""Made-up persons for the sample firms' rosters; nobody has numbers of the area 360799."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from handlers.rosters.identity import RESIDENT, check_character
from handlers.rosters.reading import Person
from handlers.rosters.rule import PersonRule

_AREA = "360799"
_LARGEST = 200
_FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
_GIVEN = "子涵雨桐浩然思远嘉怡明哲欣悦晨曦"


def persons_for(firm: int, rule: PersonRule, stated: Any) -> list[Person]:
    """The roster of a sample firm (its number) for a number that it states, at least one person."""
    wanted = Decimal(stated or 0)
    count = max(1, min(_LARGEST, int(wanted.to_integral_value("ROUND_CEILING"))))
    left = wanted if wanted > 0 else Decimal(1)
    found = []
    for place in range(1, count + 1):
        basis = min(Decimal(1), left - place + 1) if rule.basis else None
        found.append(Person(place, _name(firm + place), RESIDENT, _number(firm, place), basis))
    return found


def _number(firm: int, place: int) -> str:
    """A day of birth and a serial number for every pair: 28 × 12 × 8 days, 999 of each."""
    serial = firm * (_LARGEST + 1) + place
    day, rest = serial % 28 + 1, serial // 28
    month, rest = rest % 12 + 1, rest // 12
    year, rest = 1996 + rest % 8, rest // 8
    first = f"{_AREA}{year}{month:02d}{day:02d}{rest % 999 + 1:03d}"
    return first + check_character(first)


def _name(place: int) -> str:
    return f"示例{_FAMILY[place % len(_FAMILY)]}{_GIVEN[place % len(_GIVEN)]}"
