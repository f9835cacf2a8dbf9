"""The same store as the sync's tests have."""

from tests.study.conftest import kind, store

__all__ = ["kind", "store"]
