"""Names that come as data, in the reader's language: policies, departments, roles, steps."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Connection, select

from engine import definitions, forms
from engine.feel.say.words import UNITS
from engine.kept import kept
from handlers.accounts.roles import ROLES
from handlers.accounts.tables import department
from handlers.catalogue.tables import policy
from web.access import runtime
from web.inserted import in_readers_language


def in_english() -> bool:
    """Whether this request's reader chose English."""
    return str(get_locale()).startswith("en")


def named(text: Any) -> Any:
    """A Chinese name in the reader's language; a name without an English one stays as it is.

    Policies and departments have theirs in the database, roles in `ROLES`; the names in the
    diagrams that come with the program are in the catalogue (`web.sentences`).
    """
    if not isinstance(text, str) or not text or not in_english():
        return text
    return _english_names().get(text) or _(text)


def _english_names() -> dict[str, str]:
    if "english_names" not in g:
        with runtime().database.connect() as connection:
            rows = [
                *connection.execute(select(policy.c.name, policy.c.name_en)),
                *connection.execute(select(department.c.name, department.c.name_en)),
            ]
        g.english_names = dict(ROLES.values()) | {row.name: row.name_en for row in rows}
    found: dict[str, str] = g.english_names
    return found


def told(error: Exception) -> str:
    """An error's sentence in the reader's language."""
    english = getattr(error, "english", "")
    return str(english) if english and in_english() else said(str(error))


def said(sentence: str) -> str:
    """A sentence of the engine or a handler in the reader's language, if the catalogue has it."""
    return in_readers_language(sentence) if sentence and in_english() else sentence


def said_of_field(sentence: str) -> str:
    """The same for what is wrong with a field of a form, which begins with the field's label.

    The label is the form's own: its English stands in the form, or in the catalogue.
    """
    whole = said(sentence)
    label, colon, rest = sentence.partition(": ")
    if not (colon and whole == sentence and in_english()):
        return whole
    words = _form_words()
    return f"{words.get(label) or said(label)}: {words.get(rest) or said(rest)}"


def _form_words() -> dict[str, str]:
    """The texts of the forms in force with their English."""
    with runtime().database.connect() as connection:
        release = definitions.latest_release(connection)
        if release is None:
            return {}
        return kept(connection, ("form words", release), lambda: _words(connection, release))


def _words(connection: Connection, release: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, content in definitions.files_of(connection, release).items():
        if path.endswith(".form"):
            found |= forms.english_words(forms.parse_form(content, path))
    return found


def worded(condition: Any, part: str) -> Any:
    """A text of an eligibility condition or a line of the amount (an object or its stored data) in
    the reader's language."""
    data = condition if isinstance(condition, dict) else condition.to_data()
    if in_english():
        # Answers that were stored before they had English lack it.
        return (data.get("english") or {}).get(part) or data[part]
    return data[part]


def label_of(one: dict[str, Any]) -> str:
    """The label of a policy's input in the reader's language."""
    return str((in_english() and one.get("label_en")) or one["label"])


def unit_of(one: dict[str, Any]) -> str:
    """The unit of a policy's input in the reader's language; empty if it has none."""
    unit = str(one.get("unit") or "")
    return UNITS.get(unit, unit) if in_english() else unit


def options_of(one: dict[str, Any]) -> list[tuple[str, str]]:
    """What a policy's input lets choose: the value, and what the reader is shown for it."""
    shown_as = (in_english() and one.get("options_en")) or one["options"]
    return list(zip(one["options"], shown_as, strict=True))
