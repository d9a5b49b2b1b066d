"""Doing an operation to one instance: choose, see what will happen, give a reason, confirm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import history, instances, operations
from engine.errors import Conflict, EngineError, InvalidInput, NotFound
from engine.operations import Operation, Preview, standing, steps_to_go_back_to
from engine.operations.back import place_of, story_of
from engine.operations.perform import names_of
from engine.runtime import Work
from engine.spiff import tokens
from engine.values import from_json, from_plain_json
from web import diagrams, operating, plain_json
from web.access import requires, run
from web.monitor import blueprint, instance_page
from web.monitor.offered import DANGEROUS, NAMES, OFFERED
from web.naming import told


@blueprint.get(f"/<uuid:instance_id>/<{NAMES}:name>")
@requires(*operating.OPERATORS)
def consider(instance_id: UUID, name: str) -> Any:
    """The page of an operation; once its arguments are chosen, with what will happen."""
    return _page(instance_id, name, request.args.to_dict())


@blueprint.post(f"/<uuid:instance_id>/<{NAMES}:name>")
@requires(*operating.OPERATORS)
def operate(instance_id: UUID, name: str) -> Any:
    """Does it, if the instance is still as it was shown."""
    form = request.form.to_dict()
    version = form.get("version", "")

    def act(work: Work) -> Preview:
        return operating.apply(
            work,
            instance_id,
            operation_of(name, form),
            reason=form.get("reason", ""),
            expected_version=int(version) if version.isdigit() else None,
        )

    try:
        run(act)
    except NotFound:
        raise
    except InvalidInput as error:
        return _page(instance_id, name, form, error, 422)
    except Conflict as error:
        return _page(instance_id, name, form, error, 409)
    flash(_(OFFERED[name][2]), "success")
    return redirect(url_for("monitor.one", instance_id=instance_id))


def operation_of(name: str, form: dict[str, str]) -> Operation:
    """The operation with the arguments of a form. Raises InvalidInput that names the field."""
    given: dict[str, Any] = {}
    if form.get("task"):
        given["task_id"] = form["task"]
    if name in ("skip", "move"):
        given["changes"] = _changes(form.get("changes", ""))
    if name == "move":
        given["to"] = form.get("to", "")
    elif name == "back":
        given["sequence"] = form.get("sequence") or None
    elif name == "restart":
        given["latest"] = form.get("latest") == "1"
    elif name == "migrate":
        given |= {"release": form.get("release") or None, "elements": _map(form)}
    return operations.read(name, given)


def _changes(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    found: dict[str, Any] = from_plain_json(from_json(plain_json.parse_object(text, "changes")))
    return found


def _map(form: dict[str, str]) -> dict[str, str]:
    """The fields `map-<old element>` that were filled in."""
    return {
        key.removeprefix("map-"): value
        for key, value in form.items()
        if key.startswith("map-") and value
    }


NOT_IN_LINKS = frozenset(["reason", "version", "csrf_token", "process", "instance_id", "name"])


def _chosen(name: str, given: dict[str, str]) -> bool:
    """Whether enough is chosen to say what will happen."""
    wanted = {"move": ("to",), "back": ("sequence",), "migrate": ("release",), "skip": ("task",)}
    return all(given.get(one) for one in wanted.get(name, ()))


def _page(
    instance_id: UUID,
    name: str,
    given: dict[str, str],
    error: EngineError | None = None,
    status: int = 200,
) -> Any:
    def load(work: Work) -> dict[str, Any]:
        operating.require_operator(work)
        row = instances.get(work, instance_id)
        shown, fields = None, dict(getattr(error, "fields", {}))
        if _chosen(name, given):
            try:
                shown = operating.preview(work, instance_id, operation_of(name, given))
            except InvalidInput as wrong:
                fields |= wrong.fields
        return {
            "row": row,
            "subject": instance_page.subject_of(work, instance_id),
            "shown": shown,
            "fields": fields,
            "elements": names_of(instances.process_of(work, row)),
            "diagram": _diagram(work, row, shown, _links(instance_id, name, given)),
            **_choices(work, row, name),
        }

    title, icon, _done, _statuses = OFFERED[name]
    message = told(error) if error is not None and not getattr(error, "fields", {}) else ""
    page = render_template(
        "monitor/operate.html",
        name=name,
        title=_(title),
        icon=icon,
        given=given,
        message=message,
        dangerous=name in DANGEROUS,
        **run(load),
    )
    return page, status


def _choices(work: Work, row: Any, name: str) -> dict[str, Any]:
    """What the form of an operation lets one choose from."""
    found: dict[str, Any] = {"here": [], "targets": [], "steps": [], "releases": [], "lost": []}
    if row.state is None:
        return found
    restored = instances.restore(work, row)
    held = tokens.held(restored)
    if name in ("skip", "move"):
        found["here"] = [t for t in held if name == "skip" or t.kind not in tokens.CONTAINERS]
    if name == "move":
        found["targets"] = _targets(work, row)
    elif name == "back":
        events = history.of_instance(work.connection, row.id)
        story = story_of(work, row, events)
        found["steps"] = [(d, place_of(story, d)) for d in steps_to_go_back_to(story)]
    elif name == "migrate":
        found["releases"] = standing.releases_of(work, row.process_id)
        found |= _lost(work, row, [t.element for t in held])
    return found


def _targets(work: Work, row: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """(process, its elements) to move to; boundary events and joins are refused with a sentence."""
    found = []
    for process in diagrams.processes(work, row):
        names = {
            s.bpmn_id: s.bpmn_name or s.bpmn_id
            for s in process.spec.task_specs.values()
            if s.bpmn_id
        }
        found.append((process.name, sorted(names.items(), key=lambda pair: pair[1])))
    return found


def _lost(work: Work, row: Any, here: list[str]) -> dict[str, Any]:
    """The elements where an instance stands that the chosen release does not have."""
    release = request.values.get("release", "")
    if not release.isdigit():
        return {}
    new = standing.elements_of(work, row.process_id, int(release))
    return {"lost": sorted(set(here) - new.keys()), "new_elements": sorted(new.items())}


def _links(instance_id: UUID, name: str, given: dict[str, str]) -> dict[str, Any]:
    """The address of this page with what was chosen; for the links between diagrams."""
    kept = {k: v for k, v in given.items() if k not in NOT_IN_LINKS and v}
    return {**kept, "instance_id": instance_id, "name": name}


def _diagram(work: Work, row: Any, shown: Preview | None, links: dict[str, Any]) -> dict[str, Any]:
    """The diagram with what leaves and what arrives."""
    wanted = request.values.get("process", "")
    if not wanted and shown is not None and shown.placed:
        first = shown.placed[0].process
        known = {p.id for p in diagrams.processes(work, row)}
        wanted = first if first in known else ""
    process = diagrams.chosen(work, row, wanted)
    marks = diagrams.marks(work, row, process)
    if shown is not None and shown.allowed:
        marks["leaving"] = [e for t in shown.taken for e in (*t.path, t.element)]
        marks["arriving"] = [e for t in shown.placed for e in (*t.path, t.element)]
    return {
        "processes": diagrams.processes(work, row),
        "shown": process.id,
        "marks": marks,
        "links": links,
    }
