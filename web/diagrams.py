"""An instance's diagram with its tokens and the path it has come, for the viewer."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, select

from engine import definitions, history, instances
from engine.errors import NotFound
from engine.runtime import Work
from engine.spiff import Process
from engine.tables import incident
from engine.values import from_json
from engine.xml import parse_xml


def processes(work: Work, row: Row[Any]) -> list[Process]:
    """The instance's own process and, in the order of their names, those it calls."""
    library = definitions.library(work.connection, row.release_id)
    own = library.process(row.process_id)
    called = sorted(set(own.called) & set(library.processes) - {own.id})
    return [own, *(library.processes[name] for name in called)]


def chosen(work: Work, row: Row[Any], process_id: str = "") -> Process:
    """The process to show: the named one, else the instance's own. Raises NotFound."""
    wanted = process_id or row.process_id
    for process in processes(work, row):
        if process.id == wanted:
            return process
    raise NotFound(_("这个流程实例没有用到所选的流程"))


def xml(work: Work, row: Row[Any], process_id: str = "") -> bytes:
    """The diagram of one process of an instance, as of the instance's release."""
    return definitions.file_of(work.connection, row.release_id, chosen(work, row, process_id).path)


def marks(work: Work, row: Row[Any], process: Process) -> dict[str, list[str]]:
    """Ids of the elements of a process that hold a token, are done, or have failed."""
    tokens = instances.restore(work, row).tokens(process.id) if row.state is not None else []
    here = set(tokens)
    return {
        "tokens": tokens,
        "done": sorted(_done(work, row, process.id)),
        "incidents": [element for element in _failed(work, row) if element in here],
    }


def _done(work: Work, row: Row[Any], process_id: str) -> set[str]:
    return {
        event.element
        for event in history.of_instance(work.connection, row.id)
        if event.kind == "completed" and from_json(event.data).get("process") == process_id
    }


def _failed(work: Work, row: Row[Any]) -> list[str]:
    statement = select(incident.c.element).where(
        incident.c.instance_id == row.id, incident.c.status != "resolved"
    )
    return list(work.connection.scalars(statement))


def process_of_element(work: Work, row: Row[Any], element: str) -> str:
    """The id of the process that holds an element."""
    for process in processes(work, row):
        if any(spec.bpmn_id == element for spec in process.spec.task_specs.values()):
            return process.id
    return str(row.process_id)


def element_names(work: Work, row: Row[Any]) -> dict[str, str]:
    """Element id → name, over the instance's own and called processes."""
    names: dict[str, str] = {}
    for process in processes(work, row):
        content = definitions.file_of(work.connection, row.release_id, process.path)
        for node in parse_xml(content, process.path).iter():
            if isinstance(node.tag, str) and node.get("id") and node.get("name"):
                names.setdefault(node.get("id", ""), node.get("name", ""))
    return names
