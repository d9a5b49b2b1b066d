"""Proposing a list: by matching the register, or by an uploaded file."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.calendar import SHANGHAI
from engine.errors import InvalidInput, NotAllowed
from engine.runtime import Work
from handlers.accounts.roles import REVIEWER
from handlers.cases import lists
from handlers.catalogue import policies
from handlers.eligibility.matching import EnterpriseMatch, answers_of, matching_enterprises
from handlers.eligibility.versions import version_for
from handlers.rosters.rule import person_rule
from web.access import current_actor, requires, run
from web.lists import blueprint, csv_file
from web.lists.overview import own_departments
from web.portal import policy_view
from web.portal.policy_view import PolicyView

Rows = list[dict[str, Any]]
# Of more enterprises that qualify the page does not show each.
SHOWN = 200


@blueprint.get("/new")
@requires(REVIEWER)
def choose() -> Any:
    """One's departments' policies that are paid without an application."""

    def act(work: Work) -> list[PolicyView]:
        names = policy_view.department_names(work)
        return [
            policy_view.view_of(row, names)
            for owner in own_departments(current_actor(), REVIEWER)
            for row in policies.search(work, "", "automatic", owner)
        ]

    return render_template("lists/choose.html", policies=run(act))


@blueprint.get("/new/<policy_id>")
@requires(REVIEWER)
def propose(policy_id: str) -> Any:
    """The two ways to a list; with `matching` the firms that qualify."""
    return shown(policy_id)


def shown(policy_id: str, errors: dict[str, str] | None = None, **more: Any) -> Any:
    """The page, with what is wrong by field."""
    errors = dict(errors or {})
    text = request.values.get("event_date", "")

    def act(work: Work) -> dict[str, Any]:
        day, wrong = _event_day(work, text)
        errors.update(wrong)
        view = own_version(work, policy_id, day)
        wanted = request.args.get("matching") == "yes" and not errors
        matches = matching_enterprises(work, view.row, day) if wanted else []
        return {
            "policy": view,
            "event_date": day,
            "persons": person_rule(view.row),
            "wanted": wanted,
            "matches": matches,
            "answers": answers_of(work, view.row, matches[:SHOWN], day),
            "shown": SHOWN,
            "largest": lists.LARGEST,
        }

    page = render_template(
        "lists/propose.html",
        **{"bad": None, "good": [], "faults": []} | more,
        errors=errors,
        **run(act),
    )
    return page, 422 if errors else 200


def _event_day(work: Work, text: str) -> tuple[date, dict[str, str]]:
    today = work.now.astimezone(SHANGHAI).date()
    if not text:
        return today, {}
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today, {"event_date": _("请填写日期")}
    if day > today:
        return today, {"event_date": _("日期不能晚于今天")}
    return day, {}


def own_version(work: Work, policy_id: str, day: date) -> PolicyView:
    """The version that rules a day. Raises NotFound, or NotAllowed if another department owns it."""
    ruling = version_for(work, policy_id, day)
    view = policy_view.load(work, ruling.id)
    if not work.actor.holds(view.owner, REVIEWER):
        raise NotAllowed(_("只有主管部门的经办人可以推送这项政策的名单。"))
    if view.mode != "automatic":
        raise InvalidInput(_("这项政策由企业申请，不能按名单推送。"))
    return view


@blueprint.post("/new/<policy_id>/matching")
@requires(REVIEWER)
def propose_matching(policy_id: str) -> Any:
    """Proposes the firms that were ticked, and those that were not shown if that was ticked; their
    amounts are computed by the rule."""
    chosen = request.form.getlist("uscc")
    if "others" in request.form:
        chosen += [match.uscc for match in run(lambda work: _not_shown(work, policy_id))]
    if not chosen:
        flash(_("请至少勾选一家企业。"), "error")
        day = request.form.get("event_date", "")
        return redirect(
            url_for("lists.propose", policy_id=policy_id, event_date=day, matching="yes")
        )
    return proposed(policy_id, [{"uscc": code} for code in chosen])


def _not_shown(work: Work, policy_id: str) -> list[EnterpriseMatch]:
    """Those that qualify and come after the last one that was shown."""
    view = version_asked_for(work, policy_id)
    day, _wrong = _event_day(work, request.form.get("event_date", ""))
    last = request.form.get("last", "")
    return [one for one in matching_enterprises(work, view.row, day) if one.uscc > last]


@blueprint.post("/new/<policy_id>/upload")
@requires(REVIEWER)
def propose_upload(policy_id: str) -> Any:
    """Reads a file; with bad rows nothing is sent until the reviewer has seen them."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return shown(policy_id, {"file": _("请选择 CSV 文件")})
    try:
        good, bad = csv_file.read(upload.read())
    except InvalidInput as error:
        return shown(policy_id, {"file": error.message})
    rows = [{"uscc": r.uscc, "amount": r.amount, "event_key": r.event_key} for r in good]
    if bad:
        wrong = {"file": _("有 %(count)s 行不能采用，见下表", count=len(bad))}
        return shown(policy_id, wrong, bad=bad, good=rows, kept=_kept(rows))
    return proposed(policy_id, rows)


@blueprint.post("/new/<policy_id>/good-rows")
@requires(REVIEWER)
def propose_good_rows(policy_id: str) -> Any:
    """Proposes the good rows of a file whose bad rows the reviewer has seen."""
    try:
        text = "\n".join(
            ",".join((row["uscc"], row["amount"], row["event_key"]))
            for row in json.loads(request.form.get("rows", ""))
        )
    except (ValueError, KeyError, TypeError):
        return shown(policy_id, {"file": _("请重新上传文件")})
    good, bad = csv_file.read(f"{','.join(csv_file.COLUMNS)}\n{text}".encode())
    if bad or not good:
        return shown(policy_id, {"file": _("请重新上传文件")})
    return proposed(
        policy_id,
        [{"uscc": r.uscc, "amount": r.amount, "event_key": r.event_key} for r in good],
    )


def _kept(rows: Rows) -> str:
    return json.dumps(
        [{**row, "amount": "" if row["amount"] is None else str(row["amount"])} for row in rows],
        ensure_ascii=False,
    )


def version_asked_for(work: Work, policy_id: str) -> PolicyView:
    """The version that rules the day of the request. Raises InvalidInput if that is no good day, and
    what `own_version` raises."""
    day, wrong = _event_day(work, request.values.get("event_date", ""))
    if wrong:
        raise InvalidInput(fields=wrong)
    return own_version(work, policy_id, day)


def proposed(policy_id: str, rows: Rows) -> Any:
    """Proposes the rows and leads to the list, or says what is wrong."""

    def act(work: Work) -> Any:
        view = version_asked_for(work, policy_id)
        day, _wrong = _event_day(work, request.values.get("event_date", ""))
        return lists.propose_list(work, view.id, day, rows)

    try:
        list_id = run(act)
    except InvalidInput as error:
        return shown(policy_id, error.fields or {"file": error.message})
    flash(_("名单已生成，系统正在逐行核对。"), "success")
    return redirect(url_for("lists.one_list", list_id=list_id))


@blueprint.get("/template.csv")
@requires(REVIEWER)
def template() -> Any:
    """An empty file with the columns, for a spreadsheet program."""
    text = "\ufeff" + ",".join(csv_file.COLUMNS) + "\r\n"
    return Response(
        text,
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=list-template.csv"},
    )
