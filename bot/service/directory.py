"""What is known of shops and channels, in memory: the hot path asks here, and every change reloads it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from adapters.base import Adapter, Channel
from bot.accounting.dated import RulesAt
from bot.accounting.ruleset import Ruleset
from bot.core.notices import Notice, ServiceHours
from bot.service.clocks import Clocks, ShopClock
from bot.store import ids
from bot.store import shops as stored
from bot.store.engine import Store
from bot.store.vault import Vault
from knowledge_base.calibrate import DEFAULT_MARGIN, DEFAULT_THRESHOLD
from knowledge_base.entry import Mode

ZONE = ids.ZONE

LoadRuleset = Callable[[str, date | None, Mapping[str, Any] | None], Ruleset]


@dataclass(frozen=True, slots=True)
class ShopConfig:
    """One shop's settings, ready for use. ``follow_up``: always | within_budget | off."""

    id: str
    name: str
    platform: str
    simulated: bool
    stopped: bool
    mode: Mode
    follow_up: str
    options: Mapping[str, Any]
    created_at: int
    threshold: float
    margin: float
    hours: ServiceHours | None
    notices: Mapping[Notice, str]
    timed_answer_s: int
    ruleset_name: str
    overrides: Mapping[str, Any]
    partial_answers: bool = False


def decisive(options: Mapping[str, Any]) -> dict[str, Any]:
    """What of a shop's options decides which entry answers, as fields of ``ShopConfig``."""
    return {
        "options": options,
        "threshold": float(options.get("threshold", DEFAULT_THRESHOLD)),
        "margin": float(options.get("margin", DEFAULT_MARGIN)),
        "hours": hours_of(options.get("service_hours")),
        "partial_answers": bool(options.get("partial_answers", False)),
    }


@dataclass(slots=True)
class Directory:
    """Shops and channels by id. ``adapters`` and ``load_ruleset`` are handed in where all is wired."""

    store: Store
    vault: Vault
    clocks: Clocks
    adapters: Mapping[str, Adapter]
    load_ruleset: LoadRuleset
    chat_rulesets: frozenset[str]
    shops: dict[str, ShopConfig] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    channel_facts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _rules_at: dict[str, tuple[ShopConfig, RulesAt]] = field(default_factory=dict)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def reload(self) -> None:
        """Read all shops and channels again. One reading at a time: an older one must not end after a newer one."""
        async with self._reading:
            self._take(*await self.store.read(_read_all))

    def _take(self, shops: list[Mapping[str, Any]], channels: list[Mapping[str, Any]]) -> None:
        self.shops = {row["id"]: self._config(row) for row in shops}
        for row in shops:
            own = ShopClock(row["clock_real"], row["clock_shop"], row["clock_rate"]) if row["simulated"] else None
            self.clocks.set(row["id"], own)
        self.channels = {row["key"]: self._channel(row) for row in channels}
        self.channel_facts = {row["key"]: row for row in channels}

    def adapter(self, channel: Channel) -> Adapter:
        """The adapter a channel speaks through."""
        return self.adapters[channel.adapter]

    def channels_of(self, shop: str) -> list[Channel]:
        """A shop's channels."""
        return [channel for channel in self.channels.values() if channel.shop == shop]

    def ruleset(self, shop: ShopConfig, day: date) -> Ruleset:
        """The rules that count for a shop on a local day, its own overrides included.

        A platform without chat rules borrows our own target (``internal``), and automatic replies then count for
        nothing, since nobody said they do (design: words, "platform").
        """
        return self.load_ruleset(shop.ruleset_name, day, shop.overrides or None)

    def rules_at(self, shop: str) -> RulesAt:
        """What names the rules in force for a shop on the local day of any time."""
        config = self.shops[shop]
        known = self._rules_at.get(shop)
        if known is None or known[0] is not config:
            known = self._rules_at[shop] = (config, self.rules_by_day(config.ruleset_name, config.overrides))
        return known[1]

    def rules_by_day(self, name: str, overrides: Mapping[str, Any]) -> RulesAt:
        """What names a ruleset's version of the local day of any time, with these overrides."""
        known: dict[date, Ruleset] = {}

        def at(moment: datetime) -> Ruleset:
            day = moment.astimezone(ZONE).date()
            if day not in known:
                known[day] = self.load_ruleset(name, day, overrides or None)
            return known[day]

        return at

    def newest_rules(self, platform: str, rules: Mapping[str, Any]) -> Ruleset:
        """The newest rules of a platform with a shop's overrides.

        Raises:
            BadParameter: no such parameter, or a value of the wrong kind.
        """
        return self.load_ruleset(self._ruleset_name(platform), None, {**self._borrowed(platform), **rules} or None)

    def _ruleset_name(self, platform: str) -> str:
        return platform if platform in self.chat_rulesets else "internal"

    def _borrowed(self, platform: str) -> dict[str, Any]:
        """What a named platform changes in our own target when it borrows it: nobody said that machines count."""
        return {} if platform in self.chat_rulesets or platform == "internal" else {"reply.auto_counts": False}

    def _config(self, row: Mapping[str, Any]) -> ShopConfig:
        options = row["options"] or {}
        return ShopConfig(
            id=row["id"],
            name=row["name"],
            platform=row["platform"],
            simulated=row["simulated"],
            stopped=row["stopped"],
            mode=Mode(row["bot_mode"]),
            follow_up=row["human_follow_up"],
            created_at=row["created_at"],
            **decisive(options),
            notices={Notice(k): v for k, v in options.get("notices", {}).items() if k in set(Notice)},
            timed_answer_s=int(options.get("timed_answer_s", 0)),
            ruleset_name=self._ruleset_name(row["platform"]),
            overrides=self._borrowed(row["platform"]) | dict(options.get("rules", {})),
        )

    def _channel(self, row: Mapping[str, Any]) -> Channel:
        return Channel(
            key=row["key"],
            shop=row["shop"],
            adapter=row["adapter"],
            secrets=self.vault.open(row["secrets"]),
            send_url=row["send_url"],
            options=row["options"] or {},
        )


def _read_all(conn: Any) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    return stored.all_shops(conn), stored.all_channels(conn)


def hours_of(value: Mapping[str, str] | None) -> ServiceHours | None:
    """Service hours from their stored form ``{start: "09:00", end: "23:00"}``; None where a shop has none.

    Raises:
        ValueError: not a time of day.
    """
    if not value:
        return None
    return ServiceHours(time.fromisoformat(value["start"]), time.fromisoformat(value["end"]))
