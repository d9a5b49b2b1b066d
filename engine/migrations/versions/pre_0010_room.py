"""Pages of instances leave room, so that a step's new row lies beside the old one.

Otherwise every second step also writes the row anew into all four indexes.
"""

from alembic import op

revision = "pre_0010_room"
down_revision = "pre_0009_rosters"


def upgrade() -> None:
    op.execute("alter table instance set (fillfactor = 70)")
