"""Runs migrations on the connection that `engine.database` hands over."""

from alembic import context

from engine.migrations.env_rules import ours
from engine.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=ours,
    compare_server_default=False,
)
context.run_migrations()
