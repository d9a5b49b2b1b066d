"""Preparing and sending an application, at the portal and at the window.

Everything typed or uploaded is kept in the draft before it is checked, so a refused form loses
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.datastructures import FileStorage, MultiDict

from engine.actor import Actor
from engine.calendar import SHANGHAI
from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.runtime import Work
from handlers.accounts import people
from handlers.accounts.roles import (
    APPLICANT,
    APPROVAL_BUREAU,
    CLERK,
    ENTERPRISE_ROLES,
    LEGAL_REPRESENTATIVE,
    enterprise_unit,
)
from handlers.cases import documents, drafts, opening
from handlers.catalogue import policies
from handlers.eligibility.answer import Answer
from handlers.eligibility.check import check
from handlers.eligibility.versions import version_for
from handlers.enterprises import bank_accounts, register
from handlers.rosters import claims, keeping
from handlers.rosters.rule import PersonRule, person_rule
from web.portal import given_roster, policy_view, stated
from web.portal.policy_view import PolicyView

PLAIN_FIELDS = ("event_date", "account", "commitment", "received_at", "received_reason")
LATE_ENTRY = timedelta(minutes=15)
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".ofd": "application/ofd",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Preparing:
    """An application as its page shows it."""

    policy: PolicyView
    firm: Row[Any]
    channel: str
    papers: list[Row[Any]]
    account: Row[Any] | None
    draft: Row[Any] | None
    files: list[Row[Any]]
    typed: dict[str, str]
    saved_by: str
    answer: Answer | None
    may_send: bool
    persons: PersonRule | None = None
    roster: list[Row[Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Application:
    """A checked application, ready to be sent."""

    stated: dict[str, Any]
    event_date: date
    received_at: datetime


def require_preparer(actor: Actor, firm_id: UUID, channel: str) -> None:
    """Only the firm's people prepare at the portal, only clerks at the window."""
    unit = enterprise_unit(firm_id)
    if channel == "portal" and any(actor.holds(unit, role) for role in ENTERPRISE_ROLES):
        return
    if channel == "window" and actor.holds(APPROVAL_BUREAU, CLERK):
        return
    raise NotAllowed(_("只有本企业人员或惠企专窗可以办理这家企业的申请。"))


def may_send(actor: Actor, policy: PolicyView, firm_id: UUID, channel: str) -> bool:
    """A commitment binds the firm, so at the portal its legal representative sends it."""
    if channel == "window":
        return actor.holds(APPROVAL_BUREAU, CLERK)
    unit = enterprise_unit(firm_id)
    if actor.holds(unit, LEGAL_REPRESENTATIVE):
        return True
    return policy.mode != "promised" and actor.holds(unit, APPLICANT)


def load(work: Work, version_id: str, firm_id: UUID, channel: str) -> Preparing:
    """The form's data. Raises NotFound, NotAllowed, InvalidInput if nobody applies for this policy."""
    require_preparer(work.actor, firm_id, channel)
    policy = policy_view.load(work, version_id)
    if policy.status == "draft":
        raise NotFound(_("政策目录中没有这项政策。"))
    if policy.mode == "automatic":
        raise InvalidInput(_("这项政策免申即享，由主管部门按名单推送，不需要申请。"))
    draft = drafts.find(work, policy.id, firm_id, channel)
    rule = person_rule(policy.row)
    prepared = Preparing(
        policy=policy,
        firm=register.get(work, firm_id),
        channel=channel,
        papers=policies.required_documents(work, policy.id),
        account=bank_accounts.usable_account(work, firm_id),
        draft=draft,
        files=drafts.files(work, draft.id) if draft else [],
        typed={**_defaults(work, channel), **(draft.typed if draft else {})},
        saved_by=people.names_of(work.connection, {draft.saved_by})[draft.saved_by]
        if draft
        else "",
        answer=None,
        may_send=may_send(work.actor, policy, firm_id, channel),
        persons=rule,
    )
    prepared = replace(prepared, roster=_roster(work, prepared))
    return replace(prepared, answer=_answer(work, prepared))


