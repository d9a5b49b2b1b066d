"""A firm's cases, and the page of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.runtime import Work
from handlers.accounts import people
from handlers.accounts.roles import (
    APPLICANT,
    APPROVAL_BUREAU,
    AUDITOR,
    CLERK,
    HEAD,
    LEGAL_REPRESENTATIVE,
    MANAGER,
    REVIEWER,
)
from handlers.cases import documents, drafts, firm
from handlers.cases import progress as case_progress
from handlers.catalogue import policies
from web.access import requires, run
from web.inbox.documents import send as send_file
from web.portal import application, blueprint, case_view, policy_view, progress

READERS = (APPLICANT, LEGAL_REPRESENTATIVE, REVIEWER, HEAD, CLERK, MANAGER, AUDITOR)
MOVERS = (APPLICANT, LEGAL_REPRESENTATIVE, CLERK)
MAX_TEXT = 1000


@blueprint.get("/cases")
@requires(APPLICANT, LEGAL_REPRESENTATIVE)
def my_cases() -> Any:
    """The firm's cases and what it is still preparing."""
    own = application.own_firm()

    def act(work: Work) -> dict[str, Any]:
        kept = drafts.of_enterprise(work, own, "portal")
        names = policy_view.department_names(work)
        views = {
            d.id: policy_view.view_of(policies.get_version(work, d.policy_version_id), names)
            for d in kept
        }
        return {
            "cases": case_view.of_firm(work, own),
            "drafts": [(draft, views[draft.id]) for draft in kept],
            "who": people.names_of(work.connection, {draft.saved_by for draft in kept}),
        }

    return render_template("portal/my_cases.html", **run(act))


@blueprint.post("/drafts/<uuid:draft_id>/discard")
@requires(APPLICANT, LEGAL_REPRESENTATIVE)
def discard_draft(draft_id: UUID) -> Any:
    """Deletes a draft of one's own firm."""
    own = application.own_firm()

    def act(work: Work) -> None:
        if draft_id not in {d.id for d in drafts.of_enterprise(work, own, "portal")}:
            raise NotFound(_("没有这份草稿。"))
        drafts.discard(work, draft_id)

    run(act)
    flash(_("草稿已删除。"), "success")
    return redirect(url_for("portal.my_cases"))


@blueprint.get("/cases/<uuid:case_id>")
@requires(*READERS)
def case(case_id: UUID) -> Any:
    """One case: progress, whose turn, deadline, papers, answer, notices, payment."""
    found, way = run(
        lambda work: (case_view.load(work, case_id), case_progress.progress(work, case_id))
    )
    return render_template(
        "portal/case.html",
        case=found,
        row=found.row,
        steps=progress.steps(way),
        account=progress.account(found),
    )


@blueprint.get("/cases/<uuid:case_id>/documents/<uuid:document_id>")
@requires(*READERS)
def document(case_id: UUID, document_id: UUID) -> Any:
    """One paper of a case."""

    def act(work: Work) -> Any:
        case_view.get(work, case_id)
        row = documents.read(work, document_id)
        if row.case_id != case_id:
            raise NotFound(_("没有这份材料。"))
        return row

    return send_file(run(act))


@blueprint.route("/cases/<uuid:case_id>/withdrawal", methods=["GET", "POST"])
@requires(*MOVERS)
def withdraw(case_id: UUID) -> Any:
    """Shows what a withdrawal does, and does it."""
    found = run(lambda work: case_view.load(work, case_id))
    if not found.may_withdraw:
        flash(_("这个办件已经作出决定或已办结，不能撤回。"), "error")
        return redirect(url_for("portal.case", case_id=case_id))
    reason = request.form.get("reason", "").strip()[:MAX_TEXT]
    if request.method == "POST":
        run(lambda work: firm.withdraw(work, case_id, reason))
        flash(_("撤回申请已提交，办件将在片刻后结束。"), "success")
        return redirect(url_for("portal.case", case_id=case_id))
    return render_template("portal/withdrawal.html", case=found, row=found.row)


@blueprint.route("/cases/<uuid:case_id>/objection", methods=["GET", "POST"])
@requires(*MOVERS)
def objection(case_id: UUID) -> Any:
    """Takes an objection while somebody waits for one."""
    found = run(lambda work: case_view.load(work, case_id))
    if not found.may_object:
        flash(_("这个办件现在不在可以提出异议的阶段。"), "error")
        return redirect(url_for("portal.case", case_id=case_id))
    text, fault = request.form.get("text", "").strip()[:MAX_TEXT], ""
    if request.method == "POST":
        try:
            run(lambda work: _object(work, case_id, text))
        except InvalidInput as error:
            fault = error.fields.get("text", error.message)
        else:
            flash(_("异议已提交，主管部门会调查并答复。"), "success")
            return redirect(url_for("portal.case", case_id=case_id))
    page = render_template(
        "portal/objection.html", case=found, row=found.row, text=text, fault=fault
    )
    return page, 422 if fault else 200


def _object(work: Work, case_id: UUID, text: str) -> None:
    row = case_view.get(work, case_id)
    firms_own = case_view.acts_for(work.actor, row)
    if not firms_own and not work.actor.holds(APPROVAL_BUREAU, CLERK):
        raise NotAllowed(_("只有本企业人员或惠企专窗可以提出异议。"))
    firm.object(work, case_id, text)


@blueprint.get("/cases/<uuid:case_id>/receipt")
@requires(*READERS)
def receipt(case_id: UUID) -> Any:
    """The receipt to print: number, papers, promised date."""

    def act(work: Work) -> dict[str, Any]:
        found = case_view.load(work, case_id)
        names = people.names_of(work.connection, {found.row.registered_by})
        return {"case": found, "row": found.row, "clerk": names.get(found.row.registered_by, "")}

    return render_template("portal/receipt.html", **run(act))
