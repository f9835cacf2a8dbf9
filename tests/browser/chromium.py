"""Chromium for the browser tests, and a server on a free port of this machine."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

CHROMIUM = Path("/usr/bin/chromium")
INSTALL = "needs Chromium: apt-get install -y --no-install-recommends chromium fonts-noto-cjk"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists() and os.environ.get("CI") != "true", reason=INSTALL),  # noqa: TID251
]
"""Skipped with the line that installs it; under CI a missing Chromium fails."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless browser that calls nobody."""
    async with (
        async_playwright() as playwright,
        await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser,
    ):
        yield browser
        await browser.close()