def asked(policy: PolicyView) -> list[dict[str, Any]]:
    """The inputs that the form asks for: all but what a roster counts."""
    rule = person_rule(policy.row)
    return [one for one in policy.inputs if rule is None or one["name"] != rule.fact]


def _roster_id(prepared: Preparing) -> UUID | None:
    return prepared.draft.roster_id if prepared.draft is not None else None


def _roster(work: Work, prepared: Preparing) -> list[Row[Any]]:
    roster_id = _roster_id(prepared)
    if roster_id is None or prepared.persons is None:
        return []
    return claims.shown(work, roster_id, prepared.policy.row, _event_day(work, prepared))


def _event_day(work: Work, prepared: Preparing) -> date:
    typed = _day(prepared.typed.get("event_date", ""))
    return typed or work.now.astimezone(SHANGHAI).date()


def _defaults(work: Work, channel: str) -> dict[str, str]:
    now = work.now.astimezone(SHANGHAI)
    found = {"event_date": now.date().isoformat()}
    if channel == "window":
        found["received_at"] = now.strftime("%Y-%m-%dT%H:%M")
    return found


def _answer(work: Work, prepared: Preparing) -> Answer:
    values, _errors = stated.read(asked(prepared.policy), prepared.typed, partial=True)
    return check(
        work,
        prepared.policy.id,
        prepared.firm.id,
        _event_day(work, prepared),
        values,
        roster_id=_roster_id(prepared),
    )


def keep(
    work: Work,
    version_id: str,
    firm_id: UUID,
    channel: str,
    form: Mapping[str, str],
    uploads: MultiDict[str, FileStorage],
) -> dict[str, str]:
    """Keeps what came with a form; returns, by field, what is wrong with its files."""
    prepared = load(work, version_id, firm_id, channel)
    typed = {name: form.get(name, "").strip()[:500] for name in PLAIN_FIELDS}
    typed |= stated.typed(asked(prepared.policy), form)
    typed["ready"] = ""
    draft_id = drafts.save(work, version_id, firm_id, channel, typed)
    errors = _keep_roster(work, prepared, draft_id, form, uploads)
    for paper in prepared.papers:
        field = f"file-{paper.id}"
        for upload in uploads.getlist(field):
            if not upload.filename:
                continue
            try:
                _add(work, draft_id, paper.name, upload)
            except InvalidInput as error:
                errors[field] = error.fields.get("file", error.message)
    removed = form.get("remove", "")
    if removed:
        drafts.remove_file(work, draft_id, _uuid(removed))
    return errors


def _keep_roster(
    work: Work,
    prepared: Preparing,
    draft_id: UUID,
    form: Mapping[str, str],
    uploads: MultiDict[str, FileStorage],
) -> dict[str, str]:
    """Keeps what came as a roster, or says what is wrong with it; nothing of it is kept as typed."""
    if prepared.persons is None:
        return {}
    if form.get("remove_roster"):
        drafts.set_roster(work, draft_id, None)
        return {}
    today = work.now.astimezone(SHANGHAI).date()
    persons, wrong = given_roster.read(form, uploads, prepared.persons.basis, today)
    if persons:
        drafts.set_roster(work, draft_id, keeping.keep(work, prepared.policy.policy_id, persons))
    return {"roster": wrong} if wrong else {}


def _add(work: Work, draft_id: UUID, name: str, upload: FileStorage) -> None:
    file_name = (upload.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    ending = "." + file_name.rsplit(".", 1)[-1].lower()
    content = upload.read()
    media_type = MEDIA_TYPES.get(ending, "")
    documents.check(file_name, media_type, content)
    drafts.add_file(work, draft_id, name, file_name, media_type, content)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("这个文件已经不在草稿中。")) from None


