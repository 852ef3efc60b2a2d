"""Where a shop's alarms go: sinks made, changed, tried out and removed, and the log of what was told.

An address and its secret are sealed as they come in and never shown again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import sqlalchemy as sa
import structlog

from bot.core.alert_words import Said, message, trial_message
from bot.core.alerts import Alarm, Manner, Told, retry_at, tell_at
from bot.core.notices import ServiceHours
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory, hours_of
from bot.service.refusal import Because, Refusal
from bot.store import alarms as stored
from bot.store.engine import Store
from bot.store.ids import from_ms, new_id, to_ms
from bot.store.vault import Vault

THREADS = 8
TELL_WITHIN_S = 15.0
SINKS_AT_MOST = 20
SETTABLE = ("name", "kinds", "gather_s", "quiet_s", "quiet_hours", "lang", "enabled")

log = structlog.get_logger("alarms")


class Telling(Protocol):
    """The wires: see ``bot.alarms.Teller``."""

    ways: tuple[str, ...]

    def check(self, way: str, address: str, secret: str) -> tuple[str, str] | None: ...

    def place(self, way: str, address: str) -> str: ...

    def tell(self, way: str, address: str, secret: str, said: Said) -> Told: ...


class Alarms:
    """Sinks and messages. ``raise_in`` is how any room calls people: inside its own transaction, once for each alarm."""

    def __init__(
        self, store: Store, directory: Directory, clocks: Clocks, vault: Vault, telling: Telling, base_url: str
    ) -> None:
        self._store, self._directory, self._clocks, self._vault = store, directory, clocks, vault
        self._telling, self._base_url = telling, base_url.rstrip("/")
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="alarm")
        self._calls: set[asyncio.Task[None]] = set()

    @property
    def ways(self) -> tuple[str, ...]:
        """The kinds of sink there are."""
        return self._telling.ways

    def close(self) -> None:
        """Stop telling; what is still on its way is tried again by the next process."""
        for task in self._calls:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def sinks(self, shop: str) -> list[dict[str, Any]]:
        """A shop's sinks, without addresses and secrets."""
        return [_shown(row) for row in await self._store.read(stored.sinks, shop)]

    async def log(self, shop: str, offset: int, limit: int) -> list[dict[str, Any]]:
        """What was told, newest first: time, sink, kinds, result in words."""
        return await self._store.read(stored.log, shop, offset, limit)

    async def add(
        self, shop: str, way: str, address: str, secret: str, values: Mapping[str, Any], *, by: str
    ) -> dict[str, Any]:
        """Make a sink; ``values`` as ``SETTABLE``.

        Raises:
            Refusal: an address that cannot be called, or too many sinks.
        """
        self._check(way, address, secret)
        now = self._clocks.real()
        row = {
            **{"kinds": [], "gather_s": 10, "quiet_s": 60, "quiet_hours": {}, "lang": "zh-CN", "enabled": True},
            **_settings(values),
            "id": new_id(now), "shop": shop, "way": way,
            "sealed": self._vault.seal([address.strip(), secret]),
            "place": self._telling.place(way, address),
            "created_at": to_ms(now), "created_by": by,
        }  # fmt: skip
        if len(await self._store.read(stored.sinks, shop)) >= SINKS_AT_MOST:
            raise Refusal(
                Because.CONFLICT,
                "too_many_sinks",
                f"一个店铺最多 {SINKS_AT_MOST} 个通知地址。",
                f"A shop has at most {SINKS_AT_MOST} sinks.",
            )
        await self._store.write(stored.save_sink, row)
        return _shown(row)

    async def change(
        self, shop: str, sink: str, values: Mapping[str, Any], address: str | None, secret: str | None
    ) -> dict[str, Any]:
        """Change a sink; a new address comes with its own secret.

        Raises:
            Refusal: there is none, or a value cannot be.
        """
        row = {**await self._one(shop, sink), **_settings(values)}
        if address is not None:
            self._check(row["way"], address, secret or "")
            row["sealed"] = self._vault.seal([address.strip(), secret or ""])
            row["place"] = self._telling.place(row["way"], address)
        await self._store.write(stored.save_sink, row)
        return _shown(row)

    async def remove(self, shop: str, sink: str) -> None:
        """Take a sink away, with what it has not been told yet.

        Raises:
            Refusal: there is none.
        """
        if not await self._store.write(stored.remove_sink, shop, sink):
            raise _unknown()

    async def test(self, shop: str, sink: str) -> Told:
        """Tell a sink that this is a test, now; it stands in the log like every message.

        Raises:
            Refusal: there is no such sink.
        """
        row = await self._one(shop, sink)
        name = self._directory.shops[shop].name
        now = self._clocks.real()

        def begin(conn: sa.Connection) -> str:
            return stored.add_send(conn, row, now, state=stored.SENDING, next_at=to_ms(now), told=[], kinds=["test"])

        send = await self._store.write(begin)
        told = await self._call(row, trial_message(name, self._base_url, row["lang"]))
        state = stored.SENT if told.ok else stored.FAILED
        await self._store.write(stored.finish, send, state, told.words, self._clocks.real_ms())
        return told

    def raise_in(self, conn: sa.Connection, alarms: Sequence[Alarm]) -> list[Alarm]:
        """Call people, inside a transaction: each alarm once, to every sink of its shop that wants its kind. Returns
        those that are new."""
        new = stored.note(conn, alarms)
        for shop in {one.shop for one in new}:
            mine = [one for one in new if one.shop == shop]
            for sink in stored.sinks(conn, shop):
                manner = _manner(sink)
                wanted = [one for one in mine if manner.wants(one.kind)]
                if sink["enabled"] and wanted:
                    self._gather(conn, sink, manner, wanted)
        return new

    def _gather(self, conn: sa.Connection, sink: stored.Row, manner: Manner, wanted: Sequence[Alarm]) -> None:
        now = self._clocks.real()

        def next_at() -> int:
            return tell_at(manner, to_ms(now), stored.last_told(conn, sink["id"]), now.astimezone(ZONE))

        stored.gather(conn, sink, wanted, now, next_at)

    async def tell_due(self) -> None:
        """Send what is due. A sink that hangs delays no other."""
        if await self._store.read(stored.any_due, self._clocks.real_ms()):
            for row in await self._store.write(stored.claim_due, self._clocks.real_ms()):
                task = asyncio.create_task(self._tell(row))
                self._calls.add(task)
                task.add_done_callback(self._calls.discard)

    async def told(self) -> None:
        """Wait until the calls under way have ended."""
        if self._calls:
            await asyncio.wait(set(self._calls))

    async def _tell(self, send: Mapping[str, Any]) -> None:
        sink = next((s for s in await self._store.read(stored.sinks, send["shop"]) if s["id"] == send["sink"]), None)
        shop = self._directory.shops.get(send["shop"])
        now = self._clocks.real_ms
        if sink is None or shop is None or not send["told"]:
            gone = Told(False, "通知地址已删除，或测试被中断", "the sink is gone, or a test was cut short")
            await self._store.write(stored.finish, send["id"], stored.FAILED, gone.words, now())
            return
        alarms = [Alarm(**one) for one in send["told"]]
        told = await self._call(sink, message(alarms, shop.name, self._base_url, sink["lang"], ZONE))
        again = None if told.ok or not told.again else retry_at(send["tries"], now(), told.retry_after_s)
        state = stored.SENT if told.ok else stored.WAITING if again else stored.FAILED
        if not told.ok:
            log.warning("alarm_not_delivered", send=send["id"], sink=sink["id"], again=bool(again))
        await self._store.write(stored.finish, send["id"], state, told.words, now(), again)

    async def _call(self, sink: Mapping[str, Any], said: Said) -> Told:
        address, secret = self._vault.open(sink["sealed"])
        loop = asyncio.get_running_loop()
        telling = loop.run_in_executor(self._threads, self._telling.tell, sink["way"], address, secret, said)
        try:
            return await asyncio.wait_for(telling, TELL_WITHIN_S)
        except TimeoutError:
            return Told(False, "对方没有按时答复，可能已送达", "no answer in time; it may have been delivered")

    async def _one(self, shop: str, sink: str) -> dict[str, Any]:
        for row in await self._store.read(stored.sinks, shop):
            if row["id"] == sink:
                return row
        raise _unknown()

    def _check(self, way: str, address: str, secret: str) -> None:
        if way not in self._telling.ways:
            raise Refusal(
                Because.INVALID,
                "way",
                f"没有这种通知方式；可选 {'、'.join(self.ways)}。",
                f"No such way; choose one of {', '.join(self.ways)}.",
                pointer="/way",
            )
        if wrong := self._telling.check(way, address, secret):
            raise Refusal(Because.INVALID, "address", *wrong, pointer="/address")


def _manner(sink: Mapping[str, Any]) -> Manner:
    hours: ServiceHours | None = hours_of(sink["quiet_hours"] or None)
    return Manner(frozenset(sink["kinds"]), sink["gather_s"], sink["quiet_s"], hours)


def _settings(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in SETTABLE if values.get(name) is not None}


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: row[name] for name in ("id", "way", "place", *SETTABLE)}, "created_at": from_ms(row["created_at"])}


def _unknown() -> Refusal:
    return Refusal(Because.UNKNOWN, "not_found", "没有这个通知地址。", "No such sink.")
