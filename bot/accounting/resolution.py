"""Solved in one contact: closed, passed on by nobody, and the buyer did not come back with a new inquiry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.accounting.books import fold_all
from bot.accounting.event import Event
from bot.accounting.inquiry import Inquiry
from bot.accounting.quality import passed_on
from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Rate


@dataclass(frozen=True, slots=True)
class Closing:
    """A conversation was closed; ``at`` is aware."""

    conversation: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Resolution:
    """The share of inquiries solved in one contact; ``undecided`` ones may still be either and are in neither side."""

    rate: Rate
    undecided: int


def resolution(events: Iterable[Event], closings: Iterable[Closing], ruleset: Ruleset, as_of: datetime) -> Resolution:
    """Judge which inquiries were solved in one contact, as far as is known at ``as_of``.

    An inquiry is closed by the first closing from its opening up to the next one's. The buyer has
    ``resolution.window_h`` hours from then, the last moment included, to come back; until they are over, and for as
    long after the opening of an inquiry that is not closed, it is undecided.
    """
    window = timedelta(hours=float(ruleset["resolution.window_h"]))
    closed: dict[str, list[datetime]] = {}
    for one in sorted(closings, key=lambda one: one.at):
        if one.at <= as_of:
            closed.setdefault(one.conversation, []).append(one.at)
    told: list[bool | None] = []
    for fold in fold_all(events, ruleset, as_of):
        for inquiry, following in pairwise([*fold.inquiries, None]):
            if inquiry is not None:
                told.append(_solved(inquiry, following, closed.get(inquiry.opening.conversation, ()), window, as_of))
    decided = [one for one in told if one is not None]
    return Resolution(Rate(sum(decided), len(decided)), len(told) - len(decided))


def _solved(
    inquiry: Inquiry, following: Inquiry | None, closings: Iterable[datetime], window: timedelta, as_of: datetime
) -> bool | None:
    opened, back = inquiry.opening.at, None if following is None else following.opening.at
    closed = next((at for at in closings if at >= opened and (back is None or at < back)), None)
    handed_on = any(passed_on(one) for one in inquiry.transfers)
    return decided(opened, back, closed, window, as_of, handed_on=handed_on)


def decided(
    opened: datetime,
    back: datetime | None,
    closed: datetime | None,
    window: timedelta,
    as_of: datetime,
    *,
    handed_on: bool,
) -> bool | None:
    """Say whether an inquiry was solved in one contact; None while that is open.

    ``back`` is when the buyer's next inquiry opened, ``closed`` the first closing between the two.
    """
    if handed_on:
        return False
    if closed is None:
        return None if back is None and as_of - opened <= window else False
    if back is not None:
        return back - closed > window
    return True if as_of - closed > window else None
