"""Logging: one line per fact with an `action` and ids, as text or JSON; tokens are scrubbed wherever they come from."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from errno import errorcode
from typing import Any

from app.settings import Settings

TOKEN = re.compile(r"\d{3,}(?::|%3[Aa])[A-Za-z0-9_-]{20,}")
OWN = ("anshi", "app", "simulation", "bot", "web", "scheduler", "study", "reports", "actions", "messages", "models")
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def scrubbed(text: str) -> str:
    """The text without anything that looks like a bot token."""
    return TOKEN.sub("<token>", text)


class JsonLines(logging.Formatter):
    """One JSON object a line; the fields are those given with `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        return scrubbed(json.dumps({**_head(record), **_extra(record)}, ensure_ascii=False, default=str))


class TextLines(logging.Formatter):
    """For a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        head = _head(record)
        extra = " ".join(f"{key}={value}" for key, value in _extra(record).items())
        error = f"\n{head['error']}" if "error" in head else ""
        return scrubbed(f"{head['at']} {head['level']:<7} {head['message']} {extra}".rstrip() + error)


def _head(record: logging.LogRecord) -> dict[str, Any]:
    found = {
        "at": f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage(),
    }
    if record.exc_info and record.exc_info[0] is not None:
        # The trace names files and lines; the exception's own text could carry what a person said.
        found["error"] = _trace(record.exc_info)
    return found


def _trace(exc_info: Any) -> str:
    kind, error, trace = exc_info
    lines = []
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    named = " ".join([kind.__name__, *_code(error)])
    return f"{named} at " + " < ".join(reversed(lines))


def _code(error: BaseException) -> list[str]:
    """What the database or the system calls it: SQLITE_FULL, 53100, ENOSPC. A code says why, and quotes nobody."""
    cause = getattr(error, "orig", None) or error
    number = cause.errno if isinstance(cause, OSError) else None
    for code in (
        getattr(cause, "sqlite_errorname", None),
        getattr(cause, "sqlstate", None),
        errorcode.get(number or 0),
    ):
        if code:
            return [str(code)]
    return []


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {key: value for key, value in vars(record).items() if key not in STANDARD}


def start_logging(settings: Settings) -> None:
    """Sets up the root logger on stderr; the libraries' own chatter stays out."""
    handler = logging.StreamHandler(sys.stderr)
    text = settings.log_format == "text" or (settings.log_format is None and sys.stderr.isatty())
    handler.setFormatter(TextLines() if text else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    root.setLevel(max(level, logging.WARNING))  # below that, libraries tell whole statements and addresses
    for name in OWN:
        logging.getLogger(name).setLevel(level)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
