"""The coordinator's pages in a real browser: the cast of the page tests behind a server on this machine."""

from tests.web.conftest import bare, pages

__all__ = ["bare", "pages"]
