"""A batch of operations may be a trial only."""

import sqlalchemy as sa
from alembic import op

revision = "pre_0007_trials"
down_revision = "pre_0006_matching"


def upgrade() -> None:
    op.add_column(
        "operation_batch",
        sa.Column(
            "dry",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="only a trial",
        ),
    )