def validate(work: Work, prepared: Preparing) -> tuple[Application, dict[str, str]]:
    """The application and, by field, what is wrong with it."""
    typed, policy = prepared.typed, prepared.policy
    values, errors = stated.read(asked(policy), typed)
    if prepared.persons is not None:
        roster_id = _roster_id(prepared)
        if roster_id is None:
            errors["roster"] = _("请填写人员名册")
        else:
            # What was stated; what is counted is asked again whenever the case is decided on.
            persons, total = keeping.size(work, roster_id)
            values[prepared.persons.fact] = total if prepared.persons.basis else Decimal(persons)
    event_date, wrong = _event_date(work, policy, typed.get("event_date", ""))
    errors |= wrong
    received_at, wrong = _received_at(work, prepared)
    errors |= wrong
    given = {file.name for file in prepared.files}
    for paper in prepared.papers:
        if paper.obtained == "upload" and paper.required and paper.name not in given:
            errors[f"file-{paper.id}"] = _("请上传“%(name)s”", name=paper.name)
    errors |= _account_errors(prepared)
    if policy.mode == "promised":
        if typed.get("commitment") == "yes":
            values["承诺书"] = _committed(work, prepared)
        else:
            errors["commitment"] = _("请阅读并勾选承诺")
    if typed.get("received_reason") and prepared.channel == "window":
        values["补录原因"] = typed["received_reason"]
    return Application(values, event_date, received_at), errors


def _committed(work: Work, prepared: Preparing) -> str:
    at = work.now.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if prepared.channel == "window":
        return f"企业已签署纸质承诺书（窗口 {work.actor.name} {at} 核对）"
    return f"已在线承诺（{work.actor.name} {at}）"


def _account_errors(prepared: Preparing) -> dict[str, str]:
    """The window may take an application before the firm has confirmed its account."""
    if prepared.account is None:
        if prepared.channel == "window":
            return {}
        return {"account": _("请先登记并确认收款账户")}
    if prepared.typed.get("account") != "yes":
        return {"account": _("请确认收款账户")}
    return {}


def _event_date(work: Work, policy: PolicyView, text: str) -> tuple[date, dict[str, str]]:
    today = work.now.astimezone(SHANGHAI).date()
    day = _day(text)
    if day is None:
        return today, {"event_date": _("请填写事项发生日期")}
    if day > today:
        return today, {"event_date": _("事项发生日期不能晚于今天")}
    try:
        ruling = version_for(work, policy.policy_id, day)
    except NotFound as error:
        return day, {"event_date": error.message}
    if ruling.id != policy.id:
        return day, {
            "event_date": _(
                "这一天适用的是本政策的第 %(number)s 版，请在该版本的办事指南中申请",
                number=ruling.number,
            )
        }
    return day, {}


def _received_at(work: Work, prepared: Preparing) -> tuple[datetime, dict[str, str]]:
    if prepared.channel != "window":
        return work.now, {}
    try:
        local = datetime.fromisoformat(prepared.typed.get("received_at", ""))
    except ValueError:
        return work.now, {"received_at": _("请填写实际收件时间")}
    at = local.replace(tzinfo=SHANGHAI)
    if at > work.now:
        return work.now, {"received_at": _("收件时间不能晚于现在")}
    if work.now - at > LATE_ENTRY and not prepared.typed.get("received_reason"):
        return at, {"received_reason": _("早于现在的收件请写明补录原因")}
    return at, {}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def mark_ready(work: Work, prepared: Preparing) -> None:
    """Says on the draft that the legal representative may send it."""
    typed = {**prepared.typed, "ready": "yes"}
    drafts.save(work, prepared.policy.id, prepared.firm.id, prepared.channel, typed)


def send(work: Work, prepared: Preparing, application: Application) -> UUID:
    """Opens the case with its papers and deletes the draft. Raises NotAllowed, and what
    `open_case` raises."""
    if not prepared.may_send:
        raise NotAllowed(_("这项申请由法定代表人确认后提交。"))
    case_id = opening.open_case(
        work,
        prepared.policy.id,
        prepared.firm.id,
        prepared.channel,
        application.stated,
        work.actor.id,
        received_at=application.received_at,
        event_date=application.event_date,
        roster_id=_roster_id(prepared),
    )
    if prepared.draft is not None:
        for file in drafts.contents(work, prepared.draft.id):
            documents.add(
                work, case_id, file.name, file.file_name, file.media_type, bytes(file.content)
            )
        drafts.discard(work, prepared.draft.id)
    return case_id
