"""A case's way as steps and as a dated account, like a parcel's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from handlers.deadlines import clocks
from web import display
from web.portal.case_view import CaseView

STOPPED = frozenset(["not_accepted", "refused", "withdrawn", "returned"])


@dataclass(frozen=True)
class Step:
    """One step; `state` is done, now, stopped or ahead."""

    name: str
    state: str


@dataclass(frozen=True)
class Happening:
    """One line of the account."""

    at: datetime
    text: str
    detail: str
    icon: str


def steps(case: CaseView) -> list[Step]:
    """The steps of the case's mode, marked by its status."""
    row = case.row
    names = _names(row.mode, case.public_notice is not None)
    status = row.status
    if status == "paid":
        return [Step(name, "done") for _key, name in names]
    keys = [key for key, _name in names]
    place = keys.index(_now(row, keys))
    mark = "stopped" if status in STOPPED or status == "payment_failed" else "now"
    return [
        Step(name, "done" if n < place else mark if n == place else "ahead")
        for n, (_key, name) in enumerate(names)
    ]


def _names(mode: str, with_notice: bool) -> list[tuple[str, str]]:
    if mode == "automatic":
        return [("received", _("名单推送")), ("review", _("核对")), ("pay", _("兑付")),
                ("paid", _("到账"))]  # fmt: skip
    review = _("评审审批") if mode == "promised" else _("部门审批")
    found = [("received", _("收件")), ("accept", _("受理")), ("review", review)]
    if with_notice:
        found.append(("notice", _("公示")))
    return [*found, ("pay", _("兑付")), ("paid", _("到账"))]


def _now(row: Any, keys: list[str]) -> str:
    """The step a case is at, or at which it stopped."""
    status = row.status
    if status in ("approved", "paying", "payment_failed"):
        return "pay"
    if status == "public_notice" and "notice" in keys:
        return "notice"
    before = row.accepted_at is None and "accept" in keys
    return "accept" if before else "review"


def account(case: CaseView) -> list[Happening]:
    """What has happened, the newest first."""
    row = case.row
    channel = {"portal": _("网上申请"), "window": _("专窗收件"), "list": _("部门名单推送")}
    found = [Happening(row.received_at, _("收件"), channel[row.channel], "mail")]
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
    if row.ended_at and row.status in ("withdrawn", "not_accepted", "returned"):
        words = {"withdrawn": _("已撤回"), "not_accepted": _("不予受理"), "returned": _("退回部门")}
        found.append(Happening(row.ended_at, words[row.status], row.opinion, "circle-x"))
    found += [Happening(n.sent_at, _("已通知企业"), n.title, "bell") for n in case.notices]
    return sorted(found, key=lambda one: one.at, reverse=True)


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
