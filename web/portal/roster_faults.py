"""What is wrong with a roster, in the reader's language; no name and no number is repeated."""

from __future__ import annotations

from flask_babel import gettext as _

from handlers.rosters.reading import Fault
from web import naming

SHOWN = 12


def joined(faults: list[Fault]) -> str:
    """Every fault with its row and field in one sentence, the first ones only of many."""
    said = [sentence_of(one) for one in faults[:SHOWN]]
    if len(faults) > SHOWN:
        said.append(_("还有 %(count)s 处，请先改正以上各处", count=len(faults) - SHOWN))
    return "；".join(said)


def sentence_of(one: Fault) -> str:
    """A fault with its row and field."""
    if not one.row:
        field = _("%(field)s：", field=naming.said(one.field)) if one.field else ""
        return f"{field}{reason_of(one)}"
    place = _("第 %(row)s 行 %(field)s：", row=one.row, field=naming.said(one.field))
    return f"{place}{reason_of(one)}"


def reason_of(one: Fault) -> str:
    """What is wrong, without the place."""
    if one.other:
        return _("与第 %(row)s 行是同一人", row=one.other)
    return naming.said(one.sentence)
