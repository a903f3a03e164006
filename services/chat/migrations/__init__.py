"""Alembic migrations of the conversations, run from code at start."""
