"""Structured logs to standard error: ids and codes, never what people wrote.

An exception is logged as its type and the places it passed. Its message and the values around it are left out: they may
hold a buyer's words, a secret or a statement's parameters.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import PurePath
from typing import Any, TextIO, cast

import structlog


def set_up(level: str) -> None:
    """Configure logging for this process; ``level`` is debug, info, warning or error."""
    out = Unfailing(sys.stderr)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            places_only,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, out)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(_Plain())
    logging.basicConfig(handlers=[handler], level=logging.ERROR, force=True)


class Unfailing(io.TextIOBase):
    """A stream whose writing never fails: a full disk or a closed pipe costs lines of the log, not the service."""

    def __init__(self, inner: TextIO) -> None:
        self._inner = inner

    def write(self, text: str) -> int:
        """Write if it can be written; return how much was asked for."""
        with contextlib.suppress(OSError, ValueError):
            self._inner.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush if it can be flushed."""
        with contextlib.suppress(OSError, ValueError):
            self._inner.flush()


def places_only(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its types, outermost first, and the places it passed."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = _types(error)
        event["places"] = [
            f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
    return event


class _Plain(logging.Formatter):
    """What libraries log: who and where, without their message, for the same reason."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        event: MutableMapping[str, Any] = {"event": record.name, "level": record.levelname.lower()}
        event["place"] = f"{record.filename}:{record.lineno}"
        if record.exc_info:
            event["exc_info"] = record.exc_info[1]
        return json.dumps(places_only(None, "", event), ensure_ascii=False)


def _types(error: BaseException | None) -> list[str]:
    names: list[str] = []
    while error is not None and len(names) < 5:
        names.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return names
