"""The working calendar, by the system administrator."""

from __future__ import annotations

import calendar as months
from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import calendar_days, provisional
from engine.calendar import SHANGHAI
from engine.errors import InvalidInput
from engine.runtime import Work
from handlers.accounts import people
from handlers.accounts.roles import SYSTEM_ADMINISTRATOR
from web import display
from web.access import requires, run
from web.admin import blueprint
from web.naming import in_english

YEARS = range(2004, 2100)


def _show(status: int = 200, **more: Any) -> Any:
    year = request.args.get("year", type=int) or display.now().astimezone(SHANGHAI).year
    year = year if year in YEARS else display.now().astimezone(SHANGHAI).year

    def act(work: Work) -> dict[str, Any]:
        entered = calendar_days.of_year(work, year)
        known = work.calendar
        return {
            "entered": entered,
            "names": people.names_of(work.connection, {row.entered_by for row in entered}),
            "announced": known.knows(year),
            "months": [_month(known, year, month) for month in range(1, 13)],
            "provisional": calendar_days.provisional(work),
        }

    shown: dict[str, Any] = {"fields": {}, "given": {}, **more}
    return render_template("admin/calendar.html", year=year, **shown, **run(act)), status


def _month(known: Any, year: int, month: int) -> dict[str, Any]:
    """A month as weeks of (day, worked), with None outside the month."""
    first, length = months.monthrange(year, month)
    days: list[Any] = [None] * first
    days += [(n, known.is_working(date(year, month, n))) for n in range(1, length + 1)]
    days += [None] * (-len(days) % 7)
    weeks = [days[place : place + 7] for place in range(0, len(days), 7)]
    name = months.month_name[month] if in_english() else _("%(n)s 月", n=month)
    return {"name": name, "weeks": weeks}


@blueprint.get("/calendar")
@requires(SYSTEM_ADMINISTRATOR)
def calendar() -> Any:
    return _show()


@blueprint.post("/calendar")
@requires(SYSTEM_ADMINISTRATOR)
def enter_days() -> Any:
    """Enters a range of days as worked or free."""
    given = request.form

    def act(work: Work) -> tuple[int, int]:
        days = _range(given.get("first", ""), given.get("last", "") or given.get("first", ""))
        working, kind = given.get("working") == "1", given.get("kind", "")
        count = calendar_days.enter(work, days, working, kind, given.get("reason", ""))
        detail = f"{days[0]}–{days[-1]} {'上班' if working else '休息'} {kind}"
        people.note(work, "enter_calendar", str(days[0].year), detail)
        return count, provisional.recompute(work, days)

    try:
        count, moved = run(act)
    except InvalidInput as error:
        return _show(422, fields=error.fields, given=given)
    flash(_("已录入 %(n)s 天,重新计算了 %(m)s 个到期日。", n=count, m=moved), "success")
    return redirect(url_for("admin.calendar", year=given.get("first", "")[:4]))


def _range(first: str, last: str) -> list[date]:
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise InvalidInput(fields={"days": _("请填写日期,例如 2027-02-06")}) from error
    if end < start:
        raise InvalidInput(fields={"days": _("结束日期不能早于开始日期")})
    count = min((end - start).days + 1, calendar_days.MOST + 1)
    return [start + timedelta(days=n) for n in range(count)]


@blueprint.post("/calendar/<day>/remove")
@requires(SYSTEM_ADMINISTRATOR)
def remove_day(day: str) -> Any:
    found = _range(day, day)[0]

    def act(work: Work) -> None:
        calendar_days.remove(work, found)
        provisional.recompute(work, [found])
        people.note(work, "remove_calendar", str(found.year), str(found))

    run(act)
    flash(_("已删除 %(day)s 的录入。", day=day), "success")
    return redirect(url_for("admin.calendar", year=found.year))
