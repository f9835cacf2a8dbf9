"""The same two databases as the sync's tests have."""

from tests.study.conftest import kind, store, study, trial

__all__ = ["kind", "store", "study", "trial"]
