"""Alembic's environment of the study database."""

from models.migrations.upgrade import run_versions

run_versions()
