"""A case may be ended by an operator: status `terminated`."""

from alembic import op

revision = "pre_0004_terminated"
down_revision = "pre_0003_operations"

STATUSES = (
    "received", "supplementing", "not_accepted", "reviewing", "surveying", "public_notice",
    "approved", "refused", "withdrawn", "paying", "paid", "payment_failed", "returned",
    "terminated",
)  # fmt: skip


def upgrade() -> None:
    known = ", ".join(f"'{status}'" for status in STATUSES)
    op.execute("alter table case_file drop constraint ck_case_file_status_known")
    op.execute(
        "alter table case_file add constraint ck_case_file_status_known "
        f"check (status in ({known}))"
    )
