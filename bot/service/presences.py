"""Who works now: online, on a break, or offline; said by people themselves, or found when their page falls silent.

Who goes off duty hands over what they hold: to the queue where somebody still has to answer, else to the bot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.core.assigning import Presence
from bot.core.conversation import State
from bot.service.clocks import Clocks
from bot.service.moves import Moves
from bot.store import conversations as convs
from bot.store import team as stored
from bot.store.engine import Store
from bot.store.journal import Line, append

GONE_AFTER_MS = 120_000
"""A page that has said nothing for so long is closed: its person is off duty."""
SEEN_EVERY_MS = 20_000
"""A sign of life is written down at most so often."""


@dataclass(frozen=True, slots=True)
class Presences:
    """Keeps who works now. Times of presence are real ones: people are in no simulated shop."""

    store: Store
    clocks: Clocks
    moves: Moves

    async def of(self, people: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        """Of these people those who ever said so: ``{state, since, seen_at}`` by person, times in ms."""
        return await self.store.read(stored.presences, people)

    async def loads(self, shops: Sequence[str]) -> Mapping[str, int]:
        """How many conversations each person has open in these shops, as assigning counts them."""
        return await self.store.read(stored.loads, shops)

    async def say(self, person: str, state: Presence, shops: Sequence[str]) -> list[str]:
        """Somebody says whether they work; return the conversations that were handed over.

        ``shops`` are those they work in: their feeds are told.
        """
        return await self.store.write(self._say, person, state, shops, "said")

    async def beat(self, person: str) -> None:
        """A sign of life of somebody's page."""
        known = (await self.of([person])).get(person)
        now = self.clocks.real_ms()
        if known and known["state"] != Presence.OFFLINE and now - known["seen_at"] >= SEEN_EVERY_MS:
            await self.store.write(stored.see, person, now)

    async def sweep(self) -> list[str]:
        """Put off duty whose page has fallen silent; return who."""
        before = self.clocks.real_ms() - GONE_AFTER_MS
        gone = await self.store.read(stored.gone, before)
        for person in gone:
            await self.store.write(self._gone, person, before)
        return gone

    def _gone(self, conn: sa.Connection, person: str, before: int) -> None:
        if person in stored.gone(conn, before):
            self._say(conn, person, Presence.OFFLINE, [], "silent")

    def _say(self, conn: sa.Connection, person: str, state: Presence, shops: Sequence[str], why: str) -> list[str]:
        stored.set_presence(conn, person, state, self.clocks.real_ms())
        handed = self._hand_over(conn, person) if state is Presence.OFFLINE else {}
        body = {"by": person, "state": state.value, "why": why}
        told = dict.fromkeys([*shops, *handed.values()])
        append(conn, [Line(shop, self.clocks.now_ms(shop), "presence", person, None, body) for shop in told])
        return list(handed)

    def _hand_over(self, conn: sa.Connection, person: str) -> dict[str, str]:
        """Let go of all that somebody holds, in the group it was in; the shop of each."""
        loaded = convs.load(conn, stored.held_by(conn, person))
        rows = []
        for one in loaded.values():
            self.moves.release(conn, one, person, gone=True)
            group = stored.last_group(conn, one.id)
            if one.state == State.WAITING.value and group is not None:
                rows.append(pinned(one.id, one.shop, group, one.epoch, one.reason, self.clocks.now_ms(one.shop)))
        convs.save(conn, loaded.values())
        stored.assign(conn, rows)
        return {one.id: one.shop for one in loaded.values()}


def pinned(
    conversation: str, shop: str, group: str | None, epoch: int, reason: str | None, at: int, mark: str = ""
) -> dict[str, Any]:
    """The assignment of a conversation to a group by a person's act; nobody in it is meant yet."""
    return {
        "conversation": conversation,
        "shop": shop,
        "group_id": group,
        "assignee": None,
        "epoch": epoch,
        "reason": reason or "",
        "pinned": True,
        "mark": mark,
        "rule": None,
        "at": at,
    }
