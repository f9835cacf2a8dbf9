"""The coordinator's pages in a real browser: the cast of the page tests behind a server on this machine."""

import pytest

from tests.postgres import Kind
from tests.web.conftest import bare, pages

__all__ = ["bare", "pages"]


@pytest.fixture
def kind() -> Kind:
    """A browser sees no database: one of them is enough."""
    return "sqlite"
