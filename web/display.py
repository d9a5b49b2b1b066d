"""How values are shown to people: money, dates, deadlines. Times are Shanghai's."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import g
from flask_babel import gettext as _
from markupsafe import Markup, escape

from engine.calendar import SHANGHAI, WorkingCalendar
from web.access import runtime
from web.marking import N_
from web.naming import label_of, named, options_of, said, unit_of, worded


def money(value: Any) -> str:
    """`1,234.50`; a dash for none. Yuan."""
    return "—" if value is None else f"{Decimal(value):,.2f}"


def day(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = value.astimezone(SHANGHAI).date()
    return str(value)


def moment(value: datetime | None) -> str:
    return "—" if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def plain(value: Any) -> str:
    """A process value in words: a yes or no, a number with its digits, a date, a list."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, (list, tuple)):
        return _("、").join(plain(one) for one in value) or "—"
    return str(value)


def now() -> datetime:
    """The instant of this request."""
    if "now" not in g:
        g.now = runtime().time.now()
    found: datetime = g.now
    return found


def calendar() -> WorkingCalendar:
    if "calendar" not in g:
        with runtime().database.connect() as connection:
            g.calendar = WorkingCalendar.load(connection)
    found: WorkingCalendar = g.calendar
    return found


def deadline(value: datetime | None, provisional: bool = False) -> Markup:
    """A due instant as working days left, by icon, word and colour."""
    if value is None:
        return Markup('<span class="text-secondary">—</span>')
    left = calendar().between(_local(now()), _local(value))
    if value < now():
        light, icon, words = "danger", "alert-circle", _("已超期 %(days)s 个工作日", days=abs(left))
    elif left == 0:
        light, icon, words = "warning", "clock", _("今天到期")
    elif left <= 1:
        light, icon, words = "warning", "clock", _("剩 %(days)s 个工作日", days=left)
    else:
        light, icon, words = "success", "clock", _("剩 %(days)s 个工作日", days=left)
    note = f" {escape(_('(暂定)'))}" if provisional else ""
    title = escape(moment(value))
    return Markup(
        f'<span class="deadline deadline-{light}" title="{title}">'
        f'<i class="icon ti ti-{icon}" aria-hidden="true"></i> {escape(words)}{note}</span>'
    )


def _local(value: datetime) -> date:
    return value.astimezone(SHANGHAI).date()


# word, colour, icon: a state is never shown by colour alone
STATES: dict[str, tuple[str, str, str]] = {
    "received": (N_("已收件"), "secondary", "mail"),
    "supplementing": (N_("待补正"), "warning", "file-alert"),
    "not_accepted": (N_("不予受理"), "danger", "circle-x"),
    "reviewing": (N_("审核中"), "info", "eye"),
    "surveying": (N_("特别程序中"), "info", "map-pin"),
    "public_notice": (N_("公示中"), "info", "speakerphone"),
    "approved": (N_("已核准"), "success", "check"),
    "refused": (N_("不予兑现"), "danger", "circle-x"),
    "withdrawn": (N_("已撤回"), "secondary", "arrow-back-up"),
    "paying": (N_("兑付中"), "info", "cash"),
    "paid": (N_("已兑付"), "success", "circle-check"),
    "payment_failed": (N_("账户待更正"), "danger", "alert-triangle"),
    "returned": (N_("已退回部门"), "warning", "arrow-back-up"),
    "terminated": (N_("已终止"), "danger", "ban"),
    "running": (N_("运行中"), "info", "player-play"),
    "suspended": (N_("已挂起"), "warning", "player-pause"),
    "completed": (N_("已结束"), "success", "circle-check"),
    "cancelled": (N_("已取消"), "secondary", "ban"),
    "retrying": (N_("重试中"), "warning", "refresh"),
    "open": (N_("待处理"), "danger", "alert-triangle"),
    "resolved": (N_("已解决"), "success", "check"),
    "due": (N_("待支付"), "info", "clock"),
    "batched": (N_("已入批次"), "info", "stack-2"),
    "sent": (N_("已发送"), "info", "send"),
    "success": (N_("支付成功"), "success", "circle-check"),
    "failed": (N_("支付失败"), "danger", "alert-triangle"),
    "unknown": (N_("结果未知"), "warning", "help"),
    "checking": (N_("待复核"), "warning", "checkbox"),
    "releasing": (N_("待签发"), "warning", "signature"),
    "sending": (N_("发送中"), "info", "send"),
    "waiting": (N_("等待银行"), "info", "hourglass"),
    "settled": (N_("已结清"), "success", "circle-check"),
    "rejected": (N_("已退回"), "danger", "circle-x"),
    "proposed": (N_("待签发"), "warning", "list-check"),
    "signed": (N_("已签发"), "success", "signature"),
    "opened": (N_("已开办"), "success", "check"),
    "left_out": (N_("已剔除"), "secondary", "ban"),
    "computed": (N_("已核定"), "info", "calculator"),
    "frozen": (N_("已冻结额度"), "info", "snowflake"),
    "queued": (N_("排队等额度"), "warning", "hourglass"),
    "ordered": (N_("支付中"), "info", "cash"),
    "published": (N_("现行"), "success", "circle-check"),
    "superseded": (N_("已替代"), "secondary", "replace"),
    "expired": (N_("已到期"), "secondary", "calendar-off"),
    "draft": (N_("草稿"), "warning", "pencil"),
}
MODES = {"automatic": N_("免申即享"), "instant": N_("即申即享"), "promised": N_("承诺兑现")}


def state(value: str) -> Markup:
    """A state's badge: icon and word."""
    word, colour, icon = STATES.get(value, (value, "secondary", "circle"))
    return Markup(
        f'<span class="badge state-{colour}"><i class="icon ti ti-{icon}" aria-hidden="true"></i> '
        f"{escape(_(word))}</span>"
    )


def mode(value: str) -> str:
    """A mode's name."""
    return str(_(MODES.get(value, value)))


FILTERS = {
    "money": money,
    "day": day,
    "moment": moment,
    "plain": plain,
    "state": state,
    "mode": mode,
    "named": named,
    "said": said,
    "worded": worded,
    "input_label": label_of,
    "input_unit": unit_of,
    "input_options": options_of,
}
