"""The service with a bomb in it: ``DIES_AT=place:n`` ends the process without a word the nth time it comes by a place,
``FREEZES_AT=place:n`` stops it there until it is let go on.

Places: ``before_commit``, ``after_commit`` (before anybody is answered), ``claimed`` (a send, before the lease is looked
at), ``before_send`` (after that), ``after_send`` (before what became of it is written down).
"""

from __future__ import annotations

import os
import signal
from typing import Any

from adapters.standard.client import StandardClient
from bot.cli import main
from bot.service.calling import Calls
from bot.store import engine, jobs

PLACES = ("before_commit", "after_commit", "before_send", "after_send")
_freezes = "FREEZES_AT" in os.environ
_place, _, _nth = os.environ.get("FREEZES_AT" if _freezes else "DIES_AT", ":").partition(":")
_left = int(_nth or 0)


def come_by(place: str) -> None:
    """Count, and end here when the time has come."""
    global _left
    if place == _place:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGSTOP if _freezes else signal.SIGKILL)


def arm() -> None:
    """Put the bomb in."""
    seal, tried, send, make = jobs.seal, engine.Store._tried, StandardClient.send, Calls.make

    def sealing(conn: Any) -> None:
        seal(conn)
        come_by("before_commit")

    def trying(self: Any, *more: Any) -> Any:
        done = tried(self, *more)
        come_by("after_commit")
        return done

    async def sending(self: Any, *more: Any) -> Any:
        come_by("before_send")
        result = await send(self, *more)
        come_by("after_send")
        return result

    async def making(self: Any, row: Any) -> Any:
        come_by("claimed")
        return await make(self, row)

    jobs.seal = sealing
    Calls.make = making  # type: ignore[method-assign]
    engine.Store._tried = trying  # type: ignore[method-assign]
    StandardClient.send = sending  # type: ignore[method-assign]


if __name__ == "__main__":
    arm()
    main()
