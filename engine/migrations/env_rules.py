"""Which database objects the migrations look after."""

FOREIGN = ("procrastinate_", "scratch_time", "event_2", "kept_sheet")


def ours(item: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """Leaves alone what is not in the tables: the job queue, scratch tables, the history's months,
    the sheet that matching makes."""
    return not (kind == "table" and (name or "").startswith(FOREIGN))
