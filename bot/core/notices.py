"""Automatic messages that are not answers: welcome, out-of-hours, handoff, timed. Each at most once an inquiry.

They state facts (who answers, by when), are automatic in the books, and nothing automatic is said in ``suggest`` or
``off``. What falls together is joined to one text: one row in the outbox, one send.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum


class Notice(StrEnum):
    """The kinds of notice, in the order in which they are joined to an answer."""

    WELCOME = "welcome"
    OUT_OF_HOURS = "out_of_hours"
    HANDOFF = "handoff"
    TIMED = "timed"


GREETED = "greeted"
"""Said to a buyer who had come in and asked nothing yet: the next inquiry is not welcomed again."""


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """When people are there, in the shop's local time: ``[start, end)``.

    An end before the start goes over midnight; an end at the start means round the clock.
    """

    start: time
    end: time

    def holds(self, local: datetime) -> bool:
        """Say whether people are there at this local time."""
        at = local.time()
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end

    def words(self) -> str:
        """The hours as buyers read them: 09:00–23:00."""
        return f"{self.start:%H:%M}–{self.end:%H:%M}"


def due_notices(
    texts: Mapping[Notice, str], said: Collection[str], *, handed_off: bool, local: datetime, hours: ServiceHours | None
) -> tuple[Notice, ...]:
    """Return the notices this moment calls for: those with a text of the shop's, not yet said in this inquiry.

    ``local`` is the shop's local time. Out of hours the handoff notice gives way to the out-of-hours one, which
    already says when people are back.
    """
    away = hours is not None and not hours.holds(local)
    wanted = [Notice.WELCOME]
    if away:
        wanted.append(Notice.OUT_OF_HOURS)
    elif handed_off:
        wanted.append(Notice.HANDOFF)
    return tuple(n for n in wanted if texts.get(n, "").strip() and n.value not in said)


def join(parts: Mapping[str, str]) -> str:
    """Join a welcome, an answer and other notices to the one text that is sent, in the order of ``parts``."""
    return "\n".join(text.strip() for text in parts.values() if text.strip())
