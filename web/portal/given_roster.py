"""A roster as it comes with a form: pasted, or as a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from werkzeug.datastructures import FileStorage, MultiDict

from engine.errors import InvalidInput
from handlers.rosters import reading, sheets
from handlers.rosters.reading import Person
from web.portal import roster_faults


def read(
    form: Mapping[str, str], uploads: MultiDict[str, FileStorage], basis: str, today: date
) -> tuple[list[Person], str]:
    """The persons, and what is wrong, in the reader's language; neither if none was given."""
    upload, pasted = uploads.get("roster_file"), form.get("roster", "").strip()
    if upload is not None and upload.filename:
        try:
            rows = sheets.cells_of_file(upload.filename, upload.read(sheets.MAX_BYTES + 1))
        except InvalidInput as error:
            return [], error.fields.get("roster", error.message)
    elif pasted:
        rows = sheets.cells_of_text(pasted)
    else:
        return [], ""
    persons, faults = reading.read(rows, basis, today)
    return ([], roster_faults.joined(faults)) if faults else (persons, "")
