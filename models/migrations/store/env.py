"""Alembic's environment of the operational store."""

from models.migrations.upgrade import run_versions

run_versions()
