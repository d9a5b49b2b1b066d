"""Migrating many: the wizard of a process, and batches of operations with their progress."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.errors import Conflict, InvalidInput
from engine.operations import Migrate, batches, standing
from engine.runtime import Work
from handlers.accounts.people import names_of as people_names
from web import operating
from web.access import requires, run
from web.monitor import blueprint, search

SHOWN_GROUPS = 30


@blueprint.get("/migration")
@requires(*operating.READERS)
def migration() -> Any:
    """Where the instances of a process stand, and whether they can go on by another version."""
    return _wizard(request.args.to_dict())


@blueprint.post("/migration")
@requires(*operating.OPERATORS)
def migrate_many() -> Any:
    """Starts a batch, or a trial of it."""
    form = request.form.to_dict()

    def act(work: Work) -> UUID:
        wanted = standing.running_on(work, form.get("process", ""), _releases(work, form))
        return operating.start_batch(
            work,
            Migrate(int(form["release"]), _map(form)),
            wanted,
            reason=form.get("reason", ""),
            dry=form.get("act") == "dry",
        )

    try:
        batch_id = run(act)
    except (InvalidInput, ValueError) as error:
        return _wizard(form, getattr(error, "fields", {}), str(error)), 422
    return redirect(url_for("monitor.one_batch", batch_id=batch_id))


@blueprint.get("/batches")
@requires(*operating.READERS)
def batch_list() -> Any:
    """The latest batches."""
    found = run(batches.latest)
    names = run(lambda w: people_names(w.connection, {b.created_by for b in found}))
    return render_template("monitor/batches.html", rows=found, names=names)


@blueprint.get("/batches/<uuid:batch_id>")
@requires(*operating.READERS)
def one_batch(batch_id: UUID) -> Any:
    """How far a batch is, and who was refused."""
    return _batch_page(batch_id)


@blueprint.post("/batches/<uuid:batch_id>/stop")
@requires(*operating.OPERATORS)
def stop(batch_id: UUID) -> Any:
    try:
        run(lambda work: operating.stop_batch(work, batch_id))
    except Conflict as error:
        return _batch_page(batch_id, error.message), 409
    flash(_("已停止,尚未处理的流程保持原样。"), "success")
    return redirect(url_for("monitor.one_batch", batch_id=batch_id))


def _batch_page(batch_id: UUID, message: str = "") -> str:
    def act(work: Work) -> dict[str, Any]:
        found = batches.progress(work, batch_id)
        return {
            "batch": found,
            "refused": batches.refusals(work, batch_id),
            "names": people_names(work.connection, {found.created_by}),
            "may_act": operating.may_operate(work),
        }

    return render_template("monitor/batch.html", message=message, **run(act))


def _wizard(given: dict[str, str], fields: dict[str, str] | None = None, message: str = "") -> str:
    def act(work: Work) -> dict[str, Any]:
        process, release = given.get("process", ""), given.get("release", "")
        known = standing.releases_of(work, process) if process else []
        found: dict[str, Any] = {
            "processes": search.process_names(work),
            "releases": known,
            "may_act": operating.may_operate(work),
            "groups": [],
            "lost": [],
        }
        if release.isdigit() and int(release) in {number for number, _n in known}:
            found |= _look(work, process, int(release), given)
        return found

    return render_template(
        "monitor/migration.html", given=given, fields=fields or {}, message=message, **run(act)
    )


def _look(work: Work, process: str, release: int, given: dict[str, str]) -> dict[str, Any]:
    """The groups, each with what a migration of one of its instances gives."""
    groups = standing.groups(work, process, _releases(work, given))
    wanted = Migrate(release, _map(given))
    names: dict[str, str] = {}
    for number in {g.release for g in groups}:
        names |= standing.elements_of(work, process, number)
    new = standing.elements_of(work, process, release)
    tried = [(g, batches.trial(work, wanted, [g.sample])) for g in groups[:SHOWN_GROUPS]]
    here = {element for g in groups for element in g.elements}
    return {
        "groups": [(group, found.get(group.sample, [])) for group, found in tried],
        "left_out": sum(g.number for g in groups[SHOWN_GROUPS:]),
        "total": sum(g.number for g in groups),
        "names": names,
        "lost": sorted(here - new.keys()),
        "new_elements": sorted(new.items(), key=lambda pair: pair[1]),
    }


def _releases(work: Work, given: dict[str, str]) -> list[int]:
    """The release chosen to migrate from, or all but the target."""
    if given.get("from", "").isdigit():
        return [int(given["from"])]
    process = given.get("process", "")
    return [n for n, _c in standing.releases_of(work, process) if str(n) != given.get("release")]


def _map(given: dict[str, str]) -> dict[str, str]:
    return {k.removeprefix("map-"): v for k, v in given.items() if k.startswith("map-") and v}
