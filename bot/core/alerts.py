"""What calls a person to the phone, and when: kinds, when each is due, how several become one message.

Pure: times are whole milliseconds of one clock, ``now`` is an argument. What an alarm tells holds ids and times, never
what a buyer wrote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.core.notices import ServiceHours

UNCLAIMED_S = 30
SILENT_MIN = 20
TRIES = 5
RETRY_S = (2, 10, 30, 120)
"""Before the second try, the third, …"""
LISTED = 5
"""How many conversations a message names one by one."""


class AlarmKind(StrEnum):
    """What may call. Others may raise kinds of their own; these have words and a place on the settings page."""

    UNCLAIMED = "unclaimed"
    """A handoff that nobody has taken for 30 s."""
    WARN = "warn"
    """A deadline is near."""
    OVERDUE = "overdue"
    """A deadline has passed without a person's reply."""
    CHANNEL_SILENT = "channel_silent"
    """A channel that should bring messages has brought none for a while, in hours."""
    ALL_STOPPED = "all_stopped"
    """Somebody stopped all automatic sends of the shop."""
    PROMISE_OVERDUE = "promise_overdue"
    """A person said they would come back to it, and did not."""
    RATE_NEAR_LINE = "rate_near_line"
    """The shop's rate comes near the line below which the platform punishes."""


PER_CONVERSATION = frozenset(
    (AlarmKind.UNCLAIMED, AlarmKind.WARN, AlarmKind.OVERDUE, AlarmKind.PROMISE_OVERDUE)
)  # the others are about the shop


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that calls for a person in a shop. (shop, kind, ref, occasion) is what makes it one: told once.

    ``ref`` is a conversation, a channel or empty; ``facts`` may hold ``due_at`` (ms), ``minutes``, ``words``.
    """

    shop: str
    kind: str
    ref: str
    occasion: str
    at: int
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it one."""
        return self.shop, self.kind, self.ref, self.occasion


@dataclass(frozen=True, slots=True)
class Manner:
    """How one sink wants to be told: which kinds (empty: all), how long to gather before a message, how long to be
    quiet after one, and local hours in which it is never told (what comes then is told at their end)."""

    kinds: frozenset[str] = frozenset()
    gather_s: int = 10
    quiet_s: int = 60
    quiet_hours: ServiceHours | None = None

    def wants(self, kind: str) -> bool:
        """Say whether this sink is told of a kind."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, slots=True)
class Open:
    """A conversation that still waits for a person, as far as alarms care: its deadline and its inquiry."""

    conversation: str
    inquiry: str
    due_at: int


def pressing(shop: str, waits: Sequence[Open], now: int, warn_ms: int) -> list[Alarm]:
    """The deadlines that are near or past: ``warn`` from ``warn_ms`` before, ``overdue`` from a millisecond after.

    A deadline noticed only when it has passed is told as overdue alone.
    """
    found = []
    for one in waits:
        if one.due_at - warn_ms > now:
            continue
        kind = AlarmKind.OVERDUE if now > one.due_at else AlarmKind.WARN
        found.append(Alarm(shop, kind.value, one.conversation, one.inquiry, now, {"due_at": one.due_at}))
    return found


def unclaimed(
    shop: str, handed_off: Mapping[str, tuple[int, int]], now: int, after_s: int = UNCLAIMED_S
) -> tuple[list[Alarm], list[str]]:
    """Of the handoffs (conversation → (line of the journal, when)) those whose time is up: alarms, and conversations."""
    due = {cid: line for cid, (line, at) in handed_off.items() if now - at >= after_s * 1000}
    kind = AlarmKind.UNCLAIMED.value
    return [Alarm(shop, kind, cid, str(line), now, {"after_s": after_s}) for cid, line in due.items()], list(due)


def silent(shop: str, channel: str, last: int, now: int, after_min: int, in_hours: Collection[bool]) -> Alarm | None:
    """The alarm for a channel that has brought nothing for so long; None while it may well be quiet.

    ``in_hours`` says for now and for ``after_min`` ago whether people are there: silence over night is none. It is
    raised once for a silence: the occasion is the last message.
    """
    if not after_min or now - last < after_min * 60_000 or not all(in_hours):
        return None
    minutes = (now - last) // 60_000
    return Alarm(shop, AlarmKind.CHANNEL_SILENT.value, channel, str(last), now, {"minutes": minutes})


def tell_at(manner: Manner, now: int, last_told: int | None, local: datetime) -> int:
    """When a sink is told of something that comes up now: after gathering, not too soon after the last message, and
    not in its quiet hours. ``local`` is the same moment as ``now`` on the wall."""
    at = now + manner.gather_s * 1000
    if last_told is not None:
        at = max(at, last_told + manner.quiet_s * 1000)
    then = local + timedelta(milliseconds=at - now)
    if manner.quiet_hours is not None and manner.quiet_hours.holds(then):
        ends = then.replace(
            hour=manner.quiet_hours.end.hour, minute=manner.quiet_hours.end.minute, second=0, microsecond=0
        )
        ends += timedelta(days=1) if ends <= then else timedelta()
        at += round((ends - then) / timedelta(milliseconds=1))
    return at


def retry_at(tries: int, now: int, retry_after_s: float | None = None) -> int | None:
    """When a message that did not get through is tried again, None after the last of five tries."""
    if tries >= TRIES:
        return None
    wait_s = RETRY_S[min(tries, len(RETRY_S)) - 1]
    return now + round(max(wait_s, min(retry_after_s or 0, 900)) * 1000)


def worst_first(alarms: Sequence[Alarm]) -> list[Alarm]:
    """One alarm a conversation and kind, what is overdue before what is near, then by deadline and time."""
    rank = {kind.value: place for place, kind in enumerate((AlarmKind.OVERDUE, AlarmKind.WARN, AlarmKind.UNCLAIMED))}
    latest = {(one.kind, one.ref): one for one in alarms}
    return sorted(latest.values(), key=lambda one: (rank.get(one.kind, 9), one.facts.get("due_at", one.at), one.ref))


def counted(alarms: Sequence[Alarm]) -> dict[str, int]:
    """How many of each kind, in the order of ``worst_first``."""
    return dict(Counter(one.kind for one in worst_first(alarms)))


@dataclass(frozen=True, slots=True)
class Told:
    """How one try to tell a sink ended, in words. ``again``: trying later may help."""

    ok: bool
    zh: str
    en: str
    again: bool = True
    retry_after_s: float | None = None

    @property
    def words(self) -> dict[str, str]:
        """Both languages by code, as the log keeps them."""
        return {"zh": self.zh, "en": self.en}
