"""A match row's enterprise is not checked one by one: enterprises are never deleted."""

from alembic import op

revision = "pre_0012_match_row"
down_revision = "pre_0011_kept_sheet"


def upgrade() -> None:
    op.drop_constraint(op.f("fk_match_row_enterprise_id"), "match_row", type_="foreignkey")
