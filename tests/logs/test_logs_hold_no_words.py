"""An exception in the log is its type and where it passed: never its words, never the values around it."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from bot.logs import places_only, set_up

PLANTED = "我的电话是13800000000"


def test_an_exception_is_logged_without_its_words() -> None:
    secret_in_a_local = PLANTED
    try:
        try:
            raise ValueError(secret_in_a_local)
        except ValueError as inner:
            raise RuntimeError(f"failed on {secret_in_a_local}") from inner
    except RuntimeError as error:
        event = places_only(None, "error", {"event": "own_fault", "exc_info": error})
    assert event["error"] == ["RuntimeError", "ValueError"]
    assert event["places"], "the log must still say where"
    assert PLANTED not in repr(event)


def test_the_configured_log_writes_one_line_of_json_without_words(capfd: pytest.CaptureFixture[str]) -> None:
    set_up("info")
    try:
        raise KeyError(PLANTED)
    except KeyError:
        structlog.get_logger("test").exception("own_fault", conversation="c1")
    line = json.loads(capfd.readouterr().err)
    structlog.reset_defaults()
    assert (line["event"], line["conversation"], line["error"]) == ("own_fault", "c1", ["KeyError"])
    assert PLANTED not in json.dumps(line, ensure_ascii=False)


def test_what_a_library_logs_is_who_and_where_only(capfd: pytest.CaptureFixture[str]) -> None:
    set_up("info")
    try:
        raise OSError(PLANTED)
    except OSError:
        logging.getLogger("some.library").exception("it failed on %s", PLANTED)
    line = json.loads(capfd.readouterr().err)
    structlog.reset_defaults()
    assert (line["event"], line["error"]) == ("some.library", ["OSError"])
    assert PLANTED not in json.dumps(line, ensure_ascii=False)
