"""Departments: adding, renaming, closing. A department with open memberships is not closed."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Row, func, insert, or_, select, update

from engine.calendar import SHANGHAI
from engine.errors import Conflict, InvalidInput, NotFound
from engine.runtime import Work
from handlers.accounts.people import note
from handlers.accounts.tables import department, membership

_CODE = re.compile(r"[A-Z][A-Z0-9]{1,15}")


def all_of_them(work: Work) -> list[Row[Any]]:
    """Every department by code, with how many memberships hold today."""
    today = work.now.astimezone(SHANGHAI).date()
    people = (
        select(func.count())
        .where(
            membership.c.unit == department.c.code,
            membership.c.starts_on <= today,
            or_(membership.c.ends_on.is_(None), membership.c.ends_on >= today),
        )
        .scalar_subquery()
    )
    return list(
        work.connection.execute(
            select(department, people.label("memberships")).order_by(department.c.code)
        )
    )


def add(work: Work, code: str, name: str, name_en: str) -> None:
    """Adds a department. Raises InvalidInput by field."""
    code, name, name_en = code.strip().upper(), name.strip(), name_en.strip()
    faults = {}
    if not _CODE.fullmatch(code):
        faults["code"] = "代码为 2 至 16 位大写字母或数字,以字母开头,例如 XZSPJ"
    elif work.connection.scalar(select(department.c.code).where(department.c.code == code)):
        faults["code"] = f"代码 {code} 已被使用"
    if not name:
        faults["name"] = "请填写名称"
    if faults:
        raise InvalidInput(fields=faults)
    work.connection.execute(
        insert(department).values(code=code, name=name, name_en=name_en or name)
    )
    note(work, "add_department", code, name)


def change(work: Work, code: str, name: str, name_en: str, active: bool) -> None:
    """Renames, closes or reopens a department.

    Raises NotFound, InvalidInput by field, or Conflict if people still work in one to be closed.
    """
    row = next((one for one in all_of_them(work) if one.code == code), None)
    if row is None:
        raise NotFound("没有这个部门")
    if not name.strip():
        raise InvalidInput(fields={"name": "请填写名称"})
    if row.active and not active and row.memberships:
        raise Conflict(f"{row.name}还有 {row.memberships} 个任职,请先结束任职再停用")
    work.connection.execute(
        update(department)
        .where(department.c.code == code)
        .values(name=name.strip(), name_en=name_en.strip() or name.strip(), active=active)
    )
    note(work, "change_department", code, f"{name.strip()} {'启用' if active else '停用'}")
