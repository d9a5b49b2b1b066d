"""Alembic environment. Files are named `pre_NNNN_…` (safe before the code changes) or `post_NNNN_…`."""
