"""A case's way as steps and as a dated account, like a parcel's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from handlers.cases.progress import Progress
from handlers.deadlines import clocks
from web import display
from web.portal.case_view import CaseView


@dataclass(frozen=True)
class Step:
    """One step; `state` is done, now, stopped or ahead."""

    name: str
    state: str
    at: datetime | None = None
    who: str = ""


@dataclass(frozen=True)
class Happening:
    """One line of the account."""

    at: datetime
    text: str
    detail: str
    icon: str


def steps(way: Progress) -> list[Step]:
    """The steps behind, the one at hand, and those ahead."""
    found = [Step(_(one.name), "done", one.at, one.who) for one in way.done]
    if way.outcome and found:
        found[-1] = replace(found[-1], state="stopped")
    ahead = [Step(_(name), "now" if n == 0 else "ahead") for n, name in enumerate(way.next)]
    return found + ahead


def account(case: CaseView) -> list[Happening]:
    """What has happened, the newest first."""
    row = case.row
    channel = {"portal": _("网上申请"), "window": _("专窗收件"), "list": _("部门名单推送")}
    found = [Happening(row.received_at, _("已收件"), channel[row.channel], "mail")]
    if row.accepted_at:
        found.append(Happening(row.accepted_at, _("受理，开始计时"), "", "clipboard-check"))
    found += _pauses(case)
    if case.public_notice is not None:
        one = case.public_notice
        until = _("至 %(at)s", at=display.moment(one.ends_at))
        found.append(Happening(one.published_at, _("开始公示"), until, "speakerphone"))
        if one.objection:
            found.append(Happening(one.published_at, _("公示期内收到异议"), "", "message-2"))
    found += _decision(row)
    found += _payments(case)
    words = {
        "withdrawn": _("已撤回"),
        "not_accepted": _("不予受理"),
        "returned": _("退回部门"),
        "terminated": _("已终止"),
    }
    if row.ended_at and row.status in words:
        found.append(Happening(row.ended_at, words[row.status], row.opinion, "circle-x"))
    found += [Happening(n.sent_at, _("已通知企业"), n.title, "bell") for n in case.notices]
    return sorted(found, key=lambda one: one.at)[::-1]


def _pauses(case: CaseView) -> list[Happening]:
    found = []
    for one in case.segments:
        kind = _(clocks.KINDS.get(one.kind, one.kind))
        words = _("计时暂停：%(kind)s", kind=kind)
        found.append(Happening(one.started_at, words, one.reason, "player-pause"))
        if one.ended_at:
            found.append(Happening(one.ended_at, _("恢复计时"), "", "player-play"))
    return found


def _decision(row: Any) -> list[Happening]:
    if row.decided_at is None:
        return []
    if row.status == "refused":
        return [Happening(row.decided_at, _("不予兑现"), "", "circle-x")]
    amount = _("%(amount)s 元", amount=display.money(row.amount))
    return [Happening(row.decided_at, _("核准"), amount, "circle-check")]


def _payments(case: CaseView) -> list[Happening]:
    found = []
    for one in case.payments:
        amount = _("%(amount)s 元", amount=display.money(one.amount))
        if one.ordered_at:
            found.append(Happening(one.ordered_at, _("已开支付令"), amount, "cash"))
        if one.order_status == "failed" and one.settled_at:
            found.append(
                Happening(one.settled_at, _("支付失败"), one.order_reason, "alert-triangle")
            )
        if one.paid_at:
            found.append(Happening(one.paid_at, _("资金到账"), amount, "circle-check"))
    return found
