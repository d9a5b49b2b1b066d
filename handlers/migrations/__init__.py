"""Migrations of the district's tables; see engine/migrations."""
