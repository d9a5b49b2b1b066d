"""Suspend, resume, cancel: each is confirmed on a page that shows its effect, with a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import instances, operations
from engine.errors import Conflict, InvalidInput, NotAllowed
from engine.runtime import Work
from web.access import requires, run
from web.display import N_
from web.monitor import ACTORS, blueprint, instance_page

# act → (title, button, done)
ACTS = {
    "suspend": (N_("挂起流程"), N_("挂起"), N_("流程已挂起,恢复前不会有任何步骤执行。")),
    "resume": (N_("恢复流程"), N_("恢复"), N_("流程已恢复,到期的定时将依次触发。")),
    "cancel": (N_("取消流程"), N_("取消流程"), N_("流程已取消。")),
}
OPERATIONS: dict[str, operations.Operation] = {
    "suspend": operations.Suspend(),
    "resume": operations.Resume(),
    "cancel": operations.Cancel(),
}
MAX_REASON = 500


def reason_of(text: str) -> str:
    """A reason, trimmed. Raises InvalidInput if it is missing or too long."""
    reason = text.strip()
    if not reason:
        raise InvalidInput(fields={"reason": _("请写明原因,它会记入办理经过")})
    if len(reason) > MAX_REASON:
        raise InvalidInput(fields={"reason": _("原因最多 %(n)s 个字", n=MAX_REASON)})
    return reason


def _may(work: Work) -> None:
    if not work.actor.has_role(*ACTORS):
        raise NotAllowed


@blueprint.route("/<uuid:instance_id>/<any(suspend, resume, cancel):act>", methods=["GET", "POST"])
@requires(*ACTORS)
def change(instance_id: UUID, act: str) -> Any:
    if request.method == "GET":
        return _confirm(instance_id, act)
    given = request.form.get("reason", "")

    def do(work: Work) -> None:
        _may(work)
        operations.apply(work, instance_id, OPERATIONS[act], reason=reason_of(given))

    try:
        run(do)
    except InvalidInput as error:
        return _confirm(instance_id, act, 422, fields=error.fields, reason=given)
    except Conflict as error:
        return _confirm(instance_id, act, 409, message=error.message, reason=given)
    flash(_(ACTS[act][2]), "success")
    return redirect(url_for("monitor.one", instance_id=instance_id))


def _confirm(instance_id: UUID, act: str, status: int = 200, **more: Any) -> Any:
    def load(work: Work) -> dict[str, Any]:
        return {
            "row": instances.get(work, instance_id),
            "subject": instance_page.subject_of(work, instance_id),
            "waits": instance_page.waiting(work, instance_id),
        }

    title, button, _done = ACTS[act]
    shown = {"fields": {}, "reason": "", "message": "", **more, **run(load)}
    page = render_template(
        "monitor/confirm.html", act=act, title=_(title), button=_(button), **shown
    )
    return page, status
