"""The watch: once a second it looks at what the tables say and calls people where it is time.

Nothing is remembered that a restart could lose: handoffs come from the journal, deadlines from the conversations, and
an alarm's own key makes it one, whoever looks and however often.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog

from bot.core.alerts import SILENT_MIN, Alarm, AlarmKind, pressing, silent, unclaimed
from bot.service.alarms import Alarms
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory, ShopConfig
from bot.service.loops import ended
from bot.store import alarms as stored
from bot.store.engine import Store
from bot.store.reading import deliveries

LOOK_S = 1.0
LOOK_BACK_MS = 6 * 3_600_000
"""Deadlines that passed longer ago are not called out any more after a long stop."""
LINES_BACK_MS = 15 * 60_000
"""What happened longer ago is no news: after a long stop, or where a shop gets its first sink."""
SILENCE_EVERY = 15
"""Silent channels are looked for every fifteenth look."""
FORGET_EVERY, KEEP_MS = 3600, 180 * 86_400_000
SEEN_AT_MOST = 20_000

log = structlog.get_logger("alarm_watch")


@dataclass(slots=True)
class _Shop:
    """What the watch knows of a shop: how far it has read the journal, handoffs that wait (conversation → line, when)."""

    after: int | None = None
    handed_off: dict[str, tuple[int, int]] = field(default_factory=dict)


class AlarmWatch:
    """The loop that notices what people must be called for, and has it told."""

    def __init__(self, store: Store, directory: Directory, clocks: Clocks, alarms: Alarms) -> None:
        self._store, self._directory, self._clocks, self._alarms = store, directory, clocks, alarms
        self._shops: dict[str, _Shop] = {}
        self._seen: OrderedDict[tuple[str, str, str, str], None] = OrderedDict()
        self._looks = 0
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start watching, and telling apart from it: a slow robot must not keep the watch from looking."""
        for act in (self.look, self._alarms.tell_due):
            self._tasks.append(asyncio.create_task(self._again_and_again(act)))

    async def stop(self) -> None:
        """Stop; what is gathered is told by the next process."""
        await ended(*self._tasks)

    async def _again_and_again(self, act: Any) -> None:
        while True:
            try:
                await act()
            except Exception:
                log.exception("look_failed", act=act.__name__)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Look once at every shop that has somewhere to tell."""
        watched = {row["shop"] for row in await self._store.read(stored.sinks) if row["enabled"]}
        for shop in watched & self._directory.shops.keys():
            config = self._directory.shops[shop]
            found = [*await self._from_journal(config), *await self._from_deadlines(config)]
            if self._looks % SILENCE_EVERY == 0:
                found += await self._from_channels(config)
            await self._raise(found)
        if self._looks % FORGET_EVERY == FORGET_EVERY - 1:
            await self._store.write(stored.forget, self._clocks.real_ms() - KEEP_MS)
        self._looks += 1

    async def _raise(self, found: Iterable[Alarm]) -> None:
        new = [one for one in found if one.key not in self._seen]
        if not new:
            return
        await self._store.write(self._alarms.raise_in, new)
        self._seen.update(dict.fromkeys(one.key for one in new))
        while len(self._seen) > SEEN_AT_MOST:
            self._seen.popitem(last=False)

    async def _from_journal(self, config: ShopConfig) -> list[Alarm]:
        """Handoffs nobody takes, the stop switch, broken promises, and a rate that fell below the shop's own line."""
        known, now = self._shops.setdefault(config.id, _Shop()), self._clocks.now_ms(config.id)
        known.after, lines = await self._store.read(stored.lines_since, config.id, known.after)
        found = []
        for line in (one for one in lines if one["at"] > now - LINES_BACK_MS):
            body = orjson.loads(line["body"])
            if line["kind"] == "handoff" or (line["kind"] == "release" and body.get("queued")):
                known.handed_off.setdefault(line["conversation"], (line["seq"], line["at"]))
            elif line["kind"] in ("takeover", "close", "transfer", "release"):
                known.handed_off.pop(line["conversation"], None)
            elif line["kind"] == "setting" and "stopped" in body.get("what", ()) and config.stopped:
                found.append(Alarm(config.id, AlarmKind.ALL_STOPPED.value, "", str(line["seq"]), now))
            elif line["kind"] == "promise_overdue":
                facts = {"due_at": body["due_at"]}
                kind = AlarmKind.PROMISE_OVERDUE.value
                found.append(Alarm(config.id, kind, line["conversation"], str(line["seq"]), now, facts))
            elif line["kind"] == "rate_near_line" and body["below"]:
                found.append(Alarm(config.id, AlarmKind.RATE_NEAR_LINE.value, "", str(line["seq"]), now))
        after_s = int(config.options.get("alarms", {}).get("unclaimed_s", 30))
        alarms, due = unclaimed(config.id, known.handed_off, now, after_s)
        waiting = await self._store.read(stored.still_waiting, due) if due else set()
        for conversation in due:
            del known.handed_off[conversation]
        return found + [one for one in alarms if one.ref in waiting]

    async def _from_deadlines(self, config: ShopConfig) -> list[Alarm]:
        now = self._clocks.now_ms(config.id)
        rules = self._directory.ruleset(config, self._clocks.now(config.id).astimezone(ZONE).date())
        warn_ms = 1000 * rules.near.warn_s
        owed = config.follow_up == "always"
        waits = await self._store.read(stored.waits, config.id, now - LOOK_BACK_MS, now + warn_ms, owed)
        return pressing(config.id, waits, now, warn_ms)

    async def _from_channels(self, config: ShopConfig) -> list[Alarm]:
        after_min = int(config.options.get("alarms", {}).get("silent_min", SILENT_MIN))
        keys = [] if config.simulated else [one.key for one in self._directory.channels_of(config.id)]
        now = self._clocks.now(config.id)
        in_hours = [self._there(config, at) for at in (now, now - timedelta(minutes=after_min))]
        last = await self._store.read(deliveries.last_of, keys)
        ms = self._clocks.now_ms(config.id)
        alarms = (silent(config.id, key, at, ms, after_min, in_hours) for key, at in last.items())
        return [one for one in alarms if one is not None]

    def _there(self, config: ShopConfig, at: datetime) -> bool:
        """Whether people are there: the shop's own hours, else the hours its platform assesses."""
        local = at.astimezone(ZONE)
        if config.hours is not None:
            return config.hours.holds(local)
        return self._directory.ruleset(config, local.date()).assesses(local)
