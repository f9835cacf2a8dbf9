"""Migrations of both databases, written in versions and run from here without a configuration file."""
