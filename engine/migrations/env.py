"""Runs migrations on the connection that `engine.database` hands over."""

from alembic import context

from engine.tables import metadata


def ours(item: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """Leaves alone what is not ours: the job queue's tables and scratch tables."""
    name = name or ""
    return not (kind == "table" and (name.startswith("procrastinate_") or name == "scratch_time"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=ours,
    compare_server_default=False,
)
context.run_migrations()
